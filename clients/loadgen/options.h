// What the command line of wsgate-load says.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace wsgate::loadgen {

struct Options {
  std::string client_address;         // HOST:PORT of the WebSocket port; HOST is an IPv4 address.
  std::string control_address;        // HOST:PORT of the control port.
  std::string control_kind = "grpc";  // grpc, or post: HTTP bodies that the server broadcasts.
  std::string dialect = "plain";      // What the server wraps its messages in: see dialect.h.
  pid_t server_pid = 0;               // Whose CPU and memory are measured.
  uint32_t sessions = 10'000;         // WebSocket clients.
  uint32_t connect_in_flight = 256;   // Connections that have not had their 101 yet.
  double connects_per_second = 0;     // 0: as fast as the server answers.
  uint32_t source_addresses = 8;  // 127.0.0.2 and on: each brings its own range of ports. 0: any.
  uint32_t message_bytes = 126;   // Payload of a text message.
  bool json = false;              // It is JSON, and not one letter again and again.
  bool compression = false;       // Clients offer permessage-deflate, and insist on it.
  uint32_t rounds = 20;           // Parts of a measurement, one after the other.
  bool paced = false;             // Each round waits for a byte on stdin.
  uint32_t burst = 20;            // Broadcasts that are started at once.
  uint32_t calls_in_flight = 64;  // Of SendToUser; items unanswered of SendStream.
  uint32_t watchers = 0;          // WatchSessions streams.
  bool quiet = false;             // They watch a user who never comes.
  bool offline = false;           // Items of SendStream name users who have no session.
  double calls_per_second = 200;  // Of SendToUser while broadcasts run.
  bool spin = false;              // Clients never sleep while a broadcast is under way.
  double seconds = 5;             // How long is measured, where time is the measure.
  double settle_seconds = 1;      // Wait before measuring.
  std::vector<uint32_t> steps;    // Session counts at which is measured, ascending.
  std::string user_prefix = "u";  // Users are this and a number.
  uint32_t users = 0;             // Session i is user i modulo this; 0: each is its own.
  uint32_t first_session = 0;     // The number of a swarm's first session.
  std::string subprotocol;        // Asked for, and required in the answer; empty: none.
};

}  // namespace wsgate::loadgen
