#include "control/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/control/decode.h"

namespace wsgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr uint64_t kBytesMax = 10;

// What `parse` finds wrong.
template <class Parse>
std::map<std::string, std::string> Bad(Parse parse) {
  BadFields bad;
  parse(bad);
  return bad.empty() ? std::map<std::string, std::string>() : BadFieldsOf(bad.ToStatus());
}

v1::Message Text(std::string text) {
  v1::Message message;
  message.set_text(std::move(text));
  return message;
}

TEST(ParseMessageTest, TakesEachPayloadUpToTheLimit) {
  BadFields bad;
  v1::Message message = Text(std::string(kBytesMax, 'x'));
  MessagePtr parsed = ParseMessage(message, kBytesMax, Time(), bad);
  ASSERT_NE(parsed, nullptr);
  EXPECT_EQ(parsed->kind, PayloadKind::kText);
  EXPECT_EQ(parsed->wire.payload_bytes, kBytesMax);

  message.set_binary(std::string("\xff\x00", 2));
  parsed = ParseMessage(message, kBytesMax, Time(), bad);
  ASSERT_NE(parsed, nullptr);
  EXPECT_EQ(parsed->kind, PayloadKind::kBinary);

  message.set_json("{\"a\": 1}");
  parsed = ParseMessage(message, kBytesMax, Time(), bad);
  ASSERT_NE(parsed, nullptr);
  EXPECT_EQ(parsed->kind, PayloadKind::kJson);
  EXPECT_THAT(parsed->wire.bytes, HasSubstr("{\"a\": 1}")) << "sent as it was written";

  message.set_text("");
  EXPECT_NE(ParseMessage(message, kBytesMax, Time(), bad), nullptr) << "empty is a payload";
  EXPECT_TRUE(bad.empty());
}

TEST(ParseMessageTest, RefusesWhatIsTooLargeNamingBothNumbers) {
  const auto bad = Bad([](BadFields& fields) {
    EXPECT_EQ(ParseMessage(Text(std::string(kBytesMax + 1, 'x')), kBytesMax, Time(), fields),
              nullptr);
  });
  EXPECT_THAT(bad, ElementsAre(Pair("message", "is 11 bytes, limits.send_bytes_max is 10")));
}

TEST(ParseMessageTest, RefusesNoPayloadAndBadJson) {
  EXPECT_THAT(Bad([](BadFields& fields) {
                EXPECT_EQ(ParseMessage(v1::Message(), kBytesMax, Time(), fields), nullptr);
              }),
              ElementsAre(Key("message")));
  v1::Message message;
  message.set_json("{a:1}");
  EXPECT_THAT(Bad([&](BadFields& fields) {
                EXPECT_EQ(ParseMessage(message, kBytesMax, Time(), fields), nullptr);
              }),
              ElementsAre(Key("message.json")));
}

TEST(ParseUserIdTest, BothSidesOfTheRule) {
  const auto bad = [](const std::string& id) {
    return Bad([&](BadFields& fields) { (void)ParseUserId(id, "user_id", fields); });
  };
  EXPECT_THAT(bad("a"), testing::IsEmpty());
  EXPECT_THAT(bad(std::string(255, 'a')), testing::IsEmpty());
  EXPECT_THAT(bad("zoë@例え"), testing::IsEmpty());
  EXPECT_THAT(bad(""), ElementsAre(Key("user_id")));
  EXPECT_THAT(bad(std::string(256, 'a')), ElementsAre(Key("user_id")));
  EXPECT_THAT(bad("a\nb"), ElementsAre(Key("user_id")));
}

