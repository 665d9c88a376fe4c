// MessageReader against the naive one: whatever the bytes and however they are cut, both must see
// the same. Input: one byte that picks the size limit and, by its bit 0x10, permessage-deflate;
// four that seed the cuts; then the stream.
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <string_view>
#include <vector>

#include "gateway/base/check.h"
#include "tests/fuzz/naive_reader.h"

using wsgate::testing::NaiveRead;
using wsgate::testing::ReadInPieces;
using wsgate::testing::SeenEvent;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kPreamble = 5;
  if (size < kPreamble) return 0;
  constexpr uint64_t kLimits[] = {1 << 20, 65'536, 200, 125, 8, 1, ~uint64_t{0}, 1 << 16};
  const uint64_t limit = kLimits[data[0] % std::size(kLimits)];
  uint32_t seed;
  std::memcpy(&seed, data + 1, sizeof(seed));
  const std::string_view stream(reinterpret_cast<const char*>(data) + kPreamble, size - kPreamble);

  wsgate::InflaterPool pool;
  wsgate::InflaterPool* const inflaters = (data[0] & 0x10) != 0 ? &pool : nullptr;
  const std::vector<SeenEvent> expected = NaiveRead(stream, limit, inflaters != nullptr);
  WSGATE_CHECK(ReadInPieces(stream, {}, limit, inflaters) == expected);

  std::mt19937 random(seed);
  const size_t piece_max = 1 + random() % 40;
  std::vector<size_t> pieces;
  for (size_t cut = 0; cut < stream.size();) {
    pieces.push_back(1 + random() % piece_max);
    cut += pieces.back();
  }
  WSGATE_CHECK(ReadInPieces(stream, pieces, limit, inflaters) == expected);
  WSGATE_CHECK(pool.lent() == 0);
  return 0;
}
