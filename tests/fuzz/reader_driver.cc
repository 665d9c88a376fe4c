// Feeds MessageReader as a session does, and makes streams to feed it.
#include <algorithm>
#include <cstring>
#include <memory>
#include <random>

#include "gateway/base/check.h"
#include "tests/fuzz/masked_frame.h"
#include "tests/fuzz/naive_reader.h"

namespace wsgate::testing {
namespace {

using Random = std::mt19937_64;

uint64_t Below(Random& random, uint64_t end) {
  return random() % end;
}

std::string RandomText(Random& random, size_t characters) {
  constexpr std::string_view kCharacters[] = {"a",
                                              "Z",
                                              " ",
                                              "\xc3\xa9",
                                              "\xe2\x82\xac",
                                              "\xed\x9f\xbf",
                                              "\xf0\x9f\x98\x80",
                                              "\xf4\x8f\xbf\xbf"};
  std::string text;
  for (size_t i = 0; i < characters; ++i) {
    // Mostly ASCII, so that long runs of it occur too.
    text += kCharacters[Below(random, 4) != 0 ? Below(random, 3)
                                              : Below(random, std::size(kCharacters))];
  }
  return text;
}

std::string RandomBytes(Random& random, size_t bytes) {
  std::string out(bytes, '\0');
  for (char& c : out) c = static_cast<char>(random());
  return out;
}

size_t RandomSize(Random& random) {
  constexpr size_t kEdges[] = {0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 124, 125, 126, 127, 128, 300};
  const uint64_t kind = Below(random, 40);
  if (kind == 0) return 65'530 + Below(random, 12);
  return kind < 20 ? kEdges[Below(random, std::size(kEdges))] : Below(random, 40);
}

MaskBytes RandomMask(Random& random) {
  MaskBytes mask;
  for (char& c : mask) c = static_cast<char>(random());
  return mask;
}

// Control frames as they may stand between any two frames; seldom one that ends the stream.
void AppendControl(Random& random, std::string& out) {
  if (Below(random, 4) != 0) return;
  const uint64_t kind = Below(random, 30);
  const size_t size = Below(random, 126);
  const MaskBytes mask = RandomMask(random);
  if (kind == 0) {
    const uint16_t code =
        static_cast<uint16_t>(Below(random, 2) ? 1000 + Below(random, 20) : random());
    const std::string reason = RandomText(random, Below(random, 20));
    out += MaskedFrame(kFin | kClose, ClosePayload(code, reason), mask);
  } else {
    out += MaskedFrame(kFin | (kind % 2 ? kPing : kPong), RandomBytes(random, size), mask);
  }
}

void AppendMessage(Random& random, bool deflate, std::string& out) {
  const bool text = Below(random, 3) != 0;
  std::string payload =
      text ? RandomText(random, RandomSize(random)) : RandomBytes(random, RandomSize(random));
  const bool compressed = deflate && Below(random, 2) != 0;
  if (compressed) {
    payload = DeflatedPayload(payload, 9 + static_cast<int>(Below(random, 7)),
                              static_cast<int>(Below(random, 10)));
  }
  const size_t fragments = Below(random, 2) ? 1 : 1 + Below(random, 5);
  size_t at = 0;
  for (size_t i = 0; i < fragments; ++i) {
    const bool last = i + 1 == fragments;
    const size_t size = last ? payload.size() - at : Below(random, payload.size() - at + 1);
    const uint8_t opcode = i != 0 ? kContinuation : text ? kText : kBinary;
    const uint8_t bits = (last ? kFin : 0) | (compressed && i == 0 ? kRsv1 : 0);
    out +=
        MaskedFrame(bits | opcode, std::string_view(payload).substr(at, size), RandomMask(random));
    at += size;
    AppendControl(random, out);
  }
}

}  // namespace

std::string RandomStream(uint64_t seed, bool deflate) {
  Random random(seed);
  std::string out;
  const size_t messages = 1 + Below(random, 6);
  for (size_t i = 0; i < messages; ++i) AppendMessage(random, deflate, out);
  // A third is left whole; the others get a few bytes wrong or end early.
  const uint64_t damage = Below(random, 3);
  for (uint64_t i = 0; i < damage && Below(random, 2); ++i) {
    char& c = out[Below(random, std::min<size_t>(out.size(), 400))];
    c = static_cast<char>(c ^ (1u << Below(random, 8)));
  }
  if (damage == 2) out.resize(Below(random, out.size() + 1));
  return out;
}

std::vector<SeenEvent> ReadInPieces(std::string_view stream, std::span<const size_t> pieces,
                                    uint64_t message_bytes_max, InflaterPool* inflaters) {
  constexpr size_t kControlHeldMax = 2 * kControlPayloadMax;
  const MessageReader::Terms terms{message_bytes_max, inflaters};
  std::vector<SeenEvent> events;
  auto reader = std::make_unique<MessageReader>();
  size_t fed = 0;
  for (size_t i = 0; i <= pieces.size(); ++i) {
    const size_t left = stream.size() - fed;
    const size_t size = i == pieces.size() ? left : std::min(pieces[i], left);
    const std::unique_ptr<char[]> memory(
        new char[size]);  // Exact, so that a step beyond it is seen.
    std::copy_n(stream.data() + fed, size, memory.get());
    fed += size;
    std::span<char> bytes(memory.get(), size);
    while (const std::optional<ReadEvent> event = reader->Next(bytes, terms)) {
      events.push_back(Seen(*event));
      if (event->kind == ReadEventKind::kClose || event->kind == ReadEventKind::kError)
        return events;
      WSGATE_CHECK(event->payload.size() <= std::max(message_bytes_max, kControlPayloadMax));
    }
    WSGATE_CHECK(bytes.empty());
    // What is inflated may be more than what came, but no more than the bound.
    const uint64_t came = inflaters != nullptr ? message_bytes_max : fed;
    const uint64_t most = std::min(came, message_bytes_max);
    WSGATE_CHECK(most > ~uint64_t{0} / 4 || reader->held_bytes() <= 2 * most + kControlHeldMax);
    if (reader->idle()) {
      WSGATE_CHECK(reader->held_bytes() == 0);
      reader = std::make_unique<MessageReader>();
    } else {
      reader = std::make_unique<MessageReader>(std::move(*reader));
    }
  }
  return events;
}

}  // namespace wsgate::testing
