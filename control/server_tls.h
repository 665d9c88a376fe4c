// TLS of the control port, with a certificate that can be replaced while it runs.
#pragma once

#include <grpcpp/security/server_credentials.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "control/tls_files.h"
#include "gateway/base/mutex.h"

namespace wsgate {

// gRPC's own watcher of files is not used: where it sees a key beside another's certificate, as
// every replacement of two files shows for a moment, it goes on without any certificate. Here only
// what was checked replaces what is in force.
// Flow:    ControlAccess → Replace() → each new connection's handshake.
// Owner:   ControlAccess; outlives the server.
// Threads: any.
// Bounds:  one TlsPem, and credentials for each listening socket. Connections that are open keep
//          theirs.
class ServerTls {
 public:
  explicit ServerTls(TlsPem pem) : pem_(std::move(pem)) {}
  ServerTls(const ServerTls&) = delete;
  ServerTls& operator=(const ServerTls&) = delete;

  // For exactly one listening socket each: gRPC asks for news as it accepts, without a lock, which
  // one socket does one after the other.
  [[nodiscard]] std::shared_ptr<grpc::ServerCredentials> MakeCredentials();

  // From now on this. It was checked by ReadTlsFiles().
  void Replace(TlsPem pem);

 private:
  friend class ReplaceableCredentials;

  // The one in force and its number, where it is newer than `seen`.
  [[nodiscard]] bool Newer(uint64_t& seen, TlsPem& pem) const;

  mutable Mutex mutex_;
  // The server lets go of them once it listens, but asks through them for as long as it lives.
  std::vector<std::shared_ptr<grpc::ServerCredentials>> credentials_ ABSL_GUARDED_BY(mutex_);
  TlsPem pem_ ABSL_GUARDED_BY(mutex_);
  uint64_t version_ ABSL_GUARDED_BY(mutex_) = 1;
};

}  // namespace wsgate
