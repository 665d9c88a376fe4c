#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "clients/loadgen/run/latency_svg.h"

namespace wsgate::loadgen {
namespace {

// Whether every element is closed, every attribute quoted, and no `<` or `&` stands alone; says
// what is not.
std::string WhatIsNotXml(std::string_view text) {
  std::vector<std::string> open;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '&') {
      const size_t end = text.find(';', at);
      if (end == std::string_view::npos || end - at > 6) return "a lone &";
    }
    if (text[at] != '<') {
      ++at;
      continue;
    }
    const size_t end = text.find('>', at);
    if (end == std::string_view::npos) return "a lone <";
    const std::string_view tag = text.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.find('<') != std::string_view::npos) return "a < within " + std::string(tag);
    size_t quotes = 0;
    for (const char c : tag) quotes += c == '"' ? 1 : 0;
    size_t equals = 0;
    for (const char c : tag) equals += c == '=' ? 1 : 0;
    if (quotes != 2 * equals) return "attributes of " + std::string(tag);
    const std::string name(tag.substr(0, tag.find(' ')));
    if (name.front() == '/') {
      if (open.empty() || open.back() != name.substr(1)) return name;
      open.pop_back();
    } else if (tag.back() != '/') {
      open.push_back(name);
    }
  }
  return open.empty() ? "" : open.back() + " is not closed";
}

size_t CountOf(std::string_view text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string_view::npos; at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(LatencySvgTest, EverythingIsWellFormed) {
  Latencies narrow;
  narrow.Record(std::chrono::milliseconds(3));
  Latencies wide;
  wide.Record(Duration(1));
  wide.Record(std::chrono::hours(1));
  const Latencies none;
  for (const auto& series : std::vector<std::vector<LatencySeries>>{
           {},
           {{"none", &none}},
           {{"narrow", &narrow}},
           {{"narrow", &narrow}, {"wide <&\">", &wide}, {"none", &none}}}) {
    const std::string svg = LatencySvg("title & <more>", series);
    EXPECT_EQ(WhatIsNotXml(svg), "") << svg;
  }
}

TEST(LatencySvgTest, TheCheckItselfFindsWhatIsWrong) {
  EXPECT_EQ(WhatIsNotXml("<a b=\"1\"><c/>&amp;</a>"), "");
  EXPECT_NE(WhatIsNotXml("<a><b></a>"), "");
  EXPECT_NE(WhatIsNotXml("<a>"), "");
  EXPECT_NE(WhatIsNotXml("<a b=1/>"), "");
  EXPECT_NE(WhatIsNotXml("a & b"), "");
}

TEST(LatencySvgTest, ABarForEachBucketThatHasSome) {
  Latencies latencies;
  latencies.Record(std::chrono::milliseconds(1));
  latencies.Record(std::chrono::milliseconds(1));
  latencies.Record(std::chrono::milliseconds(2));
  latencies.Record(std::chrono::milliseconds(30));
  const Latencies none;
  const std::string svg = LatencySvg("", {{"sends", &latencies}, {"bursts", &none}});
  EXPECT_EQ(CountOf(svg, "<rect"), 4u) << "the ground and three bars";
  EXPECT_EQ(CountOf(svg, "p99.9"), 1u);
  EXPECT_EQ(CountOf(svg, "bursts"), 0u) << "nothing to show";
}

TEST(HumanDurationTest, ThreeDigitsAndTheUnitThatFits) {
  EXPECT_EQ(HumanDuration(Duration(0)), "0 ns");
  EXPECT_EQ(HumanDuration(Duration(999)), "999 ns");
  EXPECT_EQ(HumanDuration(Duration(1000)), "1 us");
  EXPECT_EQ(HumanDuration(Duration(1'234'567)), "1.23 ms");
  EXPECT_EQ(HumanDuration(Duration(999'900)), "1 ms");
  EXPECT_EQ(HumanDuration(std::chrono::milliseconds(250)), "250 ms");
  EXPECT_EQ(HumanDuration(std::chrono::seconds(3600)), "3600 s");
}

}  // namespace
}  // namespace wsgate::loadgen
