// A client of the admin port.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

namespace wsgate {

// A plain socket, so that the server's HTTP is not checked by the library that it is made of.
class Client {
 public:
  explicit Client(const std::string& address)
      : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(std::stoi(address.substr(address.rfind(':') + 1)));
    inet_pton(AF_INET, "127.0.0.1", &to.sin_addr);
    connected_ = connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  Client(Client&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)),
        connected_(other.connected_),
        seen_(std::move(other.seen_)) {}
  ~Client() {
    if (fd_ >= 0) close(fd_);
  }

  bool connected() const { return connected_; }
  bool Send(std::string_view bytes) {
    return send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  // One answer: its head and as much body as it announces. Empty when the server closed instead.
  std::string Answer(bool head_only = false) {
    size_t head_end;
    while ((head_end = seen_.find("\r\n\r\n")) == std::string::npos) {
      if (!Receive()) return "";
    }
    size_t size = head_end + 4;
    if (!head_only) size += BodyBytes();
    while (seen_.size() < size) {
      if (!Receive()) return "";
    }
    std::string answer = seen_.substr(0, size);
    seen_.erase(0, size);
    return answer;
  }
  // Blocks until the server closes. True unless it sent something else first.
  bool Closed() { return seen_.empty() && !Receive(); }

 private:
  bool Receive() {
    char bytes[4096];
    const ssize_t count = recv(fd_, bytes, sizeof bytes, 0);
    if (count <= 0) return false;
    seen_.append(bytes, count);
    return true;
  }
  size_t BodyBytes() const {
    const size_t at = seen_.find("Content-Length: ");
    return at == std::string::npos ? 0 : std::stoul(seen_.substr(at + 16));
  }

  int fd_;
  bool connected_ = false;
  std::string seen_;
};

inline std::string Body(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}
inline std::string StatusLine(const std::string& answer) {
  return answer.substr(0, answer.find("\r\n"));
}

}  // namespace wsgate
