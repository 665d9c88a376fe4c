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
  inflated.whole = inflated.whole || compressed.empty();
  // Between two blocks a final, empty one may follow.
  const auto takes = [&](std::string_view end) {
    const Inflated ended = InflateRuns(std::string(compressed).append(end));
    return ended.whole && !ended.bad && ended.out == inflated.out;
  };
  inflated.cut = takes(std::string_view("\x00\x00\xff\xff\x03\x00", 6));
  inflated.whole = inflated.whole || inflated.cut || takes(std::string_view("\x03\x00", 2));
  return inflated;
}

}  // namespace wsgate::testing
