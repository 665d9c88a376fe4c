#include "gateway/message/message.h"

#include <utility>

#include "gateway/message/frame_header.h"

namespace wsgate {

MessagePtr MakeMessage(PayloadKind kind, std::string_view payload, Time accepted_at) {
  auto wire = std::make_shared<WireBuffer>();
  wire->bytes.reserve(payload.size() + kServerFrameHeaderMax);
  const Opcode opcode = kind == PayloadKind::kBinary ? Opcode::kBinary : Opcode::kText;
  AppendServerFrameHeader(opcode, payload.size(), wire->bytes);
  wire->bytes.append(payload);
  wire->messages = 1;
  wire->payload_bytes = payload.size();
  wire->largest_bytes = payload.size();
  auto message = std::make_shared<Message>();
  message->kind = kind;
  message->accepted_at = accepted_at;
  message->wire = std::move(wire);
  return message;
}

}  // namespace wsgate
