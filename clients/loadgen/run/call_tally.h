// What became of one kind of call.
#pragma once

#include <grpcpp/support/status.h>

#include <cstdint>
#include <map>
#include <string>

#include "wsgate/v1/message.pb.h"

namespace wsgate::loadgen {

struct CallTally {
  uint64_t calls = 0;                       // Started.
  uint64_t answered = 0;                    // With OK.
  uint64_t queued = 0;                      // Sum of the outcomes.
  uint64_t offline = 0;                     // Users who had no session.
  uint64_t shards_full = 0;                 // Shards that took nothing.
  std::map<std::string, uint64_t> dropped;  // By the outcomes' reasons.
  std::map<std::string, uint64_t> failed;   // Calls, by `UNAVAILABLE: why`.

  // Returns whether every session that was meant has been sent it.
  bool Count(const grpc::Status& status, const v1::Outcome& outcome);
};

// `RESOURCE_EXHAUSTED: every mailbox is full`.
std::string WordsOf(const grpc::Status& status);

}  // namespace wsgate::loadgen
