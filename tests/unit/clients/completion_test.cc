#include "clients/cli/completion.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

#include "clients/cli/completion_model.h"
#include "clients/cli/flags.h"

namespace wsgate::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() : root_("", "tool") {
    AddValue(root_, "-o,--output", value_, "table|json", "how to print");
    AddValue(root_, "--token-file", value_, "FILE", "it's a secret");
    CLI::App& send = *root_.add_subcommand("send", "Sends.\nAt length.");
    AddValue(send, "FILE", value_, "FILE", "");
    CLI::App& completion = *root_.add_subcommand("completion", "Prints.");
    AddValue(completion, "SHELL", value_, "bash|zsh", "");
  }

  CLI::App root_;
  std::string value_;
};

TEST_F(CompletionTest, TheModelHasWhatTheTreeHas) {
  const std::vector<CommandModel> model = ModelOf(root_);
  ASSERT_EQ(model.size(), 3u);
  EXPECT_EQ(model[0].path, "tool");
  EXPECT_THAT(model[0].commands,
              ElementsAre(Pair("send", "Sends."), Pair("completion", "Prints.")));
  ASSERT_EQ(model[0].flags.size(), 3u) << "--help too";
  const FlagModel& help = model[0].flags[0];
  EXPECT_FALSE(help.takes_value);
  const FlagModel& output = model[0].flags[1];
  EXPECT_THAT(output.names, ElementsAre("-o", "--output"));
  EXPECT_TRUE(output.takes_value);
  EXPECT_FALSE(output.takes_file);
  EXPECT_THAT(output.choices, ElementsAre("table", "json"));
  EXPECT_TRUE(model[0].flags[2].takes_file);
  EXPECT_EQ(model[1].path, "tool send");
  EXPECT_TRUE(model[1].takes_file);
  EXPECT_THAT(model[2].words, ElementsAre("bash", "zsh"));
}

// What the scripts do is shown by tests/e2e/test_wsgatectl_completion.py, in the shells themselves.
TEST_F(CompletionTest, QuotesInTextsStayText) {
  EXPECT_THAT(ZshCompletion(root_), HasSubstr("'--token-file:it'\\''s a secret'"));
  EXPECT_THAT(FishCompletion(root_), HasSubstr("-l token-file -r -F -d 'it\\'s a secret'"));
  EXPECT_THAT(BashCompletion(root_), HasSubstr("choices='-o:table|json --output:table|json'"));
}

}  // namespace
}  // namespace wsgate::cli
