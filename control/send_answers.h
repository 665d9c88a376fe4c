// What a SendStream still has to tell its caller, in batches.
#pragma once

#include <google/protobuf/arena.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Flow:    outcomes → Add() → Front() → one write → PopFront().
// Owner:   a SendStream.
// Threads: one at a time; the stream's lock orders them.
// Bounds:  256 results and, unless one alone is larger, 1 MiB a batch: callers refuse messages
// above 4 MiB. How many batches wait is the stream's affair.
class SendAnswers {
 public:
  static constexpr int kResultsMax = 256;
  static constexpr size_t kBatchBytesMax = size_t{1} << 20;

  // A new result, to be filled by the caller now. `answer_bytes`: about what it will take,
  // `item_bytes`: what the item that it answers took.
  [[nodiscard]] v1::SendStreamResponse::Result& Add(size_t answer_bytes, size_t item_bytes);

  [[nodiscard]] bool empty() const { return batches_.empty(); }
  // The oldest batch, to which nothing is added any more. Stays where it is until PopFront().
  [[nodiscard]] const v1::SendStreamResponse& Front();
  struct Answered {
    size_t items = 0;
    size_t bytes = 0;  // Of these items.
  };
  // It was written.
  Answered PopFront();

 private:
  struct Batch {
    // Emptied with each batch: results cost few allocations of their own.
    google::protobuf::Arena arena;
    v1::SendStreamResponse* response =
        google::protobuf::Arena::CreateMessage<v1::SendStreamResponse>(&arena);
    size_t answer_bytes = 0;
    size_t item_bytes = 0;
    bool closed = false;
  };

  std::deque<std::unique_ptr<Batch>> batches_;
  std::unique_ptr<Batch> spare_;  // So that a steady flow allocates nothing.
};

}  // namespace wsgate
