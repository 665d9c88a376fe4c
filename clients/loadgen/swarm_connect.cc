// How a swarm's sessions come to be: source addresses, the upgrade request and its answer (RFC
// 6455, section 4).
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <string>

#include "clients/loadgen/client_frame.h"
#include "clients/loadgen/scenario.h"
#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {
namespace {

// The key and the answer that RFC 6455 works out in section 1.3. One key for all keeps hashing out
// of the client, and lets a bare server answer with a constant.
constexpr char kKey[] = "dGhlIHNhbXBsZSBub25jZQ==";
constexpr std::string_view kAccept = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
constexpr Duration kConnectTimeout = std::chrono::seconds(60);
constexpr size_t kHeadBytesMax = 16 * 1024;
constexpr std::string_view kHttp = "HTTP/1.1 ";
constexpr char kTlsAlert = 21;  // RFC 8446, section 5.1.
const std::string kProtocolField = "Sec-WebSocket-Protocol: ";

// Whether the answer selects `subprotocol`; names of fields are compared without case.
bool Selected(const std::string& head, const std::string& subprotocol) {
  const std::string line = "\r\n" + kProtocolField + subprotocol + "\r\n";
  const auto same = [](unsigned char a, unsigned char b) {
    return std::tolower(a) == std::tolower(b);
  };
  return std::search(head.begin(), head.end(), line.begin(), line.end(), same) != head.end();
}

// Of an error page that may be long.
std::string FirstLine(const std::string& body) {
  return body.substr(0, std::min<size_t>(body.find_first_of("\r\n"), 200));
}

sockaddr_in Ipv4(uint32_t address, uint16_t port) {
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_addr.s_addr = address;
  name.sin_port = htons(port);
  return name;
}

}  // namespace

void ParseAddress(const std::string& text, uint32_t& address, uint16_t& port) {
  const size_t colon = text.rfind(':');
  in_addr parsed{};
  const char* const end = text.data() + text.size();
  if (colon == std::string::npos ||
      inet_pton(AF_INET, text.substr(0, colon).c_str(), &parsed) != 1 ||
      std::from_chars(text.data() + colon + 1, end, port).ptr != end) {
    Die("an address must be IPV4:PORT, not `" + text + "`");
  }
  address = parsed.s_addr;
}

void Swarm::Connect(uint32_t count, const std::function<bool()>& go_on) {
  const Time start = SteadyNow();
  Time progress = start;
  uint32_t started = 0;
  uint32_t waiting = 0;
  while (started < count || connecting_ > 0) {
    const double elapsed = std::chrono::duration<double>(SteadyNow() - start).count();
    const double due =
        options_.connects_per_second > 0 ? elapsed * options_.connects_per_second : count;
    if (go_on && !go_on()) count = started;
    while (started < count && started < due && connecting_ < options_.connect_in_flight) {
      StartOne();
      ++started;
    }
    Poll(started < count ? 1 : 100);
    if (connecting_ != waiting || started < count) progress = SteadyNow();
    waiting = connecting_;
    if (SteadyNow() - progress > kConnectTimeout) Die("the server no longer answers upgrades");
  }
}

void Swarm::StartOne() {
  const uint32_t index = static_cast<uint32_t>(peers_.size());
  Peer& peer = peers_.emplace_back();
  ++connecting_;
  peer.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (peer.fd < 0) Die("no more sockets: raise the open-file limit or ask for fewer sessions");
  const int on = 1;
  setsockopt(peer.fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  setsockopt(peer.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (options_.source_addresses > 0) {
    const uint32_t number = options_.first_session + index;
    const sockaddr_in from =
        Ipv4(htonl(INADDR_LOOPBACK + 1 + number % options_.source_addresses), 0);
    if (bind(peer.fd, reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0)
      return Close(index, std::strerror(errno));
  }
  const sockaddr_in to = Ipv4(server_address_, server_port_);
  const int connected = connect(peer.fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
  if (connected != 0 && errno != EINPROGRESS) return Close(index, std::strerror(errno));
  epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.u64 = index}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, peer.fd, &event) != 0) Die("epoll_ctl failed");
  if (entry_.tls) peer.tls = TlsLink(*entry_.tls, peer.fd);
  // Else, and for TLS, the poller says when it may speak.
  if (connected == 0 && !peer.tls) SendUpgrade(index);
}

void Swarm::SendUpgrade(uint32_t index) {
  const uint32_t number = options_.first_session + index;
  const uint32_t user = options_.users > 0 ? number % options_.users : number;
  const std::string name = options_.user_prefix + std::to_string(user);
  std::string request =
      "GET " + dialect_->Target(name, number) + " HTTP/1.1\r\nHost: " + options_.client_address +
      "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: " + kKey +
      "\r\nSec-WebSocket-Version: 13\r\n";
  if (!options_.subprotocol.empty()) request += kProtocolField + options_.subprotocol + "\r\n";
  if (options_.compression) request += "Sec-WebSocket-Extensions: permessage-deflate\r\n";
  if (entry_.token_of) request += "Authorization: Bearer " + entry_.token_of(name) + "\r\n";
  request += "\r\n";
  Peer& peer = peers_[index];
  peer.state = State::kUpgrading;
  if (peer.tls) return Write(peer, request);
  // The first bytes of a connection always fit its buffer: less means that the connection is
  // broken.
  const ssize_t sent = send(peer.fd, request.data(), request.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  if (sent != static_cast<ssize_t>(request.size())) Close(index, std::strerror(errno));
}

void Swarm::OnUpgradeAnswer(uint32_t index, std::string_view bytes) {
  Peer& peer = peers_[index];
  peer.head.append(bytes);
  const size_t end = peer.head.find("\r\n\r\n");
  if (end == std::string::npos) {
    const size_t seen = std::min(peer.head.size(), kHttp.size());
    const bool http = std::string_view(peer.head).substr(0, seen) == kHttp.substr(0, seen);
    if (peer.head.front() == kTlsAlert)
      return Close(index, "an answer in TLS, which was not asked");
    if (!http || peer.head.size() > kHeadBytesMax) Close(index, "not an HTTP/1.1 answer");
    return;
  }
  int status = 0;
  if (std::sscanf(peer.head.c_str(), "HTTP/1.1 %d", &status) != 1) {
    return Close(index, "not an HTTP/1.1 answer");
  }
  if (status != 101) {
    ++counters_.refused[status];
    counters_.refusals.try_emplace(status, FirstLine(peer.head.substr(end + 4)));
    --connecting_;
    return Drop(peer);
  }
  if (peer.head.find(kAccept) == std::string::npos) {
    return Close(index, "a wrong Sec-WebSocket-Accept");
  }
  if (!options_.subprotocol.empty() && !Selected(peer.head, options_.subprotocol)) {
    return Close(index, "the subprotocol " + options_.subprotocol + " was not selected");
  }
  if (options_.compression && peer.head.find("permessage-deflate") == std::string::npos) {
    Die("the server does not take permessage-deflate");
  }
  if (dialect_->reads_texts()) {
    peer.state = State::kGreeting;
    const std::string_view greeting = dialect_->Greeting();
    if (!greeting.empty()) Write(peer, ClientFrame(kOpText, greeting));
  } else {
    Open(peer);
  }
  const std::string head = std::move(peer.head);
  peer.head = std::string();
  if (end + 4 < head.size()) OnBytes(index, std::string_view(head).substr(end + 4));
}

}  // namespace wsgate::loadgen
