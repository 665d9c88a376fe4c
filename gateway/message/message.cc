#include "gateway/message/message.h"

#include "gateway/message/frame_header.h"

namespace wsgate {

MessagePtr MakeMessage(PayloadKind kind, std::string_view payload, Time accepted_at) {
  auto message = std::make_shared<Message>();
  message->kind = kind;
  message->accepted_at = accepted_at;
  WireBuffer& wire = message->wire;
  wire.bytes.reserve(payload.size() + kServerFrameHeaderMax);
  const Opcode opcode = kind == PayloadKind::kBinary ? Opcode::kBinary : Opcode::kText;
  AppendServerFrameHeader(opcode, payload.size(), wire.bytes);
  wire.bytes.append(payload);
  wire.messages = 1;
  wire.payload_bytes = payload.size();
  wire.largest_bytes = payload.size();
  return message;
}

}  // namespace wsgate
