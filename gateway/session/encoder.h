// Messages become the bytes that a session's format wants, each format once for all who share it.
#pragma once

#include <array>
#include <span>

#include "gateway/message/message.h"
#include "gateway/message/wire_format.h"
#include "gateway/session/session.h"

namespace wsgate {

// Flow:    Delivery → Encoder → wire buffers → SessionWriter.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  none of its own; it holds nothing between calls.
class Encoder {
 public:
  // The frames of `messages`, one after the other. One message in raw form is handed on as it is.
  [[nodiscard]] WirePtr Encode(std::span<const MessagePtr> messages, WireFormat format);

 private:
  static void Append(const Message& message, WireFormat format, WireBuffer& out);
};

// The encodings of a run of messages, each made when the first session that wants it comes by.
// Owner:   who sends the run.   Threads: one.
class Encodings {
 public:
  // As `session` wants them. Valid as long as this and `messages` are.
  [[nodiscard]] const WirePtr& For(const Session& session, std::span<const MessagePtr> messages,
                                   Encoder& encoder) {
    const WireFormat format{session.encoding, session.deflate_bits != 0};
    if (format.is_raw() && messages.size() == 1) return messages[0]->wire;
    WirePtr& wire = wires_[format.index()];
    if (!wire) wire = encoder.Encode(messages, format);
    // RFC 7692 section 7.1.2.1: one that its window could not hold goes uncompressed.
    if (!format.deflated || wire->largest_bytes >> session.deflate_bits == 0) return wire;
    WirePtr& plain = wires_[WireFormat{session.encoding}.index()];
    if (!plain) plain = encoder.Encode(messages, {session.encoding});
    return plain;
  }

 private:
  std::array<WirePtr, kWireFormats> wires_;
};

}  // namespace wsgate
