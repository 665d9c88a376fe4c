#include "clients/loadgen/swarm.h"

#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "clients/loadgen/client_frame.h"
#include "clients/loadgen/scenario.h"

namespace wsgate::loadgen {
namespace {

constexpr uint64_t kWatch = uint64_t{1}
                            << 32;  // Epoll data from here on name a watch, below it a peer.
constexpr uint64_t kPoke = uint64_t{1} << 33;
constexpr uint8_t kOpClose = 8;
constexpr uint8_t kOpPing = 9;
constexpr uint8_t kOpPong = 10;
constexpr size_t kReadBytes = 64 * 1024;

// What a Close frame says: `4503 message_rate`.
std::string WordsOf(std::string_view close) {
  if (close.size() < 2) return "closed without a code";
  const auto high = static_cast<uint8_t>(close[0]);
  const auto low = static_cast<uint8_t>(close[1]);
  std::string words = std::to_string(high << 8 | low);
  // The one reason that differs for everybody; what it counts is the rest.
  const std::string_view reason = close.substr(2, close.substr(2).find(" reconnect_after_ms="));
  if (!reason.empty()) words.append(" ").append(reason);
  return words;
}

}  // namespace

Swarm::Swarm(const Options& options, MessageSink sink, Entry entry)
    : options_(options),
      dialect_(MakeDialect(options.dialect)),
      sink_(std::move(sink)),
      entry_(std::move(entry)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      buffer_(kReadBytes) {
  ParseAddress(options.client_address, server_address_, server_port_);
  poke_ = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kPoke}};
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, poke_, &event) != 0) Die("epoll_ctl failed");
}

Swarm::~Swarm() {
  for (const Peer& peer : peers_) {
    if (peer.fd >= 0) close(peer.fd);
  }
  close(poke_);
  close(epoll_);
}

bool Swarm::RunUntil(const std::function<bool()>& done, Duration timeout) {
  const Time deadline = SteadyNow() + timeout;
  while (!done()) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - SteadyNow()).count();
    if (left <= 0) return false;
    Poll(static_cast<int>(std::min<int64_t>(left, 1000)));
  }
  return true;
}

bool Swarm::SpinUntil(const std::function<bool()>& done, Duration timeout) {
  const Time deadline = SteadyNow() + timeout;
  while (!done()) {
    if (SteadyNow() >= deadline) return false;
    Poll(0);
  }
  return true;
}

void Swarm::RunFor(Duration time) {
  RunUntil([] { return false; }, time);
}

void Swarm::Poke() const {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t written =
      write(poke_, &one, sizeof one);  // Full means poked already.
}

void Swarm::Watch(int fd, std::function<void()> on_readable) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = kWatch + watches_.size()}};
  watches_.push_back(std::move(on_readable));
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl failed");
}

void Swarm::Poll(int timeout_ms) {
  const int count =
      epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), timeout_ms);
  const uint64_t messages_before = counters_.messages;
  for (int i = 0; i < count; ++i) {
    const uint64_t data = events_[i].data.u64;
    if (data == kPoke) {
      uint64_t pokes = 0;
      [[maybe_unused]] const ssize_t got = read(poke_, &pokes, sizeof pokes);
    } else if (data >= kWatch) {
      watches_[data - kWatch]();
    } else {
      OnPeer(static_cast<uint32_t>(data), events_[i].events);
    }
  }
  // Once a batch: the batch in which the last message comes ends with it, or little after.
  if (counters_.messages != messages_before) counters_.last_message = SteadyNow();
}

void Swarm::OnPeer(uint32_t index, uint32_t events) {
  Peer& peer = peers_[index];
  if (peer.tls) return OnTlsPeer(index);
  if (peer.state == State::kConnecting && (events & EPOLLOUT) != 0) SendUpgrade(index);
  if ((events & EPOLLOUT) != 0 && !peer.unsent.empty()) Flush(peer);
  while (peer.state != State::kClosed) {
    const ssize_t got = recv(peer.fd, buffer_.data(), buffer_.size(), MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) return Close(index, std::strerror(errno));
    if (got == 0) return Close(index, "closed without a word");
    const std::string_view bytes(buffer_.data(), static_cast<size_t>(got));
    Take(index, bytes);
    // A short read emptied the socket; what comes later is a new edge.
    if (bytes.size() < buffer_.size()) return;
  }
}

