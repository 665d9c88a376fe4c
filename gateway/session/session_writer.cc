#include "gateway/session/session_writer.h"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace wsgate {
namespace {

constexpr size_t kPartsMax = 64;  // Of one call; the rest waits for the next.

}  // namespace

uint64_t SessionWriter::QueuedBytesMax(const Session& session) const {
  std::optional<Limits> own;
  return LimitsOf(session, context_, own).queued_bytes_per_session_max;
}

int64_t SessionWriter::Write(Session& session, std::span<const iovec> parts) {
  context_.stats.socket_writes.Add();
  const ssize_t taken = Send(session.fd, context_.tls.Of(session), parts);
  if (taken >= 0) return taken;
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR || errno == ENOBUFS ? 0 : -1;
}

SessionWriter::Report SessionWriter::SendMessages(Session& session,
                                                  std::span<const WirePtr> wires) {
  std::array<iovec, kPartsMax> parts;
  uint64_t bytes = 0;
  for (size_t i = 0; i < wires.size(); ++i) {
    const std::string& frame = wires[i]->bytes;
    if (i < kPartsMax) parts[i] = {const_cast<char*>(frame.data()), frame.size()};
    bytes += frame.size();
  }
  uint64_t taken = 0;
  if (!session.queue) {
    const int64_t written =
        Write(session, std::span(parts.data(), std::min(wires.size(), kPartsMax)));
    if (written < 0) return {.result = SendResult::kBroken};
    taken = static_cast<uint64_t>(written);
  }
  const bool full =
      taken < bytes && session.queued_bytes() + bytes - taken > QueuedBytesMax(session);
  Report report{.result = full ? SendResult::kQueueFull : SendResult::kQueued};
  for (const WirePtr& wire : wires) {
    const uint64_t sent = std::min<uint64_t>(taken, wire->bytes.size());
    // The rest of a started message is kept in any case, so that the Close frame can follow it.
    if (full && sent == 0) break;
    taken -= sent;
    if (sent < wire->bytes.size()) Enqueue(session, QueuedKind::kMessages, wire, sent);
    ++report.queued;
    session.messages_sent += wire->messages;
    context_.stats.messages_sent.Add(wire->messages);
    context_.stats.bytes_sent.Add(wire->payload_bytes);
    if (wire->deflated != 0) CountDeflated(*wire);
  }
  return report;
}

void SessionWriter::CountDeflated(const WireBuffer& wire) {
  context_.stats.compressed_messages[Direction::kOut].Add(wire.deflated);
  context_.stats.compressed_payload_bytes[Direction::kOut].Add(wire.deflated_payload_bytes);
  context_.stats.compressed_wire_bytes[Direction::kOut].Add(wire.deflated_wire_bytes);
}

SendResult SessionWriter::SendControl(Session& session, QueuedKind kind, WirePtr frame) {
  size_t taken = 0;
  if (!session.queue) {
    const iovec part{const_cast<char*>(frame->bytes.data()), frame->bytes.size()};
    const int64_t written = Write(session, std::span(&part, 1));
    if (written < 0) return SendResult::kBroken;
    taken = static_cast<size_t>(written);
  }
  if (taken < frame->bytes.size()) Enqueue(session, kind, std::move(frame), taken);
  return SendResult::kQueued;
}

void SessionWriter::Enqueue(Session& session, QueuedKind kind, WirePtr wire, size_t sent) {
  const uint64_t before = session.queued_bytes();
  if (!session.queue) session.queue = std::make_unique<OutboundQueue>();
  session.queue->Push(kind, std::move(wire), sent);
  context_.stats.queued_bytes.Add(static_cast<int64_t>(session.queued_bytes() - before));
}

bool SessionWriter::Flush(Session& session) {
  if (TlsStream* tls = context_.tls.Of(session); tls != nullptr && !tls->Flush()) return false;
  while (session.queue) {
    std::array<iovec, kPartsMax> parts;
    const size_t count = session.queue->Gather(parts);
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; ++i) bytes += parts[i].iov_len;
    const int64_t written = Write(session, std::span(parts.data(), count));
    if (written < 0) return false;
    session.queue->Consume(static_cast<size_t>(written));
    context_.stats.queued_bytes.Sub(written);
    if (session.queue->empty()) session.queue.reset();
    if (static_cast<uint64_t>(written) < bytes)
      return true;  // The poller will say when there is room.
  }
  return true;
}

void SessionWriter::DropWaiting(Session& session) {
  if (!session.queue) return;
  const uint64_t before = session.queued_bytes();
  context_.stats.queue_dropped.Add(session.queue->DropWaiting());
  context_.stats.queued_bytes.Sub(static_cast<int64_t>(before - session.queued_bytes()));
  if (session.queue->empty()) session.queue.reset();
}

}  // namespace wsgate
