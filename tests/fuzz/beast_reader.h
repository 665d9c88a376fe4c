// The reading side a third time: Beast's, which shares no line with ours.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "tests/fuzz/naive_reader.h"

namespace wsgate::testing {

// What Beast's server made of a stream.
struct BeastSaw {
  std::vector<SeenEvent> events;  // As ours, `frames` and `compressed_bytes` left at 0.
  // The last event is an error that says: a final block ended, after which Beast reads no more.
  bool stopped_at_final_block = false;
};

// `deflate`: permessage-deflate was negotiated, without context takeover.
[[nodiscard]] BeastSaw BeastRead(std::string_view stream, uint64_t message_bytes_max, bool deflate);

}  // namespace wsgate::testing
