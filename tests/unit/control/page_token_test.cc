#include "control/page_token.h"

#include <gtest/gtest.h>

#include <set>

namespace wsgate {
namespace {

constexpr uint64_t kIncarnation = 0x0123456789abcdef;
constexpr uint64_t kFilter = 42;
constexpr ListCursor kCursor = {.shard = 3, .slot = 0xfffffe};

TEST(PageTokenTest, ComesBackAsItWas) {
  const std::string token = MakePageToken(kIncarnation, kCursor, kFilter);
  EXPECT_EQ(ParsePageToken(token, kIncarnation, kFilter), kCursor);
}

TEST(PageTokenTest, IsUrlSafeAndShowsNothing) {
  std::set<char> first;
  for (uint32_t slot = 0; slot < 200; ++slot) {
    const std::string token = MakePageToken(kIncarnation, {.shard = 0, .slot = slot}, kFilter);
    for (const char c : token) EXPECT_TRUE(std::isalnum(c) || c == '-' || c == '_') << token;
    first.insert(token.front());
    EXPECT_NE(token, MakePageToken(kIncarnation, {.shard = 0, .slot = slot + 1}, kFilter));
  }
  EXPECT_GT(first.size(), 20u) << "tokens of neighbouring slots look alike";
}

TEST(PageTokenTest, IsOfOneProcessAndOneFilter) {
  const std::string token = MakePageToken(kIncarnation, kCursor, kFilter);
  EXPECT_EQ(ParsePageToken(token, kIncarnation + 1, kFilter), std::nullopt);
  EXPECT_EQ(ParsePageToken(token, kIncarnation, kFilter + 1), std::nullopt);
}

TEST(PageTokenTest, AnyOtherTextIsRefused) {
  const std::string token = MakePageToken(kIncarnation, kCursor, kFilter);
  for (size_t i = 0; i + 1 < token.size(); ++i) {
    std::string other = token;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(ParsePageToken(other, kIncarnation, kFilter), std::nullopt) << i;
  }
  EXPECT_EQ(ParsePageToken("", kIncarnation, kFilter), std::nullopt);
  EXPECT_EQ(ParsePageToken("1", kIncarnation, kFilter), std::nullopt);
  EXPECT_EQ(ParsePageToken(token + token, kIncarnation, kFilter), std::nullopt);
  EXPECT_EQ(ParsePageToken(std::string(1 << 20, 'A'), kIncarnation, kFilter), std::nullopt);
}

TEST(HashFilterTest, EqualFiltersAreEqualAndEachFieldCounts) {
  SessionFilter filter;
  filter.user_ids = {"ada", "bob", "cy"};
  SessionFilter same;
  same.user_ids = {"cy", "ada", "bob"};
  EXPECT_EQ(HashFilter(filter), HashFilter(same));

  std::set<uint64_t> hashes = {HashFilter({}), HashFilter(filter)};
  SessionFilter other;
  other.session_ids = {"ada", "bob", "cy"};
  hashes.insert(HashFilter(other));
  other = {};
  other.path_prefix = "/ws";
  hashes.insert(HashFilter(other));
  other = {};
  other.subprotocol = "/ws";
  hashes.insert(HashFilter(other));
  other = {};
  other.metadata = {{"a", "b"}};
  hashes.insert(HashFilter(other));
  other.metadata = {{"b", "a"}};
  hashes.insert(HashFilter(other));
  other = {};
  other.connected_for = std::chrono::seconds(1);
  hashes.insert(HashFilter(other));
  EXPECT_EQ(hashes.size(), 8u);
}

}  // namespace
}  // namespace wsgate
