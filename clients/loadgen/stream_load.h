// SendStream without a pause: one stream, a fixed number of items unanswered, to users in turn.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <cstdint>
#include <string>

#include "clients/loadgen/open_calls.h"
#include "gateway/base/mutex.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::loadgen {

// Flow:    scenario → StreamLoad → wsgate.v1.ControlService; each write starts the next, and so do
// answers where the writer waits for them.
// Owner:   the scenario; Stop() before it dies.
// Threads: Start() and Stop() by the scenario's; On…() by gRPC's.
// Bounds:  one request and one response; `unanswered` items under way.
class StreamLoad final
    : public grpc::ClientBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse> {
 public:
  // u<first>, u<first + 1>, ...; each of them has one session, or none.
  struct Users {
    uint32_t first = 0;
    uint32_t count = 1;
    bool online = true;
  };
  StreamLoad(v1::ControlService::Stub& stub, const Users& users, uint32_t unanswered,
             const std::string& text);

  void Start();
  // Writes no more; returns when the last item is answered and the stream has ended.
  void Stop();

  // Items answered as they should be, others, and responses.
  struct Answers {
    uint64_t good = 0;
    uint64_t bad = 0;
    uint64_t batches = 0;
  };
  Answers answers();

 private:
  void OnWriteDone(bool ok) override;
  void OnReadDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  [[nodiscard]] bool MayWrite() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void HalfCloseOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  v1::ControlService::Stub& stub_;
  const Users users_;
  const uint32_t unanswered_max_;
  grpc::ClientContext context_;
  v1::SendStreamResponse response_;
  OpenCalls open_;
  Mutex mutex_;
  v1::SendStreamRequest request_ ABSL_GUARDED_BY(mutex_);
  uint64_t written_ ABSL_GUARDED_BY(mutex_) = 0;
  Answers answers_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool half_closed_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace wsgate::loadgen
