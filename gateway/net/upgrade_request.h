// From the bytes of a request's head to a decision (RFC 6455 section 4.2.1).
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "gateway/message/hook.h"
#include "gateway/message/session_facts.h"
#include "gateway/net/identity.h"
#include "gateway/net/refusal.h"

namespace wsgate {

// What became of a head that is an upgrade we take.
struct UpgradeRequest {
  std::string accept_key;
  std::string path;
  Subprotocol subprotocol = Subprotocol::kNone;
  uint8_t deflate_bits = 0;  // As SessionFacts has it.
  std::string extensions;    // What the 101 says in Sec-WebSocket-Extensions; empty: nothing.
  Identity identity;
  std::unique_ptr<ConnectQuestion> question;  // Null: nobody is asked.

  [[nodiscard]] SessionFacts Facts(const PeerAddress& peer) const;
};
// A plain GET of `/`.
struct PageRequest {};
using RequestDecision = std::variant<UpgradeRequest, PageRequest, Refusal>;

// What is made of an upgrade request besides its handshake.
struct UpgradeRules {
  bool believe_query = true;  // `?user=` and `?meta.KEY=` say who it is.
  bool ask = false;           // A backend will be asked: the question is wanted.
  bool compression = false;   // An acceptable offer of permessage-deflate is taken.
};

// `head`: everything up to and with the empty line.
[[nodiscard]] RequestDecision DecideRequest(std::string_view head, const PeerAddress& peer,
                                            const UpgradeRules& rules);

}  // namespace wsgate
