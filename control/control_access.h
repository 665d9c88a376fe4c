// Who may call the control port and over what: the files that say so, read again when they change.
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/authorizer.h"
#include "control/server_tls.h"
#include "gateway/config/config.h"
#include "gateway/config/watch.h"

namespace wsgate {

// Flow:    control.auth.tokens_file → Authorizer; control.tls.* → ServerTls.
// Owner:   App; outlives the server.
// Threads: one; who calls with what is asked on any.
// Bounds:  1 MiB of each file.
class ControlAccess {
 public:
  // Errors: InvalidArgument: what is wrong with a file, with its field.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<ControlAccess>> Start(const Config& config,
                                                                            NodeStats& stats);
  ControlAccess(const ControlAccess&) = delete;
  ControlAccess& operator=(const ControlAccess&) = delete;

  // Reads again what has changed; what is wrong is logged, and the old goes on. Call it about twice
  // a second.
  void LookAtFiles();

  // Null: everybody may do everything.
  [[nodiscard]] Authorizer* authorizer() const { return authorizer_.get(); }
  // Null: no TLS.
  [[nodiscard]] ServerTls* tls() const { return tls_.get(); }

 private:
  ControlAccess(const Config& config, NodeStats& stats);

  absl::Status LoadCallers();
  absl::Status LoadCertificate();
  void Tell(ControlFile file, const std::string& path, const absl::Status& status);

  const CallerProof proof_;
  const std::string callers_path_;  // Empty: none.
  const TlsFiles tls_files_;
  NodeStats& stats_;
  std::unique_ptr<Authorizer> authorizer_;
  std::unique_ptr<ServerTls> tls_;
  FileSetWatch callers_watch_;
  FileSetWatch tls_watch_;
};

}  // namespace wsgate
