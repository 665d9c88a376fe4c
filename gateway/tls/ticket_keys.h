// The keys under which clients keep their own sessions (tickets), so that the gateway keeps none.
#pragma once

#include <openssl/ssl.h>

#include <array>
#include <cstdint>

#include "gateway/base/clock.h"
#include "gateway/base/mutex.h"

namespace wsgate {

// Random, of this process only, and gone after two of kLife: who records traffic and takes the
// process's memory later cannot read what is older than that (RFC 5077 section 5.5).
// Flow:    TlsCertificate's context → TicketKeys.
// Owner:   TlsAcceptor; outlives every context, so that a new certificate ends no ticket.
// Threads: any.
// Bounds:  two keys.
class TicketKeys {
 public:
  static constexpr Duration kLife = std::chrono::hours(1);

  struct Key {
    std::array<unsigned char, 16> name{};
    std::array<unsigned char, 32> cipher{};
    std::array<unsigned char, 32> mac{};
  };
  using Clock = Time (*)();

  explicit TicketKeys(Clock now = SteadyNow);

  // What new tickets are made with. Its turn comes every kLife.
  [[nodiscard]] Key Current();
  // Of a ticket that is shown. False: the key is gone, or was another process's.
  [[nodiscard]] bool Find(const unsigned char* name, Key& key, bool& is_current);

  // Makes `context` use this, which must outlive it.
  void Serve(SSL_CTX* context);

 private:
  void Rotate() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Clock now_;
  Mutex mutex_;
  Key current_ ABSL_GUARDED_BY(mutex_);
  Key previous_ ABSL_GUARDED_BY(mutex_);
  bool has_previous_ ABSL_GUARDED_BY(mutex_) = false;
  Time made_at_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
