#include "clients/loadgen/run/figures.h"

namespace wsgate::loadgen {
namespace {

void AddUp(std::map<std::string, uint64_t>& sum, const Json& by_cause) {
  for (const auto& [cause, times] : by_cause.items()) sum[cause] += times.get<uint64_t>();
}

// The limit that speaks through a cause; empty where it is none.
std::string LimitBehind(const std::string& cause) {
  constexpr std::pair<std::string_view, std::string_view> kLimits[] = {
      {"4503", "limits.messages_per_second and limits.messages_burst of each session"},
      {"4504", "limits.bytes_per_second and limits.bytes_burst of each session"},
      {"4002", "limits.queued_bytes_per_session_max: this process reads too slowly"},
      {"1009", "limits.message_bytes_max"},
      {"503", "limits.sessions_per_node_max, or the gateway drains"},
      {"429", "limits.sessions_per_user_max"},
      {"401", "the token was refused, or none was shown"},
      {"4501", "the token has expired"},
      {"4004", "a ping without a pong: this process is too busy"},
  };
  for (const auto& [code, limit] : kLimits) {
    if (cause.substr(0, cause.find(' ')) == code) return std::string(limit);
  }
  return "";
}

// `5 × HTTP 503 (what it means), ...`; `before` stands before each cause.
std::string AllOf(const std::map<std::string, uint64_t>& by_cause, const std::string& before = "") {
  std::string text;
  for (const auto& [cause, times] : by_cause) {
    if (!text.empty()) text += ", ";
    text.append(std::to_string(times)).append(" × ").append(before).append(cause);
    if (const std::string limit = LimitBehind(cause); !limit.empty()) text += " (" + limit + ")";
  }
  return text;
}

uint64_t SumOf(const std::map<std::string, uint64_t>& by_cause) {
  uint64_t sum = 0;
  for (const auto& [cause, times] : by_cause) sum += times;
  return sum;
}

void AddKindProblems(Kind kind, const KindFigures& figures, std::vector<std::string>& problems) {
  const std::string name(NameOf(kind));
  const auto add = [&](uint64_t count, const std::string& what) {
    if (count > 0) problems.push_back(name + ": " + std::to_string(count) + " " + what);
  };
  add(figures.lost, "lost: accepted, and never delivered to a session that was open all the time");
  add(figures.arrivals.out_of_order, "out of order");
  add(figures.arrivals.twice, "delivered twice");
  add(figures.calls.offline, "to users whose sessions had ended");
  add(figures.calls.shards_full, "times a shard's mailbox was full and took nothing");
  if (!figures.calls.failed.empty()) {
    problems.push_back(name + ": calls failed: " + AllOf(figures.calls.failed));
  }
  if (!figures.calls.dropped.empty()) {
    problems.push_back(name + ": the gateway dropped " + AllOf(figures.calls.dropped));
  }
}

}  // namespace

uint64_t RunFigures::Delivered() const {
  uint64_t delivered = 0;
  for (const KindFigures& kind : kinds) delivered += kind.arrivals.received;
  return delivered;
}

void RunFigures::AddWorker(const Json& result) {
  opened += result.at("opened").get<uint64_t>();
  ended += result.at("ended").get<uint64_t>();
  others += result.at("others").get<uint64_t>();
  of(Kind::kMessage).sent += result.at("said").get<uint64_t>();
  AddUp(refused, result.at("refused"));
  for (const auto& [status, said] : result.at("refusals").items()) {
    refusals.try_emplace(status, said.get<std::string>());
  }
  AddUp(failures, result.at("failures"));
  AddUp(endings, result.at("endings"));
  for (const Kind kind : {Kind::kSend, Kind::kBroadcast, Kind::kBurst}) {
    const Json& told = result.at(std::string(NameOf(kind)));
    KindFigures& figures = of(kind);
    figures.arrivals += {.received = told.at("received"),
                         .twice = told.at("twice"),
                         .out_of_order = told.at("out_of_order")};
    figures.lost += told.at("lost").get<uint64_t>();
    figures.latencies += Latencies::FromJson(told.at("latencies"));
  }
}

std::vector<std::string> ProblemsOf(const RunFigures& figures, const RunOptions& options) {
  std::vector<std::string> problems;
  if (!figures.refused.empty()) {
    problems.push_back(std::to_string(SumOf(figures.refused)) + " of " +
                       std::to_string(options.sessions) +
                       " sessions were refused: " + AllOf(figures.refused, "HTTP "));
  }
  if (!figures.failures.empty()) {
    problems.push_back(std::to_string(SumOf(figures.failures)) + " of " +
                       std::to_string(options.sessions) +
                       " sessions could not connect: " + AllOf(figures.failures));
  }
  if (!figures.endings.empty()) {
    problems.push_back(std::to_string(figures.ended) +
                       " sessions ended during the run: " + AllOf(figures.endings));
  }
  for (size_t i = 0; i < kKinds; ++i) {
    AddKindProblems(static_cast<Kind>(i), figures.kinds[i], problems);
  }
  if (!figures.inbox_ended.empty()) {
    problems.push_back("messages: ReceiveMessages ended early: " + figures.inbox_ended);
  }
  // By itself no problem of this run: others may use the gateway too.
  if (!problems.empty() && !figures.gateway_dropped.empty()) {
    problems.push_back("the gateway's statistics count as dropped meanwhile: " +
                       AllOf(figures.gateway_dropped));
  }
  return problems;
}

}  // namespace wsgate::loadgen
