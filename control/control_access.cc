#include "control/control_access.h"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

constexpr auto kLookInterval = std::chrono::milliseconds(500);

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
      stats_(stats) {
  // Watched before they are read: a change in between is seen.
  if (!callers_path_.empty()) callers_watch_.emplace_back(callers_path_);
  for (const std::string& path : {tls_files_.certificate, tls_files_.key, tls_files_.ca}) {
    if (!path.empty()) tls_watch_.emplace_back(path);
  }
}

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
  if (access->authorizer_ != nullptr || access->tls_ != nullptr) {
    access->thread_ = std::thread([self = access.get()] { self->Watch(); });
  }
  return access;
}

ControlAccess::~ControlAccess() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
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

void ControlAccess::Watch() {
  std::unique_lock lock(mutex_.native());
  const auto is_over = [this]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return stopping_; };
  while (!wake_.wait_for(lock, kLookInterval, is_over)) {
    lock.unlock();
    LookAtFiles();
    lock.lock();
  }
}

void ControlAccess::LookAtFiles() {
  for (FileWatch& watch : callers_watch_) {
    if (watch.Changed()) Tell(ControlFile::kCallers, callers_path_, LoadCallers());
  }
  bool changed = false;
  for (FileWatch& watch : tls_watch_) changed = watch.Changed() || changed;
  if (changed) {
    const absl::Status status = LoadCertificate();
    // Files that are replaced one after the other do not fit together in between: what is wrong is
    // told only if it is still so at the next look.
    if (!status.ok() && !std::exchange(tls_pending_, true)) return;
    tls_pending_ = !status.ok();
    Tell(ControlFile::kCertificate, tls_files_.certificate, status);
  } else if (std::exchange(tls_pending_, false)) {
    Tell(ControlFile::kCertificate, tls_files_.certificate, LoadCertificate());
  }
}

void ControlAccess::Tell(ControlFile file, const std::string& path, const absl::Status& status) {
  stats_.ControlFileLoaded(file, status.ok());
  if (status.ok()) {
    spdlog::info("control: {} was read again", path);
  } else {
    spdlog::error("{}; the old {} goes on", MessageOf(status),
                  file == ControlFile::kCallers ? "list of callers" : "certificate");
  }
}

}  // namespace wsgate
