#include "gateway/tls/tls_acceptor.h"

#include <utility>

namespace wsgate {

TlsAcceptor::TlsAcceptor(const TlsSettings& settings)
    : settings_(settings), watch_({settings.certificate_file, settings.key_file}) {}

absl::StatusOr<std::unique_ptr<TlsAcceptor>> TlsAcceptor::Make(const TlsSettings& settings) {
  std::unique_ptr<TlsAcceptor> acceptor(new TlsAcceptor(settings));
  absl::Status status = acceptor->Load();
  if (!status.ok()) return status;
  return acceptor;
}

absl::Status TlsAcceptor::Load() {
  absl::StatusOr<TlsCertificate> loaded = TlsCertificate::Load(settings_, tickets_);
  if (!loaded.ok()) return loaded.status();
  MutexLock lock(mutex_);
  certificate_ = *std::move(loaded);
  return absl::OkStatus();
}

std::unique_ptr<TlsStream> TlsAcceptor::Accept(int fd) {
  SslPtr ssl;
  {
    MutexLock lock(mutex_);
    ssl.reset(SSL_new(certificate_.context.get()));
  }
  return TlsStream::Make(std::move(ssl), fd);
}

std::optional<absl::Status> TlsAcceptor::Look() {
  return watch_.Look([this] { return Load(); });
}

int64_t TlsAcceptor::expires_at_s() {
  MutexLock lock(mutex_);
  return certificate_.expires_at_s;
}

}  // namespace wsgate
