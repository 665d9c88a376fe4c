// Figures for people.
#pragma once

#include <optional>
#include <string>

#include "clients/cli/context.h"
#include "wsgate/v1/stats.pb.h"

namespace wsgate::cli {

// Nodes and their shards, latencies, and what was refused, dropped and closed.
void PrintStats(const v1::GetStatsResponse& stats, int64_t now_micros, Context& context);

// The head of what WatchLine() makes.
[[nodiscard]] std::string WatchHead();

// One moment as one line; counters as rates since `before`, which was `between` ago. Without it
// there is no rate yet.
[[nodiscard]] std::string WatchLine(const v1::Stats& now, const std::optional<v1::Stats>& before,
                                    Duration between);

}  // namespace wsgate::cli
