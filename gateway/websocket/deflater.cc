#include "gateway/websocket/deflater.h"

#include "gateway/base/check.h"

namespace wsgate {
namespace {

constexpr int kRawWindow = -15;  // Negative: no zlib header around it.
constexpr int kMemLevel = 8;
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);  // RFC 7692 section 7.2.1: is cut off.

}  // namespace

Deflater::Deflater(int level) {
  WSGATE_CHECK(
      deflateInit2(&stream_, level, Z_DEFLATED, kRawWindow, kMemLevel, Z_DEFAULT_STRATEGY) == Z_OK);
}

Deflater::~Deflater() {
  deflateEnd(&stream_);
}

std::optional<std::string_view> Deflater::Deflate(std::string_view message) {
  // zlib counts in 32 bits; limits.send_bytes_max stays far below.
  if (message.size() < kTail.size() || message.size() > 0x7fffffff) return std::nullopt;
  const size_t needed = message.size() + kTail.size();
  if (room_.size() > kRoomKept && needed <= kRoomKept) room_ = std::string();
  if (room_.size() < needed) room_.resize(needed);
  deflateReset(&stream_);
  stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(message.data()));
  stream_.avail_in = static_cast<uInt>(message.size());
  stream_.next_out = reinterpret_cast<Bytef*>(room_.data());
  stream_.avail_out = static_cast<uInt>(needed);
  // What fills the room whole is not smaller, and not complete either.
  const bool fits = deflate(&stream_, Z_SYNC_FLUSH) == Z_OK && stream_.avail_out != 0;
  const std::string_view made(room_.data(), needed - stream_.avail_out);
  if (!fits) return std::nullopt;
  WSGATE_CHECK(stream_.avail_in == 0 && made.ends_with(kTail));
  return made.substr(0, made.size() - kTail.size());
}

}  // namespace wsgate
