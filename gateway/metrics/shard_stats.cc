#include "gateway/metrics/shard_stats.h"

namespace wsgate {

StatsValues& StatsValues::operator+=(const StatsValues& other) {
  ForEachField(*this, other, [](auto& sum, const auto& value) { sum += value; });
  return *this;
}

StatsValues ReadStats(const ShardStats& stats, Time now) {
  StatsValues values;
  ForEachField(stats, values, [now](const auto& cell, auto& value) {
    if constexpr (requires { cell.Read(now); }) {
      value = cell.Read(now);
    } else {
      value = cell.Value();
    }
  });
  return values;
}

NodeValues ReadStats(const NodeStats& stats) {
  NodeValues values;
  const auto read = [](const auto& cells, auto& out) {
    for (size_t i = 0; i < cells.size(); ++i) out[i] = cells[i].Value();
  };
  read(stats.inbound_dropped, values.inbound_dropped);
  read(stats.config_reloads, values.config_reloads);
  read(stats.rpcs_started, values.rpcs_started);
  for (size_t rpc = 0; rpc < kControlRpcs.size(); ++rpc) {
    read(stats.rpcs_handled[rpc], values.rpcs_handled[rpc]);
  }
  read(stats.hook_calls, values.hook_calls);
  read(stats.hook_retries, values.hook_retries);
  read(stats.hook_sends, values.hook_sends);
  read(stats.hook_tls_reloads, values.hook_tls_reloads);
  read(stats.hook_waiting, values.hook_waiting);
  read(stats.control_refused, values.control_refused);
  read(stats.control_loads, values.control_loads);
  for (size_t i = 0; i < values.key_loads.size(); ++i) {
    values.key_loads[i] = stats.key_loads[i].Value();
  }
  read(stats.admin_answers, values.admin_answers);
  values.auth_keys = stats.auth_keys.Value();
  values.jwks_fetched_at = stats.jwks_fetched_at.Value();
  read(stats.tls_reloads, values.tls_reloads);
  values.tls_expires_at = stats.tls_expires_at.Value();
  values.revocations = stats.revocations.Value();
  values.rpc_streams = stats.rpc_streams.Value();
  values.drain_step = stats.drain_step.Value();
  return values;
}

}  // namespace wsgate
