// What the router and the collector answer becomes responses.
#pragma once

#include <string>
#include <utility>

#include "gateway/fanout/router.h"
#include "gateway/message/session_event.h"
#include "gateway/metrics/collector.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

void Fill(PayloadKind kind, std::string_view payload, v1::Message& out);
void Fill(const Outcome& outcome, v1::Outcome& out);
// What became of a send: `answer` is any message with an `outcome` and, where offline users are
// named, their ids, which are moved out.
template <class Answer>
void FillAnswer(Outcome& outcome, Answer& answer) {
  Fill(outcome, *answer.mutable_outcome());
  if constexpr (requires { answer.add_offline_user_ids(); }) {
    for (std::string& user : outcome.offline_users) answer.add_offline_user_ids(std::move(user));
  }
}

void Fill(const SessionInfo& session, v1::Session& out);
void Fill(const SessionEvent& event, v1::SessionEnd& out);  // Of kDisconnected.
void Fill(const UserPresence& user, v1::UserStatus& out);
void Fill(const Limits& limits, v1::Limits& out);
void Fill(const StatsSnapshot& snapshot, v1::GetStatsResponse& out);
void Fill(int64_t wall_micros, google::protobuf::Timestamp& out);
void Fill(Duration duration, google::protobuf::Duration& out);

}  // namespace wsgate
