// From the bytes of a request's head to a decision (RFC 6455 section 4.2.1).
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "gateway/net/refusal.h"
#include "gateway/session/session_facts.h"

namespace wsgate {

// What became of a head that is an upgrade we take.
struct UpgradeRequest {
  std::string accept_key;
  SessionFacts facts;
};
// A plain GET of `/`.
struct PageRequest {};
using RequestDecision = std::variant<UpgradeRequest, PageRequest, Refusal>;

// `head`: everything up to and with the empty line.
[[nodiscard]] RequestDecision DecideRequest(std::string_view head, const PeerAddress& peer);

}  // namespace wsgate
