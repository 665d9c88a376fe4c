// The keys of auth.jwt.*: read from files and from an address, and again whenever they change.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "gateway/auth/key_store.h"
#include "gateway/config/config.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

// Flow:    files, auth.jwt.jwks_url → KeySources → KeyStore.
// Owner:   App.
// Threads: one of its own does everything after Start().
// Bounds:  64 keys of each source, 1 MiB of file or answer; 10 s a fetch; for keys that tokens name
// and nobody has, three fetches at once and then one in 10 s.
class KeySources {
 public:
  // Errors: InvalidArgument: a file cannot be read or has no good key, with its path. That the
  // address does not answer is none: its keys come later.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<KeySources>> Start(const Config& config,
                                                                         KeyStore& store,
                                                                         NodeStats& stats);
  virtual ~KeySources() = default;  // Ends its thread.
};

}  // namespace wsgate
