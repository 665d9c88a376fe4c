// Broadcasts as HTTP bodies: `POST / HTTP/1.1` on one kept connection, several at once without
// waiting.
#pragma once

#include <string>
#include <string_view>

#include "clients/loadgen/control.h"

namespace wsgate::loadgen {

// Flow:    scenario → PostControl → the server's POST port; answers through the swarm's epoll set.
// Owner:   the scenario.
// Threads: the swarm's.
// Bounds:  one connection; an answer's bytes as long as it is incomplete.
class PostControl final : public Control {
 public:
  PostControl(const Options& options, Swarm& swarm);
  ~PostControl() override;

  void StartBroadcasts(const std::string& text, uint32_t count) override;

 private:
  void OnReadable();
  // Takes one whole answer off `unread_`; false: none is whole.
  bool TakeAnswer();

  const std::string host_;
  int fd_ = -1;
  std::string unread_;
};

}  // namespace wsgate::loadgen
