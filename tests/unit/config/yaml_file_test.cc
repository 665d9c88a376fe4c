#include "gateway/config/yaml_file.h"

#include <gmock/gmock.h>

#include "gateway/config/strings.h"
#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

struct Parsed {
  std::vector<std::string> settings;  // `WHERE NAME=VALUE`.
  std::vector<std::string> errors;
};

Parsed Parse(const std::string& text) {
  Parsed parsed;
  for (const Setting& setting : YamlSettings(text, "w.yaml", parsed.errors)) {
    parsed.settings.push_back(
        Cat(setting.source.where, " ", setting.field->name, "=", setting.value));
  }
  return parsed;
}

TEST(YamlFileTest, AListOfTextsIsTheSameAsCommas) {
  EXPECT_THAT(Parse("auth: {jwt: {audience: [chat, feed]}}\n").settings,
              ElementsAre("w.yaml:1 auth.jwt.audience=chat, feed"));
  EXPECT_THAT(Parse("auth: {jwt: {audience: [[chat]]}}\n").errors,
              ElementsAre(HasSubstr("takes a list of texts without commas")));
  EXPECT_THAT(Parse("auth: {jwt: {audience: []}}\n").errors,
              ElementsAre(HasSubstr("is an empty list")));
  EXPECT_THAT(Parse("auth: {jwt: {issuer: [a]}}\n").errors, ElementsAre(HasSubstr("not a list")));
}

TEST(YamlFileTest, GroupsNestAndEveryValueKnowsItsLine) {
  const Parsed parsed = Parse(
      "shards: 2\n"
      "control:\n"
      "  address: \"[::1]:0\"\n"
      "  auth: {mode: none}\n"
      "limits:\n"
      "  # a remark\n"
      "\n"
      "  sessions_per_user_max: off\n"
      "ready_file: ''\n");
  EXPECT_THAT(parsed.errors, IsEmpty());
  EXPECT_THAT(parsed.settings,
              ElementsAre("w.yaml:1 shards=2", "w.yaml:3 control.address=[::1]:0",
                          "w.yaml:4 control.auth.mode=none",
                          "w.yaml:8 limits.sessions_per_user_max=off", "w.yaml:9 ready_file="));
}

TEST(YamlFileTest, NothingAtAllIsAFileToo) {
  for (const char* text :
       {"", "\n\n", "# only this\n", "---\n", "limits:\n", "log:\n  # level: info\n"}) {
    const Parsed parsed = Parse(text);
    EXPECT_THAT(parsed.errors, IsEmpty()) << text;
    EXPECT_THAT(parsed.settings, IsEmpty()) << text;
  }
}

TEST(YamlFileTest, AnUnknownFieldNamesLineAndNearestName) {
  EXPECT_THAT(Parse("limits:\n  sesions_per_node_max: 1\n").errors,
              ElementsAre("w.yaml:2: unknown field \"limits.sesions_per_node_max\"; did you mean "
                          "\"limits.sessions_per_node_max\"?"));
  EXPECT_THAT(Parse("sessions_per_node_max: 1\n").errors,
              ElementsAre("w.yaml:1: unknown field \"sessions_per_node_max\"; did you mean "
                          "\"limits.sessions_per_node_max\"?"));
  EXPECT_THAT(Parse("\nlimit:\n  a: 1\n").errors,
              ElementsAre("w.yaml:2: unknown field \"limit\"; did you mean \"limits\"?"));
  EXPECT_THAT(Parse("limits:\n  sesions: 1\n").errors,
              ElementsAre(HasSubstr("did you mean \"limits.")))
      << "a group is no name for what stands in a group";
  EXPECT_THAT(Parse("a: &a {b: *a}\n").errors, ElementsAre(HasSubstr("w.yaml:1: ")));
}

TEST(YamlFileTest, DottedNamesAreToldToNest) {
  EXPECT_THAT(Parse("limits.send_bytes_max: 1KiB\n").errors,
              ElementsAre("w.yaml:1: \"limits.send_bytes_max\" is written with dots; nest it: "
                          "limits: in one line, the rest indented below it"));
  EXPECT_THAT(Parse("control.auth: {mode: none}\n").errors, ElementsAre(HasSubstr("with dots")));
}

TEST(YamlFileTest, DoubledKeysNameBothLines) {
  EXPECT_THAT(Parse("shards: 1\ndemo: true\nshards: 2\n").errors,
              ElementsAre("w.yaml:3: \"shards\" stands here a second time, the first is in line 1; "
                          "keep one of them"));
  EXPECT_THAT(Parse("log:\n  level: info\nlog:\n  format: json\n").errors,
              ElementsAre(HasSubstr("w.yaml:3: \"log\" stands here a second time")));
  EXPECT_THAT(Parse("log:\n  level: info\n  level: warn\n").errors,
              ElementsAre(HasSubstr("w.yaml:3: \"log.level\" stands here a second time")));
}

