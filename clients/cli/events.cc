#include "clients/cli/events.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "clients/cli/human.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

constexpr std::string_view kGap = "  ";

std::string NameOf(const std::string& user_id) {
  return user_id.empty() ? "-" : Printable(user_id);
}

std::string Who(const v1::Session& session) {
  return Cat(session.session_id(), kGap, NameOf(session.user_id()), kGap,
             Printable(session.path()));
}

std::string TimeOf(const google::protobuf::Timestamp& time, const Paint& paint) {
  return paint(Tone::kFaint, HumanTime(time));
}

std::string HexOf(std::string_view bytes) {
  constexpr size_t kShown = 32;
  std::string text = Cat("<", HumanCount(bytes.size()), bytes.size() == 1 ? " byte:" : " bytes:");
  for (const char byte : bytes.substr(0, kShown)) {
    std::array<char, 4> hex = {};
    std::snprintf(hex.data(), hex.size(), "%02x", static_cast<unsigned char>(byte));
    Append(text, " ", hex.data());
  }
  return text + (bytes.size() > kShown ? " ...>" : ">");
}

// When it happened, with a gap behind it. In a snapshot, when the session came; its end has no
// time.
std::string WhenOf(const v1::WatchSessionsResponse& event, const Paint& paint) {
  if (event.has_event_time()) return Cat(TimeOf(event.event_time(), paint), kGap);
  if (!event.connected().has_connect_time()) return "";
  return Cat(TimeOf(event.connected().connect_time(), paint), kGap);
}

std::string EndLine(const v1::SessionEnd& end, const Paint& paint) {
  std::string line =
      Cat(paint(Tone::kBad, "disconnected"), kGap, Who(end.session()), kGap, "after ",
          HumanDuration(end.duration()), ": ", end.code(), " ", Printable(end.reason()));
  if (!end.text().empty()) Append(line, " (", Printable(end.text()), ")");
  return line;
}

}  // namespace

std::string EventLine(const v1::WatchSessionsResponse& event, const Paint& paint) {
  const std::string time = WhenOf(event, paint);
  switch (event.event_case()) {
    case v1::WatchSessionsResponse::kConnected: {
      const v1::Session& session = event.connected();
      const std::string tenant =
          session.tenant().empty() ? "" : Cat(kGap, "tenant ", Printable(session.tenant()));
      return Cat(time, paint(Tone::kGood, "connected   "), kGap, Who(session), kGap,
                 session.remote_address(), tenant);
    }
    case v1::WatchSessionsResponse::kDisconnected:
      return Cat(time, EndLine(event.disconnected(), paint));
    case v1::WatchSessionsResponse::kSnapshotDone:
      return Cat(time, "these were open: ", HumanCount(event.snapshot_done().sessions()));
    case v1::WatchSessionsResponse::EVENT_NOT_SET:
      break;
  }
  return Cat(time, "something that this wsgatectl does not know; -o json shows it");
}

std::string MessageLine(const v1::ReceiveMessagesResponse& message, const Paint& paint) {
  const bool is_binary = message.message().payload_case() == v1::Message::kBinary;
  const std::string text = is_binary ? paint(Tone::kFaint, HexOf(message.message().binary()))
                                     : Printable(message.message().text());
  return Cat(TimeOf(message.receive_time(), paint), kGap, message.session_id(), kGap,
             NameOf(message.user_id()), kGap, text);
}

}  // namespace wsgate::cli
