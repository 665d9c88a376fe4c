#include "clients/cli/stats_text.h"

#include <array>
#include <cmath>
#include <map>

#include "clients/cli/human.h"
#include "clients/cli/table.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

using Counts = google::protobuf::Map<std::string, uint64_t>;

std::vector<Cell> FigureCells(const v1::Stats& stats) {
  return {HumanCount(stats.sessions()),
          HumanCount(stats.users()),
          HumanCount(stats.accepted()),
          HumanCount(stats.messages_in()),
          HumanCount(stats.messages_out()),
          HumanBytes(stats.bytes_in()),
          HumanBytes(stats.bytes_out()),
          HumanBytes(stats.queued_bytes()),
          stats.resident_bytes() == 0 ? "" : HumanBytes(stats.resident_bytes())};
}

void AddRow(std::vector<Cell> names, const v1::Stats& stats, Table& table) {
  for (Cell& cell : FigureCells(stats)) names.push_back(std::move(cell));
  table.Add(std::move(names));
}

void PrintNodes(const v1::GetStatsResponse& stats, int64_t now_micros, Context& context) {
  Table table({{"node"},
               {"version"},
               {"up", Align::kRight},
               {"sessions", Align::kRight},
               {"users", Align::kRight},
               {"accepted", Align::kRight},
               {"in", Align::kRight},
               {"out", Align::kRight},
               {"bytes in", Align::kRight},
               {"bytes out", Align::kRight},
               {"queued", Align::kRight},
               {"memory", Align::kRight}});
  for (const v1::NodeStats& node : stats.nodes()) {
    AddRow({Printable(node.node_id()), Printable(node.version()),
            HumanDuration(Since(node.start_time(), now_micros))},
           node.stats(), table);
    for (int shard = 0; node.shards_size() > 1 && shard < node.shards_size(); ++shard) {
      AddRow({{Cat("  shard ", shard), Tone::kFaint}, "", ""}, node.shards(shard), table);
    }
  }
  if (stats.nodes_size() != 1) AddRow({{"total", Tone::kHead}, "", ""}, stats.total(), table);
  table.Print(context.out(), context.paint());
}

void PrintLatencies(const v1::Stats& stats, Context& context) {
  Table table({{"last minute"},
               {"count", Align::kRight},
               {"p50", Align::kRight},
               {"p90", Align::kRight},
               {"p99", Align::kRight},
               {"max", Align::kRight}});
  const auto add = [&table](const char* name, const v1::Latency& latency) {
    table.Add({name, HumanCount(latency.count()), HumanDuration(latency.p50()),
               HumanDuration(latency.p90()), HumanDuration(latency.p99()),
               HumanDuration(latency.max())});
  };
  add("broadcast", stats.broadcast_latency());
  add("handshake", stats.handshake_latency());
  add("turn of a shard", stats.loop_lag());
  context.out() << "\n";
  table.Print(context.out(), context.paint());
}

void PrintCounts(const v1::Stats& stats, Context& context) {
  Table table({{"what"}, {"why"}, {"count", Align::kRight}});
  const auto add = [&table](const char* what, const Counts& counts, Tone tone) {
    const std::map<std::string, uint64_t> sorted(counts.begin(), counts.end());
    for (const auto& [why, count] : sorted) {
      if (count > 0) table.Add({{what, tone}, Printable(why), HumanCount(count)});
    }
  };
  add("refused", stats.refused(), Tone::kBad);
  add("dropped", stats.dropped(), Tone::kBad);
  add("closed", stats.closed(), Tone::kPlain);
  if (table.empty()) return;
  context.out() << "\n";
  table.Print(context.out(), context.paint());
}

struct WatchColumn {
  std::string_view head;
  size_t width;
};

constexpr std::array<WatchColumn, 9> kWatchColumns = {{{"sessions", 10},
                                                       {"users", 10},
                                                       {"in/s", 10},
                                                       {"out/s", 10},
                                                       {"bytes in/s", 11},
                                                       {"bytes out/s", 11},
                                                       {"queued", 10},
                                                       {"broadcast p99", 13},
                                                       {"memory", 10}}};

std::string JoinColumns(const std::array<std::string, kWatchColumns.size()>& cells) {
  std::string line;
  for (size_t at = 0; at < cells.size(); ++at) {
    const size_t width = kWatchColumns[at].width;
    const size_t pad = cells[at].size() < width ? width - cells[at].size() : 0;
    Append(line, at == 0 ? "" : "  ", std::string(pad, ' '), cells[at]);
  }
  return line;
}

// How much it grew a second. A counter that fell is of another process: nothing is known.
std::optional<uint64_t> Rate(uint64_t now, uint64_t before, Duration between) {
  const double seconds = std::chrono::duration<double>(between).count();
  if (now < before || seconds <= 0) return std::nullopt;
  return static_cast<uint64_t>(std::llround(static_cast<double>(now - before) / seconds));
}

}  // namespace

void PrintStats(const v1::GetStatsResponse& stats, int64_t now_micros, Context& context) {
  PrintNodes(stats, now_micros, context);
  PrintLatencies(stats.total(), context);
  PrintCounts(stats.total(), context);
}

std::string WatchHead() {
  std::array<std::string, kWatchColumns.size()> heads;
  for (size_t at = 0; at < heads.size(); ++at) heads[at] = kWatchColumns[at].head;
  return JoinColumns(heads);
}

std::string WatchLine(const v1::Stats& now, const std::optional<v1::Stats>& before,
                      Duration between) {
  const auto rate = [&](uint64_t (v1::Stats::*counter)() const,
                        std::string (*write)(uint64_t)) -> std::string {
    if (!before) return "-";
    const auto grown = Rate((now.*counter)(), (*before.*counter)(), between);
    return grown ? write(*grown) : "-";
  };
  return JoinColumns(
      {HumanCount(now.sessions()), HumanCount(now.users()),
       rate(&v1::Stats::messages_in, &HumanCount), rate(&v1::Stats::messages_out, &HumanCount),
       rate(&v1::Stats::bytes_in, &HumanBytes), rate(&v1::Stats::bytes_out, &HumanBytes),
       HumanBytes(now.queued_bytes()), HumanDuration(now.broadcast_latency().p99()),
       HumanBytes(now.resident_bytes())});
}

}  // namespace wsgate::cli
