#include "clients/cli/flags.h"

#include <gmock/gmock.h>

#include <CLI/CLI.hpp>

namespace wsgate::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// What these arguments make of the filter's flags.
FilterFlags Parse(std::vector<std::string> args) {
  FilterFlags flags;
  CLI::App app;
  std::string text;
  AddFilterFlags(app, flags, "to");
  AddValue(app, "TEXT", text, "TEXT", "");
  std::reverse(args.begin(), args.end());
  app.parse(args);
  EXPECT_EQ(text, "hello") << "no flag takes what follows its value";
  return flags;
}

TEST(FlagsTest, EveryFlagIsAFieldOfTheFilter) {
  const FilterFlags flags = Parse(
      {"--user", "ada",    "--users",         "bob,eve",       "--session",  "s1",     "--tenant",
       "acme",   "--path", "/ws/lobby",       "--subprotocol", "wsgate.raw", "--meta", "room=blue",
       "--meta", "k=a=b",  "--connected-for", "1m30s",         "--user",     "a,b",    "hello"});
  const absl::StatusOr<v1::SessionFilter> filter = ToFilter(flags);
  ASSERT_TRUE(filter.ok());
  EXPECT_THAT(filter->user_ids(), ElementsAre("ada", "a,b", "bob", "eve"));
  EXPECT_THAT(filter->session_ids(), ElementsAre("s1"));
  EXPECT_THAT(filter->tenants(), ElementsAre("acme"));
  EXPECT_EQ(filter->path_prefix(), "/ws/lobby");
  EXPECT_EQ(filter->subprotocol(), "wsgate.raw");
  EXPECT_EQ(filter->metadata().at("room"), "blue");
  EXPECT_EQ(filter->metadata().at("k"), "a=b");
  EXPECT_EQ(filter->connected_for().seconds(), 90);
  EXPECT_FALSE(IsEmpty(*filter));
}

TEST(FlagsTest, NoFlagIsAnEmptyFilter) {
  const absl::StatusOr<v1::SessionFilter> filter = ToFilter({});
  ASSERT_TRUE(filter.ok());
  EXPECT_TRUE(IsEmpty(*filter));
}

TEST(FlagsTest, ABadValueNamesItsFlag) {
  EXPECT_THAT(std::string(ToFilter({.metadata = {"room"}}).status().message()),
              HasSubstr("--meta: \"room\" is no entry; write KEY=VALUE"));
  EXPECT_THAT(std::string(ToFilter({.connected_for = "10"}).status().message()),
              HasSubstr("--connected-for: \"10\" has no unit"));
}

TEST(FlagsTest, AChoiceTakesOnlyItsWords) {
  std::string output;
  CLI::App app;
  CLI::Option& option = *AddValue(app, "--output", output, "table|json", "");
  AddChoice(option);
  EXPECT_THAT(ChoicesOf(option), ElementsAre("table", "json"));
  app.parse(std::vector<std::string>{"json", "--output"});
  EXPECT_EQ(output, "json");
  EXPECT_THROW(app.parse(std::vector<std::string>{"xml", "--output"}), CLI::ValidationError);
}

TEST(FlagsTest, ExclusionsAreOptions) {
  const v1::SendOptions options = ToOptions({.users = {"ada"}, .sessions = {"s1", "s2"}});
  EXPECT_THAT(options.exclude_user_ids(), ElementsAre("ada"));
  EXPECT_THAT(options.exclude_session_ids(), ElementsAre("s1", "s2"));
}

}  // namespace
}  // namespace wsgate::cli
