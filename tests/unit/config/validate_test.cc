#include "gateway/config/validate.h"

#include <gmock/gmock.h>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr uint64_t kOpenFiles = 20'000;

Config GoodConfig() {
  Config config;
  config.auth_mode = "insecure";
  return config;
}

std::string ErrorsOf(const Config& config, uint64_t open_file_limit = kOpenFiles) {
  return MessageOf(Validate(config, open_file_limit));
}

TEST(ValidateTest, TheDefaultsNeedOnlyAnAuthMode) {
  EXPECT_TRUE(Validate(GoodConfig(), kOpenFiles).ok());
  const std::string error = ErrorsOf(Config{});
  EXPECT_THAT(error, StartsWith("auth.mode is not set"));
  EXPECT_THAT(error, HasSubstr("`wsgate serve --dev`"));
  EXPECT_THAT(error, HasSubstr("`auth.mode: insecure` written out, which believes the user"));
}

TEST(ValidateTest, AnUnknownAuthModeNamesTheAllowedOnes) {
  Config config = GoodConfig();
  config.auth_mode = "none";
  EXPECT_EQ(ErrorsOf(config), "auth.mode is \"none\", but must be insecure, jwt or hook");
}

TEST(ValidateTest, TokensNeedAKeyAndAPlace) {
  Config config = GoodConfig();
  config.auth_mode = "jwt";
  EXPECT_THAT(ErrorsOf(config), HasSubstr("set auth.jwt.jwks_url"));
  for (std::string Config::*key :
       {&Config::jwt_secret_file, &Config::jwt_public_key_file, &Config::jwt_jwks_file}) {
    Config one = config;
    one.*key = "/etc/wsgate/key";
    EXPECT_EQ(ErrorsOf(one), "");
  }
  config.jwt_secret_file = "/etc/wsgate/key";
  config.token_header = config.token_subprotocol = false;
  EXPECT_THAT(ErrorsOf(config), StartsWith("auth.mode is jwt, but a token may stand nowhere"));
  config.token_query = "token";
  EXPECT_EQ(ErrorsOf(config), "");
  config.token_query = "to ken";
  EXPECT_THAT(ErrorsOf(config), StartsWith("auth.token.query is \"to ken\""));
}

TEST(ValidateTest, KeysThatNobodyAsksForAreWarnedOf) {
  Config config = GoodConfig();
  EXPECT_TRUE(ConfigWarnings(config).empty());
  config.jwt_secret_file = "/etc/wsgate/key";
  EXPECT_THAT(ConfigWarnings(config), ElementsAre(HasSubstr("auth.mode is insecure")));
}

TEST(ValidateTest, KeysAreFetchedByHttpsAlone) {
  Config config = GoodConfig();
  config.auth_mode = "jwt";
  config.jwt_jwks_url = "https://id.example/jwks.json";
  EXPECT_EQ(ErrorsOf(config), "");
  config.jwt_jwks_url = "http://id.example/jwks.json";
  EXPECT_THAT(ErrorsOf(config), StartsWith("auth.jwt.jwks_url: \"http://id.example/jwks.json\""));
}

TEST(ValidateTest, ACookieIsACredentialOnlyForNamedPages) {
  Config config = GoodConfig();
  config.token_cookie = "session";
  EXPECT_THAT(ErrorsOf(config), StartsWith("auth.token.cookie is set"));
  config.origins_allowed = "https://chat.example, null";
  EXPECT_THAT(ErrorsOf(config), StartsWith("auth.token.cookie is set")) << "any page has frames";
  config.origins_allowed = "*";
  EXPECT_THAT(ErrorsOf(config), StartsWith("auth.token.cookie is set"));
  config.origins_allowed = "https://chat.example";
  EXPECT_EQ(ErrorsOf(config), "");
  config.origins_allowed = "chat.example";
  EXPECT_THAT(ErrorsOf(config), HasSubstr("origins.allowed: \"chat.example\" has no scheme"));
}

TEST(ValidateTest, WhereABackendDecidesItMustBeNamed) {
  Config config = GoodConfig();
  config.auth_mode = "hook";
  EXPECT_THAT(ErrorsOf(config), StartsWith("hooks.on_connect.targets is empty"));
  config.on_connect_targets = "127.0.0.1:50052";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
}

TEST(ValidateTest, AnOpenControlPortMustBeWrittenOut) {
  Config config = GoodConfig();
  for (const char* loopback : {"127.0.0.1:50051", "[::1]:50051", "localhost:50051"}) {
    config.control_address = loopback;
    EXPECT_TRUE(Validate(config, kOpenFiles).ok()) << loopback;
  }
  config.control_address = "0.0.0.0:50051";
  EXPECT_THAT(ErrorsOf(config),
              HasSubstr("control.address is 0.0.0.0:50051, which other machines"));
  EXPECT_THAT(ErrorsOf(config), HasSubstr("`control.auth.mode: none`"));
  config.control_auth_mode = "none";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
}

