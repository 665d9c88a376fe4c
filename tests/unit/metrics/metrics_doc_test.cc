#include "gateway/app/metrics_doc.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace wsgate {
namespace {

TEST(MetricsDocTest, ThePageIsWhatTheTableSays) {
  std::ifstream file(WSGATE_SOURCE_DIR "/docs/metrics.md");
  const std::string page(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(page, MetricsDoc()) << "run: build/bin/wsgate metrics-doc > docs/metrics.md";
}

}  // namespace
}  // namespace wsgate
