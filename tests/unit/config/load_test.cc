#include "gateway/config/load.h"

#include <gmock/gmock.h>

#include "gateway/config/strings.h"
#include "gateway/config/validate.h"
#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

std::string ErrorOf(const LoadInputs& inputs) {
  return MessageOf(LoadConfig(inputs).status());
}

std::string SourceOf(const LoadedConfig& loaded, std::string_view name) {
  return loaded.sources[FindField(name) - Fields().data()].ToString();
}

TEST(LoadTest, WithoutAnythingTheDefaultsHold) {
  const absl::StatusOr<LoadedConfig> loaded = LoadConfigWithSources({});
  ASSERT_TRUE(loaded.ok());
  for (const Field& field : Fields()) {
    EXPECT_EQ(GetField(field, loaded->config), DefaultOf(field));
    EXPECT_EQ(SourceOf(*loaded, field.name), "default");
  }
  EXPECT_EQ(loaded->file, std::nullopt);
}

TEST(LoadTest, FlagBeatsEnvironmentBeatsFileBeatsDevBeatsDefault) {
  const TempDir dir;
  const std::string file = dir.Write("w.yaml", "log: {format: json}\nshards: 1\n");
  LoadInputs inputs;
  EXPECT_EQ(LoadConfig(inputs)->log_format, "json");
  inputs.dev = true;
  EXPECT_EQ(LoadConfig(inputs)->log_format, "text");
  inputs.file = file;
  EXPECT_EQ(LoadConfig(inputs)->log_format, "json");
  EXPECT_EQ(LoadConfig(inputs)->shards, 1u);
  inputs.environment = {{"WSGATE_SHARDS", "2"}};
  EXPECT_EQ(LoadConfig(inputs)->shards, 2u);
  inputs.flags = {{"shards", "3"}};
  const absl::StatusOr<LoadedConfig> loaded = LoadConfigWithSources(inputs);
  ASSERT_TRUE(loaded.ok());
  EXPECT_EQ(loaded->config.shards, 3u);
  EXPECT_EQ(SourceOf(*loaded, "shards"), "flag --shards");
  EXPECT_EQ(SourceOf(*loaded, "log.format"), Cat("file ", file, ":1"));
  EXPECT_EQ(SourceOf(*loaded, "auth.mode"), "--dev");
  EXPECT_EQ(SourceOf(*loaded, "log.level"), "default");
  inputs.flags.push_back({"shards", "4"});
  EXPECT_EQ(LoadConfig(inputs)->shards, 4u) << "the last flag wins";
}

