#include "gateway/config/nearest.h"

#include <gtest/gtest.h>

#include <vector>

namespace wsgate {
namespace {

TEST(NearestTest, DistanceCountsInsertedRemovedAndReplacedLetters) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("abc", ""), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
  EXPECT_EQ(EditDistance("shards", "shards"), 0u);
}

TEST(NearestTest, TheFirstOfTheSmallestDistanceWins) {
  const std::vector<std::string> names = {"limits", "log", "drain"};
  EXPECT_EQ(Nearest("limit", names), "limits");
  EXPECT_EQ(Nearest("dran", names), "drain");
  EXPECT_EQ(Nearest("lo", names), "log");
  EXPECT_EQ(Nearest("anything", {}), "");
  EXPECT_EQ(Nearest(std::string(1 << 20, 'x'), names), "limits") << "and it does not take a minute";
}

}  // namespace
}  // namespace wsgate
