// The certificate in force, and what new connections get of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "gateway/base/mutex.h"
#include "gateway/config/watch.h"
#include "gateway/tls/ticket_keys.h"
#include "gateway/tls/tls_certificate.h"
#include "gateway/tls/tls_stream.h"

namespace wsgate {

// Connections keep the certificate that they began with: a change touches only those who come
// later.
// Flow:    files → TlsAcceptor → TlsStream.
// Owner:   App; outlives shards.
// Threads: Accept() and expires_at_s() any; Look() one.
// Bounds:  one certificate, besides those that connections still have.
class TlsAcceptor {
 public:
  // Errors: as TlsCertificate::Load.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<TlsAcceptor>> Make(
      const TlsSettings& settings);

  // `fd` stays the caller's. Null: no memory.
  [[nodiscard]] std::unique_ptr<TlsStream> Accept(int fd);
  // Reads the files again if they have changed since. nullopt: there is nothing to tell. Errors: as
  // TlsCertificate::Load; the old certificate stays in force.
  [[nodiscard]] std::optional<absl::Status> Look();
  [[nodiscard]] int64_t expires_at_s();

 private:
  explicit TlsAcceptor(const TlsSettings& settings);
  [[nodiscard]] absl::Status Load();

  const TlsSettings settings_;
  TicketKeys tickets_;
  FileSetWatch watch_;
  Mutex mutex_;
  TlsCertificate certificate_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
