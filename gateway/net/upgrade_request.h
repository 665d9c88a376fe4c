// From the bytes of a request's head to a decision (RFC 6455 section 4.2.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/config/origin.h"
#include "gateway/message/hook.h"
#include "gateway/message/session_facts.h"
#include "gateway/net/identity.h"
#include "gateway/net/refusal.h"
#include "gateway/net/request_token.h"

namespace wsgate {

// What became of a head that is an upgrade we take.
struct UpgradeRequest {
  std::string accept_key;
  std::string path;
  Subprotocol subprotocol = Subprotocol::kNone;
  uint8_t deflate_bits = 0;  // As SessionFacts has it.
  std::string extensions;    // What the 101 says in Sec-WebSocket-Extensions; empty: nothing.
  Identity identity;
  std::string token;  // To be checked; only where `has_token`.
  bool has_token = false;
  std::unique_ptr<ConnectQuestion> question;  // Null: nobody is asked.

  [[nodiscard]] SessionFacts Facts(const PeerAddress& peer) const;
};
// A plain GET of `/`.
struct PageRequest {};
using RequestDecision = std::variant<UpgradeRequest, PageRequest, Refusal>;

// What is made of an upgrade request besides its handshake.
struct UpgradeRules {
  bool believe_query = true;             // `?user=` and `?meta.KEY=` say who it is.
  bool ask = false;                      // A backend will be asked: the question is wanted.
  bool compression = false;              // An acceptable offer of permessage-deflate is taken.
  const TokenPlaces* tokens = nullptr;   // Where tokens may stand; null: nobody looks for any.
  const OriginRules* origins = nullptr;  // Whose pages may connect; null: everybody's.
  bool origin_needed = false;            // Who has no Origin may not.
};

// `head`: everything up to and with the empty line.
[[nodiscard]] RequestDecision DecideRequest(std::string_view head, const PeerAddress& peer,
                                            const UpgradeRules& rules);

}  // namespace wsgate
