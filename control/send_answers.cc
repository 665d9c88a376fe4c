#include "control/send_answers.h"

#include <utility>

namespace wsgate {

v1::SendStreamResponse::Result& SendAnswers::Add(size_t answer_bytes, size_t item_bytes) {
  if (batches_.empty() || batches_.back()->closed ||
      batches_.back()->response->results_size() == kResultsMax ||
      batches_.back()->answer_bytes + answer_bytes > kBatchBytesMax) {
    batches_.push_back(spare_ ? std::move(spare_) : std::make_unique<Batch>());
  }
  Batch& batch = *batches_.back();
  batch.answer_bytes += answer_bytes;
  batch.item_bytes += item_bytes;
  return *batch.response->add_results();
}

const v1::SendStreamResponse& SendAnswers::Front() {
  batches_.front()->closed = true;
  return *batches_.front()->response;
}

SendAnswers::Answered SendAnswers::PopFront() {
  std::unique_ptr<Batch> batch = std::move(batches_.front());
  batches_.pop_front();
  const Answered answered{static_cast<size_t>(batch->response->results_size()), batch->item_bytes};
  if (batch->answer_bytes < kBatchBytesMax / 8) {  // What was large is not kept.
    batch->arena.Reset();
    batch->response = google::protobuf::Arena::CreateMessage<v1::SendStreamResponse>(&batch->arena);
    batch->answer_bytes = batch->item_bytes = 0;
    batch->closed = false;
    spare_ = std::move(batch);
  }
  return answered;
}

}  // namespace wsgate
