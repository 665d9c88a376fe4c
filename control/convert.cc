#include "control/convert.h"

#include <string>
#include <string_view>
#include <utility>

namespace wsgate {
namespace {

using Counts = google::protobuf::Map<std::string, uint64_t>;

void AddCount(std::string_view name, uint64_t count, Counts& out) {
  if (count > 0) out[std::string(name)] += count;
}

void FillLatency(const LatencySnapshot& latency, v1::Latency& out) {
  out.set_count(latency.count);
  Fill(latency.p50, *out.mutable_p50());
  Fill(latency.p90, *out.mutable_p90());
  Fill(latency.p99, *out.mutable_p99());
  Fill(latency.max, *out.mutable_max());
}

// A gauge is read cell by cell: for a moment a shard's may be below zero by one.
uint64_t NotBelowZero(int64_t gauge) {
  return gauge < 0 ? 0 : static_cast<uint64_t>(gauge);
}

void FillStats(const StatsValues& values, v1::Stats& out) {
  out.set_sessions(NotBelowZero(values.sessions));
  out.set_users(NotBelowZero(values.users));
  out.set_accepted(values.accepted);
  for (size_t i = 0; i < kRefuseCauses.size(); ++i) {
    AddCount(kRefuseCauses[i], values.refused.cells[i], *out.mutable_refused());
  }
  uint64_t messages_in = 0;
  for (const uint64_t messages : values.messages_received.cells) messages_in += messages;
  out.set_messages_in(messages_in);
  out.set_messages_out(values.messages_sent);
  out.set_bytes_in(values.bytes_received);
  out.set_bytes_out(values.bytes_sent);
  for (size_t i = 0; i < kDropReasonCount; ++i) {
    AddCount(kDropReasons[i], values.dropped.cells[i], *out.mutable_dropped());
  }
  for (size_t i = 0; i < kInboundDrops.size(); ++i) {
    AddCount(kInboundDrops[i], values.inbound_dropped.cells[i], *out.mutable_dropped());
  }
  AddCount("session_ended", values.queue_dropped, *out.mutable_dropped());
  out.set_queued_bytes(NotBelowZero(values.queued_bytes));
  for (const CloseReasonRow& row : kCloseReasons) {
    AddCount(row.label, values.closed[row.reason], *out.mutable_closed());
  }
  FillLatency(values.broadcast_latency.Minute(), *out.mutable_broadcast_latency());
  FillLatency(values.handshake_latency.Minute(), *out.mutable_handshake_latency());
  FillLatency(values.loop_lag.Minute(), *out.mutable_loop_lag());
}

}  // namespace

void Fill(const Outcome& outcome, v1::Outcome& out) {
  out.set_matched(outcome.matched);
  out.set_queued(outcome.queued);
  for (size_t i = 0; i < kDropReasonCount; ++i) {
    if (outcome.dropped[i] == 0) continue;
    (*out.mutable_dropped())[std::string(kDropReasons[i])] = outcome.dropped[i];
  }
  out.set_offline(outcome.offline);
  out.set_nodes(1);
  out.set_shards_full(outcome.shards_full);
}

void Fill(PayloadKind kind, std::string_view payload, v1::Message& out) {
  switch (kind) {
    case PayloadKind::kText:
      return out.set_text(payload.data(), payload.size());
    case PayloadKind::kBinary:
      return out.set_binary(payload.data(), payload.size());
    case PayloadKind::kJson:
      return out.set_json(payload.data(), payload.size());
  }
}

void Fill(const SessionInfo& session, v1::Session& out) {
  const SessionFacts& facts = session.facts;
  const auto set = [](std::string_view text, std::string& field) { field.assign(text); };
  out.set_session_id(session.id.ToString());
  set(facts.user_id(), *out.mutable_user_id());
  set(facts.tenant(), *out.mutable_tenant());
  set(facts.path(), *out.mutable_path());
  set(NameOf(facts.subprotocol()), *out.mutable_subprotocol());
  out.set_compressed(facts.deflate_bits() != 0);
  for (auto& [key, value] : facts.metadata()) (*out.mutable_metadata())[key] = std::move(value);
  out.set_remote_address(facts.peer().ToString());
  Fill(session.connected_at_us, *out.mutable_connect_time());
  out.set_messages_received(session.messages_received);
  out.set_messages_sent(session.messages_sent);
  out.set_queued_bytes(session.queued_bytes);
}

void Fill(const SessionEvent& event, v1::SessionEnd& out) {
  Fill(event.info, *out.mutable_session());
  out.set_code(event.code);
  out.set_reason(RowOf(event.reason).label.data(), RowOf(event.reason).label.size());
  out.set_text(event.text);
  Fill(event.at_us, *out.mutable_end_time());
  const int64_t open_us = std::max<int64_t>(0, event.at_us - event.info.connected_at_us);
  Fill(std::chrono::duration_cast<Duration>(std::chrono::microseconds(open_us)),
       *out.mutable_duration());
}

void Fill(const UserPresence& user, v1::UserStatus& out) {
  out.set_user_id(user.user_id);
  out.set_online(!user.session_ids.empty());
  out.set_sessions(static_cast<uint32_t>(user.session_ids.size()));
  for (const std::string& id : user.session_ids) out.add_session_ids(id);
}

void Fill(const Limits& limits, v1::Limits& out) {
  out.set_sessions_per_node_max(limits.sessions_per_node_max);
  out.set_sessions_per_user_max(limits.sessions_per_user_max);
  out.set_handshakes_in_flight_max(limits.handshakes_in_flight_max);
  Fill(limits.handshake_timeout, *out.mutable_handshake_timeout());
  out.set_header_bytes_max(limits.header_bytes_max);
  out.set_message_bytes_max(limits.message_bytes_max);
  out.set_send_bytes_max(limits.send_bytes_max);
  out.set_messages_per_second(limits.messages_per_second);
  out.set_messages_burst(limits.messages_burst);
  out.set_bytes_per_second(limits.bytes_per_second);
  out.set_bytes_burst(limits.bytes_burst);
  out.set_queued_bytes_per_session_max(limits.queued_bytes_per_session_max);
}

void Fill(const StatsSnapshot& snapshot, v1::GetStatsResponse& out) {
  v1::NodeStats& node = *out.add_nodes();
  node.set_node_id(snapshot.node_id);
  node.set_version(snapshot.version);
  Fill(snapshot.start_time_us, *node.mutable_start_time());
  FillStats(snapshot.total, *node.mutable_stats());
  node.mutable_stats()->set_resident_bytes(snapshot.process.resident_bytes);
  for (const StatsValues& shard : snapshot.shards) FillStats(shard, *node.add_shards());
  *out.mutable_total() = node.stats();  // One node.
}

void Fill(int64_t wall_micros, google::protobuf::Timestamp& out) {
  out.set_seconds(wall_micros / 1'000'000);
  out.set_nanos(static_cast<int32_t>(wall_micros % 1'000'000) * 1000);
}

void Fill(Duration duration, google::protobuf::Duration& out) {
  out.set_seconds(duration.count() / 1'000'000'000);
  out.set_nanos(static_cast<int32_t>(duration.count() % 1'000'000'000));
}

}  // namespace wsgate
