#include "control/control_access.h"

#include <spdlog/spdlog.h>

#include <optional>
#include <utility>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

bool Asks(const Config& config) {
  return config.control_auth_mode == "token" || config.control_auth_mode == "mtls";
}

}  // namespace

ControlAccess::ControlAccess(const Config& config, NodeStats& stats)
    : proof_(config.control_auth_mode == "mtls" ? CallerProof::kCertificate : CallerProof::kToken),
      callers_path_(Asks(config) ? config.control_auth_tokens_file : ""),
      tls_files_{.certificate = config.control_tls_cert_file,
                 .key = config.control_tls_key_file,
                 .ca = config.control_tls_client_ca_file},
      stats_(stats),
      callers_watch_({callers_path_}),
      tls_watch_({tls_files_.certificate, tls_files_.key, tls_files_.ca}) {}

absl::StatusOr<std::unique_ptr<ControlAccess>> ControlAccess::Start(const Config& config,
                                                                    NodeStats& stats) {
  std::unique_ptr<ControlAccess> access(new ControlAccess(config, stats));
  if (!access->callers_path_.empty()) {
    if (absl::Status status = access->LoadCallers(); !status.ok()) return status;
    stats.ControlFileLoaded(ControlFile::kCallers, true);
  }
  if (!access->tls_files_.certificate.empty()) {
    if (absl::Status status = access->LoadCertificate(); !status.ok()) return status;
    stats.ControlFileLoaded(ControlFile::kCertificate, true);
  }
  return access;
}

absl::Status ControlAccess::LoadCallers() {
  absl::StatusOr<CallersPtr> callers = ReadCallers(callers_path_, proof_);
  if (!callers.ok()) {
    return Invalid("control.auth.tokens_file: ", MessageOf(callers.status()));
  }
  if (authorizer_ == nullptr) {
    authorizer_ = std::make_unique<Authorizer>(proof_, *std::move(callers), stats_);
  } else {
    authorizer_->Replace(*std::move(callers));
  }
  return absl::OkStatus();
}

absl::Status ControlAccess::LoadCertificate() {
  absl::StatusOr<TlsPem> pem = ReadTlsFiles(tls_files_, "control.tls");
  if (!pem.ok()) return pem.status();
  if (tls_ == nullptr) {
    tls_ = std::make_unique<ServerTls>(*std::move(pem));
  } else {
    tls_->Replace(*std::move(pem));
  }
  return absl::OkStatus();
}

void ControlAccess::LookAtFiles() {
  if (const auto loaded = callers_watch_.Look([this] { return LoadCallers(); })) {
    Tell(ControlFile::kCallers, callers_path_, *loaded);
  }
  if (const auto loaded = tls_watch_.Look([this] { return LoadCertificate(); })) {
    Tell(ControlFile::kCertificate, tls_files_.certificate, *loaded);
  }
}

void ControlAccess::Tell(ControlFile file, const std::string& path, const absl::Status& status) {
  if (status.ok()) {
    spdlog::info("control: {} was read again", path);
  } else {
    spdlog::error("{}; the old {} goes on", MessageOf(status),
                  file == ControlFile::kCallers ? "list of callers" : "certificate");
  }
  stats_.ControlFileLoaded(file, status.ok());  // Last: whoever sees the count sees what it counts.
}

}  // namespace wsgate
