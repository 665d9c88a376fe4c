// Beast's WebSocket client behind a plain class: another implementation to check our frames
// against.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "tests/support/wait_for.h"

namespace wsgate {

struct WsMessage {
  bool text = true;
  std::string payload;
};

// What a client offers of permessage-deflate (RFC 7692 section 7.1).
struct WsCompression {
  int server_window_bits = 15;
  int client_window_bits = 15;
  bool server_no_context_takeover = false;
  bool client_no_context_takeover = false;
};

// Threads: one.
// Bounds:  every call ends after its timeout.
class WsClient {
 public:
  WsClient();
  ~WsClient();  // Hangs up without a Close frame.
  WsClient(WsClient&&) noexcept;
  WsClient& operator=(WsClient&&) noexcept;

  // Before Connect(): offers permessage-deflate, and compresses what it sends if that is taken.
  void Compress(const WsCompression& compression = {});
  // False: no 101; status() and header() say what came instead. `target` as in `/ws?user=ada`.
  [[nodiscard]] bool Connect(const std::string& address, const std::string& target,
                             const std::string& subprotocol = "");
  [[nodiscard]] unsigned status() const;  // Of the answer; 0: there was none.
  [[nodiscard]] std::string header(std::string_view name) const;

  // False: the connection is broken.
  bool SendText(std::string_view payload);
  bool SendBinary(std::string_view payload);

  // The next message; pings that come before it are answered. nullopt: none within `timeout`, or
  // closed().
  [[nodiscard]] std::optional<WsMessage> Read(std::chrono::milliseconds timeout = kTestTimeout);
  // Reads messages away until the gateway closes. False: it did not within `timeout`.
  [[nodiscard]] bool ReadUntilClosed(std::chrono::milliseconds timeout = kTestTimeout);
  [[nodiscard]] bool closed() const;
  [[nodiscard]] uint16_t close_code() const;  // 0: there was no Close frame.
  [[nodiscard]] std::string close_reason() const;

  // Sends a ping and waits for its pong; no message may be under way.
  [[nodiscard]] bool Ping(std::string_view payload,
                          std::chrono::milliseconds timeout = kTestTimeout);
  [[nodiscard]] int pings_received() const;
  // Sends a Close frame and waits for the gateway's. False: none came.
  bool Close(uint16_t code = 1000, std::string_view reason = "");

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace wsgate
