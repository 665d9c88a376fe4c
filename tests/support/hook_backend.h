// A backend with a real gRPC server: HookService, answering as a test says.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "tests/support/wait_for.h"
#include "wsgate/v1/hook_service.pb.h"

namespace wsgate {

// Owner:   a test.
// Threads: the answers run on gRPC's threads, several at once; everything else is one thread's.
// Bounds:  none: keeps everything that comes.
class HookBackend {
 public:
  // An answer that blocks makes a slow backend; Stop() waits for it.
  struct Answers {
    std::function<absl::Status(const v1::OnConnectRequest&, v1::OnConnectResponse&)> on_connect;
    std::function<absl::Status(const v1::OnMessageRequest&, v1::OnMessageResponse&)> on_message;
    std::function<absl::Status(const v1::OnDisconnectRequest&)> on_disconnect;
  };

  // Listens on `port`; 0: the kernel picks one. What has no answer is answered with UNIMPLEMENTED.
  explicit HookBackend(Answers answers, int port = 0);
  ~HookBackend();

  [[nodiscard]] int port() const;
  [[nodiscard]] std::string address() const;
  // Cuts what is under way, and listens no more.
  void Stop();

  // What came so far, in the order in which it came.
  [[nodiscard]] std::vector<v1::OnConnectRequest> connects() const;
  [[nodiscard]] std::vector<v1::OnMessageRequest> messages() const;
  [[nodiscard]] std::vector<v1::OnDisconnectRequest> disconnects() const;

 private:
  class Service;
  std::unique_ptr<Service> service_;
};

// Accepts connections and resets each of them as soon as it says something.
// Owner:   a test.   Threads: one, and its own.
class ResettingBackend {
 public:
  ResettingBackend();
  ~ResettingBackend();
  [[nodiscard]] std::string address() const;
  [[nodiscard]] int resets() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// An address of this machine where nobody listens.
[[nodiscard]] std::string AbsentAddress();

}  // namespace wsgate
