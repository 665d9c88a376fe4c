#include "control/watch_cursor.h"

#include <gtest/gtest.h>

#include <string>

namespace wsgate {
namespace {

TEST(WatchCursorTest, ComesBackAsItWas) {
  const WatchCursor cursor{.incarnation = 0x8123456789abcdef, .number = 0xfedcba9876543210};
  const std::string text = ToText(cursor);
  EXPECT_EQ(ParseWatchCursor(text), cursor);
  EXPECT_EQ(text.find_first_of("+/= \n"), std::string::npos) << text;
  EXPECT_EQ(ParseWatchCursor(ToText({})), WatchCursor{});
}

TEST(WatchCursorTest, OtherTextsAreNone) {
  const std::string text = ToText({.incarnation = 1, .number = 2});
  for (const std::string& bad : {std::string(), std::string("x"), text.substr(1), text + "A",
                                 "A" + text.substr(1), text + text + text}) {
    EXPECT_FALSE(ParseWatchCursor(bad)) << bad;
  }
}

}  // namespace
}  // namespace wsgate
