// Messages become the bytes that a session's format wants, each format once for all who share it.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "gateway/message/frame_header.h"
#include "gateway/message/message.h"
#include "gateway/message/wire_format.h"
#include "gateway/metrics/shard_stats.h"
#include "gateway/session/session.h"
#include "gateway/session/session_context.h"
#include "gateway/websocket/deflater.h"

namespace wsgate {

// Two steps a message: its payload in the format's encoding, then the frame, compressed where that
// is wanted and pays.
//
// Flow:    Delivery → Encoder → wire buffers → SessionWriter.
// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  the compressor's, from the first message that one is asked for.
class Encoder {
 public:
  Encoder(const CompressionSettings& compression, ShardStats& stats)
      : compression_(compression), stats_(stats) {}

  // The frames of `messages`, one after the other. One message in raw form is handed on as it is.
  [[nodiscard]] WirePtr Encode(std::span<const MessagePtr> messages, WireFormat format);

 private:
  void Append(const Message& message, WireFormat format, WireBuffer& out);
  // Appends a compressed frame. False: it is too short, or does not get shorter; nothing is done.
  [[nodiscard]] bool AppendDeflated(Opcode opcode, std::string_view payload, WireBuffer& out);

  const CompressionSettings compression_;
  ShardStats& stats_;
  std::optional<Deflater> deflater_;
};

// The encodings of a run of messages, each made when the first session that wants it comes by.
// Owner:   who sends the run.   Threads: one.
class Encodings {
 public:
  // As `session` wants them. Valid as long as this and `messages` are.
  [[nodiscard]] const WirePtr& For(const Session& session, std::span<const MessagePtr> messages,
                                   Encoder& encoder) {
    if (session.deflate_bits == 0) return Of({session.encoding}, messages, encoder);
    if (session.deflate_bits < kWindowBitsMax) {
      // RFC 7692 section 7.1.2.1: what its window could not hold goes uncompressed, so that one
      // compressed buffer serves all.
      const WirePtr& plain = Of({session.encoding}, messages, encoder);
      if (plain->largest_bytes >> session.deflate_bits != 0) return plain;
    }
    return Of({session.encoding, true}, messages, encoder);
  }

 private:
  static constexpr uint8_t kWindowBitsMax = 15;  // The compressor's own.

  [[nodiscard]] const WirePtr& Of(WireFormat format, std::span<const MessagePtr> messages,
                                  Encoder& encoder) {
    WirePtr& wire = wires_[format.index()];
    if (!wire) wire = encoder.Encode(messages, format);
    return wire;
  }

  std::array<WirePtr, kWireFormats> wires_;
};

}  // namespace wsgate
