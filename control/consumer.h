// What one ReceiveMessages stream has been sent and still has to get.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>

#include "absl/functional/function_ref.h"
#include "gateway/message/inbound.h"

namespace wsgate {

using InboundPtr = std::shared_ptr<const InboundMessage>;

struct NumberedMessage {
  uint64_t number = 0;  // 1, 2, 3, … on each stream.
  InboundPtr message;
};

// Flow:    MessageHub → Offer() → Next() → the stream; its acknowledgements → Acknowledge().
// Owner:   MessageHub.
// Threads: one at a time; the hub's lock orders them.
// Bounds:  the window holds 256 messages sent and not acknowledged, and takes no more above 64 MiB;
// behind it wait at
//          most 4,096 messages of together 64 MiB. One message always fits where nothing is,
//          however large it is.
class Consumer {
 public:
  static constexpr size_t kWindowMessages = 256;
  static constexpr size_t kWindowBytes = size_t{64} << 20;
  static constexpr size_t kPendingMessagesMax = 4'096;
  static constexpr size_t kPendingBytesMax = size_t{64} << 20;

  // False: full, the message is not taken.
  [[nodiscard]] bool Offer(InboundPtr message);

  [[nodiscard]] bool CanSend() const;
  // The next message to send, which from now on waits for its acknowledgement. nullopt: not
  // CanSend().
  [[nodiscard]] std::optional<NumberedMessage> Next();

  // Everything up to `number` is done with; each message that was not done with before is shown to
  // `done`. A number that was acknowledged before changes nothing. False: that number was not sent
  // yet.
  [[nodiscard]] bool Acknowledge(uint64_t number,
                                 absl::FunctionRef<void(const InboundMessage&)> done);

  // Everything that is not done with, the oldest first. Afterwards nothing is left.
  [[nodiscard]] std::deque<InboundPtr> TakeAll();

 private:
  static size_t BytesOf(const InboundMessage& message);

  std::deque<InboundPtr> unacknowledged_;  // Numbers acknowledged_ + 1 … sent_.
  std::deque<InboundPtr> pending_;
  size_t unacknowledged_bytes_ = 0;
  size_t pending_bytes_ = 0;
  uint64_t sent_ = 0;
  uint64_t acknowledged_ = 0;
};

}  // namespace wsgate
