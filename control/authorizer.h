// Decides whether a call of the control API may go on.
#pragma once

#include <grpcpp/server_context.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "control/callers.h"
#include "control/scope.h"
#include "gateway/base/log_gate.h"
#include "gateway/base/mutex.h"
#include "gateway/metrics/node_stats.h"

namespace wsgate {

class Authorizer;

// A stream's place among those that end when their caller's entry does. Movable; gives the place
// back at its end, or at Release().
// Owner:   the stream.   Threads: one at a time.   Bounds: the server's concurrent streams.
class StreamLease {
 public:
  StreamLease() = default;
  StreamLease(Authorizer* authorizer, uint64_t id) : authorizer_(authorizer), id_(id) {}
  StreamLease(StreamLease&& other) noexcept
      : authorizer_(std::exchange(other.authorizer_, nullptr)), id_(other.id_) {}
  StreamLease& operator=(StreamLease&&) = delete;
  ~StreamLease() { Release(); }

  // In OnDone() at the latest: after it the stream's context is no more.
  void Release();

 private:
  Authorizer* authorizer_ = nullptr;
  uint64_t id_ = 0;
};

// What a stream was let in with.
struct StreamGrant {
  std::string tenant;  // Only sessions whose tenant begins so; empty: all.
  StreamLease lease;
};

// Flow:    ControlService, ReflectionService → Admit() → the call, or its refusal; ControlAccess →
// Replace().
// Owner:   ControlAccess; outlives the server.
// Threads: any.
// Bounds:  kCallersMax callers; one entry an open stream; log lines as LogGate has them.
class Authorizer {
 public:
  Authorizer(CallerProof proof, CallersPtr callers, NodeStats& stats)
      : proof_(proof), stats_(stats), callers_(std::move(callers)) {}

  struct Verdict {
    CallerPtr caller;     // Null: refused.
    grpc::Status status;  // Why: UNAUTHENTICATED or PERMISSION_DENIED.
  };
  // Counts and logs a refusal, as a call too.
  [[nodiscard]] Verdict Admit(ControlRpc rpc, const grpc::CallbackServerContext& context);
  // The same for a method that is not in the table.
  [[nodiscard]] Verdict Admit(std::string_view method, Scope scope,
                              const grpc::CallbackServerContext& context);

  // A stream that was admitted is cancelled when its caller's entry goes or changes.
  [[nodiscard]] StreamLease Hold(grpc::CallbackServerContext& context, CallerPtr caller);

  // From now on these. Streams of others end.
  void Replace(const CallersPtr& callers);

 private:
  friend class StreamLease;
  struct Call {
    std::string_view method;
    Scope scope;
    bool by_tenant;
  };
  struct Stream {
    grpc::CallbackServerContext* context;
    CallerPtr caller;
  };
  struct Found {
    CallerPtr caller;
    ControlRefusal why_not = ControlRefusal::kNoToken;
    std::string_view what_to_do;
  };

  [[nodiscard]] CallersPtr Current() const;
  [[nodiscard]] Verdict Decide(const Call& call, const grpc::CallbackServerContext& context);
  [[nodiscard]] Found Identify(const grpc::CallbackServerContext& context) const;
  void Tell(const Call& call, ControlRefusal why, std::string_view caller,
            const grpc::CallbackServerContext& context);
  void Release(uint64_t id);

  const CallerProof proof_;
  NodeStats& stats_;
  mutable Mutex mutex_;
  CallersPtr callers_ ABSL_GUARDED_BY(mutex_);
  Mutex log_mutex_;
  LogGate log_gate_ ABSL_GUARDED_BY(log_mutex_);
  // Held while a stream is cancelled, so that its context lives; gRPC may call OnDone() from within
  // that, on the same thread.
  std::recursive_mutex streams_mutex_;
  uint64_t last_id_ = 0;                // Under streams_mutex_.
  std::map<uint64_t, Stream> streams_;  // Under streams_mutex_.
};

}  // namespace wsgate
