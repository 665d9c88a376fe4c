#include "clients/loadgen/run/line_pipe.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace wsgate::loadgen {

LinePipe::LinePipe(int fd) : fd_(fd) {
  const timeval patience{.tv_sec = 30, .tv_usec = 0};
  setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

LinePipe::~LinePipe() {
  if (fd_ >= 0) close(fd_);
}

LinePipe::LinePipe(LinePipe&& other) noexcept {
  *this = std::move(other);
}

LinePipe& LinePipe::operator=(LinePipe&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(ended_, other.ended_);
  std::swap(unread_, other.unread_);
  std::swap(searched_, other.searched_);
  return *this;
}

bool LinePipe::Write(const nlohmann::ordered_json& line) {
  const std::string text = line.dump() + "\n";
  for (size_t done = 0; done < text.size();) {
    const ssize_t sent = send(fd_, text.data() + done, text.size() - done, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) return false;
    done += static_cast<size_t>(sent);
  }
  return true;
}

std::optional<nlohmann::ordered_json> LinePipe::Read() {
  for (;;) {
    if (const size_t end = unread_.find('\n', searched_); end != std::string::npos) {
      auto line = nlohmann::ordered_json::parse(unread_.begin(),
                                                unread_.begin() + static_cast<ptrdiff_t>(end));
      unread_.erase(0, end + 1);
      searched_ = 0;
      return line;
    }
    searched_ = unread_.size();
    std::array<char, 65536> bytes;
    const ssize_t got = recv(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return std::nullopt;
    if (got <= 0 || unread_.size() > kLineBytesMax) {
      ended_ = true;
      return std::nullopt;
    }
    unread_.append(bytes.data(), static_cast<size_t>(got));
  }
}

}  // namespace wsgate::loadgen
