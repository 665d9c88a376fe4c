#include "gateway/app/client_tls.h"

#include <spdlog/spdlog.h>

#include <optional>

#include "gateway/base/clock.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

void Show(TlsAcceptor& acceptor, NodeStats& stats) {
  const int64_t expires = acceptor.expires_at_s();
  stats.tls_expires_at.Set(expires);
  if (expires <= WallMicros() / 1'000'000) {
    spdlog::warn("tls.cert_file: the certificate has expired: clients will not connect");
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<TlsAcceptor>> StartTls(const Config& config, NodeStats& stats) {
  if (config.tls_cert_file.empty()) return nullptr;
  auto acceptor = TlsAcceptor::Make({.certificate_file = config.tls_cert_file,
                                     .key_file = config.tls_key_file,
                                     .only_tls13 = config.tls_min_version == "1.3"});
  if (acceptor.ok()) Show(**acceptor, stats);
  return acceptor;
}

void LookAtCertificate(TlsAcceptor& acceptor, NodeStats& stats) {
  const std::optional<absl::Status> changed = acceptor.Look();
  if (!changed) return;
  if (changed->ok()) {
    spdlog::info("tls.cert_file: the certificate was read again; new connections get it");
    Show(acceptor, stats);
  } else {
    spdlog::error("{}; the old certificate goes on", MessageOf(*changed));
  }
  stats.TlsReloaded(changed->ok());  // Last: whoever sees the count sees what it counts.
}

}  // namespace wsgate
