// What clients say, on its way to services.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gateway/base/ids.h"
#include "gateway/message/message.h"

namespace wsgate {

struct InboundMessage {
  SessionId session;
  std::string user_id;
  PayloadKind kind = PayloadKind::kText;
  std::string payload;
  int64_t received_at_us = 0;  // Wall clock.
};

// Why a client's message reached no service.
enum class InboundDrop : uint8_t {
  kNoConsumer,    // No ReceiveMessages stream is open.
  kConsumerFull,  // The stream's window and its queue are full.
  kConsumerGone,  // The stream ended before it acknowledged the message.
};

// Where shards hand over what clients say.
// Threads: any; never blocks on a consumer.
class InboundSink {
 public:
  virtual ~InboundSink() = default;
  // False: nobody listens, so nothing need be copied; the caller counts the drop.
  [[nodiscard]] virtual bool HasConsumer() const = 0;
  // Takes one turn's messages of one shard, in the order in which they came, and leaves the batch
  // empty. What it cannot deliver it counts itself, by InboundDrop.
  virtual void Deliver(std::vector<InboundMessage>& batch) = 0;
};

}  // namespace wsgate
