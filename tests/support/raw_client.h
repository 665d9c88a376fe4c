// A client of plain system calls that can do what no library would: wrong frames, half a request,
// not reading, vanishing.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/message/frame_header.h"
#include "tests/support/wait_for.h"

namespace wsgate {

// A frame from the gateway.
struct RawFrame {
  Opcode opcode = Opcode::kText;
  std::string payload;
  bool compressed = false;  // RSV1.

  [[nodiscard]] uint16_t close_code() const;  // Of a Close; 0: none.
  [[nodiscard]] std::string close_reason() const;
};

// Cuts what the gateway sends into frames (RFC 6455 section 5.2). Threads: one.
class ServerFrames {
 public:
  void Push(std::string_view bytes) { bytes_.append(bytes); }
  // nullopt: the next one is not complete yet.
  [[nodiscard]] std::optional<RawFrame> Next();
  // RSV1 may stand on a frame from now on: permessage-deflate was negotiated.
  void AllowCompressed() { compressed_allowed_ = true; }
  // A mask, a reserved bit, a fragment: what the gateway never sends.
  [[nodiscard]] bool broken() const { return broken_; }

 private:
  std::string bytes_;
  size_t at_ = 0;
  bool broken_ = false;
  bool compressed_allowed_ = false;
};

// The bytes of one masked frame. `first_bits`: FIN and the reserved bits, 0x80 is a whole message.
[[nodiscard]] std::string ClientFrameBytes(uint8_t opcode, std::string_view payload,
                                           uint8_t first_bits = 0x80);
[[nodiscard]] std::string TextFrame(std::string_view payload);
[[nodiscard]] std::string CloseFrameBytes(uint16_t code);
// `headers`: further lines, each with its CRLF.
[[nodiscard]] std::string UpgradeRequestBytes(std::string_view target,
                                              std::string_view headers = "");

// Threads: one.
// Bounds:  every call ends after its timeout.
class RawClient {
 public:
  RawClient() = default;
  explicit RawClient(int fd) : fd_(fd), upgraded_(true) {}  // Takes an upgraded socket.
  ~RawClient() { HangUp(); }
  RawClient(RawClient&& other) noexcept;
  RawClient& operator=(RawClient&& other) noexcept;

  // Connects. `receive_buffer`: of the socket, in bytes; 0: the system's.
  [[nodiscard]] bool Connect(const std::string& address, int receive_buffer = 0);
  // Sends the request and reads the answer's head. True: it was a 101; extensions() says what it
  // answered.
  [[nodiscard]] bool Upgrade(std::string_view target, std::string_view headers = "");
  [[nodiscard]] const std::string& extensions() const { return extensions_; }
  // Both, one after the other.
  [[nodiscard]] bool Open(const std::string& address, std::string_view target,
                          int receive_buffer = 0);

  // False: the connection is broken, or nothing went within the timeout.
  bool Send(std::string_view bytes);
  // The next frame; nullopt: none within `timeout`, or the gateway hung up.
  [[nodiscard]] std::optional<RawFrame> ReadFrame(std::chrono::milliseconds timeout = kTestTimeout);
  // An HTTP answer up to the gateway's hang-up; of a 101 its head alone.
  [[nodiscard]] std::string ReadResponse(std::chrono::milliseconds timeout = kTestTimeout);
  // True: the gateway hung up, cleanly or not. Frames that come before stay readable.
  [[nodiscard]] bool WaitForEof(std::chrono::milliseconds timeout = kTestTimeout);
  // Takes what is there without waiting. False: the gateway hung up.
  bool TakeAvailable();
  [[nodiscard]] ServerFrames& frames() { return frames_; }

  void ShutDownWrite();
  void HangUp();  // With a FIN, or with a reset where something is unread.
  void Reset();   // With a reset.
  [[nodiscard]] int fd() const { return fd_; }

 private:
  // Reads once. False: nothing came within the time that is left, or hung up.
  bool ReadSome(std::chrono::steady_clock::time_point until);

  int fd_ = -1;
  bool eof_ = false;
  bool upgraded_ = false;
  std::string head_;        // Of an answer, before its end.
  std::string extensions_;  // Sec-WebSocket-Extensions of the 101.
  ServerFrames frames_;
};

// The answer to `GET path`, head and body; empty: none.
[[nodiscard]] std::string HttpGet(const std::string& address, std::string_view path);

}  // namespace wsgate
