#include "control/consumer.h"

#include <utility>

namespace wsgate {

size_t Consumer::BytesOf(const InboundMessage& message) {
  return sizeof(message) + message.payload.size() + message.user_id.size();
}

bool Consumer::Offer(InboundPtr message) {
  const size_t bytes = BytesOf(*message);
  if (!pending_.empty() &&
      (pending_.size() == kPendingMessagesMax || pending_bytes_ + bytes > kPendingBytesMax)) {
    return false;
  }
  pending_bytes_ += bytes;
  pending_.push_back(std::move(message));
  return true;
}

bool Consumer::CanSend() const {
  return !pending_.empty() && unacknowledged_.size() < kWindowMessages &&
         unacknowledged_bytes_ < kWindowBytes;
}

std::optional<NumberedMessage> Consumer::Next() {
  if (!CanSend()) return std::nullopt;
  InboundPtr message = std::move(pending_.front());
  pending_.pop_front();
  const size_t bytes = BytesOf(*message);
  pending_bytes_ -= bytes;
  unacknowledged_bytes_ += bytes;
  unacknowledged_.push_back(message);
  return NumberedMessage{++sent_, std::move(message)};
}

bool Consumer::Acknowledge(uint64_t number, absl::FunctionRef<void(const InboundMessage&)> done) {
  if (number > sent_) return false;
  while (acknowledged_ < number) {
    ++acknowledged_;
    unacknowledged_bytes_ -= BytesOf(*unacknowledged_.front());
    done(*unacknowledged_.front());
    unacknowledged_.pop_front();
  }
  return true;
}

std::deque<InboundPtr> Consumer::TakeAll() {
  std::deque<InboundPtr> all = std::exchange(unacknowledged_, {});
  all.insert(all.end(), std::make_move_iterator(pending_.begin()),
             std::make_move_iterator(pending_.end()));
  pending_.clear();
  unacknowledged_bytes_ = 0;
  pending_bytes_ = 0;
  acknowledged_ = sent_;
  return all;
}

}  // namespace wsgate
