// Clients over TLS that each shake hands in full, ask for a WebSocket session and wait for the
// answer.
//
// wsgate-bench-tls-load ADDRESS SERVER_PID: reads lines from stdin.
//   "handshakes COUNT": COUNT connections, a few at a time, closed as they are answered. Says
//   {"connections", "seconds", "server_cpu_us"} when all are through.
//   "hold COUNT": opens more until COUNT are open. Says {"open"}.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/support/server_socket.h"

namespace wsgate::bench {
namespace {

constexpr int kInFlight = 16;
// The key of RFC 6455, section 1.3, whose answer the bare server knows.
constexpr std::string_view kRequest =
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";

[[noreturn]] void Fail(std::string_view what) {
  std::cerr << "wsgate-bench-tls-load: " << what << '\n';
  ERR_print_errors_fp(stderr);
  std::exit(1);
}

sockaddr_in Parse(const std::string& address) {
  const size_t colon = address.rfind(':');
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(static_cast<uint16_t>(std::atoi(address.c_str() + colon + 1)));
  if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &name.sin_addr) != 1) Fail("address");
  return name;
}

double CpuMicros(clockid_t clock) {
  timespec used{};
  if (clock_gettime(clock, &used) != 0) Fail("the server has gone");
  return static_cast<double>(used.tv_sec) * 1e6 + static_cast<double>(used.tv_nsec) / 1e3;
}

// Flow:    stdin → connections → epoll → OpenSSL → stdout.
// Owner:   main.
// Threads: one.
// Bounds:  kInFlight handshakes; descriptors.
class TlsLoad {
 public:
  TlsLoad(const std::string& address, pid_t server);
  void Handshakes(int count);
  void Hold(int count);

 private:
  void Open();
  // Opens `count`, kInFlight at a time.
  void OpenAll(int count);
  void OnEvent(int fd);
  // What a step of OpenSSL has come to: false where it waits.
  bool Went(SSL* stream, int done);
  void Forget(int fd);

  const sockaddr_in server_;
  clockid_t server_clock_{};
  SSL_CTX* const context_ = SSL_CTX_new(TLS_client_method());
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  std::vector<SSL*> streams_;  // By descriptor.
  std::vector<bool> asked_;    // By descriptor.
  int pending_ = 0;
  int held_ = 0;
  bool hold_ = false;
};

TlsLoad::TlsLoad(const std::string& address, pid_t server) : server_(Parse(address)) {
  if (clock_getcpuclockid(server, &server_clock_) != 0) Fail("no such server process");
  SSL_CTX_set_mode(context_, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
}

void TlsLoad::Open() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) Die("socket");
  // On loopback connect() does not wait.
  if (connect(fd, reinterpret_cast<const sockaddr*>(&server_), sizeof server_) != 0) Die("connect");
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const linger reset{.l_onoff = 1, .l_linger = 0};  // No port is left waiting.
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  if (static_cast<size_t>(fd) >= streams_.size()) {
    streams_.resize(2 * static_cast<size_t>(fd));
    asked_.resize(streams_.size());
  }
  SSL* const stream = SSL_new(context_);
  BIO* const bio = BIO_new_socket(fd, BIO_NOCLOSE);
  BIO_socket_nbio(fd, 1);
  SSL_set_bio(stream, bio, bio);
  SSL_set_connect_state(stream);
  streams_[fd] = stream;
  asked_[fd] = false;
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
  ++pending_;
  OnEvent(fd);
}

void TlsLoad::OpenAll(int count) {
  std::array<epoll_event, kInFlight> events;
  int opened = 0;
  while (opened < count || pending_ > 0) {
    while (opened < count && pending_ < kInFlight) {
      Open();
      ++opened;
    }
    const int got = epoll_wait(epoll_, events.data(), kInFlight, 10'000);
    if (got <= 0) Fail("the server does not answer");
    for (int i = 0; i < got; ++i) OnEvent(events[i].data.fd);
  }
}

bool TlsLoad::Went(SSL* stream, int done) {
  if (done > 0) return true;
  if (SSL_get_error(stream, done) != SSL_ERROR_WANT_READ) Fail("a connection broke");
  return false;
}

void TlsLoad::OnEvent(int fd) {
  SSL* const stream = streams_[fd];
  std::array<char, 1024> bytes;
  ERR_clear_error();
  if (!asked_[fd]) {
    if (!Went(stream, SSL_do_handshake(stream))) return;
    if (SSL_session_reused(stream) != 0) Fail("it was no full handshake");
    if (!Went(stream, SSL_write(stream, kRequest.data(), static_cast<int>(kRequest.size())))) {
      Fail("the socket is full");
    }
    asked_[fd] = true;
  }
  const int got = SSL_read(stream, bytes.data(), static_cast<int>(bytes.size()));
  if (!Went(stream, got)) return;
  if (!std::string_view(bytes.data(), static_cast<size_t>(got)).starts_with("HTTP/1.1 101")) {
    Fail(std::string_view(bytes.data(), static_cast<size_t>(got)));
  }
  --pending_;
  // Who is held is not watched any more: pings are left in the socket.
  if (epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, nullptr) != 0) Die("epoll_ctl");
  if (hold_) {
    ++held_;
  } else {
    Forget(fd);
  }
}

void TlsLoad::Forget(int fd) {
  SSL_free(streams_[fd]);
  streams_[fd] = nullptr;
  close(fd);
}

void TlsLoad::Handshakes(int count) {
  hold_ = false;
  const double cpu = CpuMicros(server_clock_);
  const auto start = std::chrono::steady_clock::now();
  OpenAll(count);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  // What the server does about those that have left is part of it.
  double used = CpuMicros(server_clock_);
  for (double before = -1; before != used;) {
    before = used;
    usleep(20'000);
    used = CpuMicros(server_clock_);
    if (used - before < 100) break;  // Timers alone.
  }
  std::cout << R"({"connections":)" << count << R"(,"seconds":)" << took.count()
            << R"(,"server_cpu_us":)" << used - cpu << "}" << std::endl;
}

void TlsLoad::Hold(int count) {
  hold_ = true;
  OpenAll(count - held_);
  std::cout << R"({"open":)" << held_ << "}" << std::endl;
}

}  // namespace
}  // namespace wsgate::bench

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: wsgate-bench-tls-load ADDRESS SERVER_PID\n";
    return 2;
  }
  wsgate::bench::RaiseFileLimit();
  wsgate::bench::TlsLoad load(argv[1], std::atoi(argv[2]));
  for (std::string line; std::getline(std::cin, line);) {
    std::istringstream words(line);
    std::string what;
    int count = 0;
    words >> what >> count;
    if (what == "handshakes") {
      load.Handshakes(count);
    } else if (what == "hold") {
      load.Hold(count);
    }
  }
}
