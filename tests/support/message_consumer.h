// One ReceiveMessages stream: what clients say, as a backend gets it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "tests/support/wait_for.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

// Owner:   a test; its destructor cancels the stream.
// Threads: any; one of its own reads.
// Bounds:  none: keeps everything that comes.
class MessageConsumer {
 public:
  enum class Acks { kAtOnce, kByHand };

  // Returns when the gateway has taken the stream into the group: `client_address` is where a probe
  // says something.
  MessageConsumer(const std::string& control_address, const std::string& client_address,
                  Acks acks = Acks::kAtOnce);
  ~MessageConsumer();

  // nullopt: nothing within `timeout`. Probes are left out, this one's and others'.
  [[nodiscard]] std::optional<v1::ReceiveMessagesResponse> Next(
      std::chrono::milliseconds timeout = kTestTimeout);
  void Ack(uint64_t number);
  void WritesDone();
  // How the stream ended; nullopt: it has not within `timeout`.
  [[nodiscard]] std::optional<absl::Status> WaitForEnd(
      std::chrono::milliseconds timeout = kTestTimeout);

 private:
  struct Stream;
  void Probe(const std::string& client_address);
  std::optional<v1::ReceiveMessagesResponse> Take(std::chrono::milliseconds timeout);

  std::unique_ptr<Stream> stream_;
};

}  // namespace wsgate
