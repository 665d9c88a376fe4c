// What the command line of `wsgate-load run` says.
#pragma once

#include <sys/types.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "clients/loadgen/options.h"
#include "clients/loadgen/run/access.h"
#include "clients/loadgen/run/latencies.h"

namespace wsgate::loadgen {

// How a run's process ends.
inline constexpr int kExitClean = 0;
inline constexpr int kExitViolated = 1;     // Something was lost, out of order, refused or ended.
inline constexpr int kExitUsage = 2;        // A flag is wrong, or this machine cannot do it.
inline constexpr int kExitUnreachable = 3;  // No gateway answers at one of the addresses.

struct RunOptions {
  std::string client_address;   // IPV4:PORT.
  std::string control_address;  // IPV4:PORT.
  std::string ready_file;       // Of the gateway; fills the two addresses.
  uint32_t sessions = 100;
  uint32_t users = 0;            // Session i is user i modulo this; 0: each is its own.
  double connect_rate = 0;       // A second; 0: as fast as the gateway answers.
  uint32_t addresses = 8;        // 127.0.0.2 and on; 0: whichever the kernel takes.
  uint32_t processes = 0;        // 0: as many as the open-file limit makes necessary.
  std::string subprotocol;       // Empty: none.
  double duration_seconds = 10;  // How long is driven.
  double send_rate = 0;          // SendToUser a second.
  double broadcast_rate = 0;     // Broadcast a second.
  uint32_t burst = 0;            // Broadcasts at once; 0: no bursts.
  double burst_interval = 1;     // Seconds from burst to burst.
  double message_rate = 0;       // Messages of clients a second.
  uint32_t payload_bytes = 128;
  double grace_seconds = 5;       // How long is waited for what is missing at the end.
  pid_t server_pid = 0;           // 0: whoever listens on the client address.
  std::string output = "table";   // Or json.
  std::string svg_file;           // Empty: none.
  std::string progress = "auto";  // Or always, never.
  uint64_t seed = 0;              // Of the choice of users; 0: any.
  AccessFlags access_flags;

  // Made by the run, not by the command line.
  uint32_t run = 0;  // Tells the payloads and users of two runs apart.
  Access access;     // What access_flags name.

  uint32_t UserCount() const { return users > 0 ? users : sessions; }
  std::string UserPrefix() const;
  // Of a session's token: longer than the run can last, if connecting takes less than an hour more
  // than it should.
  Duration TokenLife() const;
  bool NeedsControl() const {
    return send_rate > 0 || broadcast_rate > 0 || burst > 0 || message_rate > 0;
  }
};

void AddRunOptions(CLI::App& app, RunOptions& options);
// Reads the ready file and those of access_flags, raises the open-file limit, settles `processes`
// and `run`. Returns what is wrong and what to do, or nothing.
std::string Settle(RunOptions& options);

}  // namespace wsgate::loadgen
