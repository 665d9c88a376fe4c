#include "gateway/session/encoder.h"

#include <algorithm>
#include <memory>

#include "gateway/message/json_text.h"

namespace wsgate {

WirePtr Encoder::Encode(std::span<const MessagePtr> messages, WireFormat format) {
  const bool alone = messages.size() == 1 && format.encoding == Encoding::kRaw;
  if (alone && !format.deflated) return RawWire(messages[0]);
  auto wire = std::make_shared<WireBuffer>();
  size_t bytes = 0;
  for (const MessagePtr& message : messages) bytes += message->wire.bytes.size();
  if (!format.deflated) wire->bytes.reserve(bytes);
  for (const MessagePtr& message : messages) Append(*message, format, *wire);
  if (alone && wire->deflated == 0)
    return RawWire(messages[0]);  // Shared with those who have it raw.
  return wire;
}

void Encoder::Append(const Message& message, WireFormat format, WireBuffer& out) {
  out.messages += message.wire.messages;
  out.payload_bytes += message.wire.payload_bytes;
  std::string json;
  std::string_view frame = message.wire.bytes;
  std::string_view payload = message.payload();
  Opcode opcode = message.kind == PayloadKind::kBinary ? Opcode::kBinary : Opcode::kText;
  if (format.encoding == Encoding::kJson) {
    const size_t bytes = AppendJsonMessageFrame(message, json);
    frame = json;
    payload = frame.substr(frame.size() - bytes);
    opcode = Opcode::kText;
  }
  out.largest_bytes = std::max<uint64_t>(out.largest_bytes, payload.size());
  if (!format.deflated || !AppendDeflated(opcode, payload, out)) out.bytes += frame;
}

bool Encoder::AppendDeflated(Opcode opcode, std::string_view payload, WireBuffer& out) {
  if (payload.size() < compression_.bytes_min) return false;
  if (!deflater_) deflater_.emplace(compression_.level);
  stats_.compressions.Add();
  const std::optional<std::string_view> deflated = deflater_->Deflate(payload);
  if (!deflated) return false;
  AppendServerFrameHeader(opcode, deflated->size(), out.bytes, /*compressed=*/true);
  out.bytes.append(*deflated);
  ++out.deflated;
  out.deflated_payload_bytes += payload.size();
  out.deflated_wire_bytes += deflated->size();
  return true;
}

}  // namespace wsgate
