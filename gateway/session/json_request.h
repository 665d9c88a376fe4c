// What a client of wsgate.v1.json asks for: one frame, read with simdjson.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/message/json_check.h"
#include "gateway/message/message.h"
#include "gateway/session/json_error.h"

namespace wsgate {

inline constexpr uint64_t kJsonIdMax = uint64_t{1} << 53;  // What a double counts up to.

enum class JsonRequestKind : uint8_t { kMessage, kPing, kPong, kRefresh, kBad };

struct JsonRequest {
  JsonRequestKind kind = JsonRequestKind::kBad;
  std::optional<uint64_t> id;
  PayloadKind payload_kind = PayloadKind::kText;  // Of kMessage.
  std::string_view payload;                       // Of kMessage: as a service gets it.
  std::string_view token;                         // Of kRefresh.
  JsonError error = JsonError::kBadJson;          // Of kBad.
  std::string detail;  // Of kBad: stands behind the row's text. Of kRefresh: what is wrong with it.
};

// Flow:    JsonProtocol → JsonRequestParser.
// Owner:   JsonProtocol of one shard.   Threads: that shard's only.
// Bounds:  kDepthMax levels; size by limits.message_bytes_max. Keeps memory for frames of up to
// kKeptBytes.
class JsonRequestParser {
 public:
  // A document within `message` may be as deep as one that a service sends.
  static constexpr size_t kDepthMax = kJsonDepthMax + 2;
  static constexpr size_t kKeptBytes = 64 * 1024;

  JsonRequestParser();
  ~JsonRequestParser();

  // Valid until the next call.
  [[nodiscard]] JsonRequest Parse(std::string_view frame);

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace wsgate
