// TLS of the client port: from the configuration to a certificate, and again whenever it changes.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "gateway/config/config.h"
#include "gateway/metrics/node_stats.h"
#include "gateway/tls/tls_acceptor.h"

namespace wsgate {

// Null: tls.cert_file is not set. Errors: as TlsAcceptor::Make.
[[nodiscard]] absl::StatusOr<std::unique_ptr<TlsAcceptor>> StartTls(const Config& config,
                                                                    NodeStats& stats);

// Takes over a certificate that has changed, and says so; one that cannot be used it only tells of.
void LookAtCertificate(TlsAcceptor& acceptor, NodeStats& stats);

}  // namespace wsgate
