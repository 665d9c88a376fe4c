#include "gateway/config/environment.h"

#include <gmock/gmock.h>

namespace wsgate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(EnvironmentTest, EveryFieldHasItsVariable) {
  for (const Field& field : Fields()) {
    std::vector<std::string> errors;
    const std::vector<Setting> settings =
        EnvironmentSettings({{EnvironmentName(field), "x"}}, errors);
    EXPECT_THAT(errors, IsEmpty());
    ASSERT_THAT(settings, SizeIs(1)) << field.name;
    EXPECT_EQ(settings[0].field, &field);
    EXPECT_EQ(settings[0].source.ToString(), "environment " + EnvironmentName(field));
  }
}

TEST(EnvironmentTest, AnUnknownVariableNamesTheNearest) {
  std::vector<std::string> errors;
  EXPECT_THAT(EnvironmentSettings({{"WSGATE_LIMIT_SESSIONS_PER_NODE_MAX", "1"},
                                   {"WSGATE_CONFG", "f"},
                                   {"HOME", "/root"},
                                   {"WSGATEWAY", "1"}},
                                  errors),
              IsEmpty());
  EXPECT_THAT(
      errors,
      ElementsAre("unknown environment variable WSGATE_LIMIT_SESSIONS_PER_NODE_MAX; did "
                  "you mean WSGATE_LIMITS_SESSIONS_PER_NODE_MAX?",
                  "unknown environment variable WSGATE_CONFG; did you mean WSGATE_CONFIG?"));
}

TEST(EnvironmentTest, WhatKubernetesInjectsIsIgnored) {
  // As a pod sees them that runs beside Services named `wsgate` and `wsgate-control`.
  const NamedValues injected = {
      {"WSGATE_SERVICE_HOST", "10.0.0.1"},
      {"WSGATE_SERVICE_PORT", "8080"},
      {"WSGATE_SERVICE_PORT_CLIENT", "8080"},
      {"WSGATE_PORT", "tcp://10.0.0.1:8080"},
      {"WSGATE_PORT_8080_TCP", "tcp://10.0.0.1:8080"},
      {"WSGATE_PORT_8080_TCP_PROTO", "tcp"},
      {"WSGATE_PORT_8080_TCP_PORT", "8080"},
      {"WSGATE_PORT_8080_TCP_ADDR", "10.0.0.1"},
      {"WSGATE_CONTROL_SERVICE_HOST", "10.0.0.2"},
      {"WSGATE_CONTROL_SERVICE_PORT", "50051"},
      {"WSGATE_CONTROL_SERVICE_PORT_GRPC_CONTROL", "50051"},
      {"WSGATE_CONTROL_PORT", "tcp://10.0.0.2:50051"},
      {"WSGATE_CONTROL_PORT_50051_UDP", "udp://10.0.0.2:50051"},
      {"WSGATE_CONTROL_PORT_50051_SCTP_ADDR", "10.0.0.2"},
  };
  std::vector<std::string> errors;
  EXPECT_THAT(EnvironmentSettings(injected, errors), IsEmpty());
  EXPECT_THAT(errors, IsEmpty());
}

TEST(EnvironmentTest, WhatOnlyLooksLikeItIsNot) {
  for (const char* name :
       {"WSGATE_PORTS", "WSGATE_PORT_8080", "WSGATE_PORT_8080_", "WSGATE_PORT_TCP",
        "WSGATE_SERVICE", "WSGATE_SERVICE_PORT_", "WSGATE_SERVICEHOST", "WSGATE_", "WSGATEPORT",
        "OTHER_SERVICE_HOST", "WSGATE_SERVICE_HOSTS"}) {
    EXPECT_FALSE(IsKubernetesServiceVariable(name)) << name;
  }
}

TEST(EnvironmentTest, TheConfigurationFileMayBeNamedThere) {
  EXPECT_EQ(ConfigFileOf({{"WSGATE_CONFIG", "/etc/w.yaml"}}), "/etc/w.yaml");
  EXPECT_EQ(ConfigFileOf({{"WSGATE_CONFIG", ""}}), std::nullopt);
  EXPECT_EQ(ConfigFileOf({}), std::nullopt);
}

}  // namespace
}  // namespace wsgate
