#include "control/completions.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"

namespace wsgate {
namespace {

class Task final : public Completion {
 public:
  explicit Task(absl::AnyInvocable<void()> run, Patience patience = Patience::kPrompt)
      : Completion(patience), run_(std::move(run)) {}
  void Run() override { run_(); }

 private:
  absl::AnyInvocable<void()> run_;
};

CompletionBatch BatchOf(absl::AnyInvocable<void()> run, Patience patience = Patience::kPrompt) {
  CompletionBatch batch;
  batch.push_back(std::make_shared<Task>(std::move(run), patience));
  return batch;
}

TEST(CompletionsTest, RunsWhatIsPostedOnItsOwnThreadAndEmptiesTheBatch) {
  Completions completions;
  std::promise<std::thread::id> ran;
  CompletionBatch batch = BatchOf([&] { ran.set_value(std::this_thread::get_id()); });
  completions.Post(batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_NE(ran.get_future().get(), std::this_thread::get_id());
}

TEST(CompletionsTest, AnEmptyBatchIsNothing) {
  Completions completions;
  CompletionBatch batch;
  completions.Post(batch);
  completions.Stop();
}

TEST(CompletionsTest, StopRunsWhatIsLeftAndLaterPostsRunAtOnce) {
  Completions completions;
  std::promise<void> go;
  std::atomic<int> ran = 0;
  CompletionBatch first = BatchOf([&, future = go.get_future()]() mutable { future.wait(); });
  completions.Post(first);
  for (int i = 0; i < 100; ++i) {
    CompletionBatch batch = BatchOf([&] { ++ran; });
    completions.Post(batch);
  }
  go.set_value();
  completions.Stop();
  EXPECT_EQ(ran, 100);
  CompletionBatch late = BatchOf([&] { ++ran; });
  completions.Post(late);
  EXPECT_EQ(ran, 101);
  EXPECT_TRUE(late.empty());
}

TEST(CompletionsTest, ALaneKeepsTheOrderOfOnePoster) {
  std::vector<int> order;
  Completions completions;
  for (int i = 0; i < 1'000; ++i) {
    CompletionBatch batch = BatchOf([&order, i] { order.push_back(i); });
    completions.Post(batch);
  }
  completions.Stop();
  ASSERT_EQ(order.size(), 1'000u);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

// A patient answer that takes long holds up no prompt one, whichever of them a batch names first.
TEST(CompletionsTest, EachLaneHasAThreadOfItsOwn) {
  Completions completions;
  std::promise<void> prompt_ran;
  CompletionBatch batch =
      BatchOf([future = prompt_ran.get_future()]() mutable { future.wait(); }, Patience::kPatient);
  batch.push_back(std::make_shared<Task>([&] { prompt_ran.set_value(); }));
  completions.Post(batch);
  EXPECT_TRUE(batch.empty());
  completions.Stop();  // Hangs if one waits for the other.
}

TEST(CompletionsTest, AMixedBatchKeepsTheOrderWithinEachLane) {
  std::vector<int> prompt;
  std::vector<int> patient;
  Completions completions;
  CompletionBatch batch;
  for (int i = 0; i < 100; ++i) {
    const bool is_prompt = i % 3 == 0;
    batch.push_back(
        std::make_shared<Task>([&, i, is_prompt] { (is_prompt ? prompt : patient).push_back(i); },
                               is_prompt ? Patience::kPrompt : Patience::kPatient));
  }
  completions.Post(batch);
  completions.Stop();
  EXPECT_EQ(prompt.size() + patient.size(), 100u);
  EXPECT_TRUE(std::is_sorted(prompt.begin(), prompt.end()));
  EXPECT_TRUE(std::is_sorted(patient.begin(), patient.end()));
}

TEST(CompletionsTest, ManyPostersLoseNothing) {
  constexpr int kPosters = 4;
  constexpr int kEach = 5'000;
  std::atomic<int> ran = 0;
  Completions completions;
  std::vector<std::thread> posters;
  for (int poster = 0; poster < kPosters; ++poster) {
    posters.emplace_back([&] {
      CompletionBatch batch;
      for (int i = 0; i < kEach; ++i) {
        const Patience patience = i % 2 == 0 ? Patience::kPrompt : Patience::kPatient;
        batch.push_back(std::make_shared<Task>([&] { ++ran; }, patience));
        if (i % 3 == 0) completions.Post(batch);
      }
      completions.Post(batch);
    });
  }
  for (std::thread& poster : posters) poster.join();
  completions.Stop();
  EXPECT_EQ(ran, kPosters * kEach);
}

// Each post must be seen without the next one: a lost wake-up would hang here.
TEST(CompletionsTest, ASleepingThreadIsAlwaysWoken) {
  Completions completions;
  for (int i = 0; i < 5'000; ++i) {
    std::promise<void> ran;
    CompletionBatch batch =
        BatchOf([&] { ran.set_value(); }, i % 2 == 0 ? Patience::kPrompt : Patience::kPatient);
    completions.Post(batch);
    ran.get_future().wait();
  }
}

}  // namespace
}  // namespace wsgate
