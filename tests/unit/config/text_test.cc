#include "gateway/config/text.h"

#include <gmock/gmock.h>
#include <regex.h>

#include <nlohmann/json.hpp>

#include "gateway/config/strings.h"
#include "gateway/config/yaml_file.h"
#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

// The schema of a field.
json SchemaOf(std::string_view name) {
  json node = json::parse(ConfigSchemaText());
  for (const std::string& part : Split(name, '.')) node = node["properties"][part];
  return node;
}

// POSIX's, which reads our patterns as JSON schema does; std::regex does not compile under the
// address sanitizer with GCC 12.
bool Matches(const std::string& text, const std::string& pattern) {
  regex_t compiled;
  if (regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
  const bool matches = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return matches;
}

// What is left when somebody removes the `#` before every value.
std::string Uncommented(const std::string& text) {
  std::string out;
  for (std::string line : Split(text, '\n')) {
    const size_t mark = line.find_first_not_of(' ');
    const bool is_value = mark != std::string::npos && line[mark] == '#' &&
                          mark + 1 < line.size() && line[mark + 1] != ' ';
    if (is_value) line.erase(mark, 1);
    Append(out, line, "\n");
  }
  return out;
}

// As much of JSON schema as ours uses.
bool Accepts(const json& schema, const json& value) {
  if (schema.contains("anyOf")) {
    for (const json& one : schema["anyOf"]) {
      if (Accepts(one, value)) return true;
    }
    return false;
  }
  if (schema.contains("const")) return schema["const"] == value;
  if (schema.contains("enum")) {
    return std::find(schema["enum"].begin(), schema["enum"].end(), value) != schema["enum"].end();
  }
  const std::string type = schema["type"];
  if (type == "array") return value.is_array() && value.size() >= schema["minItems"];
  if (type == "boolean") return value.is_boolean();
  if (type == "integer") {
    return value.is_number_integer() && value >= schema["minimum"] && value <= schema["maximum"];
  }
  if (!value.is_string()) return false;
  const std::string text = value;
  if (schema.contains("maxLength") && text.size() > schema["maxLength"]) return false;
  return !schema.contains("pattern") || Matches(text, schema["pattern"]);
}

TEST(ConfigTextTest, TheWrittenFileSetsNothingAndUncommentedItSetsTheDefaults) {
  const TempDir dir;
  const std::string text = ConfigFileText();
  std::vector<std::string> errors;
  EXPECT_TRUE(YamlSettings(text, "w.yaml", errors).empty());
  EXPECT_EQ(JoinLines(errors), "");
  const std::string uncommented = Uncommented(text);
  EXPECT_EQ(YamlSettings(uncommented, "w.yaml", errors).size(), Fields().size());
  EXPECT_EQ(JoinLines(errors), "");
  const absl::StatusOr<Config> config = LoadConfig({.file = dir.Write("w.yaml", uncommented)});
  ASSERT_TRUE(config.ok()) << config.status();
  for (const Field& field : Fields()) {
    EXPECT_EQ(GetField(field, *config), DefaultOf(field)) << field.name;
    EXPECT_THAT(text, HasSubstr(Cat("# ", field.help, "\n")));
    EXPECT_THAT(text, HasSubstr(Cat("# Allowed: ", DescribeRange(field))));
  }
}

TEST(ConfigTextTest, TheEffectiveConfigurationShowsSourcesAndIsReadBack) {
  const TempDir dir;
  const std::string file = dir.Write("w.yaml", "node: {id: 'a \"b\" \\ c'}\nlog: {level: off}\n");
  const absl::StatusOr<LoadedConfig> loaded = LoadConfigWithSources(
      {.file = file,
       .environment = {{"WSGATE_SHARDS", "2"}},
       .flags = {{"client.address", "[::1]:0"}, {"limits.bytes_burst", "auto"}},
       .dev = true});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const std::string text = EffectiveConfigText(*loaded);
  EXPECT_THAT(text, HasSubstr("shards: 2  # environment WSGATE_SHARDS\n"));
  EXPECT_THAT(text, HasSubstr("  address: \"[::1]:0\"  # flag --client-address\n"));
  EXPECT_THAT(text, HasSubstr(Cat("  level: \"off\"  # file ", file, ":2\n")));
  EXPECT_THAT(text, HasSubstr("demo: true  # --dev\n"));
  EXPECT_THAT(text, HasSubstr("limits:\n  sessions_per_node_max: auto  # default\n"));
  EXPECT_THAT(text, HasSubstr("  bytes_burst: auto  # flag --limits-bytes-burst\n"));
  const absl::StatusOr<Config> again = LoadConfig({.file = dir.Write("again.yaml", text)});
  ASSERT_TRUE(again.ok()) << again.status();
  for (const Field& field : Fields()) {
    EXPECT_EQ(GetField(field, *again), GetField(field, loaded->config)) << field.name;
  }
}

TEST(ConfigSchemaTest, ItIsDraft202012AndClosedAtEveryLevel) {
  const json schema = json::parse(ConfigSchemaText());
  EXPECT_EQ(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
  for (const json& group : {schema, schema["properties"]["limits"],
                            schema["properties"]["control"]["properties"]["auth"]}) {
    EXPECT_EQ(group["additionalProperties"], false);
    EXPECT_EQ(group["type"], json({"object", "null"}));
  }
}

TEST(ConfigSchemaTest, EveryFieldIsThereWithItsTextAndAcceptsItsDefault) {
  for (const Field& field : Fields()) {
    const json schema = SchemaOf(field.name);
    EXPECT_THAT(schema["description"].get<std::string>(), HasSubstr(field.help));
    EXPECT_TRUE(Accepts(schema, schema["default"])) << field.name << schema;
    EXPECT_TRUE(field.type == FieldType::kBool || Accepts(schema, DefaultOf(field))) << schema;
    EXPECT_FALSE(Accepts(schema, json::array())) << field.name;
    EXPECT_FALSE(Accepts(schema, -1)) << field.name;
  }
}

TEST(ConfigSchemaTest, WhatTheLoaderRefusesItRefusesToo) {
  const json user_max = SchemaOf("limits.sessions_per_user_max");
  for (const json& good : {json(1), json(1024), json("off"), json(0), json(false)}) {
    EXPECT_TRUE(Accepts(user_max, good)) << good;
  }
  for (const json& bad : {json(1025), json("auto"), json("-1"), json(true), json(1.5)}) {
    EXPECT_FALSE(Accepts(user_max, bad)) << bad;
  }
  EXPECT_FALSE(Accepts(SchemaOf("limits.handshakes_in_flight_max"), 0));
  EXPECT_TRUE(Accepts(SchemaOf("limits.handshake_timeout"), "1m30s"));
  EXPECT_FALSE(Accepts(SchemaOf("limits.handshake_timeout"), 10)) << "no unit";
  EXPECT_TRUE(Accepts(SchemaOf("limits.send_bytes_max"), "64KiB"));
  EXPECT_FALSE(Accepts(SchemaOf("limits.send_bytes_max"), "64KB"));
  EXPECT_FALSE(Accepts(SchemaOf("log.level"), "loud"));
  EXPECT_FALSE(Accepts(SchemaOf("auth.mode"), "none"));
  EXPECT_TRUE(Accepts(SchemaOf("auth.jwt.audience"), json::array({"chat", "feed"})));
  EXPECT_FALSE(Accepts(SchemaOf("auth.jwt.issuer"), json::array({"one"})));
  EXPECT_TRUE(Accepts(SchemaOf("client.address"), "[::1]:80"));
  EXPECT_FALSE(Accepts(SchemaOf("client.address"), "example.com:80"));
}

}  // namespace
}  // namespace wsgate
