#include "gateway/session/encoder.h"

#include <algorithm>
#include <memory>

#include "gateway/message/json_text.h"

namespace wsgate {

WirePtr Encoder::Encode(std::span<const MessagePtr> messages, WireFormat format) {
  if (messages.size() == 1 && format.is_raw()) return messages[0]->wire;
  auto wire = std::make_shared<WireBuffer>();
  size_t bytes = 0;
  for (const MessagePtr& message : messages) bytes += message->wire->bytes.size();
  wire->bytes.reserve(bytes);
  for (const MessagePtr& message : messages) Append(*message, format, *wire);
  return wire;
}

void Encoder::Append(const Message& message, WireFormat format, WireBuffer& out) {
  out.messages += message.wire->messages;
  out.payload_bytes += message.wire->payload_bytes;
  if (format.encoding == Encoding::kJson) {
    const size_t payload_bytes = AppendJsonMessageFrame(message, out.bytes);
    out.largest_bytes = std::max<uint64_t>(out.largest_bytes, payload_bytes);
  } else {
    out.bytes += message.wire->bytes;
    out.largest_bytes = std::max(out.largest_bytes, message.wire->largest_bytes);
  }
}

}  // namespace wsgate
