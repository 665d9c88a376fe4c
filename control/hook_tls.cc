#include "control/hook_tls.h"

#include <utility>

namespace wsgate {

HookTls::HookTls(TlsFiles files)
    : files_(std::move(files)), watch_({files_.certificate, files_.key, files_.ca}) {}

absl::StatusOr<std::unique_ptr<HookTls>> HookTls::Read(const Config& config) {
  std::unique_ptr<HookTls> tls(new HookTls({.certificate = config.hooks_tls_cert_file,
                                            .key = config.hooks_tls_key_file,
                                            .ca = config.hooks_tls_ca_file}));
  if (absl::Status status = tls->Load(); !status.ok()) return status;
  return tls;
}

absl::Status HookTls::Load() {
  if (files_.ca.empty()) {
    credentials_ = grpc::InsecureChannelCredentials();
    return absl::OkStatus();
  }
  absl::StatusOr<TlsPem> pem = ReadTlsFiles(files_, "hooks.tls");
  if (!pem.ok()) return pem.status();
  credentials_ = grpc::SslCredentials({.pem_root_certs = pem->ca,
                                       .pem_private_key = pem->key,
                                       .pem_cert_chain = pem->certificates});
  return absl::OkStatus();
}

std::optional<absl::Status> HookTls::Look() {
  return watch_.Look([this] { return Load(); });
}

}  // namespace wsgate
