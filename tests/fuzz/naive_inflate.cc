// permessage-deflate by zlib's plainest calls: everything at once, from the start, every time.
#include <zlib.h>

#include "gateway/base/check.h"
#include "tests/fuzz/naive_reader.h"

namespace wsgate::testing {
namespace {

// Inflates one final-block-to-final-block run of `data` after the other.
Inflated InflateRuns(std::string_view data) {
  Inflated inflated;
  while (!data.empty()) {
    z_stream stream{};
    WSGATE_CHECK(inflateInit2(&stream, -15) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(data.data()));
    stream.avail_in = static_cast<uInt>(data.size());
    int result = Z_OK;
    while (result == Z_OK) {
      char room[65536];
      stream.next_out = reinterpret_cast<Bytef*>(room);
      stream.avail_out = sizeof room;
      result = inflate(&stream, Z_SYNC_FLUSH);
      inflated.out.append(room, sizeof room - stream.avail_out);
    }
    data.remove_prefix(data.size() - stream.avail_in);
    inflateEnd(&stream);
    inflated.whole = result == Z_STREAM_END;
    inflated.bad = result != Z_STREAM_END && result != Z_BUF_ERROR;
    if (result != Z_STREAM_END) break;
  }
  return inflated;
}

}  // namespace

std::string DeflatedPayload(std::string_view message, int window_bits, int level) {
  z_stream stream{};
  WSGATE_CHECK(deflateInit2(&stream, level, Z_DEFLATED, -window_bits, 8, Z_DEFAULT_STRATEGY) ==
               Z_OK);
  std::string out(deflateBound(&stream, message.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream.avail_in = static_cast<uInt>(message.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  WSGATE_CHECK(deflate(&stream, Z_SYNC_FLUSH) == Z_OK && stream.avail_out != 0);
  out.resize(out.size() - stream.avail_out - 4);
  deflateEnd(&stream);
  return out;
}

Inflated NaiveInflate(std::string_view compressed) {
  Inflated inflated = InflateRuns(compressed);
  if (inflated.bad) return inflated;
  if (compressed.empty()) inflated.whole = true;
  // Between two blocks a final, empty one may follow: with the four bytes that senders cut off
  // before it, or without.
  const std::string tail("\x00\x00\xff\xff", 4);
  for (const std::string& end : {std::string("\x03\x00", 2), tail + std::string("\x03\x00", 2)}) {
    const Inflated ended = InflateRuns(std::string(compressed) + end);
    inflated.whole = inflated.whole || (ended.whole && !ended.bad && ended.out == inflated.out);
  }
  return inflated;
}

}  // namespace wsgate::testing
