#include "gateway/config/flags.h"

#include <gmock/gmock.h>

#include <vector>

#include "gateway/config/fields.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

absl::StatusOr<ParsedFlags> Parse(const std::vector<std::string>& args) {
  return ParseFlags(args);
}

std::string ErrorOf(const std::vector<std::string>& args) {
  return MessageOf(Parse(args).status());
}

TEST(FlagsTest, EveryFieldHasItsFlagInBothForms) {
  for (const Field& field : Fields()) {
    EXPECT_THAT(Parse({FlagName(field) + "=x y"})->fields, ElementsAre(Pair(field.name, "x y")));
    if (field.type == FieldType::kBool) continue;
    EXPECT_THAT(Parse({FlagName(field), "x"})->fields, ElementsAre(Pair(field.name, "x")));
  }
}

TEST(FlagsTest, ABoolMayStandAlone) {
  EXPECT_THAT(Parse({"--demo"})->fields, ElementsAre(Pair("demo", "true")));
  EXPECT_THAT(Parse({"--demo", "--dev"})->fields, ElementsAre(Pair("demo", "true")));
  EXPECT_THAT(Parse({"--demo", "false"})->fields, ElementsAre(Pair("demo", "false")));
  EXPECT_THAT(Parse({"--demo=false"})->fields, ElementsAre(Pair("demo", "false")));
  EXPECT_THAT(ErrorOf({"--demo", "maybe"}), HasSubstr("\"maybe\" is not a flag"));
}

TEST(FlagsTest, FileDevAndHelpStandBesideTheFields) {
  const absl::StatusOr<ParsedFlags> flags =
      Parse({"--config", "w.yaml", "--dev", "--shards", "1", "-h"});
  ASSERT_TRUE(flags.ok());
  EXPECT_EQ(flags->config_file, "w.yaml");
  EXPECT_TRUE(flags->dev);
  EXPECT_TRUE(flags->help);
  EXPECT_THAT(flags->fields, ElementsAre(Pair("shards", "1")));
  EXPECT_EQ(Parse({"--config=a=b"})->config_file, "a=b");
  const absl::StatusOr<ParsedFlags> none = Parse({});
  EXPECT_EQ(none->config_file, std::nullopt);
  EXPECT_FALSE(none->dev);
  EXPECT_FALSE(none->help);
  EXPECT_THAT(none->fields, IsEmpty());
}

TEST(FlagsTest, EachMistakeIsNamed) {
  EXPECT_EQ(ErrorOf({"--limit-send-bytes-max", "1"}),
            "unknown flag --limit-send-bytes-max; did you mean --limits-send-bytes-max?");
  EXPECT_EQ(ErrorOf({"--conf"}), "unknown flag --conf; did you mean --config?");
  EXPECT_EQ(ErrorOf({"-x"}), "unknown flag -x; did you mean --dev?");
  EXPECT_EQ(ErrorOf({"--shards"}), "--shards needs a value; write --shards=auto");
  EXPECT_EQ(ErrorOf({"--client-address", "--dev"}),
            "--client-address needs a value; write --client-address=0.0.0.0:8080");
  EXPECT_EQ(ErrorOf({"--config"}), "--config needs a value; write --config=wsgate.yaml");
  EXPECT_EQ(ErrorOf({"--dev=true"}), "--dev takes no value");
  EXPECT_EQ(ErrorOf({"w.yaml"}), "\"w.yaml\" is not a flag; flags start with --, see --help");
}

TEST(FlagsTest, HelpShowsEveryFlagWithDefaultRangeAndText) {
  const std::string help = ServeHelp();
  for (const Field& field : Fields()) {
    EXPECT_THAT(help, HasSubstr(Cat("\n  ", FlagName(field))));
    EXPECT_THAT(help, HasSubstr(field.help));
    EXPECT_THAT(help, HasSubstr(EnvironmentName(field)));
  }
  EXPECT_THAT(help, HasSubstr("Default: 32. Allowed: off or 1 to 1024."));
  EXPECT_THAT(help, HasSubstr("--config FILE"));
  EXPECT_THAT(help, HasSubstr("--dev"));
}

}  // namespace
}  // namespace wsgate
