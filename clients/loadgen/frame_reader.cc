#include "clients/loadgen/frame_reader.h"

#include <algorithm>
#include <cstring>

namespace wsgate::loadgen {
namespace {

constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kReserved = 0x30;  // RSV1 says that a message is compressed.
constexpr uint8_t kOpcode = 0x0f;
constexpr uint8_t kControl = 0x08;
constexpr uint8_t kMasked = 0x80;

}  // namespace

uint32_t FrameReader::HeaderBytes() const {
  if (header_have_ < 2 || header_[1] < 126) return 2;
  return header_[1] == 126 ? 4 : 10;
}

bool FrameReader::ParseHeader() {
  const bool control = (header_[0] & kControl) != 0;
  if ((header_[0] & kReserved) != 0 || (header_[1] & kMasked) != 0) return false;
  if (control && ((header_[0] & kFinal) == 0 || header_[1] > 125)) return false;
  const uint32_t bytes = HeaderBytes();
  payload_bytes_ = bytes == 2 ? header_[1] : 0;
  for (uint32_t i = 2; i < bytes; ++i) payload_bytes_ = payload_bytes_ << 8 | header_[i];
  payload_left_ = payload_bytes_;
  head_have_ = 0;
  in_payload_ = true;
  return true;
}

FrameReader::Result FrameReader::Next(const char*& at, const char* end, Frame& frame,
                                      std::string* kept) {
  while (!in_payload_) {
    if (at == end) return Result::kNeedMore;
    header_[header_have_++] = static_cast<uint8_t>(*at++);
    if (header_have_ >= 2 && header_have_ == HeaderBytes() && !ParseHeader()) {
      return Result::kBroken;
    }
  }
  const uint64_t take = std::min<uint64_t>(payload_left_, static_cast<uint64_t>(end - at));
  std::string_view head(at, std::min<uint64_t>(take, head_.size()));
  if (take < payload_bytes_) {  // The network has cut it.
    const uint64_t keep = std::min<uint64_t>(take, head_.size() - head_have_);
    if (keep > 0) std::memcpy(head_.data() + head_have_, at, keep);
    head_have_ = static_cast<uint8_t>(head_have_ + keep);
    head = std::string_view(head_.data(), head_have_);
  }
  if ((header_[0] & kControl) == 0 && kept != nullptr) kept->append(at, take);
  at += take;
  payload_left_ -= take;
  if (payload_left_ > 0) return Result::kNeedMore;
  frame = Frame{.opcode = static_cast<uint8_t>(header_[0] & kOpcode),
                .final = (header_[0] & kFinal) != 0,
                .payload_bytes = payload_bytes_,
                .head = head};
  in_payload_ = false;
  header_have_ = 0;
  return Result::kFrame;
}

}  // namespace wsgate::loadgen
