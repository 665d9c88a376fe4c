// Who may call the control port and over what: the files that say so, read again when they change.
#pragma once

#include <condition_variable>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "control/authorizer.h"
#include "control/server_tls.h"
#include "gateway/base/mutex.h"
#include "gateway/config/config.h"
#include "gateway/config/watch.h"

namespace wsgate {

// Flow:    control.auth.tokens_file → Authorizer; control.tls.* → ServerTls.
// Owner:   App; outlives the server.
// Threads: one of its own looks at the files, where there are any.
// Bounds:  1 MiB of each file, looked at twice a second.
class ControlAccess {
 public:
  // Errors: InvalidArgument: what is wrong with a file, with its field.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<ControlAccess>> Start(const Config& config,
                                                                            NodeStats& stats);
  ~ControlAccess();
  ControlAccess(const ControlAccess&) = delete;
  ControlAccess& operator=(const ControlAccess&) = delete;

  // Null: everybody may do everything.
  [[nodiscard]] Authorizer* authorizer() const { return authorizer_.get(); }
  // Null: no TLS.
  [[nodiscard]] ServerTls* tls() const { return tls_.get(); }

 private:
  ControlAccess(const Config& config, NodeStats& stats);

  absl::Status LoadCallers();
  absl::Status LoadCertificate();
  void Watch();
  // Reads again what has changed; what is wrong is logged, and the old goes on.
  void LookAtFiles();
  void Tell(ControlFile file, const std::string& path, const absl::Status& status);

  const CallerProof proof_;
  const std::string callers_path_;  // Empty: none.
  const TlsFiles tls_files_;
  NodeStats& stats_;
  std::unique_ptr<Authorizer> authorizer_;
  std::unique_ptr<ServerTls> tls_;
  std::vector<FileWatch> callers_watch_;  // Of one file or none.
  std::vector<FileWatch> tls_watch_;
  bool tls_pending_ = false;  // Not yet right: the other file of a pair may follow.
  Mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace wsgate
