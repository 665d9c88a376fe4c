#include "gateway/net/listen_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "gateway/config/address.h"

namespace wsgate {
namespace {

constexpr int kBacklog = 65535;  // The kernel cuts it to net.core.somaxconn.
constexpr int kUnsentLowWater =
    16 * 1024;  // Keeps the queue where our policies apply, not in the kernel.

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

SocketAddress Resolve(const Address& address) {
  SocketAddress out;
  auto& v4 = reinterpret_cast<sockaddr_in&>(out.storage);
  auto& v6 = reinterpret_cast<sockaddr_in6&>(out.storage);
  const std::string host = address.host == "localhost" ? "127.0.0.1" : address.host;
  if (inet_pton(AF_INET, host.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(address.port);
    out.length = sizeof v4;
  } else if (inet_pton(AF_INET6, host.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(address.port);
    out.length = sizeof v6;
  }
  return out;
}

void SetOption(int fd, int level, int option, int value) {
  ::setsockopt(fd, level, option, &value, sizeof value);
}

// What is set here is inherited by every accepted socket, so no connection pays for it.
absl::StatusOr<int> Open(const SocketAddress& address, const std::string& text, bool shared) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return absl::UnavailableError("client.address: no socket: " + std::string(strerror(errno)));
  SetOption(fd, SOL_SOCKET, SO_REUSEADDR, 1);
  if (shared) SetOption(fd, SOL_SOCKET, SO_REUSEPORT, 1);
  SetOption(fd, IPPROTO_TCP, TCP_NODELAY, 1);
  SetOption(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kUnsentLowWater);
  const auto* where = reinterpret_cast<const sockaddr*>(&address.storage);
  if (::bind(fd, where, address.length) == 0 && ::listen(fd, kBacklog) == 0) return fd;
  const int error = errno;
  ::close(fd);
  if (error == EADDRINUSE) {
    return absl::AlreadyExistsError(
        "client.address " + text +
        " is taken; stop what listens there or choose another with --client-address");
  }
  return absl::UnavailableError("client.address " + text + ": " + strerror(error) +
                                "; choose an address of this machine with --client-address");
}

uint16_t PortOf(int fd) {
  SocketAddress bound;
  bound.length = sizeof bound.storage;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound.storage), &bound.length);
  return bound.storage.ss_family == AF_INET6
             ? ntohs(reinterpret_cast<const sockaddr_in6&>(bound.storage).sin6_port)
             : ntohs(reinterpret_cast<const sockaddr_in&>(bound.storage).sin_port);
}

}  // namespace

absl::StatusOr<ListenSockets> OpenListenSockets(const std::string& address, uint32_t count) {
  absl::StatusOr<Address> parsed = ParseAddress(address);
  if (!parsed.ok()) return parsed.status();
  if (parsed->port != 0) {
    // With SO_REUSEPORT a second gateway would share the port unnoticed; without it the kernel
    // tells us.
    absl::StatusOr<int> probe = Open(Resolve(*parsed), address, /*shared=*/false);
    if (!probe.ok()) return probe.status();
    ::close(*probe);
  }
  ListenSockets sockets;
  for (uint32_t i = 0; i < count; ++i) {
    absl::StatusOr<int> fd = Open(Resolve(*parsed), address, /*shared=*/true);
    if (!fd.ok()) {
      for (const int open : sockets.fds) ::close(open);
      return fd.status();
    }
    sockets.fds.push_back(*fd);
    parsed->port = PortOf(*fd);
  }
  const bool v6 = parsed->host.find(':') != std::string::npos;
  sockets.address =
      (v6 ? "[" + parsed->host + "]" : parsed->host) + ":" + std::to_string(parsed->port);
  return sockets;
}

}  // namespace wsgate
