// What is known of a session from its upgrade on, packed into one block. Nothing of it changes but
// the token, which the client may renew.
#pragma once

#include <netinet/in.h>

#include <array>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/config/session_limits.h"
#include "gateway/message/token_mark.h"
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
// Threads: any; the token is the session's shard's.
// Bounds:  one allocation of 32 bytes, 40 more with a token, and the texts; user id and tenant 255
// B, path and metadata by the upgrade's own bounds.
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
    std::optional<TokenMark> token;  // nullopt: no token let it in.
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
  // Whether there is a token(), which alone of all this may be replaced.
  [[nodiscard]] bool has_token() const;
  [[nodiscard]] TokenMark token() const;
  void SetToken(const TokenMark& token);

 private:
  // Behind it: the token, user, tenant, path, then length-prefixed (u16) keys and values, then the
  // limits.
  struct Block {
    std::atomic<uint32_t> owners{0};
    PeerAddress peer;
    uint16_t path_bytes;
    uint8_t user_bytes;
    uint8_t tenant_bytes;
    uint8_t subprotocol : 4;
    uint8_t deflate_bits : 4;
    uint8_t metadata_count : 6;
    uint8_t has_limits : 1;
    uint8_t has_token : 1;

    [[nodiscard]] char* token() { return reinterpret_cast<char*>(this + 1); }
    [[nodiscard]] const char* texts() const {
      return reinterpret_cast<const char*>(this + 1) + (has_token != 0 ? sizeof(TokenMark) : 0);
    }
  };
  friend void intrusive_ptr_add_ref(Block* block);
  friend void intrusive_ptr_release(Block* block);
  // Until `visit` returns false; returns where it stopped.
  template <class Visit>
  const char* ForEachMetadata(Visit visit) const;

  boost::intrusive_ptr<Block> block_;
};

}  // namespace wsgate
