// The floor of TLS: the least that a server can do with epoll and OpenSSL. It shakes hands, answers
// whatever comes first with 101 and then only waits. The gateway's figures are ratios to it.
//
// wsgate-bench-tls-floor --ready-file PATH CERTIFICATE KEY
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "bench/support/server_socket.h"

namespace wsgate::bench {
namespace {

// Set as the gateway's: released buffers, one stateless ticket, no cache.
SSL_CTX* MakeContext(const char* certificate, const char* key) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1) {
    Die("the certificate");
  }
  return context;
}

// Flow:    epoll → accept or OpenSSL.
// Owner:   main.
// Threads: one.
// Bounds:  descriptors.
class TlsFloor {
 public:
  TlsFloor(const std::string& ready_file, SSL_CTX* context) : context_(context) {
    Add(clients_);
    WriteReadyFile(ready_file, AddressOf(clients_), AddressOf(controls_));
  }
  [[noreturn]] void Run();

 private:
  void Add(int fd) const;
  void Accept();
  void OnReadable(int fd);

  SSL_CTX* const context_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int clients_ = ListenOnLoopback();
  const int controls_ = ListenOnLoopback();  // Nobody comes: the ready file names two ports.
  std::vector<SSL*> streams_;                // By descriptor.
};

void TlsFloor::Add(int fd) const {
  epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
}

void TlsFloor::Run() {
  static std::array<epoll_event, 1024> events;
  for (;;) {
    const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[i].data.fd;
      if (fd == clients_) {
        Accept();
      } else {
        OnReadable(fd);
      }
    }
  }
}

void TlsFloor::Accept() {
  for (int fd = AcceptOne(clients_); fd >= 0; fd = AcceptOne(clients_)) {
    if (static_cast<size_t>(fd) >= streams_.size()) streams_.resize(2 * static_cast<size_t>(fd));
    SSL* const stream = SSL_new(context_);
    SSL_set_fd(stream, fd);
    SSL_set_accept_state(stream);
    streams_[fd] = stream;
    Add(fd);
  }
}

void TlsFloor::OnReadable(int fd) {
  SSL* const stream = streams_[fd];
  std::array<char, 4096> bytes;
  ERR_clear_error();
  // Also what shakes hands.
  int done = SSL_read(stream, bytes.data(), static_cast<int>(bytes.size()));
  if (done > 0) {
    done =
        SSL_write(stream, kSwitchingProtocols.data(), static_cast<int>(kSwitchingProtocols.size()));
    // Until it says that nothing is left, it keeps its buffer.
    if (done > 0) done = SSL_read(stream, bytes.data(), static_cast<int>(bytes.size()));
  }
  if (done > 0 || SSL_get_error(stream, done) == SSL_ERROR_WANT_READ) return;
  SSL_free(stream);
  streams_[fd] = nullptr;
  close(fd);
}

}  // namespace
}  // namespace wsgate::bench

int main(int argc, char** argv) {
  if (argc != 5 || std::strcmp(argv[1], "--ready-file") != 0) {
    constexpr std::string_view kUsage =
        "usage: wsgate-bench-tls-floor --ready-file PATH CERTIFICATE KEY\n";
    return write(STDERR_FILENO, kUsage.data(), kUsage.size()) < 0 ? 1 : 2;
  }
  using wsgate::bench::TlsFloor;
  wsgate::bench::RaiseFileLimit();
  TlsFloor(argv[2], wsgate::bench::MakeContext(argv[3], argv[4])).Run();
}
