#include "gateway/websocket/handshake.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace wsgate {
namespace {

TEST(AcceptKeyTest, AnswersAsTheExampleOfTheRfc) {
  EXPECT_EQ(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  EXPECT_EQ(AcceptKey("x3JJHMbDL1EzLkh9GBhXDw=="), "HSmrc0sMlYUkAGmm5OPpG2HaGWk=");
}

TEST(AcceptKeyTest, MayBeCalledFromManyThreads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int round = 0; round < 200; ++round) {
        EXPECT_EQ(AcceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(IsValidKeyTest, TakesTwentyFourCharactersThatDecodeToSixteenBytes) {
  EXPECT_TRUE(IsValidKey("dGhlIHNhbXBsZSBub25jZQ=="));
  EXPECT_TRUE(IsValidKey("+/+/+/+/+/+/+/+/+/+/+w=="));
}

TEST(IsValidKeyTest, RefusesEverythingElse) {
  EXPECT_FALSE(IsValidKey(""));
  EXPECT_FALSE(IsValidKey("dGhlIHNhbXBsZSBub25jZQ="));
  EXPECT_FALSE(IsValidKey("dGhlIHNhbXBsZSBub25jZQ==="));
  EXPECT_FALSE(IsValidKey("dGhlIHNhbXBsZSBub25jZQA=")) << "17 bytes";
  EXPECT_FALSE(IsValidKey("dGhlIHNhbXBsZSBub25jZQAA")) << "18 bytes";
  EXPECT_FALSE(IsValidKey("dGhlIHNhbXBsZSBub25jZ===")) << "15 bytes and a rest";
  EXPECT_FALSE(IsValidKey("dGhl-HNhbXBsZSBub25jZQ==")) << "the URL alphabet";
  EXPECT_FALSE(IsValidKey("dGhl HNhbXBsZSBub25jZQ=="));
  EXPECT_FALSE(IsValidKey(" dGhlIHNhbXBsZSBub25jZQ="));
}

}  // namespace
}  // namespace wsgate
