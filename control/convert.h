// What the router and the collector answer becomes responses.
#pragma once

#include "gateway/fanout/router.h"
#include "gateway/message/session_event.h"
#include "gateway/metrics/collector.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

void Fill(PayloadKind kind, std::string_view payload, v1::Message& out);
void Fill(const Outcome& outcome, v1::Outcome& out);
void Fill(const SessionInfo& session, v1::Session& out);
void Fill(const SessionEvent& event, v1::SessionEnd& out);  // Of kDisconnected.
void Fill(const UserPresence& user, v1::UserStatus& out);
void Fill(const Limits& limits, v1::Limits& out);
void Fill(const StatsSnapshot& snapshot, v1::GetStatsResponse& out);
void Fill(int64_t wall_micros, google::protobuf::Timestamp& out);
void Fill(Duration duration, google::protobuf::Duration& out);

}  // namespace wsgate
