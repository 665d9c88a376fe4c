// Services that send to crowds of clients and disconnect them, and keep the books.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/test_gateway.h"

namespace wsgate {

// What callers were told about one crowd.
struct SendTally {
  uint64_t queued = 0;
  uint64_t bytes_queued = 0;
  uint64_t disconnected = 0;
};

struct CallerTally {
  std::map<std::string, SendTally> crowds;
  std::map<std::string, uint64_t> dropped;  // By reason.
  uint64_t calls = 0;
};

// A service that sends to crowds by filter, user and session, and disconnects users of `kicked`.
// Threads: one of its own; tally() only after Join().
class Caller {
 public:
  Caller(TestGateway& gateway, std::vector<std::string> crowds, std::string kicked, uint64_t seed);
  ~Caller() { Join(); }
  void Join() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] const CallerTally& tally() const { return tally_; }

 private:
  void Work();
  void Send(const std::string& crowd);
  void Kick();
  void Note(const std::string& crowd, size_t bytes, const v1::Outcome& outcome);
  uint64_t Random(uint64_t below) { return random_() % below; }

  TestGateway& gateway_;
  const std::vector<std::string> crowds_;
  const std::string kicked_;
  std::mt19937_64 random_;
  std::atomic<bool> stop_{false};
  CallerTally tally_;
  std::thread thread_;
};

// Callers who do not wait for their answers, and consumers who leave without acknowledging.
// Threads: two of its own.
class VanishingCallers {
 public:
  VanishingCallers(const std::string& control_address, std::string crowd, uint64_t seed);
  ~VanishingCallers() { Join(); }
  void Join() {
    stop_ = true;
    for (std::thread& thread : threads_) {
      if (thread.joinable()) thread.join();
    }
  }
  [[nodiscard]] uint64_t calls() const { return calls_; }

 private:
  void Send(const std::string& address, uint64_t seed);
  void Consume(const std::string& address, uint64_t seed);

  const std::string crowd_;
  std::atomic<bool> stop_{false};
  std::atomic<uint64_t> calls_{0};
  std::array<std::thread, 2> threads_;
};

}  // namespace wsgate
