#include "gateway/config/fields.h"

#include <gmock/gmock.h>

#include <set>

#include "gateway/config/environment.h"
#include "gateway/config/strings.h"
#include "gateway/config/value.h"

namespace wsgate {
namespace {

using ::testing::HasSubstr;

const Field& Named(std::string_view name) {
  return *FindField(name);
}

bool IsNumber(const Field& field) {
  return field.type == FieldType::kCount || field.type == FieldType::kBytes ||
         field.type == FieldType::kDuration;
}

std::string Written(const Field& field, uint64_t value) {
  return field.type == FieldType::kDuration ? Cat(value, "ns") : Cat(value);
}

TEST(FieldsTest, NamesAreUniqueEverywhere) {
  std::set<std::string> names, variables, flags;
  for (const Field& field : Fields()) {
    EXPECT_TRUE(names.insert(std::string(field.name)).second) << field.name;
    EXPECT_TRUE(variables.insert(EnvironmentName(field)).second) << field.name;
    EXPECT_TRUE(flags.insert(FlagName(field)).second) << field.name;
    EXPECT_FALSE(IsKubernetesServiceVariable(EnvironmentName(field))) << field.name;
    EXPECT_FALSE(IsSection(field.name)) << field.name;
    EXPECT_TRUE(field.help.ends_with('.')) << field.name;
    EXPECT_EQ(field.reloadable, field.name.starts_with("limits.")) << field.name;
  }
  EXPECT_EQ(FindField("limits"), nullptr);
  EXPECT_TRUE(IsSection("limits"));
  EXPECT_TRUE(IsSection("control.auth"));
  EXPECT_FALSE(IsSection("limit"));
}

TEST(FieldsTest, NamesInTheEnvironmentAndAsFlagsFollowTheField) {
  const Field& field = Named("limits.sessions_per_node_max");
  EXPECT_EQ(EnvironmentName(field), "WSGATE_LIMITS_SESSIONS_PER_NODE_MAX");
  EXPECT_EQ(FlagName(field), "--limits-sessions-per-node-max");
  EXPECT_EQ(FlagName(Named("ready_file")), "--ready-file");
  EXPECT_EQ(EnvironmentName(Named("control.auth.mode")), "WSGATE_CONTROL_AUTH_MODE");
}

TEST(FieldsTest, EveryDefaultIsGoodAndIsReadBack) {
  for (const Field& field : Fields()) {
    EXPECT_EQ(CheckField(field, Config{}), std::nullopt) << field.name;
    Config config;
    EXPECT_TRUE(SetField(field, DefaultOf(field), config).ok()) << field.name;
    EXPECT_EQ(GetField(field, config), DefaultOf(field)) << field.name;
  }
}

TEST(FieldsTest, BothEndsOfEveryRangeAreAllowedAndNothingBeyond) {
  for (const Field& field : Fields()) {
    if (!IsNumber(field)) continue;
    Config config;
    for (const uint64_t value : {field.min, field.max}) {
      EXPECT_TRUE(SetField(field, Written(field, value), config).ok()) << field.name << value;
      EXPECT_EQ(NumberOf(field, config), value) << field.name;
      Config again;
      EXPECT_TRUE(SetField(field, GetField(field, config), again).ok()) << field.name;
      EXPECT_EQ(NumberOf(field, again), value) << field.name << " as it is printed";
    }
    const absl::Status above = SetField(field, Written(field, field.max + 1), config);
    EXPECT_THAT(MessageOf(above), HasSubstr(Cat("but must be ", DescribeRange(field))));
    EXPECT_THAT(MessageOf(above), HasSubstr(field.name));
    EXPECT_EQ(NumberOf(field, config), field.max) << "a refused value changes nothing";
    if (field.min > 1 || (field.min == 1 && field.zero.empty())) {
      EXPECT_FALSE(SetField(field, Written(field, field.min - 1), config).ok()) << field.name;
    }
  }
}

TEST(FieldsTest, ZeroHasItsWordWhereItIsAllowed) {
  for (const Field& field : Fields()) {
    if (!IsNumber(field)) continue;
    Config config;
    const bool allowed = field.min == 0 || !field.zero.empty();
    EXPECT_EQ(SetField(field, "0", config).ok(), allowed) << field.name;
    if (field.zero.empty()) continue;
    EXPECT_TRUE(SetField(field, field.zero, config).ok()) << field.name;
    EXPECT_EQ(NumberOf(field, config), 0u) << field.name;
    EXPECT_EQ(GetField(field, config), field.zero);
  }
  Config config;
  EXPECT_TRUE(SetField(Named("limits.sessions_per_user_max"), "false", config).ok())
      << "what YAML 1.1 makes of `off`";
  EXPECT_EQ(config.limits.sessions_per_user_max, 0u);
  EXPECT_TRUE(SetField(Named("log.level"), "false", config).ok());
  EXPECT_EQ(config.log_level, "off");
  EXPECT_FALSE(SetField(Named("shards"), "off", config).ok());
  EXPECT_FALSE(SetField(Named("limits.send_bytes_max"), "off", config).ok());
}

TEST(FieldsTest, MessagesNameFieldValueAndRange) {
  Config config;
  const auto error = [&](std::string_view name, std::string_view value) {
    return MessageOf(SetField(Named(name), value, config));
  };
  EXPECT_EQ(error("limits.sessions_per_user_max", "5000"),
            "limits.sessions_per_user_max is 5000, but must be off or 1 to 1024");
  EXPECT_EQ(error("limits.handshake_timeout", "2m"),
            "limits.handshake_timeout is 2m, but must be 10ms to 1m");
  EXPECT_EQ(error("limits.send_bytes_max", "65MiB"),
            "limits.send_bytes_max is 65MiB, but must be 1B to 64MiB");
  EXPECT_EQ(error("limits.messages_per_second", "fast"),
            "limits.messages_per_second: \"fast\" is not a whole number; write a whole number "
            "such as 1000, or off");
  EXPECT_EQ(error("demo", "yes"), "demo: \"yes\" is neither true nor false; write one of them");
  EXPECT_EQ(error("log.format", "xml"), "log.format is \"xml\", but must be json or text");
  EXPECT_EQ(error("log.level", "loud"),
            "log.level is \"loud\", but must be trace, debug, info, warn, error or off");
  EXPECT_EQ(error("auth.mode", "none"), "auth.mode is \"none\", but must be insecure, jwt or hook");
  EXPECT_EQ(error("control.auth.mode", "tokens"),
            "control.auth.mode is \"tokens\", but must be none, token or mtls");
  EXPECT_THAT(error("client.address", "8080"), HasSubstr("client.address: \"8080\" has no port"));
  EXPECT_EQ(error("node.id", std::string(256, 'n')),
            "node.id has 256 bytes, but must have 0 to 255");
  EXPECT_EQ(error("node.id", "a\nb"), "node.id has a control character; write it without");
  EXPECT_EQ(error("shards", "4294967297"), "shards is 4294967297, but must be auto or 1 to 256");
}

}  // namespace
}  // namespace wsgate
