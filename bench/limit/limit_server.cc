// The limit: the least that a WebSocket server can do with epoll and send(2), and no more than
// that. It reads no frames, pings nobody and checks nothing; what it costs is what the kernel
// costs. The gateway's figures are ratios to it.
//
// wsgate-bench-limit --ready-file PATH: clients on one port; on the other the body of each `POST`
// goes to all of them.
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bench/support/server_socket.h"

namespace wsgate::bench {
namespace {

// Flow:    epoll → recv, accept or a loop of send.
// Owner:   main.
// Threads: one.
// Bounds:  descriptors; a control connection's unread bytes.
class LimitServer {
 public:
  explicit LimitServer(const std::string& ready_file);
  [[noreturn]] void Run();

 private:
  enum class Kind : uint8_t { kUnknown, kNewcomer, kSession, kControl };

  void Add(int fd, Kind kind);
  void OnReadable(int fd);
  void OnControl(int fd, std::string_view bytes);
  void Broadcast(std::string_view payload);
  void Close(int fd);

  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int clients_ = ListenOnLoopback();
  const int controls_ = ListenOnLoopback();
  std::vector<Kind> kinds_;       // By descriptor.
  std::vector<uint32_t> places_;  // By descriptor: where a session stands in `sessions_`.
  std::vector<int> sessions_;
  std::unordered_map<int, std::string> unread_;  // By control descriptor.
  std::vector<char> buffer_;
};

LimitServer::LimitServer(const std::string& ready_file) : buffer_(64 * 1024) {
  Add(clients_, Kind::kUnknown);
  Add(controls_, Kind::kUnknown);
  WriteReadyFile(ready_file, AddressOf(clients_), AddressOf(controls_));
}

void LimitServer::Add(int fd, Kind kind) {
  if (static_cast<size_t>(fd) >= kinds_.size()) {
    kinds_.resize(2 * static_cast<size_t>(fd) + 1);
    places_.resize(kinds_.size());
  }
  kinds_[fd] = kind;
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
}

void LimitServer::Run() {
  static epoll_event events[1024];
  for (;;) {
    const int count = epoll_wait(epoll_, events, 1024, -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == clients_) {
        for (int client = AcceptOne(fd); client >= 0; client = AcceptOne(fd))
          Add(client, Kind::kNewcomer);
      } else if (fd == controls_) {
        for (int control = AcceptOne(fd); control >= 0; control = AcceptOne(fd))
          Add(control, Kind::kControl);
      } else {
        OnReadable(fd);
      }
    }
  }
}

void LimitServer::OnReadable(int fd) {
  const ssize_t got = recv(fd, buffer_.data(), buffer_.size(), 0);
  if (got <= 0) return Close(fd);
  if (kinds_[fd] == Kind::kNewcomer) {
    // The request fits one segment, because the load generator says so.
    send(fd, kSwitchingProtocols.data(), kSwitchingProtocols.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    kinds_[fd] = Kind::kSession;
    places_[fd] = static_cast<uint32_t>(sessions_.size());
    sessions_.push_back(fd);
  } else if (kinds_[fd] == Kind::kControl) {
    OnControl(fd, {buffer_.data(), static_cast<size_t>(got)});
  }
}

void LimitServer::OnControl(int fd, std::string_view bytes) {
  constexpr std::string_view kLength = "Content-Length: ";
  constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
  std::string& unread = unread_[fd];
  unread.append(bytes);
  for (;;) {
    const size_t end = unread.find("\r\n\r\n");
    if (end == std::string::npos) return;
    const size_t length = unread.find(kLength);
    const size_t body =
        length < end ? std::strtoul(unread.c_str() + length + kLength.size(), nullptr, 10) : 0;
    if (unread.size() < end + 4 + body) return;
    Broadcast(std::string_view(unread).substr(end + 4, body));
    unread.erase(0, end + 4 + body);
    send(fd, kAnswer.data(), kAnswer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
}

void LimitServer::Broadcast(std::string_view payload) {
  const std::string frame = TextFrame(payload);
  for (const int fd : sessions_) send(fd, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void LimitServer::Close(int fd) {
  if (kinds_[fd] == Kind::kSession) {
    const int last = sessions_.back();
    sessions_[places_[fd]] = last;
    places_[last] = places_[fd];
    sessions_.pop_back();
  }
  unread_.erase(fd);
  kinds_[fd] = Kind::kUnknown;
  close(fd);
}

}  // namespace
}  // namespace wsgate::bench

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--ready-file") != 0) {
    constexpr std::string_view kUsage = "usage: wsgate-bench-limit --ready-file PATH\n";
    return write(STDERR_FILENO, kUsage.data(), kUsage.size()) < 0 ? 1 : 2;
  }
  wsgate::bench::RaiseFileLimit();
  wsgate::bench::LimitServer(argv[2]).Run();
}
