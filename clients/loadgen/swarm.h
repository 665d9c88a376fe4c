// Many WebSocket clients in one thread: raw epoll and a small frame reader, so that the clients
// cost little beside the server that is measured.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "clients/loadgen/dialect.h"
#include "clients/loadgen/frame_reader.h"
#include "clients/loadgen/options.h"
#include "clients/loadgen/tls_link.h"
#include "gateway/base/clock.h"

namespace wsgate::loadgen {

// What all sessions of a swarm have seen so far.
struct SwarmCounters {
  uint64_t opened = 0;         // Got their 101, and what else their dialect asks for.
  uint64_t failed = 0;         // Never connected, or ended before an answer.
  uint64_t ended = 0;          // Open sessions that the server ended or that broke the protocol.
  uint64_t messages = 0;       // Whole text and binary messages.
  uint64_t message_bytes = 0;  // Their payload.
  uint64_t pings = 0;          // Each was answered with a pong.
  std::map<int, uint64_t> refused;           // Upgrades refused, by HTTP status.
  std::map<int, std::string> refusals;       // What the first of each was told, its first line.
  std::map<std::string, uint64_t> failures;  // What `failed` counts, by cause.
  std::map<std::string, uint64_t> endings;  // What `ended` counts: `4503 message_rate`, or a cause.
  Time last_message;                        // When the newest message was read.
};

// What the sessions show at the server's door, and whom they believe there.
struct Entry {
  std::shared_ptr<const TlsClient> tls;  // Null: plain text.
  // A user's token; none: nobody shows one.
  std::function<std::string(const std::string& user)> token_of;
};

// Flow:    scenario → Swarm → sockets; frames → counters and, where one is given, the sink.
// Owner:   the scenario.
// Threads: the one that made it; Poke() from any.
// Bounds:  a descriptor and a Peer for each session, with at most one unsent message; one read
// buffer for all.
class Swarm {
 public:
  // Told of each message: whose it is, counted from 0, and the first 125 bytes of its first frame.
  using MessageSink = std::function<void(uint32_t session, std::string_view head)>;

  explicit Swarm(const Options& options, MessageSink sink = {}, Entry entry = {});
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  // Opens `count` more sessions; returns when each has its 101, was refused or failed. `go_on`, if
  // given, is asked all the time; once it says no, no more are begun.
  void Connect(uint32_t count, const std::function<bool()>& go_on = {});
  // Sends a text message. False: the session is not open, or has not sent its last one yet.
  bool Say(uint32_t session, std::string_view text);
  bool IsOpen(uint32_t session) const { return peers_[session].state == State::kOpen; }
  uint32_t size() const { return static_cast<uint32_t>(peers_.size()); }
  // Reads and answers pings until `done` says so. False: `timeout` was over before.
  bool RunUntil(const std::function<bool()>& done, Duration timeout);
  // The same without ever sleeping: what the server spends on waking this thread depends on how
  // often it sleeps, which chance decides.
  bool SpinUntil(const std::function<bool()>& done, Duration timeout);
  void RunFor(Duration time);
  // Makes RunUntil() ask `done` again.
  void Poke() const;
  // Calls `on_readable` whenever `fd`, which stays the caller's, has something to read.
  void Watch(int fd, std::function<void()> on_readable);

  const SwarmCounters& counters() const { return counters_; }

 private:
  enum class State : uint8_t { kConnecting, kUpgrading, kGreeting, kOpen, kClosed };

  static constexpr uint8_t kOpText = 1;

  struct Peer {
    int fd = -1;
    State state = State::kConnecting;  // Until the request is sent.
    TlsLink tls;                       // Of wss.
    FrameReader reader;
    bool in_message = false;  // Between the first frame of a message and its last.
    std::string head;         // The answer to the upgrade, as long as it is incomplete.
    std::string text;         // What has come of a text that the dialect must read.
    std::string unsent;       // What the socket did not take of frames already begun.
  };

  void StartOne();
  void SendUpgrade(uint32_t index);
  void OnUpgradeAnswer(uint32_t index, std::string_view bytes);
  void Poll(int timeout_ms);
  void OnPeer(uint32_t index, uint32_t events);
  // The same where there is TLS; any event may be what it waits for.
  void OnTlsPeer(uint32_t index);
  // What was read, which may end the peer.
  void Take(uint32_t index, std::string_view bytes);
  void OnBytes(uint32_t index, std::string_view bytes);
  void OnText(uint32_t index);
  void OnControlFrame(Peer& peer, const FrameReader::Frame& frame);
  void Open(Peer& peer);
  // Sends, or keeps what the socket does not take.
  void Write(Peer& peer, std::string_view frame);
  void Flush(Peer& peer);
  // `why` it ends, unless the answer to the upgrade or a Close frame says so.
  void Close(uint32_t index, const std::string& why);
  static void Drop(Peer& peer);

  const Options options_;
  const std::unique_ptr<const Dialect> dialect_;
  const MessageSink sink_;
  const Entry entry_;
  uint32_t server_address_ = 0;  // Network byte order.
  uint16_t server_port_ = 0;
  int epoll_ = -1;
  int poke_ = -1;
  std::deque<Peer> peers_;
  std::vector<std::function<void()>> watches_;
  uint32_t connecting_ = 0;  // Peers without an answer yet.
  SwarmCounters counters_;
  std::array<epoll_event, 512> events_;
  std::vector<char> buffer_;
};

// Splits `127.0.0.1:4711`; ends the program where it is something else.
void ParseAddress(const std::string& text, uint32_t& address, uint16_t& port);

}  // namespace wsgate::loadgen
