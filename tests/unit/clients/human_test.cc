#include "clients/cli/human.h"

#include <gtest/gtest.h>

namespace wsgate::cli {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(HumanTest, DurationsShowThreeDigitsOrTwoUnits) {
  EXPECT_EQ(HumanDuration(Duration(0)), "0s");
  EXPECT_EQ(HumanDuration(Duration(-5)), "0s");
  EXPECT_EQ(HumanDuration(Duration(999)), "999ns");
  EXPECT_EQ(HumanDuration(Duration(95'312)), "95.3us");
  EXPECT_EQ(HumanDuration(microseconds(1'250)), "1.25ms");
  EXPECT_EQ(HumanDuration(milliseconds(12'340)), "12.3s");
  EXPECT_EQ(HumanDuration(seconds(10)), "10s");
  EXPECT_EQ(HumanDuration(seconds(192)), "3m12s");
  EXPECT_EQ(HumanDuration(minutes(3)), "3m");
  EXPECT_EQ(HumanDuration(minutes(125)), "2h5m");
  EXPECT_EQ(HumanDuration(hours(99)), "4d3h");
  google::protobuf::Duration wire;
  wire.set_seconds(1);
  wire.set_nanos(500'000'000);
  EXPECT_EQ(HumanDuration(wire), "1.5s");
}

TEST(HumanTest, BytesHaveBinaryUnits) {
  EXPECT_EQ(HumanBytes(0), "0B");
  EXPECT_EQ(HumanBytes(1'023), "1023B");
  EXPECT_EQ(HumanBytes(1'024), "1KiB");
  EXPECT_EQ(HumanBytes(1'536), "1.5KiB");
  EXPECT_EQ(HumanBytes(20'657'000), "19.7MiB");
  EXPECT_EQ(HumanBytes((uint64_t{1} << 20) - 1), "1MiB") << "never 1024KiB";
  EXPECT_EQ(HumanBytes(uint64_t{5} << 40), "5TiB");
}

TEST(HumanTest, CountsHaveSeparators) {
  EXPECT_EQ(HumanCount(0), "0");
  EXPECT_EQ(HumanCount(999), "999");
  EXPECT_EQ(HumanCount(1'000), "1,000");
  EXPECT_EQ(HumanCount(1'234'567), "1,234,567");
}

TEST(HumanTest, TimesAreUtcAndTheFutureIsNow) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'795'528'140);
  EXPECT_EQ(HumanTime(time), "2026-11-24 13:49:00");
  EXPECT_EQ(Since(time, (time.seconds() + 5) * 1'000'000), seconds(5));
  EXPECT_EQ(Since(time, (time.seconds() - 5) * 1'000'000), Duration(0));
}

TEST(HumanTest, WhatOthersWroteCannotSteerTheTerminal) {
  EXPECT_EQ(Printable("plain, and \xc3\xa9\xe2\x82\xac too"),
            "plain, and \xc3\xa9\xe2\x82\xac too");
  EXPECT_EQ(Printable("a\nb\tc"), "a\\nb\\tc");
  EXPECT_EQ(Printable("\x1b[31mred\x07\x7f"), "\\x1b[31mred\\x07\\x7f");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\x9b31m")
      << "a control character of two bytes";
  EXPECT_EQ(Printable("\xc2\xa0"), "\xc2\xa0");
}

}  // namespace
}  // namespace wsgate::cli
