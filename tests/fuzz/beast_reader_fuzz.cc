// MessageReader against Beast's reader: both must make the same of the same bytes. Input as for
// message_reader.
//
// They may differ in these ways, and in no other:
// - we fail at the first byte that allows no other end, Beast when it has a header or a code point;
// - Beast takes close codes of 5000 and above, which RFC 6455 section 7.4.2 does not know, and not
//   1014, which was registered later;
// - Beast reads nothing beyond a final deflate block (BFINAL), though RFC 7692 section 7.2.3.4 has
//   one;
// - Beast takes a compressed message that ends inside a block, as far as it goes;
// - of a message that is bad in two ways, each may name the other one;
// - Beast never resets its inflater: behind a compressed message that does not end in the head of
// an
//   empty block (section 7.2.1), or that looks back at the message before it, it may see anything.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

#include "gateway/base/check.h"
#include "tests/fuzz/beast_reader.h"
#include "tests/fuzz/naive_reader.h"

namespace {

using wsgate::CloseReason;
using wsgate::ReadEventKind;
using wsgate::testing::BeastRead;
using wsgate::testing::BeastSaw;
using wsgate::testing::NaiveRead;
using wsgate::testing::ReadInPieces;
using wsgate::testing::SeenEvent;

bool IsError(const SeenEvent& event) {
  return event.kind == ReadEventKind::kError;
}

// Whether what is left of both sides, beyond what they agree on, is a difference that may be.
bool MayDiffer(std::vector<SeenEvent>::const_iterator ours, bool ours_ends,
               std::vector<SeenEvent>::const_iterator beasts, bool beasts_ends,
               const BeastSaw& saw) {
  if (ours_ends) return beasts_ends || (IsError(*beasts) && saw.stopped_at_final_block);
  if (beasts_ends) return IsError(*ours);
  if (ours->kind == ReadEventKind::kClose && ours->close_code == 1014) return IsError(*beasts);
  if (IsError(*ours) && IsError(*beasts)) return true;
  if (IsError(*ours) && beasts->kind == ReadEventKind::kClose && beasts->close_code >= 5000) {
    return ours->error == CloseReason::kProtocolError;
  }
  if (IsError(*ours) && ours->error == CloseReason::kInvalidDeflate) return true;
  return IsError(*beasts) && saw.stopped_at_final_block;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  constexpr size_t kPreamble = 5;
  if (size < kPreamble) return 0;
  constexpr uint64_t kLimits[] = {1 << 20, 65'536, 200, 125, 8, 1, 1 << 24, 1 << 16};
  const uint64_t limit = kLimits[data[0] % std::size(kLimits)];
  const bool deflate = (data[0] & 0x10) != 0;
  const std::string_view stream(reinterpret_cast<const char*>(data) + kPreamble, size - kPreamble);
  wsgate::InflaterPool pool;
  std::vector<SeenEvent> ours = ReadInPieces(stream, {}, limit, deflate ? &pool : nullptr);
  for (SeenEvent& event : ours) event.frames = 0, event.compressed_bytes = 0;
  const BeastSaw saw = BeastRead(stream, limit, deflate);
  size_t odd_at = 0;
  (void)NaiveRead(stream, limit, deflate, &odd_at);
  auto our = ours.cbegin();
  auto beast = saw.events.cbegin();
  while (our != ours.cend() && beast != saw.events.cend() && *our == *beast) ++our, ++beast;
  if (static_cast<size_t>(our - ours.cbegin()) > odd_at) return 0;
  if (!MayDiffer(our, our == ours.cend(), beast, beast == saw.events.cend(), saw)) {
    std::cerr << "event " << our - ours.cbegin() << ":\n  ours   ";
    our == ours.cend() ? std::cerr << "nothing" : std::cerr << *our;
    std::cerr << "\n  Beast's ";
    beast == saw.events.cend() ? std::cerr << "nothing" : std::cerr << *beast;
    std::cerr << std::endl;
    WSGATE_CHECK(false);
  }
  return 0;
}
