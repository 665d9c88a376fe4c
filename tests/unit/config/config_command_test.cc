#include "gateway/app/config_command.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "gateway/config/strings.h"
#include "gateway/config/text.h"
#include "gateway/config/yaml_file.h"
#include "tests/unit/config/temp_dir.h"

namespace wsgate {
namespace {

using ::testing::HasSubstr;

struct Result {
  int code;
  std::string out;
  std::string err;
};

Result RunConfig(const std::vector<std::string>& args, const NamedValues& environment = {}) {
  std::ostringstream out, err;
  const int code = RunConfigCommand(args, environment, /*open_file_limit=*/20'000, out, err);
  return {code, out.str(), err.str()};
}

TEST(ConfigCommandTest, InitWritesAFileOnce) {
  const TempDir dir;
  const std::string path = dir.Path("w.yaml");
  EXPECT_EQ(RunConfig({"init"}).out, ConfigFileText());
  const Result first = RunConfig({"init", path});
  EXPECT_EQ(first.code, 0) << first.err;
  EXPECT_EQ(first.out, Cat("wrote ", path, "\n"));
  EXPECT_EQ(*ReadConfigFile(path), ConfigFileText());
  const Result second = RunConfig({"init", path});
  EXPECT_EQ(second.code, 1);
  EXPECT_EQ(second.err,
            Cat("cannot write ", path, ": File exists; choose another name or remove it first\n"));
  EXPECT_THAT(RunConfig({"init", dir.Path("no/w.yaml")}).err,
              HasSubstr("No such file or directory; check the path and who may write there"));
  EXPECT_EQ(RunConfig({"init", "a", "b"}).code, 2);
}

TEST(ConfigCommandTest, CheckSaysOkOrEverythingThatIsWrong) {
  const TempDir dir;
  const std::string good = dir.Write("good.yaml", "auth: {mode: insecure}\n");
  EXPECT_EQ(RunConfig({"check", good}).out, "ok\n");
  EXPECT_EQ(RunConfig({"check", "--config", good}).code, 0);
  EXPECT_EQ(RunConfig({"check"}, {{"WSGATE_CONFIG", good}}).code, 0);
  EXPECT_EQ(RunConfig({"check", "--dev"}).code, 0);
  const Result unset = RunConfig({"check"});
  EXPECT_EQ(unset.code, 1);
  EXPECT_THAT(unset.err, HasSubstr("auth.mode is not set"));
  const Result bad = RunConfig({"check", dir.Write("bad.yaml", "shard: 1\ndemo: 7\n")});
  EXPECT_EQ(bad.code, 1);
  EXPECT_EQ(bad.out, "");
  EXPECT_THAT(bad.err,
              HasSubstr("bad.yaml:1: unknown field \"shard\"; did you mean \"shards\"?\n"));
  EXPECT_THAT(bad.err, HasSubstr("bad.yaml:2: demo: \"7\" is neither true nor false"));
  const Result cap = RunConfig({"check", good, "--limits-sessions-per-node-max=19489"});
  EXPECT_EQ(cap.code, 1);
  EXPECT_THAT(cap.err, HasSubstr("is 19489, but the open-file limit of 20000"));
}

TEST(ConfigCommandTest, CheckWarnsAndStillSaysOk) {
  const Result result = RunConfig({"check", "--dev", "--limits-message-bytes-max=1MiB"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "ok\n");
  EXPECT_THAT(result.err, HasSubstr("warning: limits.message_bytes_max (1MiB) is above"));
}

TEST(ConfigCommandTest, PrintShowsValuesAndSources) {
  const Result result = RunConfig({"print", "--shards", "3"}, {{"WSGATE_DEMO", "true"}});
  EXPECT_EQ(result.code, 0) << "also of a configuration that would not start";
  EXPECT_THAT(result.out, HasSubstr("shards: 3  # flag --shards\n"));
  EXPECT_THAT(result.out, HasSubstr("demo: true  # environment WSGATE_DEMO\n"));
  EXPECT_THAT(result.out, HasSubstr("  handshake_timeout: 10s  # default\n"));
}

TEST(ConfigCommandTest, SchemaIsJson) {
  EXPECT_TRUE(nlohmann::json::accept(RunConfig({"schema"}).out));
  EXPECT_EQ(RunConfig({"schema", "x"}).code, 2);
}

TEST(ConfigCommandTest, TheCommandLineIsChecked) {
  EXPECT_EQ(RunConfig({}).code, 2);
  EXPECT_THAT(RunConfig({}).err, HasSubstr("init, check, print or schema is missing"));
  EXPECT_EQ(RunConfig({"chek"}).err,
            "unknown subcommand \"chek\"; did you mean check?\nSee `wsgate config --help`.\n");
  EXPECT_EQ(RunConfig({"check", "--shard", "1"}).code, 2);
  EXPECT_THAT(RunConfig({"check", "--shard", "1"}).err, HasSubstr("did you mean --shards?"));
  EXPECT_EQ(RunConfig({"--help"}).code, 0);
  EXPECT_THAT(RunConfig({"--help"}).out, HasSubstr("Usage: wsgate config init"));
}

}  // namespace
}  // namespace wsgate
