#include "gateway/session/session_reader.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "gateway/message/frame_header.h"
#include "gateway/session/inbound_door.h"

namespace wsgate {
namespace {

bool IsTransient(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

WirePtr PongFrame(std::string_view payload) {
  auto frame = std::make_shared<WireBuffer>();
  AppendServerFrameHeader(Opcode::kPong, payload.size(), frame->bytes);
  frame->bytes.append(payload);
  return frame;
}

}  // namespace

SessionReader::Result SessionReader::Read(Session& session, std::span<char> scratch,
                                          uint32_t tick) {
  TlsStream* const tls = context_.tls.Of(session);
  const ssize_t got = Receive(session.fd, tls, scratch);
  if (got == 0) return {.ending = Ending{.reason = CloseReason::kPeerGone}};
  if (got < 0) {
    if (IsTransient(errno)) return {};
    return {.ending = Ending{.reason = CloseReason::kPeerGone}};
  }
  session.received_tick = tick;
  const auto size = static_cast<size_t>(got);
  if (auto ending = OnBytes(session, scratch.first(size))) return {.ending = std::move(ending)};
  // A read that did not fill the buffer emptied the socket: the next byte raises a new edge. A
  // hang-up that was seen already raises none.
  const bool in_tls = tls != nullptr && tls->has_more();
  return {.more = size == scratch.size() || in_tls || session.hung_up};
}

std::optional<Ending> SessionReader::OnBytes(Session& session, std::span<char> bytes) {
  MessageReader& reader = session.reader ? *session.reader : spare_;
  std::optional<Limits> own;
  const Limits& limits = LimitsOf(session, context_, own);
  const MessageReader::Terms terms{.message_bytes_max = limits.message_bytes_max,
                                   .inflaters = session.deflate_bits != 0 ? &inflaters_ : nullptr};
  while (!bytes.empty() && !session.paused) {
    const size_t before = bytes.size();
    const std::optional<ReadEvent> event = reader.Next(bytes, terms);
    std::optional<Ending> ending;
    if (!session.byte_bucket.TryTake(before - bytes.size(), limits.ByteRate(), context_.now)) {
      ending = Ending{.reason = CloseReason::kByteRate};
    } else if (event) {
      ending = OnEvent(session, *event, limits);
    }
    if (ending) {
      session.reader.reset();
      spare_ = MessageReader();
      return ending;
    }
  }
  if (session.deflate_bits != 0) {
    const uint64_t waits = inflaters_.refused();
    context_.stats.inflate_waits.Add(waits - std::exchange(waits_counted_, waits));
  }
  // Lets go of what the last event pointed to; without bytes there is no event.
  std::span<char> nothing;
  if (!reader.idle()) (void)reader.Next(nothing, terms);
  if (!bytes.empty()) reader.Keep(bytes);
  if (session.reader) {
    if (reader.idle()) session.reader.reset();
  } else if (!spare_.idle()) {
    session.reader = std::make_unique<MessageReader>(std::exchange(spare_, {}));
  }
  return std::nullopt;
}

std::optional<Ending> SessionReader::ReadKept(Session& session) {
  if (!session.reader) return std::nullopt;
  std::vector<char> kept = session.reader->TakeKept();
  return OnBytes(session, kept);
}

std::optional<Ending> SessionReader::OnEvent(Session& session, const ReadEvent& event,
                                             const Limits& limits) {
  switch (event.kind) {
    case ReadEventKind::kMessage:
      return OnMessage(session, event, limits);
    case ReadEventKind::kPing:
      if (!session.message_bucket.TryTake(1, limits.MessageRate(), context_.now)) {
        return Ending{.reason = CloseReason::kMessageRate};
      }
      if (writer_.SendControl(session, QueuedKind::kPong, PongFrame(event.payload)) ==
          SendResult::kBroken) {
        return Ending{.reason = CloseReason::kPeerGone};
      }
      return std::nullopt;
    case ReadEventKind::kPong:
      return std::nullopt;
    case ReadEventKind::kClose:
      return Ending{.reason = CloseReason::kClientClosed, .code = event.close_code};
    case ReadEventKind::kError:
      return Ending{.reason = event.error};
  }
  return std::nullopt;
}

std::optional<Ending> SessionReader::OnMessage(Session& session, const ReadEvent& event,
                                               const Limits& limits) {
  if (!session.message_bucket.TryTake(1, limits.MessageRate(), context_.now)) {
    return Ending{.reason = CloseReason::kMessageRate};
  }
  if (event.compressed_bytes != 0) {
    context_.stats.compressed_messages[Direction::kIn].Add();
    context_.stats.compressed_payload_bytes[Direction::kIn].Add(event.payload.size());
    context_.stats.compressed_wire_bytes[Direction::kIn].Add(event.compressed_bytes);
  }
  if (session.encoding == Encoding::kJson) {
    json_.OnFrame(session, event.payload_kind, event.payload);
  } else {
    (void)AddInbound(session, event.payload_kind, event.payload, context_);
  }
  return std::nullopt;
}

bool SessionReader::Discard(int fd, std::span<char> scratch) {
  for (int reads = 0; reads < 4; ++reads) {  // A peer that never stops is cut by its deadline.
    const ssize_t got = ::recv(fd, scratch.data(), scratch.size(), MSG_DONTWAIT);
    if (got == 0) return true;
    if (got < 0) return !IsTransient(errno);
  }
  return false;
}

}  // namespace wsgate
