#include "gateway/message/json_check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

using testing::HasSubstr;

TEST(JsonCheckTest, TakesWhatRfc8259Allows) {
  for (const std::string_view good :
       {"{}", "[]", "null", " true ", "\"text\"", "0", "-0.5e-3", R"({"a":[1,2,{"b":"c\"\\d"}]})",
        R"(["\u00e9","é"])", "[12345678901234567890123456789012345678901234567890]",
        "[1e400,-1E+999]", R"({"9":"-07","n":9007199254740993})"}) {
    EXPECT_EQ(CheckJson(good), "") << good;
  }
}

TEST(JsonCheckTest, RefusesEverythingElse) {
  for (const std::string_view bad : {"",
                                     " ",
                                     "{",
                                     "[1,]",
                                     "{\"a\":}",
                                     "'a'",
                                     "{a:1}",
                                     "01",
                                     "-",
                                     "1.",
                                     ".5",
                                     "1e",
                                     "+1",
                                     "NaN",
                                     "[1 2]",
                                     "{} {}",
                                     "\"\x01\"",
                                     "\"open",
                                     R"("\x")",
                                     "[1e400,01]",
                                     "1e95e300",
                                     "[1e999e1]",
                                     "{\"a\":1e999x}",
                                     "[123456789012345678901234567890x]",
                                     "[-123456789012345678901234567890.]",
                                     "[1e9e999]",
                                     "[--1e999]",
                                     "[1e--5,1e999]",
                                     "[1e999 2]",
                                     "[1e999-2]",
                                     "[1e999\"a\"]",
                                     "[1e999true]",
                                     "tru"}) {
    EXPECT_THAT(CheckJson(bad), HasSubstr("is not JSON")) << bad;
  }
}

TEST(JsonCheckTest, BoundsTheDepth) {
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + "1" + std::string(depth, ']');
  };
  EXPECT_EQ(CheckJson(nested(kJsonDepthMax)), "");
  EXPECT_THAT(CheckJson(nested(kJsonDepthMax + 1)), HasSubstr("nested deeper than 128"));
  EXPECT_THAT(CheckJson(nested(1'000'000)), HasSubstr("nested deeper than 128"));
  EXPECT_EQ(CheckJson(nested(3), 3), "");
  EXPECT_THAT(CheckJson(nested(4), 3), HasSubstr("nested deeper than 3"));
}

}  // namespace
}  // namespace wsgate
