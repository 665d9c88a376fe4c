// A connection that may become a session, between its request and its 101.
#pragma once

#include <unistd.h>

#include <memory>
#include <string>

#include "gateway/admission/admission.h"
#include "gateway/base/clock.h"
#include "gateway/message/session_facts.h"
#include "gateway/tls/tls_stream.h"

namespace wsgate {

// Flow:    net on the accepting shard → (mailbox) → net on the home shard → Sessions.
// Owner:   whoever holds it; owns the socket until it is opened or refused.
// Bounds:  at most limits.handshakes_in_flight_max exist.
struct Upgrade {
  Upgrade() = default;
  Upgrade(const Upgrade&) = delete;
  Upgrade& operator=(const Upgrade&) = delete;
  ~Upgrade() {
    if (fd >= 0) ::close(fd);
  }

  int fd = -1;
  std::unique_ptr<TlsStream> tls;  // Null: plain text.
  Time accepted_at;
  std::string accept_key;  // Sec-WebSocket-Accept.
  std::string extensions;  // Sec-WebSocket-Extensions of the 101; empty: none.
  SessionFacts facts;
  Permit descriptor;
  Permit handshake;
  Permit session;
};

}  // namespace wsgate
