#include "tests/support/raw_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace wsgate {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

bool Await(int fd, short events, SteadyTime until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      until - std::chrono::steady_clock::now());
  pollfd entry{.fd = fd, .events = events, .revents = 0};
  return ::poll(&entry, 1, static_cast<int>(std::max<int64_t>(left.count(), 0))) > 0;
}

}  // namespace

uint16_t RawFrame::close_code() const {
  if (payload.size() < 2) return 0;
  return static_cast<uint16_t>(static_cast<uint8_t>(payload[0]) << 8 |
                               static_cast<uint8_t>(payload[1]));
}

std::string RawFrame::close_reason() const {
  return payload.size() < 2 ? "" : payload.substr(2);
}

std::optional<RawFrame> ServerFrames::Next() {
  const std::string_view rest = std::string_view(bytes_).substr(at_);
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(rest[i]); };
  if (rest.size() < 2) return std::nullopt;
  const uint8_t bits = byte(0) & 0xf0;
  const bool compressed = bits == 0xc0 && compressed_allowed_ && (byte(0) & 0x0f) < 8;
  if ((bits != 0x80 && !compressed) || (byte(1) & 0x80) != 0) broken_ = true;
  size_t head = 2;
  uint64_t size = byte(1) & 0x7f;
  if (size >= 126) {
    const size_t bytes = size == 126 ? 2 : 8;
    head += bytes;
    if (rest.size() < head) return std::nullopt;
    size = 0;
    for (size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
  }
  if (rest.size() - head < size) return std::nullopt;
  RawFrame frame{.opcode = static_cast<Opcode>(byte(0) & 0x0f),
                 .payload = std::string(rest.substr(head, size)),
                 .compressed = compressed};
  at_ += head + size;
  if (at_ == bytes_.size() || at_ > 65536) {
    bytes_.erase(0, at_);
    at_ = 0;
  }
  return frame;
}

std::string ClientFrameBytes(uint8_t opcode, std::string_view payload, uint8_t first_bits) {
  constexpr std::array<char, 4> kMask = {0x37, 0x1a, 0x55, 0x09};
  std::string bytes(1, static_cast<char>(first_bits | opcode));
  const size_t size = payload.size();
  if (size < 126) {
    bytes.push_back(static_cast<char>(0x80 | size));
  } else {
    const int length_bytes = size < 65536 ? 2 : 8;
    bytes.push_back(static_cast<char>(0x80 | (length_bytes == 2 ? 126 : 127)));
    for (int i = length_bytes - 1; i >= 0; --i) bytes.push_back(static_cast<char>(size >> 8 * i));
  }
  bytes.append(kMask.data(), kMask.size());
  for (size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
  return bytes;
}

std::string TextFrame(std::string_view payload) {
  return ClientFrameBytes(0x1, payload);
}

std::string CloseFrameBytes(uint16_t code) {
  const std::array<char, 2> payload = {static_cast<char>(code >> 8), static_cast<char>(code)};
  return ClientFrameBytes(0x8, {payload.data(), payload.size()});
}

std::string UpgradeRequestBytes(std::string_view target, std::string_view headers) {
  return "GET " + std::string(target) +
         " HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
         std::string(headers) + "\r\n";
}

RawClient::RawClient(RawClient&& other) noexcept {
  *this = std::move(other);
}

RawClient& RawClient::operator=(RawClient&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(eof_, other.eof_);
  std::swap(upgraded_, other.upgraded_);
  std::swap(head_, other.head_);
  std::swap(extensions_, other.extensions_);
  std::swap(frames_, other.frames_);
  return *this;
}

bool RawClient::Connect(const std::string& address, int receive_buffer) {
  const size_t colon = address.rfind(':');
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(std::stoi(address.substr(colon + 1))));
  if (inet_pton(AF_INET, address.substr(0, colon).c_str(), &to.sin_addr) != 1) return false;
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) return false;
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (receive_buffer != 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  return ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

bool RawClient::Upgrade(std::string_view target, std::string_view headers) {
  constexpr std::string_view kExtensions = "\r\nSec-WebSocket-Extensions: ";
  if (!Send(UpgradeRequestBytes(target, headers))) return false;
  const std::string answer = ReadResponse();
  const size_t at = answer.find(kExtensions);
  if (at != std::string::npos) {
    const size_t from = at + kExtensions.size();
    extensions_ = answer.substr(from, answer.find("\r\n", from) - from);
    if (extensions_.starts_with("permessage-deflate")) frames_.AllowCompressed();
  }
  return answer.starts_with("HTTP/1.1 101 ");
}

bool RawClient::Open(const std::string& address, std::string_view target, int receive_buffer) {
  return Connect(address, receive_buffer) && Upgrade(target);
}

bool RawClient::Send(std::string_view bytes) {
  const SteadyTime until = std::chrono::steady_clock::now() + kTestTimeout;
  while (!bytes.empty()) {
    if (!Await(fd_, POLLOUT, until)) return false;
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool RawClient::ReadSome(SteadyTime until) {
  return !eof_ && Await(fd_, POLLIN, until) && TakeAvailable();
}

bool RawClient::TakeAvailable() {
  std::array<char, 65536> buffer;
  while (!eof_) {
    const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return true;
    if (got <= 0) {
      eof_ = true;
    } else if (upgraded_) {
      frames_.Push({buffer.data(), static_cast<size_t>(got)});
    } else {
      head_.append(buffer.data(), static_cast<size_t>(got));
    }
    if (got > 0 && static_cast<size_t>(got) < buffer.size()) return true;
  }
  return false;
}

std::optional<RawFrame> RawClient::ReadFrame(std::chrono::milliseconds timeout) {
  upgraded_ = true;
  const SteadyTime until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    if (std::optional<RawFrame> frame = frames_.Next()) return frame;
    if (!ReadSome(until) && !eof_) return std::nullopt;
    if (eof_) return frames_.Next();
  }
}

std::string RawClient::ReadResponse(std::chrono::milliseconds timeout) {
  const SteadyTime until = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    const size_t end = head_.find("\r\n\r\n");
    if (head_.starts_with("HTTP/1.1 101 ") && end != std::string::npos) {
      frames_.Push(std::string_view(head_).substr(end + 4));
      upgraded_ = true;
      return head_.substr(0, end + 4);
    }
    if (!ReadSome(until)) return head_;
  }
}

bool RawClient::WaitForEof(std::chrono::milliseconds timeout) {
  const SteadyTime until = std::chrono::steady_clock::now() + timeout;
  while (ReadSome(until)) {
  }
  return eof_;
}

void RawClient::ShutDownWrite() {
  ::shutdown(fd_, SHUT_WR);
}

void RawClient::HangUp() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::Reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  HangUp();
}

std::string HttpGet(const std::string& address, std::string_view path) {
  RawClient client;
  if (!client.Connect(address)) return "";
  client.Send("GET " + std::string(path) + " HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
  return client.ReadResponse();
}

}  // namespace wsgate
