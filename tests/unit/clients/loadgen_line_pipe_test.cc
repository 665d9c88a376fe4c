#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "clients/loadgen/run/line_pipe.h"

namespace wsgate::loadgen {
namespace {

class LinePipeTest : public testing::Test {
 protected:
  LinePipeTest() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    here_ = LinePipe(ends[0]);
    there_ = LinePipe(ends[1]);
  }

  LinePipe here_;
  LinePipe there_;
};

TEST_F(LinePipeTest, LinesComeWholeAndInOrder) {
  EXPECT_FALSE(there_.Read().has_value());
  EXPECT_TRUE(here_.Write({{"a", 1}}));
  EXPECT_TRUE(here_.Write({{"b", "two\nlines"}}));
  EXPECT_EQ(there_.Read().value().at("a"), 1);
  EXPECT_EQ(there_.Read().value().at("b"), "two\nlines");
  EXPECT_FALSE(there_.Read().has_value());
  EXPECT_FALSE(there_.ended());
}

TEST_F(LinePipeTest, ALineLongerThanTheSocketsBufferArrives) {
  const std::vector<uint32_t> numbers(1'000'000, 4'000'000'000u);
  std::thread writer([&] { EXPECT_TRUE(here_.Write({{"numbers", numbers}})); });
  std::optional<nlohmann::ordered_json> line;
  while (!line && !there_.ended()) line = there_.Read();
  writer.join();
  ASSERT_TRUE(line.has_value());
  EXPECT_EQ(line->at("numbers").size(), numbers.size());
}

TEST_F(LinePipeTest, TheEndIsSeenAfterTheLastLine) {
  EXPECT_TRUE(here_.Write({{"last", true}}));
  here_ = LinePipe();
  EXPECT_TRUE(there_.Read().has_value());
  EXPECT_FALSE(there_.Read().has_value());
  EXPECT_TRUE(there_.ended());
  EXPECT_FALSE(there_.Write({{"anybody", "there"}}));
}

}  // namespace
}  // namespace wsgate::loadgen
