// Certificates and keys as files, checked before they are used.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace wsgate {

// What TLS needs, as PEM.
struct TlsPem {
  std::string certificates;  // One's own, then its chain.
  std::string key;
  std::string ca;  // Who signs the others' certificates; empty on a server: they need none.
  friend bool operator==(const TlsPem&, const TlsPem&) = default;
};

struct TlsFiles {
  std::string certificate;  // Empty, as the key is: none of one's own.
  std::string key;
  std::string ca;
};

// `section` is where the fields stand: `control.tls`. Errors: InvalidArgument: a file cannot be
// read or used, with its field and path; also where the key is not the certificate's.
[[nodiscard]] absl::StatusOr<TlsPem> ReadTlsFiles(const TlsFiles& files, std::string_view section);

}  // namespace wsgate
