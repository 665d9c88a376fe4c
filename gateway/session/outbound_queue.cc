#include "gateway/session/outbound_queue.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

// The size of the frame that `bytes` begin with; one of our own, so nothing about it is doubtful.
size_t FrameBytes(std::string_view bytes) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[i]); };
  const size_t length_bytes = byte(1) < 126 ? 0 : byte(1) == 126 ? 2 : 8;
  uint64_t payload = length_bytes == 0 ? byte(1) : 0;
  for (size_t i = 0; i < length_bytes; ++i) payload = payload << 8 | byte(2 + i);
  return 2 + length_bytes + payload;
}

}  // namespace

void OutboundQueue::Push(QueuedKind kind, WirePtr wire, size_t sent) {
  WSGATE_CHECK(sent == 0 || entries_.empty());
  bytes_ += wire->bytes.size() - sent;
  if (sent != 0) front_sent_ = sent;
  if (kind == QueuedKind::kMessages || kind == QueuedKind::kClose) {
    entries_.push_back({kind, std::move(wire)});
    return;
  }
  const auto unstarted = entries_.begin() + (front_sent_ != 0 && !entries_.empty() ? 1 : 0);
  auto place = unstarted;
  for (; place != entries_.end() && place->kind != QueuedKind::kMessages &&
         place->kind != QueuedKind::kClose;
       ++place) {
    if (place->kind != kind) continue;
    bytes_ -= place->wire->bytes.size();
    place->wire = std::move(wire);
    return;
  }
  entries_.insert(place, {kind, std::move(wire)});
}

uint64_t OutboundQueue::DropWaiting() {
  uint64_t dropped = 0;
  const size_t keep = front_sent_ != 0 ? 1 : 0;
  while (entries_.size() > keep) {
    dropped += entries_.back().wire->messages;
    bytes_ -= entries_.back().wire->bytes.size();
    entries_.pop_back();
  }
  return dropped;
}

size_t OutboundQueue::Gather(std::span<iovec> parts) const {
  const size_t count = std::min(parts.size(), entries_.size());
  for (size_t i = 0; i < count; ++i) {
    const std::string& bytes = entries_[i].wire->bytes;
    const size_t sent = i == 0 ? front_sent_ : 0;
    parts[i] = {const_cast<char*>(bytes.data()) + sent, bytes.size() - sent};
  }
  return count;
}

void OutboundQueue::Consume(size_t count) {
  bytes_ -= count;
  front_sent_ += count;
  while (!entries_.empty() && front_sent_ >= entries_.front().wire->bytes.size()) {
    front_sent_ -= entries_.front().wire->bytes.size();
    entries_.pop_front();
  }
}

uint64_t OutboundQueue::messages() const {
  uint64_t messages = 0;
  for (const Entry& entry : entries_) messages += entry.wire->messages;
  if (front_sent_ == 0 || entries_.empty() || entries_.front().wire->messages < 2) return messages;
  // Of several messages in one buffer some may be in the kernel.
  const std::string_view bytes = entries_.front().wire->bytes;
  for (size_t end = FrameBytes(bytes); end <= front_sent_; end += FrameBytes(bytes.substr(end))) {
    --messages;
  }
  return messages;
}

}  // namespace wsgate
