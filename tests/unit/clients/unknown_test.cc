#include "clients/cli/unknown.h"

#include <gtest/gtest.h>

#include <CLI/CLI.hpp>

#include "clients/cli/flags.h"

namespace wsgate::cli {
namespace {

class UnknownTest : public testing::Test {
 protected:
  UnknownTest() : root_("", "tool") {
    AddValue(root_, "-o,--output", output_, "table|json", "");
    CLI::App& send = *root_.add_subcommand("send", "");
    AddValue(send, "--user", user_, "ID", "");
    AddValue(send, "TEXT", text_, "TEXT", "");
    send.add_flag("--json");
    CLI::App& sessions = *root_.add_subcommand("sessions", "");
    sessions.add_subcommand("show", "");
  }
  std::string Said(const std::vector<std::string>& args) {
    return FindUnknown(root_, args).value_or("");
  }

  CLI::App root_;
  std::string output_;
  std::string user_;
  std::string text_;
};

TEST_F(UnknownTest, KnownNamesAndAnyValuesPass) {
  EXPECT_EQ(Said({"send", "--user", "--odd", "text"}), "");
  EXPECT_EQ(Said({"-o", "json", "send", "--user=ada", "--json", "a text"}), "");
  EXPECT_EQ(Said({"-ojson", "sessions", "show"}), "");
  EXPECT_EQ(Said({"send", "--user", "ada", "--", "--not-a-flag"}), "");
  EXPECT_EQ(Said({"send", "-"}), "");
}

TEST_F(UnknownTest, TheNearestNameIsTold) {
  EXPECT_EQ(Said({"sesions"}), "unknown command \"sesions\"; did you mean tool sessions?");
  EXPECT_EQ(Said({"sessions", "shwo"}),
            "unknown command \"shwo\"; did you mean tool sessions show?");
  EXPECT_EQ(Said({"--outptu", "json"}), "unknown flag --outptu of tool; did you mean --output?");
  EXPECT_EQ(Said({"send", "--usr=ada", "hi"}),
            "unknown flag --usr of tool send; did you mean --user? An argument that begins with a "
            "dash goes behind --");
  EXPECT_EQ(Said({"send", "-5"}),
            "unknown flag -5 of tool send; see tool send --help. An argument that begins with a "
            "dash goes behind --");
  EXPECT_EQ(Said({"sessions", "show", "x"}), "\"x\" is too much; see tool sessions show --help");
}

}  // namespace
}  // namespace wsgate::cli
