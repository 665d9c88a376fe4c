// Clients of one kind that come, do what their kind does, and go, until told to stop.
#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <map>
#include <random>
#include <string>
#include <thread>

#include "tests/support/raw_client.h"

namespace wsgate {

enum class Manner {
  kPolite,   // Reads at once, answers pings, leaves with a Close frame.
  kTalker,   // As polite, and says things.
  kSlow,     // Sleeps over its socket, answers nothing; reads to the end once it has ended.
  kMute,     // Half open: answers nothing, not even pings, until the gateway gives up.
  kVanisher  // Says things and leaves without a word.
};

// What a crowd has seen.
struct CrowdTally {
  uint64_t connects = 0;  // Connections made; each was opened.
  uint64_t received = 0;
  uint64_t bytes_received = 0;
  uint64_t sent = 0;
  uint64_t bytes_sent = 0;
  uint64_t broken = 0;  // Ended without a Close frame, or with one that was not expected.
  std::map<uint16_t, uint64_t> closes;  // By code.
};

// Owner:   a test.
// Threads: one of its own; tally() only after Join().
// Bounds:  `size` clients at a time.
class Crowd {
 public:
  // Its sessions are at `/ws/NAME`, its users NAME0 to NAME9.
  Crowd(std::string address, std::string name, Manner manner, size_t size, uint64_t seed);
  ~Crowd() { Join(); }

  // Nobody comes any more; those who are there leave, slow ones when the gateway ends them.
  void Stop() { stop_ = true; }
  void Join() {
    Stop();
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] const CrowdTally& tally() const { return tally_; }
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Member {
    RawClient client;
    std::chrono::steady_clock::time_point sleeps_until;
    bool leaving = false;  // Has sent its Close frame.
    bool closed = false;   // Has seen the gateway's.
  };

  void Work();
  void Enter();
  // False: it is gone.
  bool Step(Member& member);
  bool Read(Member& member);
  void Talk(Member& member);
  void Await();
  uint64_t Random(uint64_t below) { return random_() % below; }

  const std::string address_;
  const std::string name_;
  const Manner manner_;
  const size_t size_;
  std::mt19937_64 random_;
  std::atomic<bool> stop_{false};
  std::list<Member> members_;
  CrowdTally tally_;
  std::thread thread_;
};

// Connections that never become a session, or might: each is opened or refused once.
// Threads: one of its own; connects() only after Join().
class Knockers {
 public:
  Knockers(std::string address, uint64_t seed);
  ~Knockers() { Join(); }
  void Join() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  [[nodiscard]] uint64_t connects() const { return connects_; }

 private:
  void Work();

  const std::string address_;
  std::mt19937_64 random_;
  std::atomic<bool> stop_{false};
  uint64_t connects_ = 0;
  std::thread thread_;
};

}  // namespace wsgate
