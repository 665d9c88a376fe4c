// A certificate with its key, ready for connections.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/openssl_ptr.h"
#include "gateway/tls/ticket_keys.h"

namespace wsgate {

using SslCtxPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

struct TlsSettings {
  std::string certificate_file;  // PEM: the server's own first, then those that sign it.
  std::string key_file;          // PEM, without a password.
  bool only_tls13 = false;
};

struct TlsCertificate {
  SslCtxPtr context;
  int64_t expires_at_s = 0;  // Seconds since 1970.

  // Errors: InvalidArgument, with the file and what to do: it cannot be read, holds no certificate
  // or no key, or the two do not belong together.
  [[nodiscard]] static absl::StatusOr<TlsCertificate> Load(const TlsSettings& settings,
                                                           TicketKeys& tickets);
};

}  // namespace wsgate
