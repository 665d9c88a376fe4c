#include "clients/loadgen/post_control.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {

PostControl::PostControl(const Options& options, Swarm& swarm)
    : host_(options.control_address), fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  uint16_t port = 0;
  ParseAddress(options.control_address, to.sin_addr.s_addr, port);
  to.sin_port = htons(port);
  const int on = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) {
    Die("nobody listens on the control address " + options.control_address);
  }
  swarm.Watch(fd_, [this] { OnReadable(); });
}

PostControl::~PostControl() {
  close(fd_);
}

void PostControl::StartBroadcasts(const std::string& text, uint32_t count) {
  const std::string request = Request("/", text);
  std::string requests;
  for (uint32_t i = 0; i < count; ++i) requests += request;
  SendAll(requests);
}

void PostControl::StartSends(const std::string& text, uint64_t first, uint32_t count,
                             uint32_t users) {
  std::string requests;
  for (uint64_t user = first; user < first + count; ++user) {
    requests += Request("/send/u" + std::to_string(user % users), text);
  }
  SendAll(requests);
}

std::string PostControl::Request(const std::string& path, const std::string& text) const {
  return "POST " + path + " HTTP/1.1\r\nHost: " + host_ +
         "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

void PostControl::SendAll(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t part = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (part <= 0) Die("the control connection broke");
    bytes.remove_prefix(static_cast<size_t>(part));
  }
}

void PostControl::OnReadable() {
  char bytes[4096];
  const ssize_t got = recv(fd_, bytes, sizeof bytes, MSG_DONTWAIT);
  if (got <= 0) Die("the server closed the control connection");
  unread_.append(bytes, static_cast<size_t>(got));
  while (TakeAnswer()) answered_.fetch_add(1, std::memory_order_release);
}

bool PostControl::TakeAnswer() {
  const size_t end = unread_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  if (!unread_.starts_with("HTTP/1.1 2")) Die("the server refused a broadcast: " + unread_);
  constexpr std::string_view kLength = "content-length:";
  size_t body = 0;
  for (size_t line = unread_.find("\r\n"); line < end; line = unread_.find("\r\n", line + 2)) {
    if (strncasecmp(unread_.c_str() + line + 2, kLength.data(), kLength.size()) == 0) {
      body = std::strtoul(unread_.c_str() + line + 2 + kLength.size(), nullptr, 10);
    }
  }
  if (unread_.size() < end + 4 + body) return false;
  unread_.erase(0, end + 4 + body);
  return true;
}

}  // namespace wsgate::loadgen
