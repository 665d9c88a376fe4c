// What clients say, on its way to services.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/clock.h"
#include "gateway/base/ids.h"
#include "gateway/message/message.h"

namespace wsgate {

struct InboundMessage {
  SessionId session;
  uint64_t number = 0;  // 1, 2, 3, ... within the session.
  std::string user_id;
  std::string tenant;
  PayloadKind kind = PayloadKind::kText;
  std::string payload;
  int64_t received_at_us = 0;  // Wall clock.
};

// Why a client's message reached no service.
enum class InboundDrop : uint8_t {
  kNoConsumer,     // No ReceiveMessages stream is open.
  kConsumerFull,   // The stream's window and its queue are full.
  kConsumerGone,   // The stream ended before it acknowledged the message.
  kBackendFailed,  // OnMessage: no backend answered in time.
  kBackendFull,    // OnMessage: too much waits for backends.
};
inline constexpr size_t kInboundDropCount = 5;

// What a sink did not take of a batch, in the batch's order.
struct InboundRefusal {
  size_t index = 0;
  InboundDrop reason = InboundDrop::kNoConsumer;
  friend bool operator==(const InboundRefusal&, const InboundRefusal&) = default;
};
using InboundRefusals = std::vector<InboundRefusal>;

// Where shards hand over what clients say.
// Threads: any; never blocks on a consumer.
class InboundSink {
 public:
  virtual ~InboundSink() = default;
  // False: nobody listens, so nothing need be copied; the caller counts the drop.
  [[nodiscard]] virtual bool HasConsumer() const = 0;
  // Takes one turn's messages of one shard, in the order in which they came, and leaves the batch
  // empty. What it cannot deliver it counts itself, by InboundDrop; what it refuses at once it also
  // names, for clients that want to know.
  virtual InboundRefusals Deliver(std::vector<InboundMessage>& batch) = 0;
  // Above 0: each message will be answered (Sessions::AnswerMessage), and a session with so many
  // unanswered is not read. 0: nobody answers.
  [[nodiscard]] virtual uint32_t window() const { return 0; }
  // A session that is not read for so long, because its window is full, ends.
  [[nodiscard]] virtual Duration patience() const { return Duration::max(); }
};

}  // namespace wsgate
