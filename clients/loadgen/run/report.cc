// A run's figures as JSON and as a table.
#include <cstdarg>
#include <cstdio>

#include "clients/loadgen/run/figures.h"
#include "clients/loadgen/run/latency_svg.h"
#include "clients/loadgen/run/progress_line.h"

namespace wsgate::loadgen {
namespace {

constexpr std::pair<const char*, double> kPercentiles[] = {
    {"p50", 0.50}, {"p90", 0.90}, {"p99", 0.99}, {"p99.9", 0.999}};

Json LatencyReport(const Latencies& latencies) {
  if (latencies.count() == 0) return nullptr;
  Json report = {{"count", latencies.count()}, {"min", Microseconds(latencies.Min())}};
  report["mean"] = Microseconds(latencies.Mean());
  for (const auto& [name, share] : kPercentiles) {
    report[name] = Microseconds(latencies.Percentile(share));
  }
  report["max"] = Microseconds(latencies.Max());
  return report;
}

Json KindReport(Kind kind, const KindFigures& figures, double seconds) {
  if (!figures.asked) return nullptr;
  Json report = {{"wanted", figures.wanted}, {"sent", figures.sent}};
  report["sent_per_second"] = seconds > 0 ? static_cast<double>(figures.sent) / seconds : 0;
  if (kind != Kind::kMessage) {
    report["answered"] = figures.calls.answered;
    report["failed"] = Json(figures.calls.failed);
    report["queued"] = figures.calls.queued;
    report["dropped"] = Json(figures.calls.dropped);
    report["offline"] = figures.calls.offline;
    report["shards_full"] = figures.calls.shards_full;
  }
  report["delivered"] = figures.arrivals.received;
  report["lost"] = figures.lost;
  report["twice"] = figures.arrivals.twice;
  report["out_of_order"] = figures.arrivals.out_of_order;
  report["latency_us"] = LatencyReport(figures.latencies);
  return report;
}

[[gnu::format(printf, 1, 2)]] std::string Format(const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  return text;
}

std::string KindRow(Kind kind, const KindFigures& figures) {
  std::string row =
      Format("%-11s %10s %10s %12s %8s %6s %9s", std::string(NameOf(kind)).c_str(),
             WithCommas(figures.wanted).c_str(), WithCommas(figures.sent).c_str(),
             WithCommas(figures.arrivals.received).c_str(), WithCommas(figures.lost).c_str(),
             WithCommas(figures.arrivals.twice).c_str(),
             WithCommas(figures.arrivals.out_of_order).c_str());
  for (const auto& [name, share] : kPercentiles) {
    row += Format(" %8s", HumanDuration(figures.latencies.Percentile(share)).c_str());
  }
  return row + Format(" %8s\n", HumanDuration(figures.latencies.Max()).c_str());
}

std::string ServerLines(const Json& server) {
  if (server.is_null()) {
    return "server       not measured: its process was not found; --server-pid names it\n";
  }
  const auto number = [&](const char* name, const char* format) {
    const Json& value = server.at(name);
    return value.is_null() ? std::string("-") : Format(format, value.get<double>());
  };
  return Format("server       pid %d, CPU %s in %s, %s per delivered message\n",
                server.at("pid").get<int>(), number("cpu_seconds", "%.2f s").c_str(),
                number("measured_seconds", "%.1f s").c_str(),
                number("cpu_us_per_delivered_message", "%.2f us").c_str()) +
         Format("memory       %s resident per session, %s of it the process's own\n",
                number("resident_bytes_per_session", "%.0f B").c_str(),
                number("anonymous_bytes_per_session", "%.0f B").c_str());
}

}  // namespace

Json ReportOf(const RunFigures& figures, const RunOptions& options) {
  const std::vector<std::string> problems = ProblemsOf(figures, options);
  Json report = {
      {"clean", problems.empty()}, {"interrupted", figures.interrupted}, {"problems", problems}};
  report["sessions"] = {
      {"asked", options.sessions},      {"users", options.UserCount()},
      {"processes", options.processes}, {"opened", figures.opened},
      {"refused", figures.refused},     {"failed", figures.failures},
      {"ended", figures.endings},       {"connect_seconds", figures.connect_seconds}};
  report["driven_seconds"] = figures.driven_seconds;
  report["payload_bytes"] = options.payload_bytes;
  report["delivered"] = figures.Delivered();
  for (size_t i = 0; i < kKinds; ++i) {
    const auto kind = static_cast<Kind>(i);
    report[std::string(NameOf(kind))] = KindReport(kind, figures.kinds[i], figures.driven_seconds);
  }
  report["other_messages"] = figures.others;
  report["gateway_dropped"] = figures.gateway_dropped;
  report["server"] = figures.server;
  return report;
}

std::string TableOf(const RunFigures& figures, const RunOptions& options) {
  std::string table =
      Format("sessions     %s of %s opened by %u process%s in %.2f s, %s ended early\n",
             WithCommas(figures.opened).c_str(), WithCommas(options.sessions).c_str(),
             options.processes, options.processes == 1 ? "" : "es", figures.connect_seconds,
             WithCommas(figures.ended).c_str());
  table +=
      Format("driven       %.1f s, payload %u B, %s messages delivered\n\n", figures.driven_seconds,
             options.payload_bytes, WithCommas(figures.Delivered()).c_str());
  bool any = false;
  for (size_t i = 0; i < kKinds; ++i) {
    if (!figures.kinds[i].asked) continue;
    if (!any) {
      table +=
          Format("%-11s %10s %10s %12s %8s %6s %9s %8s %8s %8s %8s %8s\n", "", "wanted", "sent",
                 "delivered", "lost", "twice", "disorder", "p50", "p90", "p99", "p99.9", "max");
    }
    any = true;
    table += KindRow(static_cast<Kind>(i), figures.kinds[i]);
  }
  if (any) table += "\n";
  table += ServerLines(figures.server);
  const std::vector<std::string> problems = ProblemsOf(figures, options);
  table += problems.empty() ? "result       clean: everything arrived, once and in order"
                            : "result       NOT CLEAN";
  table += figures.interrupted ? " (interrupted)\n" : "\n";
  for (const std::string& problem : problems) table += "  - " + problem + "\n";
  return table;
}

}  // namespace wsgate::loadgen