TEST(ValidateTest, WhoAsksForCallersNamesThemAndItsCertificate) {
  Config config = GoodConfig();
  config.control_address = "0.0.0.0:50051";
  config.control_auth_mode = "token";
  EXPECT_THAT(ErrorsOf(config), StartsWith("control.auth.tokens_file is empty"));
  config.control_auth_tokens_file = "callers";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
  EXPECT_THAT(ConfigWarnings(config),
              Contains(HasSubstr("tokens go over the network as they are")));
  config.control_tls_cert_file = "cert";
  EXPECT_THAT(ErrorsOf(config), StartsWith("control.tls.key_file is empty"));
  config.control_tls_key_file = "key";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
  EXPECT_THAT(ConfigWarnings(config), Not(Contains(HasSubstr("tokens"))));
  config.control_tls_client_ca_file = "ca";
  EXPECT_THAT(ErrorsOf(config), HasSubstr("with control.auth.mode mtls alone"));
  config.control_auth_mode = "mtls";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
  config.control_tls_client_ca_file = "";
  EXPECT_THAT(ErrorsOf(config), StartsWith("control.tls.client_ca_file is empty"));
  config.control_tls_cert_file = "";
  EXPECT_THAT(ErrorsOf(config), HasSubstr("control.tls.cert_file is empty"));
  config = GoodConfig();
  config.control_auth_tokens_file = "callers";
  EXPECT_THAT(ConfigWarnings(config), Contains(HasSubstr("everybody may call")));
}

TEST(ValidateTest, CallsOnAnOpenAdminPortMustBeWrittenOutToo) {
  Config config = GoodConfig();
  config.admin_address = "0.0.0.0:8081";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok()) << "pages alone are open";
  config.control_http = true;
  EXPECT_THAT(ErrorsOf(config), StartsWith("control.http is on, admin.address is 0.0.0.0:8081"));
  config.control_auth_mode = "none";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
  config.control_auth_mode.clear();
  config.admin_address = "127.0.0.1:8081";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
  config.control_auth_mode = "token";
  config.control_auth_tokens_file = "callers";
  EXPECT_THAT(ConfigWarnings(config), Not(Contains(HasSubstr("admin.address has no TLS"))));
  config.admin_address = "0.0.0.0:8081";
  EXPECT_THAT(ConfigWarnings(config), Contains(HasSubstr("admin.address has no TLS")));
  config.control_auth_mode = "mtls";
  config.control_tls_cert_file = config.control_tls_key_file = "pem";
  config.control_tls_client_ca_file = "ca";
  EXPECT_THAT(ErrorsOf(config), HasSubstr("nobody shows a certificate"));
  config.control_http = false;
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
}

TEST(ValidateTest, ACapAboveTheOpenFileLimitNamesBothNumbers) {
  Config config = GoodConfig();
  config.limits.sessions_per_node_max = 5'000;
  EXPECT_TRUE(Validate(config, 5'512).ok());
  EXPECT_THAT(ErrorsOf(config, 5'511), HasSubstr("is 5000, but the open-file limit of 5511"));
}

TEST(ValidateTest, PortsMustDifferUnlessTheKernelPicksThem) {
  Config config = GoodConfig();
  config.client_address = config.admin_address = config.control_address = "127.0.0.1:0";
  EXPECT_TRUE(Validate(config, kOpenFiles).ok());
  config.client_address = config.admin_address = "127.0.0.1:8080";
  EXPECT_EQ(ErrorsOf(config),
            "admin.address is 127.0.0.1:8080, as is client.address; give each a port of its own");
}

TEST(ValidateTest, EverythingWrongIsToldAtOnce) {
  Config config;
  config.client_address = "8080";
  config.shards = 257;
  config.limits.header_bytes_max = 65 * kKiB;
  std::vector<std::string> fields;
  for (const FieldError& error : CheckConfig(config, kOpenFiles)) fields.push_back(error.field);
  EXPECT_THAT(fields,
              ElementsAre("client.address", "shards", "auth.mode", "limits.header_bytes_max"));
}

TEST(ValidateTest, WhatWorksHardlyAsMeantIsAWarning) {
  Config config = GoodConfig();
  EXPECT_TRUE(ConfigWarnings(config).empty());
  config.limits.message_bytes_max = 512 * kKiB;
  config.limits.queued_bytes_per_session_max = kMiB;
  EXPECT_TRUE(ConfigWarnings(config).empty()) << "equal is enough";
  config.limits.message_bytes_max = kMiB;
  config.limits.queued_bytes_per_session_max = 512 * kKiB;
  EXPECT_THAT(ConfigWarnings(config),
              ElementsAre(HasSubstr("limits.message_bytes_max (1MiB) is above limits.bytes_burst "
                                    "(512KiB)"),
                          HasSubstr("limits.send_bytes_max (1MiB) is above "
                                    "limits.queued_bytes_per_session_max (512KiB)")));
  config.limits.bytes_per_second = 0;
  EXPECT_THAT(ConfigWarnings(config), ElementsAre(HasSubstr("limits.send_bytes_max")));
}

TEST(ValidateTest, AReloadChangesLimitsAndNamesTheRest) {
  const Config running = GoodConfig();
  Config loaded = running;
  loaded.limits.messages_per_second = 7;
  EXPECT_TRUE(FieldsThatNeedRestart(running, loaded).empty());
  loaded.shards = 3;
  loaded.log_level = "debug";
  EXPECT_THAT(FieldsThatNeedRestart(running, loaded), ElementsAre("shards", "log.level"));
}

}  // namespace
}  // namespace wsgate
