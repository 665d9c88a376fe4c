#include "gateway/tls/tls_acceptor.h"

#include <utility>

namespace wsgate {

TlsAcceptor::TlsAcceptor(const TlsSettings& settings)
    : settings_(settings),
      certificate_watch_(settings.certificate_file),
      key_watch_(settings.key_file) {}

absl::StatusOr<std::unique_ptr<TlsAcceptor>> TlsAcceptor::Make(const TlsSettings& settings) {
  std::unique_ptr<TlsAcceptor> acceptor(new TlsAcceptor(settings));
  absl::Status status = acceptor->Load();
  if (!status.ok()) return status;
  return acceptor;
}

absl::Status TlsAcceptor::Load() {
  absl::StatusOr<TlsCertificate> loaded = TlsCertificate::Load(settings_, tickets_);
  failed_ = !loaded.ok();
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
  const bool certificate_changed = certificate_watch_.Changed();
  const bool key_changed = key_watch_.Changed();
  // Files that are written one after the other do not fit each other in between: no change may
  // follow that would say so.
  if (!certificate_changed && !key_changed && !failed_) return std::nullopt;
  const bool failed_before = std::exchange(failed_, false);
  absl::Status status = Load();
  // The same failure is not told every second.
  if (!status.ok() && failed_before && !certificate_changed && !key_changed) return std::nullopt;
  return status;
}

int64_t TlsAcceptor::expires_at_s() {
  MutexLock lock(mutex_);
  return certificate_.expires_at_s;
}

}  // namespace wsgate
