#include "bench/support/server_socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace wsgate::bench {

int ListenOnLoopback() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0) Die("bind");
  if (listen(listener, 65'535) != 0) Die("listen");
  return listener;
}

std::string AddressOf(int listener) {
  sockaddr_in name{};
  socklen_t size = sizeof name;
  if (getsockname(listener, reinterpret_cast<sockaddr*>(&name), &size) != 0) Die("getsockname");
  return "127.0.0.1:" + std::to_string(ntohs(name.sin_port));
}

int AcceptOne(int listener) {
  const int fd = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return -1;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

void WriteReadyFile(const std::string& path, const std::string& client,
                    const std::string& control) {
  const std::string unfinished = path + ".tmp";
  std::ofstream(unfinished) << R"({"client":")" << client << R"(","control":")" << control
                            << "\"}\n";
  if (std::rename(unfinished.c_str(), path.c_str()) != 0) Die("the ready file");
}

std::string TextFrame(std::string_view payload) {
  std::string frame(1, static_cast<char>(0x81));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(payload.size()));
  } else {
    frame.push_back(126);
    frame.push_back(static_cast<char>(payload.size() >> 8));
    frame.push_back(static_cast<char>(payload.size()));
  }
  return frame.append(payload);
}

void RaiseFileLimit() {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
}

void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

}  // namespace wsgate::bench
