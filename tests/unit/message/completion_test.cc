#include "gateway/message/completion.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "gateway/base/mutex.h"

namespace wsgate {
namespace {

// Keeps what was posted; the test is the completion thread.
class KeepingQueue final : public CompletionQueue {
 public:
  void Post(CompletionBatch& batch) override {
    MutexLock lock(mutex_);
    for (CompletionPtr& completion : batch) posted_.push_back(std::move(completion));
    batch.clear();
  }
  size_t RunAll() {
    CompletionBatch posted;
    {
      MutexLock lock(mutex_);
      posted.swap(posted_);
    }
    for (const CompletionPtr& completion : posted) completion->Run();
    return posted.size();
  }

 private:
  Mutex mutex_;
  CompletionBatch posted_ ABSL_GUARDED_BY(mutex_);
};

using Parts = Join<int>::Parts;

// What a part of a dropped ticket holds.
absl::StatusOr<int> Dropped() {
  return absl::UnavailableError("the gateway stopped before it could say what became of the call");
}

// A join of `count` parts whose answers end up in `seen`, and its tickets.
std::vector<Ticket<int>> MakeTickets(size_t count, CompletionQueue& queue, Parts& seen) {
  auto join = MakeJoin<int>(count, queue, [&seen](Parts& parts) { seen = parts; });
  std::vector<Ticket<int>> tickets;
  for (size_t i = 0; i < count; ++i) tickets.emplace_back(join, i);
  return tickets;
}

TEST(JoinTest, TheLastAnswerCompletesItInTheBatchOfWhoGaveIt) {
  KeepingQueue queue;
  Parts seen;
  std::vector<Ticket<int>> tickets = MakeTickets(3, queue, seen);
  CompletionBatch batch;
  tickets[1].Answer(11, batch);
  tickets[2].Answer(12, batch);
  EXPECT_TRUE(batch.empty()) << "one part is missing";
  tickets[0].Answer(10, batch);
  ASSERT_EQ(batch.size(), 1u);
  batch[0]->Run();
  EXPECT_EQ(seen, (Parts{10, 11, 12}));
  tickets.clear();
  EXPECT_EQ(queue.RunAll(), 0u) << "answered tickets are not told again";
}

TEST(JoinTest, ADroppedTicketIsAPartWithoutAnAnswer) {
  KeepingQueue queue;
  Parts seen;
  std::vector<Ticket<int>> tickets = MakeTickets(2, queue, seen);
  CompletionBatch batch;
  tickets[0].Answer(10, batch);
  tickets.clear();
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(queue.RunAll(), 1u) << "the last to go posts it";
  EXPECT_EQ(seen, (Parts{10, Dropped()}));
}

TEST(JoinTest, AnAnswerAfterADropStillCompletesInItsBatch) {
  KeepingQueue queue;
  Parts seen;
  std::vector<Ticket<int>> tickets = MakeTickets(2, queue, seen);
  tickets.pop_back();
  EXPECT_EQ(queue.RunAll(), 0u);
  CompletionBatch batch;
  tickets[0].Answer(10, batch);
  ASSERT_EQ(batch.size(), 1u);
  batch[0]->Run();
  EXPECT_EQ(seen, (Parts{10, Dropped()}));
}

TEST(TicketTest, MovesItsDebtAndOwesNothingWhenEmpty) {
  KeepingQueue queue;
  Parts seen;
  std::vector<Ticket<int>> tickets = MakeTickets(2, queue, seen);
  { const Ticket<int> none; }
  Ticket<int> moved = std::move(tickets[0]);
  CompletionBatch batch;
  tickets[0].Answer(99,
                    batch);  // NOLINT(bugprone-use-after-move): a moved-from ticket owes nothing.
  tickets[1].Answer(11, batch);
  EXPECT_TRUE(batch.empty());
  moved = Ticket<int>();
  EXPECT_EQ(queue.RunAll(), 1u) << "assigning over a ticket drops it";
  EXPECT_EQ(seen, (Parts{Dropped(), 11}));
}

TEST(TicketTest, ARefusedTicketIsAPartThatSaysNothingWasDone) {
  KeepingQueue queue;
  Parts seen;
  std::vector<Ticket<int>> tickets = MakeTickets(2, queue, seen);
  CompletionBatch batch;
  tickets[0].Answer(10, batch);
  tickets[1].Refuse(batch);
  ASSERT_EQ(batch.size(), 1u);
  batch[0]->Run();
  ASSERT_TRUE(seen[0].ok());
  EXPECT_EQ(seen[1].status().code(), absl::StatusCode::kResourceExhausted);
  tickets.clear();
  EXPECT_EQ(queue.RunAll(), 0u) << "it has answered";
}

TEST(TicketTest, ASecondAnswerIsIgnored) {
  KeepingQueue queue;
  Parts seen;
  std::vector<Ticket<int>> tickets = MakeTickets(1, queue, seen);
  CompletionBatch batch;
  tickets[0].Answer(1, batch);
  tickets[0].Answer(2, batch);
  ASSERT_EQ(batch.size(), 1u);
  batch[0]->Run();
  EXPECT_EQ(seen, (Parts{1}));
}

TEST(JoinTest, CompletesExactlyOnceWithEveryPartWhenThreadsAnswerAndDropAtOnce) {
  constexpr size_t kThreads = 4;
  constexpr int kRounds = 500;
  KeepingQueue queue;
  std::atomic<int> completed{0};
  std::atomic<int> wrong{0};
  std::vector<std::vector<Ticket<std::string>>> tickets(kThreads);
  for (int round = 0; round < kRounds; ++round) {
    auto join = MakeJoin<std::string>(kThreads, queue, [&, round](Join<std::string>::Parts& parts) {
      ++completed;
      for (size_t i = 0; i < kThreads; ++i) {
        const bool answered = (round + i) % 3 != 0;
        if (parts[i].ok() != answered) ++wrong;
        if (answered && *parts[i] != std::to_string(round * 10 + i)) ++wrong;
      }
    });
    for (size_t i = 0; i < kThreads; ++i) tickets[i].emplace_back(join, i);
  }
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      for (int round = 0; round < kRounds; ++round) {
        Ticket<std::string> ticket = std::move(tickets[i][round]);
        CompletionBatch batch;
        if ((round + i) % 3 != 0) ticket.Answer(std::to_string(round * 10 + i), batch);
        if (!batch.empty()) queue.Post(batch);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(queue.RunAll(), static_cast<size_t>(kRounds));
  EXPECT_EQ(completed, kRounds);
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace wsgate
