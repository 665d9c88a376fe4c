#include "gateway/config/value.h"

#include <gmock/gmock.h>

#include "gateway/config/limits.h"

namespace wsgate {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using ::testing::HasSubstr;

template <typename T>
std::string ErrorOf(const absl::StatusOr<T>& result) {
  return std::string(result.status().message());
}

TEST(ValueTest, CountsAreWholeNumbers) {
  EXPECT_EQ(*ParseCount("0"), 0u);
  EXPECT_EQ(*ParseCount(" 1000 "), 1000u);
  EXPECT_EQ(*ParseCount("18446744073709551615"), UINT64_MAX);
  for (const char* text : {"", "-1", "+1", "1.5", "1e3", "1 000", "0x10", "many"}) {
    EXPECT_THAT(ErrorOf(ParseCount(text)),
                HasSubstr("is not a whole number; write a whole number such as 1000"))
        << text;
  }
  EXPECT_THAT(ErrorOf(ParseCount("18446744073709551616")), HasSubstr("is far too large"));
}

TEST(ValueTest, BytesHaveBinaryUnits) {
  EXPECT_EQ(*ParseBytes("65536"), 64 * kKiB);
  EXPECT_EQ(*ParseBytes("512B"), 512u);
  EXPECT_EQ(*ParseBytes("64KiB"), 64 * kKiB);
  EXPECT_EQ(*ParseBytes("1 MiB"), kMiB);
  EXPECT_EQ(*ParseBytes("1GiB"), kGiB);
  EXPECT_EQ(ErrorOf(ParseBytes("64KB")),
            "\"64KB\" has the unknown unit \"KB\"; write a size such as 65536, 64KiB or 1MiB");
  EXPECT_THAT(ErrorOf(ParseBytes("KiB")), HasSubstr("is not a size"));
  EXPECT_THAT(ErrorOf(ParseBytes("-1KiB")), HasSubstr("is not a size"));
  EXPECT_THAT(ErrorOf(ParseBytes("17179869184GiB")), HasSubstr("is far too large"));
}

TEST(ValueTest, DurationsNeedAUnit) {
  EXPECT_EQ(*ParseDuration("10s"), seconds(10));
  EXPECT_EQ(*ParseDuration("500ms"), milliseconds(500));
  EXPECT_EQ(*ParseDuration("4m"), minutes(4));
  EXPECT_EQ(*ParseDuration("1h"), hours(1));
  EXPECT_EQ(*ParseDuration("1m30s"), seconds(90));
  EXPECT_EQ(*ParseDuration("7us"), std::chrono::microseconds(7));
  EXPECT_EQ(*ParseDuration("7ns"), std::chrono::nanoseconds(7));
  EXPECT_EQ(*ParseDuration("0"), Duration::zero());
  EXPECT_EQ(ErrorOf(ParseDuration("10")),
            "\"10\" has no unit; write a duration such as 10s, 500ms or 4m");
  EXPECT_THAT(ErrorOf(ParseDuration("10 parsecs")), HasSubstr("is not a duration"));
  EXPECT_THAT(ErrorOf(ParseDuration("10d")), HasSubstr("has the unknown unit \"d\""));
  EXPECT_THAT(ErrorOf(ParseDuration("-1s")), HasSubstr("is not a duration"));
  EXPECT_THAT(ErrorOf(ParseDuration("")), HasSubstr("is not a duration"));
  EXPECT_THAT(ErrorOf(ParseDuration("2562048h")), HasSubstr("is far too long"));
  EXPECT_THAT(ErrorOf(ParseDuration("2562047h2562047h")), HasSubstr("is far too long"));
}

TEST(ValueTest, WhatIsPrintedIsReadBack) {
  for (const uint64_t bytes :
       {uint64_t{0}, uint64_t{1}, uint64_t{1000}, kKiB, 3 * kMiB, kGiB, kGiB + 1}) {
    EXPECT_EQ(*ParseBytes(FormatBytes(bytes)), bytes);
  }
  EXPECT_EQ(FormatBytes(64 * kKiB), "64KiB");
  for (const Duration duration :
       {Duration(0), Duration(1), Duration(seconds(90)), Duration(hours(24))}) {
    EXPECT_EQ(*ParseDuration(FormatDuration(duration)), duration);
  }
  EXPECT_EQ(FormatDuration(seconds(240)), "4m");
  EXPECT_EQ(FormatDuration(seconds(90)), "90s");
  EXPECT_EQ(FormatDuration(Duration::zero()), "0s");
}

}  // namespace
}  // namespace wsgate
