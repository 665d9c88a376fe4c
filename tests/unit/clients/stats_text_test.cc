#include "clients/cli/stats_text.h"

#include <gmock/gmock.h>

namespace wsgate::cli {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

v1::Stats Figures(uint64_t messages_in) {
  v1::Stats stats;
  stats.set_sessions(1'234);
  stats.set_messages_in(messages_in);
  stats.set_bytes_in(messages_in * 1024);
  stats.set_resident_bytes(20'657'000);
  return stats;
}

TEST(StatsTextTest, TheFirstLineHasNoRatesAndTheSecondHas) {
  const std::string head = WatchHead();
  const std::string first = WatchLine(Figures(100), std::nullopt, seconds(0));
  const std::string second = WatchLine(Figures(2'100), Figures(100), seconds(2));
  EXPECT_EQ(first.size(), head.size()) << "columns stand below their heads";
  EXPECT_EQ(second.size(), head.size());
  EXPECT_THAT(first, HasSubstr("1,234"));
  EXPECT_THAT(first, HasSubstr(" - "));
  EXPECT_THAT(second, HasSubstr(" 1,000 ")) << "2,000 messages in 2 s";
  EXPECT_THAT(second, HasSubstr("1000KiB"));
  EXPECT_THAT(second, HasSubstr("19.7MiB"));
}

TEST(StatsTextTest, AProcessThatStartedAnewHasNoRate) {
  EXPECT_THAT(WatchLine(Figures(5), Figures(100), seconds(1)), HasSubstr(" - "));
}

}  // namespace
}  // namespace wsgate::cli
