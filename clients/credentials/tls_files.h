// TLS to the control port, as files.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cpp/client_options.h"

namespace wsgate::client {

// What the flags of that name say; any of the four turns TLS on.
struct TlsFiles {
  std::string ca;           // --tls-ca.
  std::string certificate;  // --tls-cert.
  std::string key;          // --tls-key.
  std::string name;         // --tls-name; no file.
};

// The text of a file with PEM. Errors: InvalidArgument, names the flag.
[[nodiscard]] absl::StatusOr<std::string> ReadPem(std::string_view flag, const std::string& path);

// nullopt: no flag asks for TLS. Errors: InvalidArgument, names the flag.
[[nodiscard]] absl::StatusOr<std::optional<TlsOptions>> ReadTls(const TlsFiles& files);

}  // namespace wsgate::client
