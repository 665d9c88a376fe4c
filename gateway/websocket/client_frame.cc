#include "gateway/websocket/client_frame.h"

#include <algorithm>
#include <cstring>

namespace wsgate {
namespace {

constexpr uint8_t kFinBit = 0x80;
constexpr uint8_t kReservedBits = 0x70;
constexpr uint8_t kCompressedBit = 0x40;
constexpr uint8_t kMaskBit = 0x80;
constexpr uint64_t kPayloadMax = ~uint64_t{0} >> 1;

bool IsKnownOpcode(uint8_t opcode) {
  return opcode <= 0x2 || (opcode >= 0x8 && opcode <= 0xA);
}

// How many bytes follow the 7-bit length, and the least that they may say.
struct LengthForm {
  size_t bytes;
  uint64_t least;
};
constexpr LengthForm FormOf(uint8_t short_length) {
  if (short_length == 126) return {2, 126};
  if (short_length == 127) return {8, 0x10000};
  return {0, 0};
}

// RFC 7692 section 6: only the first frame of a message says that it is compressed.
bool AreReservedBitsGood(uint8_t first, bool deflate) {
  const uint8_t bits = first & kReservedBits;
  const uint8_t opcode = first & 0x0f;
  return bits == 0 || (deflate && bits == kCompressedBit && (opcode == 0x1 || opcode == 0x2));
}

uint64_t BigEndian(std::span<const char> bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = (value << 8) | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace

HeaderState DecodeHeader(std::span<const char> bytes, bool deflate, ClientFrame& frame) {
  if (bytes.empty()) return HeaderState::kIncomplete;
  const uint8_t first = static_cast<uint8_t>(bytes[0]);
  const uint8_t opcode = first & 0x0f;
  if (!AreReservedBitsGood(first, deflate) || !IsKnownOpcode(opcode)) return HeaderState::kInvalid;
  const bool fin = (first & kFinBit) != 0;
  const bool control = (opcode & 0x8) != 0;
  if (control && !fin) return HeaderState::kInvalid;

  if (bytes.size() < 2) return HeaderState::kIncomplete;
  const uint8_t second = static_cast<uint8_t>(bytes[1]);
  const uint8_t short_length = second & 0x7f;
  if ((second & kMaskBit) == 0) return HeaderState::kInvalid;
  if (control && short_length > kControlPayloadMax) return HeaderState::kInvalid;

  const LengthForm form = FormOf(short_length);
  const size_t mask_at = 2 + form.bytes;
  if (bytes.size() < mask_at) return HeaderState::kIncomplete;
  const uint64_t length = form.bytes == 0 ? short_length : BigEndian(bytes.subspan(2, form.bytes));
  if (length < form.least || length > kPayloadMax) return HeaderState::kInvalid;

  if (bytes.size() < mask_at + sizeof(Mask)) return HeaderState::kIncomplete;
  frame.opcode = static_cast<Opcode>(opcode);
  frame.fin = fin;
  frame.compressed = (first & kCompressedBit) != 0;
  frame.header_bytes = static_cast<uint8_t>(mask_at + sizeof(Mask));
  std::memcpy(frame.mask.data(), bytes.data() + mask_at, sizeof(Mask));
  frame.payload_bytes = length;
  return HeaderState::kComplete;
}

void Unmask(std::span<char> payload, Mask& mask) {
  // Eight bytes a step, through memcpy: the payload has no alignment, and the compiler makes one
  // load and one store.
  uint64_t key = 0;
  std::memcpy(&key, mask.data(), sizeof(Mask));
  std::memcpy(reinterpret_cast<char*>(&key) + sizeof(Mask), mask.data(), sizeof(Mask));
  char* at = payload.data();
  size_t left = payload.size();
  for (; left >= sizeof(key); at += sizeof(key), left -= sizeof(key)) {
    uint64_t word;
    std::memcpy(&word, at, sizeof(word));
    word ^= key;
    std::memcpy(at, &word, sizeof(word));
  }
  for (size_t i = 0; i < left; ++i) at[i] = static_cast<char>(at[i] ^ mask[i & 3]);
  std::rotate(mask.begin(), mask.begin() + (left & 3), mask.end());
}

}  // namespace wsgate
