// How a front door reads a request.
#include <cerrno>
#include <string>
#include <utility>

#include "gateway/net/front_door.h"

namespace wsgate {
namespace {

constexpr std::string_view kHeadEnd = "\r\n\r\n";

bool IsTransient(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

}  // namespace

void FrontDoor::Read(Connection& connection, Time now) {
  const uint64_t head_max = core_.sessions.limits().header_bytes_max;
  for (;;) {
    const ssize_t got = Receive(connection.fd, connection.tls.get(), scratch_);
    if (got < 0 && IsTransient(errno)) break;
    if (got <= 0) return OnBroken(connection, now);
    std::string_view bytes(scratch_.data(), static_cast<size_t>(got));
    const size_t known = connection.head.size();
    if (known != 0) bytes = connection.head.append(bytes);
    // The end may lie across two reads.
    const size_t end =
        bytes.find(kHeadEnd, known < kHeadEnd.size() ? 0 : known - kHeadEnd.size() + 1);
    if ((end == std::string_view::npos ? bytes.size() : end + kHeadEnd.size()) > head_max) {
      return Refuse(connection,
                    {.status = 431,
                     .cause = RefuseCause::kHeaderTooBig,
                     .text = "the request's head is larger than this server takes"},
                    now);
    }
    if (end != std::string_view::npos) {
      if (bytes.size() > end + kHeadEnd.size()) {
        return Refuse(connection, {.text = "nothing may follow the request before its answer"},
                      now);
      }
      const std::string head = std::move(connection.head);
      return OnHead(connection, known != 0 ? std::string_view(head) : bytes, now);
    }
    if (known == 0) connection.head = bytes;
  }
  if (connection.polled) return;
  connection.polled = true;
  if (!core_.poller.Add(connection.fd, {.kind = PollKind::kHandshake, .slot = connection.slot})) {
    Count(RefuseCause::kHard);
    Close(connection);
  }
}

void FrontDoor::OnBroken(Connection& connection, Time now) {
  if (connection.tls && connection.tls->saw_plain_http()) {
    connection.tls.reset();
    return Refuse(
        connection,
        {.cause = RefuseCause::kTls, .text = "this port speaks TLS: use wss:// or https://"}, now);
  }
  const std::string error = connection.tls ? connection.tls->error() : "";
  if (error.empty()) {
    Count(RefuseCause::kPeerGone);
  } else {
    Count(RefuseCause::kTls);
    LogRefusal(connection, {.status = 0, .cause = RefuseCause::kTls, .detail = error}, now);
  }
  Close(connection);
}

void FrontDoor::OnHead(Connection& connection, std::string_view head, Time now) {
  RequestDecision decision =
      DecideRequest(head, connection.peer,
                    {.believe_query = settings_.believe_query,
                     .ask = settings_.connect_hook != nullptr,
                     .compression = settings_.compression,
                     .tokens = verifier_ ? &settings_.token_places : nullptr,
                     .origins = settings_.check_origins ? &settings_.origins : nullptr,
                     .origin_needed = settings_.origin_needed});
  if (auto* refusal = std::get_if<Refusal>(&decision)) return Refuse(connection, *refusal, now);
  if (std::holds_alternative<PageRequest>(decision)) {
    if (settings_.demo_page.empty()) {
      return Refuse(connection,
                    {.status = 404,
                     .cause = RefuseCause::kNotFound,
                     .text = "nothing is here: sessions are at /ws and below"},
                    now);
    }
    return Answer(connection, PageBytes(settings_.demo_page), now);
  }
  OnUpgrade(connection, std::get<UpgradeRequest>(std::move(decision)), now);
}

}  // namespace wsgate
