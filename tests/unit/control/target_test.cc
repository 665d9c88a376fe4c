// Whom a Disconnect means, and how it ends them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "control/parse.h"
#include "gateway/message/close_reason.h"
#include "tests/unit/control/decode.h"

namespace wsgate {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;
using testing::UnorderedElementsAre;

constexpr uint64_t kIncarnation = 7;
const SessionId kSession = {.incarnation = kIncarnation, .shard = 1, .slot = {2, 3}};

struct Parsed {
  std::optional<Destination> to;
  std::map<std::string, std::string> bad;
};

Parsed Parse(const v1::DisconnectRequest& request) {
  BadFields bad;
  Parsed parsed;
  parsed.to = ParseTarget(
      request.target(),
      ParseExclusions(request.exclude_session_ids(), request.exclude_user_ids(), "", bad),
      kIncarnation, bad);
  if (!bad.empty()) parsed.bad = BadFieldsOf(bad.ToStatus());
  return parsed;
}

TEST(ParseTargetTest, ASession) {
  v1::DisconnectRequest request;
  request.mutable_target()->set_session_id(kSession.ToString());
  Parsed parsed = Parse(request);
  ASSERT_TRUE(parsed.to && std::holds_alternative<ToSession>(*parsed.to));
  EXPECT_EQ(std::get<ToSession>(*parsed.to).session, kSession);

  request.add_exclude_user_ids("ada");
  parsed = Parse(request);
  ASSERT_TRUE(parsed.to && std::holds_alternative<ToAudience>(*parsed.to));
  const Audience& audience = *std::get<ToAudience>(*parsed.to).audience;
  EXPECT_THAT(audience.filter.session_ids, ElementsAre(kSession.ToString()));
  EXPECT_THAT(audience.exclusions.user_ids, ElementsAre("ada"));

  request.add_exclude_session_ids(kSession.ToString());
  parsed = Parse(request);
  EXPECT_FALSE(parsed.to) << "left alone";
  EXPECT_THAT(parsed.bad, testing::IsEmpty());
}

TEST(ParseTargetTest, AnUnknownSessionIsNobodyAMissingOneIsBad) {
  v1::DisconnectRequest request;
  request.mutable_target()->set_session_id("nonsense");
  EXPECT_FALSE(Parse(request).to);
  EXPECT_THAT(Parse(request).bad, testing::IsEmpty());
  request.mutable_target()->set_session_id("");
  EXPECT_THAT(Parse(request).bad, ElementsAre(Key("target.session_id")));
}

TEST(ParseTargetTest, AUser) {
  v1::DisconnectRequest request;
  request.mutable_target()->set_user_id("ada");
  Parsed parsed = Parse(request);
  ASSERT_TRUE(parsed.to && std::holds_alternative<ToUser>(*parsed.to));
  EXPECT_EQ(std::get<ToUser>(*parsed.to).user_id, "ada");
  EXPECT_EQ(std::get<ToUser>(*parsed.to).exclude, nullptr);
  request.mutable_target()->set_user_id("");
  EXPECT_THAT(Parse(request).bad, ElementsAre(Key("target.user_id")));
}

TEST(ParseTargetTest, AFilterThatNamesSomebody) {
  v1::DisconnectRequest request;
  request.mutable_target()->mutable_filter()->set_path_prefix("/ws");
  Parsed parsed = Parse(request);
  ASSERT_TRUE(parsed.to && std::holds_alternative<ToAudience>(*parsed.to));
  EXPECT_EQ(std::get<ToAudience>(*parsed.to).audience->filter.path_prefix, "/ws");
  request.mutable_target()->mutable_filter()->Clear();
  EXPECT_THAT(Parse(request).bad, ElementsAre(Pair("target.filter", HasSubstr("say `all: true`"))));
  request.add_exclude_user_ids("");
  EXPECT_THAT(Parse(request).bad,
              UnorderedElementsAre(Key("target.filter"), Key("exclude_user_ids[0]")));
}

TEST(ParseTargetTest, EveryoneMustBeSaid) {
  v1::DisconnectRequest request;
  EXPECT_THAT(Parse(request).bad, ElementsAre(Pair("target", HasSubstr("say `all: true`"))));
  request.mutable_target();
  EXPECT_THAT(Parse(request).bad, ElementsAre(Key("target")));
  request.mutable_target()->set_all(false);
  EXPECT_THAT(Parse(request).bad, ElementsAre(Key("target.all")));
  request.mutable_target()->set_all(true);
  Parsed parsed = Parse(request);
  ASSERT_TRUE(parsed.to && std::holds_alternative<ToAudience>(*parsed.to));
  EXPECT_EQ(std::get<ToAudience>(*parsed.to).audience, nullptr);
  request.add_exclude_session_ids("s");
  EXPECT_NE(std::get<ToAudience>(*Parse(request).to).audience, nullptr);
}

TEST(ParseKickTest, CodesAndReasons) {
  const auto parse = [](uint32_t code, std::string reason, bool good) {
    v1::DisconnectRequest request;
    request.set_code(code);
    request.set_reason(std::move(reason));
    BadFields bad;
    Kick kick = ParseKick(request, bad);
    EXPECT_EQ(bad.empty(), good) << code;
    return kick;
  };
  EXPECT_EQ(parse(0, "", true).code, 4500);
  EXPECT_EQ(parse(0, "", true).reason, "kicked");
  EXPECT_EQ(parse(0, "bye", true).reason, "bye");
  EXPECT_EQ(parse(4123, "", true).reason, "");
  for (const uint32_t code : {1000u, 3000u, 3999u, 4100u, 4499u, 4600u, 4999u}) {
    EXPECT_EQ(parse(code, std::string(123, 'x'), true).code, code);
  }
  for (const uint32_t code :
       {1u, 999u, 1001u, 1006u, 2999u, 4000u, 4099u, 4500u, 4599u, 5000u, 65'536u + 1000u}) {
    parse(code, "", false);
  }
  parse(1000, std::string(124, 'x'), false);
}

TEST(ParseKickTest, NamesBothFieldsAtOnce) {
  v1::DisconnectRequest request;
  request.set_code(4500);
  request.set_reason(std::string(124, 'x'));
  BadFields bad;
  (void)ParseKick(request, bad);
  EXPECT_THAT(BadFieldsOf(bad.ToStatus()),
              UnorderedElementsAre(Pair("code", HasSubstr("is 4500")),
                                   Pair("reason", "is 124 bytes, at most 123 are allowed")));
}

}  // namespace
}  // namespace wsgate
