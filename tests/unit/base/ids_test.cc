#include "gateway/base/ids.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <set>
#include <string>

namespace wsgate {
namespace {

TEST(SessionIdTest, TextIsTwentySixCharactersOfBase32AndParsesBack) {
  const uint64_t seed = std::random_device{}();
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  std::set<std::string> seen;
  for (int i = 0; i < 10'000; ++i) {
    const SessionId id{.incarnation = random(),
                       .shard = static_cast<uint8_t>(random()),
                       .slot = {.index = static_cast<uint32_t>(random()) % kSlotsPerShardMax,
                                .generation = static_cast<uint32_t>(random())}};
    const std::string text = id.ToString();
    ASSERT_EQ(text.size(), 26u);
    ASSERT_EQ(text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567"), std::string::npos);
    ASSERT_EQ(SessionId::Parse(text), id) << text;
    seen.insert(text);
  }
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(SessionIdTest, EdgesOfEveryFieldStayApart) {
  const SessionId least;
  const SessionId most{.incarnation = ~uint64_t{0},
                       .shard = 255,
                       .slot = {.index = kSlotsPerShardMax - 1, .generation = ~uint32_t{0}}};
  EXPECT_EQ(least.ToString(), std::string(26, 'a'));
  EXPECT_EQ(most.ToString(), std::string(25, '7') + '4') << "the last character carries 3 bits";
  EXPECT_EQ(SessionId::Parse(most.ToString()), most);
  const std::array<SessionId, 4> ones = {SessionId{.incarnation = 1}, SessionId{.shard = 1},
                                         SessionId{.slot = {.index = 1}},
                                         SessionId{.slot = {.generation = 1}}};
  std::set<std::string> texts = {least.ToString()};
  for (const SessionId& id : ones) {
    EXPECT_EQ(SessionId::Parse(id.ToString()), id);
    texts.insert(id.ToString());
  }
  EXPECT_EQ(texts.size(), 5u);
}

TEST(SessionIdTest, ParseRefusesWhatToStringNeverMakes) {
  const std::string good = SessionId{.incarnation = 0x0123456789abcdef}.ToString();
  ASSERT_TRUE(SessionId::Parse(good));
  EXPECT_FALSE(SessionId::Parse(""));
  EXPECT_FALSE(SessionId::Parse(good.substr(1)));
  EXPECT_FALSE(SessionId::Parse(good + "a"));
  for (size_t at = 0; at < good.size(); ++at) {
    for (const char bad : {'A', '0', '1', '8', '=', ' ', '-', '\0', '\xff'}) {
      std::string text = good;
      text[at] = bad;
      EXPECT_FALSE(SessionId::Parse(text)) << ::testing::PrintToString(text);
    }
  }
  for (const char spare : {'b', 'c', 'd'}) {
    std::string text(26, 'a');
    text.back() = spare;
    EXPECT_FALSE(SessionId::Parse(text)) << "spare bits: one id has one text";
  }
}

TEST(UserIdTest, IsOneTo255BytesWithoutControlCharacters) {
  EXPECT_TRUE(IsValidUserId("ada"));
  EXPECT_TRUE(IsValidUserId("J\xc3\xbcrgen Schmidt"));
  EXPECT_TRUE(IsValidUserId(std::string(kUserIdBytesMax, 'x')));
  EXPECT_FALSE(IsValidUserId(""));
  EXPECT_FALSE(IsValidUserId(std::string(kUserIdBytesMax + 1, 'x')));
  for (int c = 0; c < 0x20; ++c) {
    EXPECT_FALSE(IsValidUserId(std::string("a") + static_cast<char>(c))) << c;
  }
  EXPECT_FALSE(IsValidUserId("a\x7f"));
}

TEST(IncarnationTest, DiffersEveryTime) {
  std::set<uint64_t> seen;
  for (int i = 0; i < 100; ++i) seen.insert(RandomIncarnation());
  EXPECT_EQ(seen.size(), 100u);
}

TEST(HomeShardTest, IsTheSameEveryTimeBelowTheCountAndEvenlySpread) {
  constexpr uint32_t kShards = 4;
  constexpr int kUsers = 8000;
  std::array<int, kShards> users{};
  for (int i = 0; i < kUsers; ++i) {
    const std::string user = "user-" + std::to_string(i);
    const uint32_t shard = HomeShard(user, kShards);
    ASSERT_LT(shard, kShards);
    ASSERT_EQ(HomeShard(user, kShards), shard);
    ASSERT_EQ(HomeShard(user, 1), 0u);
    ++users[shard];
  }
  for (const int count : users) EXPECT_NEAR(count, double{kUsers} / kShards, 300);
}

}  // namespace
}  // namespace wsgate