TEST(ParseUserIdsTest, CountsNamesAndOrders) {
  v1::SendToUsersRequest request;
  EXPECT_THAT(
      Bad([&](BadFields& fields) { (void)ParseUserIds(request.user_ids(), "user_ids", fields); }),
      ElementsAre(Key("user_ids")));
  for (const char* id : {"b", "a", "b", "c", "a"}) request.add_user_ids(id);
  BadFields none;
  EXPECT_THAT(ParseUserIds(request.user_ids(), "user_ids", none),
              ElementsAre("b", "a", "b", "c", "a"));
  EXPECT_THAT(ParseDistinctUserIds(request.user_ids(), "user_ids", none),
              ElementsAre("b", "a", "c"));
  EXPECT_TRUE(none.empty());
  request.add_user_ids("");
  request.add_user_ids("x\x7f");
  EXPECT_THAT(
      Bad([&](BadFields& fields) { (void)ParseUserIds(request.user_ids(), "user_ids", fields); }),
      UnorderedElementsAre(Key("user_ids[5]"), Key("user_ids[6]")));
}

TEST(ParseUserIdsTest, TenThousandAndNoMore) {
  v1::SendToUsersRequest request;
  for (int i = 0; i < kIdsMax; ++i) request.add_user_ids(std::to_string(i));
  BadFields none;
  EXPECT_EQ(ParseDistinctUserIds(request.user_ids(), "user_ids", none).size(), 10'000u);
  EXPECT_TRUE(none.empty());
  request.add_user_ids("one more");
  EXPECT_THAT(Bad([&](BadFields& fields) {
                EXPECT_THAT(ParseUserIds(request.user_ids(), "user_ids", fields),
                            testing::IsEmpty());
              }),
              ElementsAre(Pair("user_ids", "has 10001 entries, at most 10000 are allowed")));
}

TEST(ParseSessionIdTest, AMissingOneIsBadAnUnknownOneIsNobody) {
  const SessionId id{.incarnation = 7, .shard = 1, .slot = {2, 3}};
  BadFields bad;
  EXPECT_EQ(ParseSessionId(id.ToString(), "session_id", 7, bad), id);
  EXPECT_EQ(ParseSessionId(id.ToString(), "session_id", 8, bad), std::nullopt);
  EXPECT_EQ(ParseSessionId("nonsense", "session_id", 7, bad), std::nullopt);
  EXPECT_TRUE(bad.empty());
  EXPECT_EQ(ParseSessionId("", "session_id", 7, bad), std::nullopt);
  EXPECT_THAT(BadFieldsOf(bad.ToStatus()), ElementsAre(Key("session_id")));
}

TEST(ParseExclusionsTest, AThousandOfEachAndNoMore) {
  v1::SendOptions options;
  for (int i = 0; i < kExclusionsMax; ++i) {
    options.add_exclude_session_ids("s" + std::to_string(i));
    options.add_exclude_user_ids("u" + std::to_string(i));
  }
  const auto parse = [&](BadFields& fields) {
    return ParseExclusions(options.exclude_session_ids(), options.exclude_user_ids(), "options.",
                           fields);
  };
  BadFields none;
  const Exclusions exclusions = parse(none);
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(exclusions.session_ids.size(), 1'000u);
  EXPECT_EQ(exclusions.user_ids.size(), 1'000u);
  options.add_exclude_session_ids("s");
  options.add_exclude_user_ids("u");
  EXPECT_THAT(
      Bad([&](BadFields& fields) { (void)parse(fields); }),
      UnorderedElementsAre(Key("options.exclude_session_ids"), Key("options.exclude_user_ids")));
  options.Clear();
  options.add_exclude_user_ids("");
  EXPECT_THAT(Bad([&](BadFields& fields) { (void)parse(fields); }),
              ElementsAre(Key("options.exclude_user_ids[0]")));
}

TEST(ShareTest, NobodyAndEveryoneAreNull) {
  EXPECT_EQ(ShareExclusions({}), nullptr);
  EXPECT_EQ(ShareAudience({}, {}), nullptr);
  EXPECT_NE(ShareExclusions({.user_ids = {"a"}}), nullptr);
  EXPECT_NE(ShareAudience({}, {.user_ids = {"a"}}), nullptr);
  SessionFilter filter;
  filter.path_prefix = "/ws";
  EXPECT_NE(ShareAudience(filter, {}), nullptr);
}

TEST(ParseFilterTest, TakesEveryField) {
  v1::SessionFilter filter;
  filter.add_user_ids("ada");
  filter.add_session_ids("s");
  filter.set_path_prefix("/ws/lobby");
  filter.set_subprotocol("wsgate.raw");
  (*filter.mutable_metadata())["b"] = "2";
  (*filter.mutable_metadata())["a"] = "1";
  filter.mutable_connected_for()->set_seconds(2);
  filter.mutable_connected_for()->set_nanos(5);
  BadFields none;
  const SessionFilter parsed = ParseFilter(filter, "filter", none);
  EXPECT_TRUE(none.empty());
  EXPECT_THAT(parsed.user_ids, ElementsAre("ada"));
  EXPECT_THAT(parsed.session_ids, ElementsAre("s"));
  EXPECT_EQ(parsed.path_prefix, "/ws/lobby");
  EXPECT_EQ(parsed.subprotocol, "wsgate.raw");
  EXPECT_THAT(parsed.metadata, ElementsAre(Pair("a", "1"), Pair("b", "2")));
  EXPECT_EQ(parsed.connected_for, std::chrono::nanoseconds(2'000'000'005));
  EXPECT_TRUE(ParseFilter({}, "filter", none).empty());
}

TEST(ParseFilterTest, NamesEveryBadFieldAtOnce) {
  v1::SessionFilter filter;
  for (int i = 0; i < kIdsMax + 1; ++i) filter.add_session_ids("s");
  filter.add_user_ids("");
  for (size_t i = 0; i <= kMetadataMax; ++i) (*filter.mutable_metadata())[std::to_string(i)] = "";
  filter.mutable_connected_for()->set_seconds(-1);
  EXPECT_THAT(Bad([&](BadFields& fields) { (void)ParseFilter(filter, "filter", fields); }),
              UnorderedElementsAre(Key("filter.session_ids"), Key("filter.user_ids[0]"),
                                   Key("filter.metadata"), Key("filter.connected_for")));
  filter.Clear();
  for (size_t i = 0; i < kMetadataMax; ++i) (*filter.mutable_metadata())[std::to_string(i)] = "";
  EXPECT_THAT(Bad([&](BadFields& fields) { (void)ParseFilter(filter, "filter", fields); }),
              testing::IsEmpty());
}

TEST(ParsePageSizeTest, ZeroIsTheDefaultTooManyIsTheMostNegativeIsBad) {
  BadFields bad;
  EXPECT_EQ(ParsePageSize(0, bad), 100u);
  EXPECT_EQ(ParsePageSize(1, bad), 1u);
  EXPECT_EQ(ParsePageSize(1'000, bad), 1'000u);
  EXPECT_EQ(ParsePageSize(1'001, bad), 1'000u);
  EXPECT_TRUE(bad.empty());
  (void)ParsePageSize(-1, bad);
  EXPECT_THAT(BadFieldsOf(bad.ToStatus()), ElementsAre(Key("page_size")));
}

TEST(ParseDurationTest, BothSidesOfTheRule) {
  const auto parse = [](int64_t seconds, int32_t nanos) {
    google::protobuf::Duration duration;
    duration.set_seconds(seconds);
    duration.set_nanos(nanos);
    BadFields bad;
    const auto parsed = ParseDuration(duration, "d", bad);
    EXPECT_EQ(parsed.has_value(), bad.empty());
    return parsed;
  };
  EXPECT_EQ(parse(0, 0), Duration(0));
  EXPECT_EQ(parse(1, 999'999'999), Duration(1'999'999'999));
  EXPECT_EQ(parse(315'576'000'000, 0), Duration::max());
  EXPECT_EQ(parse(-1, 0), std::nullopt);
  EXPECT_EQ(parse(0, -1), std::nullopt);
  EXPECT_EQ(parse(0, 1'000'000'000), std::nullopt);
}

}  // namespace
}  // namespace wsgate
