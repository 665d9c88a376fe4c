// What is known of a session from its upgrade on and never changes, packed into one block.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgate {

enum class Subprotocol : uint8_t { kNone, kRaw };
[[nodiscard]] constexpr std::string_view NameOf(Subprotocol subprotocol) {
  return subprotocol == Subprotocol::kRaw ? "wsgate.raw" : "";
}

// The peer's address: IPv4 as ::ffff:a.b.c.d.
struct PeerAddress {
  in6_addr address{};
  uint16_t port = 0;
  [[nodiscard]] static PeerAddress From(const sockaddr_storage& from);
  [[nodiscard]] std::string ToString() const;
};

// Owner:   its Session (before that, its Upgrade).
// Bounds:  one allocation of 24 bytes and the texts; user id 255 B, path and metadata by the
// upgrade's own bounds.
class SessionFacts {
 public:
  using Metadata = std::vector<std::pair<std::string, std::string>>;

  SessionFacts() = default;
  SessionFacts(std::string_view user_id, std::string_view path, Subprotocol subprotocol,
               const PeerAddress& peer, const Metadata& metadata);

  [[nodiscard]] std::string_view user_id() const;  // Empty: anonymous.
  [[nodiscard]] std::string_view path() const;     // Without the query.
  [[nodiscard]] Subprotocol subprotocol() const;
  [[nodiscard]] PeerAddress peer() const;
  [[nodiscard]] Metadata metadata() const;
  [[nodiscard]] bool HasMetadata(std::string_view key, std::string_view value) const;

 private:
  struct Head {
    PeerAddress peer;
    uint16_t path_bytes;
    uint8_t user_bytes;
    uint8_t subprotocol;
    uint8_t metadata_count;
  };
  [[nodiscard]] Head head() const;
  template <class Visit>
  void ForEachMetadata(Visit visit) const;  // Until it returns false.

  std::unique_ptr<char[]> block_;  // Head, user, path, then length-prefixed (u16) keys and values.
};

}  // namespace wsgate
