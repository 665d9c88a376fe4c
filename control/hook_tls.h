// How hooks' backends are called: in plain text, or over TLS with files that may change.
#pragma once

#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "control/tls_files.h"
#include "gateway/config/config.h"
#include "gateway/config/watch.h"

namespace wsgate {

using HookCredentials = std::shared_ptr<grpc::ChannelCredentials>;

// Flow:    hooks.tls.* → HookTls → Hooks → each HookBackends' channels.
// Owner:   Hooks.
// Threads: one.
// Bounds:  1 MiB of each file.
class HookTls {
 public:
  // Errors: InvalidArgument: a file cannot be read or used, with its field.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<HookTls>> Read(const Config& config);

  [[nodiscard]] const HookCredentials& credentials() const { return credentials_; }

  // Reads the files again if they have changed since. nullopt: there is nothing to tell. Errors: as
  // Read(); the old credentials stay.
  [[nodiscard]] std::optional<absl::Status> Look();

 private:
  explicit HookTls(TlsFiles files);
  [[nodiscard]] absl::Status Load();

  const TlsFiles files_;
  FileSetWatch watch_;  // Of no file where backends are called in plain text.
  HookCredentials credentials_;
};

}  // namespace wsgate
