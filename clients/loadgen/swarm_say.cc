// What a swarm's sessions send once they are open.
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "clients/loadgen/client_frame.h"
#include "clients/loadgen/swarm.h"

namespace wsgate::loadgen {
namespace {

constexpr std::array<uint8_t, 4> kMask = {0x37, 0xfa, 0x21, 0x3d};
constexpr uint8_t kFinal = 0x80;
constexpr uint8_t kMasked = 0x80;
constexpr uint8_t kOpText = 1;

void AppendBigEndian(std::string& to, uint64_t number, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
    to.push_back(static_cast<char>(number >> shift & 0xff));
  }
}

}  // namespace

std::string ClientFrame(uint8_t opcode, std::string_view payload) {
  std::string frame;
  frame.reserve(14 + payload.size());
  frame.push_back(static_cast<char>(kFinal | opcode));
  if (payload.size() < 126) {
    frame.push_back(static_cast<char>(kMasked | payload.size()));
  } else if (payload.size() <= 0xffff) {
    frame.push_back(static_cast<char>(kMasked | 126));
    AppendBigEndian(frame, payload.size(), 2);
  } else {
    frame.push_back(static_cast<char>(kMasked | 127));
    AppendBigEndian(frame, payload.size(), 8);
  }
  frame.append(reinterpret_cast<const char*>(kMask.data()), kMask.size());
  for (size_t i = 0; i < payload.size(); ++i) {
    frame.push_back(static_cast<char>(payload[i] ^ kMask[i % 4]));
  }
  return frame;
}

bool Swarm::Say(uint32_t session, std::string_view text) {
  Peer& peer = peers_[session];
  if (peer.state != State::kOpen || !peer.unsent.empty()) return false;
  Write(peer, ClientFrame(kOpText, text));
  return true;
}

void Swarm::Write(Peer& peer, std::string_view frame) {
  peer.unsent.append(frame);
  Flush(peer);
}

void Swarm::Flush(Peer& peer) {
  while (peer.tls && !peer.unsent.empty()) {
    const TlsLink::Step written = peer.tls.Write(peer.unsent);
    if (written.result != TlsLink::Result::kDone) return;  // As below.
    peer.unsent.erase(0, written.bytes);
  }
  while (!peer.unsent.empty()) {
    const ssize_t sent =
        send(peer.fd, peer.unsent.data(), peer.unsent.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    // Full: the poller says when there is room. Broken: the next read says so.
    if (sent < 0) return;
    peer.unsent.erase(0, static_cast<size_t>(sent));
  }
}

}  // namespace wsgate::loadgen
