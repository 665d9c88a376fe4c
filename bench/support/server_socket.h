// What the two bare servers of the benchmark share: a listener on a free port, the ready file, the
// answer to an upgrade.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgate::bench {

// The answer to the key of RFC 6455, section 1.3, which the load generator always sends: a bare
// server need not hash.
inline constexpr std::string_view kSwitchingProtocols =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

// A non-blocking listener on a free port of 127.0.0.1. Ends the program where there is none.
int ListenOnLoopback();
std::string AddressOf(int listener);

// The next waiting connection, non-blocking and without Nagle's delay; -1: none waits.
int AcceptOne(int listener);

// Writes {"client":"...","control":"..."} to `path`, whole or not at all.
void WriteReadyFile(const std::string& path, const std::string& client, const std::string& control);

// A text frame of a server around `payload`, which is shorter than 64 KiB.
std::string TextFrame(std::string_view payload);

// Lets the process have as many descriptors as it may.
void RaiseFileLimit();

[[noreturn]] void Die(const char* what);

}  // namespace wsgate::bench
