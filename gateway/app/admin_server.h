// The admin port: what operators, probes and Prometheus ask over HTTP.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"

namespace wsgate {

// What /readyz answers.
enum class Readiness {
  kNotReady,  // 503: not everything has started.
  kReady,     // 200.
  kDraining,  // 503: send no newcomers.
};

struct AdminOptions {
  std::string address;                   // admin.address, `HOST:PORT`; port 0 picks one.
  std::function<std::string()> metrics;  // Text of /metrics. Called on the server's thread.
  std::function<Readiness()> readiness;  // Called on the server's thread.
  Duration timeout =
      std::chrono::seconds(10);  // For a request's head to come, or an answer to be taken.
  size_t connections_max = 64;   // Open at a time; more are closed unread.
};

// Flow:    probes, Prometheus, operators → pages → Collector's snapshot as text.
// Owner:   App.
// Threads: one of its own; Start(), address() and the destructor belong to App's.
// Bounds:  connections_max connections, 8 KiB of request head each, no request body.
class AdminServer {
 public:
  // Listens and serves until destroyed. Errors: InvalidArgument: the address cannot be read.
  // Unavailable: it cannot be listened on; says what to do.
  [[nodiscard]] static absl::StatusOr<std::unique_ptr<AdminServer>> Start(AdminOptions options);

  // Closes every connection and joins the thread.
  virtual ~AdminServer() = default;

  // Where it listens; port 0 has become a real one.
  [[nodiscard]] virtual const std::string& address() const = 0;
};

}  // namespace wsgate
