// Broadcasts and sends as HTTP bodies on one kept connection, several at once without waiting:
// `POST /` goes to everybody, `POST /send/u7` to one user.
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
  // Starts `count` sends to users of their own: u`first`, the next one and so on, below `users`.
  void StartSends(const std::string& text, uint64_t first, uint32_t count, uint32_t users);

 private:
  std::string Request(const std::string& path, const std::string& text) const;
  void SendAll(std::string_view bytes);
  void OnReadable();
  // Takes one whole answer off `unread_`; false: none is whole.
  bool TakeAnswer();

  const std::string host_;
  int fd_ = -1;
  std::string unread_;
};

}  // namespace wsgate::loadgen
