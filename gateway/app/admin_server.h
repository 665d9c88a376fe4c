// The admin port: what operators, probes and Prometheus ask over HTTP, and backends where the
// control API is served over HTTP too.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "control/connect_calls.h"
#include "gateway/base/clock.h"

namespace wsgate {

// What /readyz answers.
enum class Readiness {
  kNotReady,  // 503: not everything has started.
  kReady,     // 200.
  kDraining,  // 503: send no newcomers.
};

struct AdminOptions {
  std::string address;                       // admin.address, `HOST:PORT`; port 0 picks one.
  std::function<std::string()> metrics;      // Text of /metrics. Called on the server's thread.
  std::function<Readiness()> readiness;      // Called on the server's thread.
  std::function<void(int status)> answered;  // Told of every answer; may be empty.
  Duration timeout =
      std::chrono::seconds(10);  // For a request's head to come, or an answer to be taken.
  size_t connections_max = 64;   // Open at a time; for one more, the longest idle one is closed.

  // The control API over HTTP; empty: not served. Called on the server's thread, must not block;
  // `done` may come from any thread, and must come.
  std::function<void(ConnectCall call, std::string body, ConnectCalls::Done done)> call;
  size_t calls_max = 64;  // From their heads to their answers; those beyond get 429.
  size_t body_bytes_max = kRequestBytesMax;
  size_t bodies_bytes_max = 128 << 20;               // Of all of them; beyond it 429.
  Duration body_timeout = std::chrono::seconds(30);  // For a body to come.
};

// Flow:    probes, Prometheus, operators → pages → Collector's snapshot as text;
//          backends → AdminCalls → the control API.
// Owner:   App.
// Threads: one of its own; Start(), address() and the destructor belong to App's.
// Bounds:  connections_max connections, 8 KiB of request head each, no body but of calls.
class AdminServer {
 public:
  // Listens and serves until destroyed. Errors: InvalidArgument: the address cannot be read.
  // Unavailable: it cannot be listened on; says what to do.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<AdminServer>> Start(AdminOptions options);

  // Closes every connection, waits until every call has been answered, and joins the thread.
  virtual ~AdminServer() = default;

  // Where it listens; port 0 has become a real one.
  [[nodiscard]] virtual const std::string& address() const = 0;
};

}  // namespace wsgate
