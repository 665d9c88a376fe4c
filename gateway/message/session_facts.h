// What is known of a session from its upgrade on and never changes, packed into one block.
#pragma once

#include <netinet/in.h>

#include <array>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/config/session_limits.h"
#include "gateway/message/wire_format.h"

namespace wsgate {

enum class Subprotocol : uint8_t { kNone, kRaw, kJson };
inline constexpr std::array<std::string_view, 3> kSubprotocols = {"", "wsgate.raw",
                                                                  "wsgate.v1.json"};
[[nodiscard]] constexpr std::string_view NameOf(Subprotocol subprotocol) {
  return kSubprotocols[static_cast<size_t>(subprotocol)];
}
// kNone: none that we speak.
[[nodiscard]] constexpr Subprotocol SubprotocolNamed(std::string_view name) {
  for (size_t i = 1; i < kSubprotocols.size(); ++i) {
    if (kSubprotocols[i] == name) return static_cast<Subprotocol>(i);
  }
  return Subprotocol::kNone;
}
[[nodiscard]] constexpr Encoding EncodingOf(Subprotocol subprotocol) {
  return subprotocol == Subprotocol::kJson ? Encoding::kJson : Encoding::kRaw;
}

// The peer's address: IPv4 as ::ffff:a.b.c.d.
struct PeerAddress {
  in6_addr address{};
  uint16_t port = 0;
  [[nodiscard]] static PeerAddress From(const sockaddr_storage& from);
  [[nodiscard]] std::string ToString() const;
};

// Copies share the block: to tell of a session costs its shard a count, and who is told makes texts
// of it on a thread of its own.
// Owner:   its Session (before that, its Upgrade) and each SessionInfo of it.
// Threads: any.
// Bounds:  one allocation of 32 bytes and the texts; user id and tenant 255 B, path and metadata by
// the upgrade's own bounds.
class SessionFacts {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  struct Fields {
    std::string_view user_id;  // Empty: anonymous.
    std::string_view tenant;   // Empty: none.
    std::string_view path;     // Without the query.
    Subprotocol subprotocol = Subprotocol::kNone;
    uint8_t deflate_bits = 0;  // permessage-deflate's window for what we send, 8 to 15; 0: none.
    PeerAddress peer;
    Metadata metadata;
    SessionLimits limits;
  };

  SessionFacts() = default;  // Nothing may be asked of it.
  explicit SessionFacts(const Fields& fields);

  [[nodiscard]] std::string_view user_id() const;
  [[nodiscard]] std::string_view tenant() const;
  [[nodiscard]] std::string_view path() const;
  [[nodiscard]] Subprotocol subprotocol() const;
  [[nodiscard]] uint8_t deflate_bits() const;
  [[nodiscard]] PeerAddress peer() const;
  [[nodiscard]] Metadata metadata() const;
  [[nodiscard]] bool HasMetadata(std::string_view key, std::string_view value) const;
  // Whether limits() has anything.
  [[nodiscard]] bool has_limits() const;
  [[nodiscard]] SessionLimits limits() const;

 private:
  // What the texts follow: user, tenant, path, then length-prefixed (u16) keys and values, then the
  // limits.
  struct Block {
    mutable std::atomic<uint32_t> owners{0};
    PeerAddress peer;
    uint16_t path_bytes;
    uint8_t user_bytes;
    uint8_t tenant_bytes;
    uint8_t subprotocol : 4;
    uint8_t deflate_bits : 4;
    uint8_t metadata_count : 7;
    uint8_t has_limits : 1;

    [[nodiscard]] const char* texts() const { return reinterpret_cast<const char*>(this + 1); }
  };
  friend void intrusive_ptr_add_ref(const Block* block);
  friend void intrusive_ptr_release(const Block* block);
  // Until `visit` returns false; returns where it stopped.
  template <class Visit>
  const char* ForEachMetadata(Visit visit) const;

  boost::intrusive_ptr<const Block> block_;
};

}  // namespace wsgate
