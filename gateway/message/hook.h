// What backends are asked about clients, and what they answer.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "gateway/base/clock.h"
#include "gateway/config/session_limits.h"

namespace wsgate {

// What a session may have of metadata.
inline constexpr size_t kMetadataEntriesMax = 16;
inline constexpr size_t kMetadataBytesMax = 1024;  // All keys and values together.

// A client asks to come in.
struct ConnectQuestion {
  using Pairs = std::vector<std::pair<std::string, std::string>>;
  std::string path;
  std::string query;
  Pairs headers;  // Names in lower case; without those of the handshake itself.
  std::string remote_address;
  std::string subprotocol;  // What it will be answered with.
  std::vector<std::string> offered_subprotocols;
  std::string user_id;  // As it says itself, where that is believed.
  Pairs metadata;       // The same.
};

struct ConnectAccepted {
  std::string user_id;  // Empty: anonymous.
  std::string tenant;
  ConnectQuestion::Pairs metadata;
  SessionLimits limits;
};
struct ConnectRefused {
  unsigned status = 403;
  std::string reason;          // One line for the client; empty: a sentence of the gateway's.
  uint64_t retry_after_s = 0;  // 0: it is not told.
};
struct ConnectUnanswered {};  // Nobody could be asked in time.
using ConnectDecision = std::variant<ConnectAccepted, ConnectRefused, ConnectUnanswered>;

// Decides who may come in.
// Threads: any; never blocks.
class ConnectHook {
 public:
  using Answer = absl::AnyInvocable<void(ConnectDecision decision)>;

  virtual ~ConnectHook() = default;
  // `answer` runs at most once, on any thread; never is when the gateway stops.
  virtual void Ask(ConnectQuestion question, Answer answer) = 0;
  // An answer that has not come after this long does not come any more.
  [[nodiscard]] virtual Duration patience() const = 0;
  // Who could not be asked about comes in all the same.
  [[nodiscard]] virtual bool open_on_failure() const = 0;
};

}  // namespace wsgate
