// The TLS of a shard's sessions, by slot: a session without it has no room for it either.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/session/session.h"
#include "gateway/tls/tls_stream.h"

namespace wsgate {

// Owner:   Sessions of one shard.   Threads: that shard's only.
// Bounds:  one for each session with TLS.
class TlsStreams {
 public:
  void Put(Session& session, std::unique_ptr<TlsStream> stream) {
    if (stream == nullptr) return;
    const size_t index = session.slot.index;
    if (index >= streams_.size()) streams_.resize(index + 1);
    streams_[index] = std::move(stream);
    session.tls = true;
  }
  // Null: the session goes in plain text.
  [[nodiscard]] TlsStream* Of(const Session& session) const {
    return session.tls ? streams_[session.slot.index].get() : nullptr;
  }
  void Drop(const Session& session) {
    if (session.tls) streams_[session.slot.index].reset();
  }

 private:
  std::vector<std::unique_ptr<TlsStream>> streams_;
};

}  // namespace wsgate