TEST(LoadTest, CompressionIsOffUnlessItIsSwitchedOnAndItsNumbersAreBounded) {
  EXPECT_FALSE(LoadConfig({})->compression_enabled);
  const TempDir dir;
  LoadInputs inputs;
  inputs.file = dir.Write("w.yaml",
                          "compression: {enabled: true, bytes_min: 1KiB, level: 9}\nauth: {mode: "
                          "insecure}\n");
  const absl::StatusOr<Config> config = LoadConfig(inputs);
  ASSERT_TRUE(config.ok());
  EXPECT_TRUE(config->compression_enabled);
  EXPECT_EQ(config->compression_bytes_min, 1024u);
  EXPECT_EQ(config->compression_level, 9u);
  EXPECT_TRUE(Validate(*config, 10'000).ok());
  for (const auto& [field, value] : NamedValues{{"compression.level", "10"},
                                                {"compression.level", "0"},
                                                {"compression.bytes_min", "0"},
                                                {"compression.enabled", "sometimes"}}) {
    inputs.flags = {{field, value}};
    const absl::StatusOr<Config> bad = LoadConfig(inputs);
    const absl::Status status = bad.ok() ? Validate(*bad, 10'000) : bad.status();
    EXPECT_THAT(MessageOf(status), HasSubstr(field)) << value;
  }
}

TEST(LoadTest, TheEnvironmentMayNameTheFileAndTheFlagBeatsIt) {
  const TempDir dir;
  LoadInputs inputs;
  inputs.environment = {{"WSGATE_CONFIG", dir.Write("environment.yaml", "shards: 1\n")}};
  EXPECT_EQ(LoadConfig(inputs)->shards, 1u);
  EXPECT_EQ(LoadConfigWithSources(inputs)->file, dir.Path("environment.yaml"));
  inputs.file = dir.Write("flag.yaml", "shards: 2\n");
  EXPECT_EQ(LoadConfig(inputs)->shards, 2u);
}

TEST(LoadTest, EveryLayersMistakesAreToldWithTheirPlace) {
  const TempDir dir;
  const std::string file = dir.Write("w.yaml", "shards: many\nlimits:\n  send_bytes_max: 1TB\n");
  const LoadInputs inputs = {
      .file = file, .environment = {{"WSGATE_DEMO", "1"}}, .flags = {{"log.level", "loud"}}};
  EXPECT_EQ(LoadConfig(inputs).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorOf(inputs),
            Cat(file,
                ":1: shards: \"many\" is not a whole number; write a whole number such as "
                "1000, or auto\n",
                file,
                ":3: limits.send_bytes_max: \"1TB\" has the unknown unit \"TB\"; write a "
                "size such as 65536, 64KiB or 1MiB\n",
                "WSGATE_DEMO: demo: \"1\" is neither true nor false; write one of them\n"
                "--log-level: log.level is \"loud\", but must be trace, debug, info, warn, error "
                "or off"));
}

TEST(LoadTest, AMissingFileIsAnErrorWhoeverNamedIt) {
  EXPECT_THAT(ErrorOf({.file = "/nowhere/w.yaml"}), HasSubstr("cannot read /nowhere/w.yaml"));
  EXPECT_THAT(ErrorOf({.environment = {{"WSGATE_CONFIG", "/nowhere/w.yaml"}}}),
              HasSubstr("No such file or directory; check the path (--config or WSGATE_CONFIG)"));
}

TEST(LoadTest, DevIsReadyToTryOutOnLoopback) {
  const absl::StatusOr<Config> config = LoadConfig({.dev = true});
  ASSERT_TRUE(config.ok());
  EXPECT_EQ(config->client_address, "127.0.0.1:8080");
  EXPECT_EQ(config->control_address, "127.0.0.1:50051");
  EXPECT_EQ(config->admin_address, "127.0.0.1:8081");
  EXPECT_EQ(config->auth_mode, "insecure");
  EXPECT_EQ(config->log_format, "text");
  EXPECT_TRUE(config->demo);
  EXPECT_TRUE(Validate(*config, 20'000).ok());
}

TEST(LoadTest, DevRefusesEveryAddressThatOthersReach) {
  const TempDir dir;
  const std::string file = dir.Write("w.yaml", "client: {address: \"0.0.0.0:8080\"}\n");
  EXPECT_THAT(ErrorOf({.file = file, .dev = true}),
              HasSubstr(Cat(file,
                            ":1: client.address is 0.0.0.0:8080, but --dev trusts every "
                            "client and so listens on loopback only")));
  EXPECT_THAT(ErrorOf({.environment = {{"WSGATE_ADMIN_ADDRESS", "[::]:1"}}, .dev = true}),
              HasSubstr("WSGATE_ADMIN_ADDRESS: admin.address is [::]:1, but --dev"));
  EXPECT_THAT(ErrorOf({.flags = {{"control.address", "10.0.0.1:1"}}, .dev = true}),
              HasSubstr("--control-address: control.address is 10.0.0.1:1, but --dev"));
  EXPECT_TRUE(LoadConfig({.flags = {{"control.address", "[::1]:0"}}, .dev = true}).ok());
}

TEST(LoadTest, OnlyOurVariablesAreTakenFromTheEnvironment) {
  const char* const environment[] = {"HOME=/root", "WSGATE_DEMO=true", "WSGATE_NODE_ID=a=b",
                                     "WSGATE_BROKEN", nullptr};
  EXPECT_THAT(WsgateEnvironment(environment),
              ElementsAre(Pair("WSGATE_DEMO", "true"), Pair("WSGATE_NODE_ID", "a=b")));
}

}  // namespace
}  // namespace wsgate
