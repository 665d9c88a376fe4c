#include "control/send_answers.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace wsgate {
namespace {

TEST(SendAnswersTest, ABatchHoldsUpTo256Results) {
  SendAnswers answers;
  EXPECT_TRUE(answers.empty());
  for (uint64_t i = 0; i < 257; ++i) answers.Add(64, 100).set_item_id(i);
  EXPECT_EQ(answers.Front().results_size(), 256);
  EXPECT_EQ(answers.Front().results(255).item_id(), 255u);
  const SendAnswers::Answered first = answers.PopFront();
  EXPECT_EQ(first.items, 256u);
  EXPECT_EQ(first.bytes, 25'600u);
  ASSERT_EQ(answers.Front().results_size(), 1);
  EXPECT_EQ(answers.Front().results(0).item_id(), 256u);
  EXPECT_EQ(answers.PopFront().items, 1u);
  EXPECT_TRUE(answers.empty());
}

TEST(SendAnswersTest, NothingIsAddedToABatchThatIsBeingWritten) {
  SendAnswers answers;
  answers.Add(64, 1).set_item_id(1);
  EXPECT_EQ(answers.Front().results_size(), 1);
  answers.Add(64, 1).set_item_id(2);
  EXPECT_EQ(answers.Front().results_size(), 1);
  EXPECT_EQ(answers.PopFront().items, 1u);
  ASSERT_EQ(answers.Front().results_size(), 1);
  EXPECT_EQ(answers.Front().results(0).item_id(), 2u);
}

TEST(SendAnswersTest, LargeAnswersMakeSmallBatchesButOneAlwaysFits) {
  SendAnswers answers;
  constexpr size_t kHalf = SendAnswers::kBatchBytesMax / 2;
  for (uint64_t i = 0; i < 3; ++i) answers.Add(kHalf, 1).set_item_id(i);
  answers.Add(2 * SendAnswers::kBatchBytesMax, 1).set_item_id(3);
  EXPECT_EQ(answers.Front().results_size(), 2);
  answers.PopFront();
  EXPECT_EQ(answers.Front().results_size(), 1);
  answers.PopFront();
  EXPECT_EQ(answers.Front().results_size(), 1);
  EXPECT_EQ(answers.Front().results(0).item_id(), 3u);
  answers.PopFront();
  EXPECT_TRUE(answers.empty());
}

TEST(SendAnswersTest, AUsedBatchComesBackEmpty) {
  SendAnswers answers;
  for (int round = 0; round < 3; ++round) {
    answers.Add(64, 7).mutable_outcome()->set_matched(1);
    ASSERT_EQ(answers.Front().results_size(), 1);
    const SendAnswers::Answered answered = answers.PopFront();
    EXPECT_EQ(answered.items, 1u);
    EXPECT_EQ(answered.bytes, 7u);
  }
  EXPECT_FALSE(answers.Add(64, 7).has_outcome());
}

}  // namespace
}  // namespace wsgate
