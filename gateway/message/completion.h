// How an answer leaves the shards: a question asked of several shards is a Join; each shard holds a
// Ticket of it; the last ticket told completes the join, which then runs on a completion thread. A
// shard itself never calls gRPC.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"

namespace wsgate {

// Whether somebody waits for this answer alone, or for many of them at once: then it pays to gather
// them.
enum class Patience : uint8_t { kPrompt, kPatient };

// Something finished that a completion thread still has to tell the caller.
class Completion {
 public:
  explicit Completion(Patience patience = Patience::kPrompt) : patience_(patience) {}
  virtual ~Completion() = default;
  virtual void Run() = 0;  // Once, on a completion thread.
  [[nodiscard]] Patience patience() const { return patience_; }

 private:
  const Patience patience_;
};
using CompletionPtr = std::shared_ptr<Completion>;

// Completions that one shard turn made; posted together at its end.
using CompletionBatch = std::vector<CompletionPtr>;

// Flow:    shards, routers → CompletionQueue → its threads → gRPC.
// Threads: Post() from any.
class CompletionQueue {
 public:
  virtual ~CompletionQueue() = default;
  // Takes all of `batch` and leaves it empty.
  virtual void Post(CompletionBatch& batch) = 0;
};

// The answers of all who were asked. Each writes its own part; the last one completes it. Made by
// MakeJoin().
template <class Part>
class Join : public Completion {
 public:
  // A part without a value says why. Unavailable: its shard stopped with the question.
  // ResourceExhausted: its shard was too busy to take it, so nothing was done there.
  using Parts = absl::InlinedVector<absl::StatusOr<Part>, 1>;

  Join(size_t count, CompletionQueue& queue, Patience patience)
      : Completion(patience), parts_(count), left_(count), queue_(queue) {}

  void Run() override { Finish(parts_); }

  // Whether this was the last part.
  bool Fill(size_t index, absl::StatusOr<Part> part) {
    parts_[index] = std::move(part);
    return left_.fetch_sub(1, std::memory_order_acq_rel) == 1;
  }
  CompletionQueue& queue() { return queue_; }

 private:
  virtual void Finish(Parts& parts) = 0;  // Once, on a completion thread.

  Parts parts_;  // Element i is written by the holder of ticket i alone, read after left_ is 0.
  std::atomic<size_t> left_;
  CompletionQueue& queue_;
};

// `done(Join<Part>::Parts&)` runs once, on a completion thread. It lies within the join: a question
// costs one allocation.
template <class Part, class Done>
[[nodiscard]] std::shared_ptr<Join<Part>> MakeJoin(size_t count, CompletionQueue& queue, Done done,
                                                   Patience patience = Patience::kPrompt) {
  class JoinWithDone final : public Join<Part> {
   public:
    JoinWithDone(size_t count, CompletionQueue& queue, Done done, Patience patience)
        : Join<Part>(count, queue, patience), done_(std::move(done)) {}

   private:
    void Finish(typename Join<Part>::Parts& parts) override { done_(parts); }

    Done done_;
  };
  return std::make_shared<JoinWithDone>(count, queue, std::move(done), patience);
}

// One part of a Join, owed by whoever holds this. Move-only; its destructor answers "dropped" if
// nobody did.
template <class Part>
class Ticket {
 public:
  Ticket() = default;
  Ticket(std::shared_ptr<Join<Part>> join, size_t index)
      : join_(std::move(join)), index_(static_cast<uint32_t>(index)) {}
  Ticket(Ticket&&) noexcept = default;
  Ticket& operator=(Ticket&& other) noexcept {
    Abandon();
    join_ = std::move(other.join_);
    index_ = other.index_;
    return *this;
  }
  ~Ticket() { Abandon(); }

  // Answers; when that completes the join, it is added to `batch`.
  void Answer(Part part, CompletionBatch& batch) {
    const std::shared_ptr<Join<Part>> join = std::move(join_);
    if (join && join->Fill(index_, std::move(part))) batch.push_back(join);
  }
  // The shard did not take the question: answers that.
  void Refuse(CompletionBatch& batch) {
    const std::shared_ptr<Join<Part>> join = std::move(join_);
    if (join && join->Fill(index_, absl::ResourceExhaustedError(
                                       "the gateway is busy; nothing was done; try again"))) {
      batch.push_back(join);
    }
  }

 private:
  void Abandon() {
    const std::shared_ptr<Join<Part>> join = std::move(join_);
    if (!join || !join->Fill(index_, absl::UnavailableError(
                                         "the gateway stopped before it could say what became "
                                         "of the call")))
      return;
    CompletionBatch batch{join};
    join->queue().Post(batch);
  }

  std::shared_ptr<Join<Part>> join_;
  uint32_t index_ = 0;
};

}  // namespace wsgate
