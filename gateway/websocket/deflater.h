// Compresses messages for permessage-deflate (RFC 7692 section 7.2.1), each by itself.
#pragma once

#include <zlib.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wsgate {

// One raw stream with a window of 2^15 bytes, reset before each message: what it makes needs no
// message before it, so every session can inflate it, and one whose window is smaller can as long
// as the message fits that window.
//
// Flow:    Encoder → Deflater → Encoder.
// Owner:   Encoder of one shard.   Threads: that shard's only.
// Bounds:  268 KB of zlib's, and room for one message, which is let go of above kRoomKept.
class Deflater {
 public:
  static constexpr size_t kRoomKept = 64 * 1024;

  // `level`: zlib's, 1 to 9.
  explicit Deflater(int level);
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // The frame payload for `message`, valid until the next call; nullopt where it would not be
  // smaller. Cost: about 7 us for 1 KiB of JSON, 13 ms for 1 MiB (level 3).
  [[nodiscard]] std::optional<std::string_view> Deflate(std::string_view message);

 private:
  z_stream stream_{};
  std::string room_;
};

}  // namespace wsgate
