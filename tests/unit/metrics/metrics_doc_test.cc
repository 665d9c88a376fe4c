#include "gateway/app/metrics_doc.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

namespace wsgate {
namespace {

std::string Read(const std::filesystem::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::smatch> Matches(const std::string& text, const std::regex& pattern) {
  return {std::sregex_iterator(text.begin(), text.end(), pattern), {}};
}

// The line of the page; empty: no such metric.
std::string RowOf(const std::string& metric, const std::string& page) {
  const size_t begin = page.find("| `" + metric + "` |");
  return begin == std::string::npos ? "" : page.substr(begin, page.find('\n', begin) - begin);
}

// What `text` says of metrics that do not exist, or of labels and values that they have not.
std::vector<std::string> Mistakes(const std::string& text, const std::string& page) {
  static const std::regex metric(R"(\b(wsgate_[a-z0-9_]+)(\{[^}\n]*\})?)");
  static const std::regex label(R"re(([a-z_]+)(?:!?="([^"]*)")?)re");
  std::vector<std::string> mistakes;
  for (const std::smatch& found : Matches(text, metric)) {
    const std::string row = RowOf(found[1].str(), page);
    if (row.empty()) mistakes.push_back(found[0].str());
    const std::string selector = found[2].str();
    for (const std::smatch& part : Matches(selector, label)) {
      const bool known = row.find("`" + part[1].str() + "`:") != std::string::npos;
      const std::string value = part[2].str();
      const bool has = value.empty() || row.find("`" + value + "`") != std::string::npos;
      if (!known || !has) mistakes.push_back(found[0].str());
    }
  }
  return mistakes;
}

TEST(MetricsDocTest, ThePageIsWhatTheTableSays) {
  EXPECT_EQ(Read(WSGATE_SOURCE_DIR "/docs/metrics.md"), MetricsDoc())
      << "run: build/bin/wsgate metrics-doc > docs/metrics.md";
}

TEST(MetricsDocTest, EveryDocumentNamesMetricsLabelsAndValuesThatExist) {
  const std::string page = MetricsDoc();
  const std::string right =
      "wsgate_config_reloads_total{result!=\"ok\"}, wsgate_hook_calls_total{method,result}";
  EXPECT_EQ(Mistakes(right, page), std::vector<std::string>());
  for (const char* wrong : {"wsgate_config_reload_total", "wsgate_config_reloads_total{why}",
                            "wsgate_config_reloads_total{result=\"good\"}"}) {
    EXPECT_EQ(Mistakes(wrong, page), std::vector<std::string>{wrong});
  }
  for (const auto& entry : std::filesystem::directory_iterator(WSGATE_SOURCE_DIR "/docs")) {
    if (entry.path().extension() != ".md") continue;
    EXPECT_EQ(Mistakes(Read(entry.path()), page), std::vector<std::string>()) << entry.path();
  }
}

}  // namespace
}  // namespace wsgate