TEST(YamlFileTest, TheShapeOfEveryValueIsChecked) {
  EXPECT_THAT(Parse("limits: 5\n").errors,
              ElementsAre("w.yaml:1: \"limits\" is a group of fields; write them below it, "
                          "indented"));
  EXPECT_THAT(Parse("limits: [1]\n").errors, ElementsAre(HasSubstr("is a group of fields")));
  EXPECT_THAT(Parse("shards: [1, 2]\n").errors,
              ElementsAre("w.yaml:1: \"shards\" takes one value (auto or 1 to 256), not a list"));
  EXPECT_THAT(Parse("shards: {a: 1}\n").errors, ElementsAre(HasSubstr("not a group")));
  EXPECT_THAT(Parse("shards:\n").errors,
              ElementsAre("w.yaml:1: \"shards\" has no value; write one (auto or 1 to 256) or "
                          "remove the line"));
  EXPECT_THAT(Parse("[1]: 2\n").errors, ElementsAre(HasSubstr("w.yaml:1: a name is expected")));
  EXPECT_THAT(Parse("- shards\n").errors,
              ElementsAre("w.yaml:1: fields are expected, such as `shards: auto`, not a list"));
  EXPECT_THAT(Parse("shards\n").errors, ElementsAre(HasSubstr("not a single value")));
}

TEST(YamlFileTest, WhatIsNotYamlIsToldWithItsLine) {
  EXPECT_THAT(Parse("limits:\n\tshards: 1\n").errors,
              ElementsAre("w.yaml:2: a tab in the indentation; use spaces"));
  EXPECT_THAT(Parse("limits:\n  \t# a tab before a remark is harmless\n").errors, IsEmpty());
  EXPECT_THAT(Parse("shards: 1\nlog: {level: info\n").errors,
              ElementsAre(::testing::AllOf(StartsWith("w.yaml:"), HasSubstr(": not YAML: "),
                                           HasSubstr("check indentation, colons and quotes"))));
  EXPECT_THAT(Parse("a: b: c\n").errors, ElementsAre(StartsWith("w.yaml:1: not YAML: ")));
  EXPECT_THAT(
      Parse("shards: 1\n---\nshards: 2\n").errors,
      ElementsAre("w.yaml: has more than one document; keep one and remove the --- between them"));
  for (const char* text : {",shards: 1\n", "---\n,shards: 1\n", "]", "}\n---\na: 1\n"}) {
    EXPECT_THAT(Parse(text).errors, ElementsAre(HasSubstr("not YAML"))) << text;
  }
  EXPECT_THAT(Parse(std::string(100'000, '[')).errors, ElementsAre(HasSubstr("not YAML")));
}

TEST(YamlFileTest, AFileThatCannotBeReadSaysWhatToDo) {
  const TempDir dir;
  const absl::StatusOr<std::string> missing = ReadConfigFile(dir.Path("none.yaml"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(MessageOf(missing.status()),
            Cat("cannot read ", dir.Path("none.yaml"),
                ": No such file or directory; check the path (--config or WSGATE_CONFIG) and who "
                "may read it"));
  EXPECT_THAT(MessageOf(ReadConfigFile(dir.Path("")).status()), HasSubstr("Is a directory"));
  const std::string full(kConfigFileBytesMax, '#');
  EXPECT_EQ(*ReadConfigFile(dir.Write("full.yaml", full)), full);
  EXPECT_THAT(MessageOf(ReadConfigFile(dir.Write("more.yaml", full + "#")).status()),
              HasSubstr("has more than 1MiB"));
}

TEST(YamlFileTest, ScalarsAreQuotedWhereAnyYamlWouldMisreadThem) {
  const Field& text = *FindField("node.id");
  EXPECT_EQ(YamlScalar(text, "a\"b\\c"), "\"a\\\"b\\\\c\"");
  EXPECT_EQ(YamlScalar(text, "null"), "\"null\"");
  EXPECT_EQ(YamlScalar(*FindField("origins.allowed"), "null"), "\"null\"");
  EXPECT_EQ(YamlScalar(*FindField("log.level"), "off"), "\"off\"");
  EXPECT_EQ(YamlScalar(*FindField("log.level"), "info"), "info");
  EXPECT_EQ(YamlScalar(*FindField("auth.mode"), ""), "\"\"");
  EXPECT_EQ(YamlScalar(*FindField("client.address"), "127.0.0.1:80"), "127.0.0.1:80");
  EXPECT_EQ(YamlScalar(*FindField("client.address"), "[::1]:80"), "\"[::1]:80\"");
  EXPECT_EQ(YamlScalar(*FindField("limits.send_bytes_max"), "1MiB"), "1MiB");
}

}  // namespace
}  // namespace wsgate
