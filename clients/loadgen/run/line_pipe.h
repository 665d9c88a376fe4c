// JSON lines between the processes of a run.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace wsgate::loadgen {

// Flow:    the run's process ↔ a process that holds sessions.
// Owner:   each side its end.
// Threads: one.
// Bounds:  a line is at most kLineBytesMax; a write that nobody reads fails after 30 s.
class LinePipe {
 public:
  static constexpr size_t kLineBytesMax = size_t{64} << 20;

  LinePipe() = default;
  explicit LinePipe(int fd);
  ~LinePipe();
  LinePipe(LinePipe&& other) noexcept;
  LinePipe& operator=(LinePipe&& other) noexcept;

  int fd() const { return fd_; }
  // False: the other side has gone.
  bool Write(const nlohmann::ordered_json& line);
  // The next whole line, or nothing yet. Never waits.
  std::optional<nlohmann::ordered_json> Read();
  // The other side has gone, and every line of it was read.
  bool ended() const { return ended_; }

 private:
  int fd_ = -1;
  bool ended_ = false;
  std::string unread_;
  size_t searched_ = 0;  // Bytes of `unread_` without a line's end.
};

}  // namespace wsgate::loadgen
