// Whose pages may connect: the `Origin` header (RFC 6454) and what it is compared with.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace wsgate {

// What an origin is made of, in lower case.
struct Origin {
  std::string scheme;
  std::string host;   // IPv6 with its brackets.
  uint16_t port = 0;  // That of the scheme where none is written; 0: the scheme has none.
  friend bool operator==(const Origin&, const Origin&) = default;
};

// `https://chat.example:8443`. Errors: InvalidArgument, says how to write it.
[[nodiscard]] absl::StatusOr<Origin> ParseOrigin(std::string_view text);

// Flow:    origins.allowed → OriginRules → front doors.
// Owner:   App.   Threads: any; it never changes.
// Bounds:  kEntriesMax entries.
class OriginRules {
 public:
  static constexpr size_t kEntriesMax = 256;

  // Entries with commas between: an origin, whose host may have `*` as whole labels, each of which
  // stands for exactly one; `null`; or `*`, which is everybody. Empty: the page's own host. Errors:
  // InvalidArgument, names the entry.
  [[nodiscard]] static absl::StatusOr<OriginRules> Parse(std::string_view allowed);

  // `origin` and `host` as the headers have them; only for requests that have an `Origin`.
  [[nodiscard]] bool Allows(std::string_view origin, std::string_view host) const;
  // Whether pages are told apart by name alone. Any page can open a frame that is `null`.
  [[nodiscard]] bool names_pages() const { return !everybody_ && !null_ && !own_host_; }

 private:
  bool everybody_ = false;
  bool null_ = false;  // Sandboxed frames and files.
  bool own_host_ = true;
  std::vector<Origin> allowed_;
};

}  // namespace wsgate
