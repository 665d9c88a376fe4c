#include "clients/cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace wsgate::cli {
namespace {

std::string Print(const Table& table, bool colour = false) {
  std::ostringstream out;
  table.Print(out, Paint(colour));
  return out.str();
}

TEST(TableTest, WordsStandLeftAndNumbersRight) {
  Table table({{"user"}, {"sent", Align::kRight}, {"path"}});
  table.Add({"ada", "5", "/ws"});
  table.Add({"bartholomew", "1,234", "/ws/lobby"});
  EXPECT_EQ(Print(table),
            "user          sent  path\n"
            "ada              5  /ws\n"
            "bartholomew  1,234  /ws/lobby\n");
}

TEST(TableTest, WidthIsInCharactersAndNothingIsADash) {
  Table table({{"user"}, {"n", Align::kRight}});
  table.Add({"\xc3\xa9va", "1"});
  table.Add({"", ""});
  EXPECT_EQ(Print(table), "user  n\n\xc3\xa9va   1\n-     -\n");
}

TEST(TableTest, EmptyColumnsGoAndOthersStay) {
  Table table({{"user"}, {"tenant"}, {"path"}});
  table.Add({"ada", "", ""});
  table.Add({"", "", "/ws"});
  table.DropEmptyColumns();
  EXPECT_EQ(Print(table), "user  path\nada   -\n-     /ws\n");
}

TEST(TableTest, ColourDoesNotMoveAColumn) {
  Table table({{"a"}, {"b"}});
  table.Add({{"x", Tone::kGood}, "y"});
  EXPECT_EQ(Print(table, true), "\x1b[1ma\x1b[0m  \x1b[1mb\x1b[0m\n\x1b[32mx\x1b[0m  y\n");
}

TEST(PaintTest, ColourIsOnWhereItIsWanted) {
  EXPECT_TRUE(WantsColour("always", false));
  EXPECT_FALSE(WantsColour("never", true));
  EXPECT_FALSE(WantsColour("auto", false));
}

}  // namespace
}  // namespace wsgate::cli
