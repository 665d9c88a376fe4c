// The reading side a second time, written to be obviously right: it sees the whole stream at once,
// copies everything and looks at one byte after the other.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gateway/websocket/message_reader.h"

namespace wsgate::testing {

// A ReadEvent that owns its payload; fields that its kind does not have are at their defaults.
struct SeenEvent {
  ReadEventKind kind = ReadEventKind::kError;
  PayloadKind payload_kind = PayloadKind::kText;
  std::string payload;
  uint16_t close_code = 0;
  CloseReason error = CloseReason::kProtocolError;
  uint32_t frames = 0;
  uint64_t compressed_bytes = 0;

  friend bool operator==(const SeenEvent&, const SeenEvent&) = default;
};
std::ostream& operator<<(std::ostream& out, const SeenEvent& event);

[[nodiscard]] SeenEvent Seen(const ReadEvent& event);

// What a text so far is: a whole number of characters, one with an open end, or no UTF-8 whatever
// follows.
enum class TextState { kWhole, kOpen, kBad };
[[nodiscard]] TextState NaiveTextState(std::string_view text);

// Every event that `stream` makes, the last one being kClose or kError where there is one.
// `deflate`: permessage-deflate was negotiated. `odd_at`: becomes the first event that is a
// compressed message without Inflated::cut; none: their number.
[[nodiscard]] std::vector<SeenEvent> NaiveRead(std::string_view stream, uint64_t message_bytes_max,
                                               bool deflate = false, size_t* odd_at = nullptr);

// What MessageReader makes of the same stream cut after the given lengths (the rest comes last).
// Each piece lies in memory of exactly its size. Between pieces the reader is replaced where it
// says that it is idle, and moved where not; the reader's promises on held memory are checked.
[[nodiscard]] std::vector<SeenEvent> ReadInPieces(std::string_view stream,
                                                  std::span<const size_t> pieces,
                                                  uint64_t message_bytes_max,
                                                  InflaterPool* inflaters = nullptr);

// A stream of mostly valid frames, from a generator of its own: the same for the same seed.
// `deflate`: about half of its messages are compressed.
[[nodiscard]] std::string RandomStream(uint64_t seed, bool deflate = false);

// A message as clients compress it (RFC 7692 section 7.2.1), by zlib and nothing of ours.
[[nodiscard]] std::string DeflatedPayload(std::string_view message, int window_bits = 15,
                                          int level = 6);

// What comes out of `compressed`, a beginning of a message or all of it, inflated from the start.
struct Inflated {
  std::string out;
  bool bad = false;    // No deflate data, whatever follows.
  bool whole = false;  // It may end here.
  bool cut = false;    // As RFC 7692 section 7.2.1 has it: in the head of an empty block.
};
[[nodiscard]] Inflated NaiveInflate(std::string_view compressed);

}  // namespace wsgate::testing