void Swarm::OnTlsPeer(uint32_t index) {
  using Result = TlsLink::Result;
  Peer& peer = peers_[index];
  if (peer.state == State::kConnecting) {
    const TlsLink::Step shaken = peer.tls.ShakeHands();
    if (shaken.result == Result::kWait) return;
    if (shaken.result != Result::kDone) return Close(index, shaken.why);
    SendUpgrade(index);
  }
  Flush(peer);
  while (peer.state != State::kClosed) {
    const TlsLink::Step read = peer.tls.Read(buffer_);
    if (read.result == Result::kWait) return Flush(peer);  // It may have waited for what was read.
    if (read.result == Result::kEnded) return Close(index, "closed without a word");
    if (read.result == Result::kFailed) return Close(index, read.why);
    Take(index, std::string_view(buffer_.data(), read.bytes));
  }
}

void Swarm::Take(uint32_t index, std::string_view bytes) {
  const State state = peers_[index].state;
  if (state == State::kConnecting || state == State::kUpgrading) {
    OnUpgradeAnswer(index, bytes);
  } else {
    OnBytes(index, bytes);
  }
}

void Swarm::OnBytes(uint32_t index, std::string_view bytes) {
  Peer& peer = peers_[index];
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  std::string* const kept = dialect_->reads_texts() ? &peer.text : nullptr;
  FrameReader::Frame frame;
  for (;;) {
    const FrameReader::Result result = peer.reader.Next(at, end, frame, kept);
    if (result == FrameReader::Result::kNeedMore) return;
    if (result == FrameReader::Result::kBroken) return Close(index, "broke the WebSocket protocol");
    if (frame.opcode >= kOpClose) {
      OnControlFrame(peer, frame);
      if (frame.opcode == kOpClose) return Close(index, WordsOf(frame.head));
      continue;
    }
    counters_.message_bytes += frame.payload_bytes;
    if (sink_ && !peer.in_message) sink_(index, frame.head);
    peer.in_message = !frame.final;
    if (!frame.final) continue;
    if (kept == nullptr) {
      ++counters_.messages;
      continue;
    }
    OnText(index);
    if (peer.state == State::kClosed) return;
  }
}

void Swarm::OnText(uint32_t index) {
  Peer& peer = peers_[index];
  const Dialect::Heard heard = dialect_->OnText(peer.text);
  peer.text.clear();
  if (heard.refused) return Close(index, "refused after the upgrade");
  counters_.messages += heard.messages;
  if (heard.ping) ++counters_.pings;
  if (!heard.answer.empty()) Write(peer, ClientFrame(kOpText, heard.answer));
  if (heard.ready && peer.state == State::kGreeting) Open(peer);
}

void Swarm::Open(Peer& peer) {
  --connecting_;
  ++counters_.opened;
  peer.state = State::kOpen;
  if (peer.tls) peer.tls.Trim();
}

void Swarm::OnControlFrame(Peer& peer, const FrameReader::Frame& frame) {
  if (frame.opcode == kOpPong) return;
  if (frame.opcode == kOpPing) ++counters_.pings;
  const uint8_t answer = frame.opcode == kOpPing ? kOpPong : kOpClose;
  Write(peer, ClientFrame(answer, frame.head));
}

void Swarm::Close(uint32_t index, const std::string& why) {
  Peer& peer = peers_[index];
  if (peer.state == State::kOpen) {
    ++counters_.ended;
    ++counters_.endings[why];
  } else {
    --connecting_;
    ++counters_.failed;
    ++counters_.failures[why];
  }
  Drop(peer);
}

void Swarm::Drop(Peer& peer) {
  peer.unsent = std::string();
  peer.tls = TlsLink();
  close(peer.fd);
  peer.fd = -1;
  peer.state = State::kClosed;
}

}  // namespace wsgate::loadgen
