#include "clients/loadgen/run/worker.h"

#include <algorithm>
#include <utility>

namespace wsgate::loadgen {
namespace {

constexpr Duration kTick = std::chrono::milliseconds(1);
constexpr Duration kShowEvery = std::chrono::milliseconds(100);
constexpr Duration kLookEvery = std::chrono::milliseconds(20);
constexpr uint32_t kUpgradesInFlight = 256;
constexpr std::string_view kEnveloped = "wsgate.v1.json";

Options SwarmOptions(const RunOptions& options, Share share) {
  Options swarm;
  swarm.client_address = options.client_address;
  swarm.connect_in_flight = std::max(1u, kUpgradesInFlight / options.processes);
  swarm.connects_per_second = options.connect_rate / options.processes;
  swarm.source_addresses = options.addresses;
  swarm.user_prefix = options.UserPrefix();
  swarm.users = options.UserCount();
  swarm.first_session = share.first;
  swarm.subprotocol = options.subprotocol;
  return swarm;
}

Entry EntryOf(const RunOptions& options) {
  Entry entry{.tls = options.access.client_tls, .token_of = {}};
  if (options.access.signer == nullptr) return entry;
  entry.token_of = [signer = options.access.signer,
                    life = options.TokenLife()](const std::string& user) {
    absl::StatusOr<client::SignedToken> token = signer->Sign(user, life);
    return std::move(token->text);  // It was tried before the run.
  };
  return entry;
}

}  // namespace

Worker::Worker(const RunOptions& options, Share share, LinePipe pipe)
    : options_(options),
      share_(share),
      pipe_(std::move(pipe)),
      arrivals_(options.run, share.first, share.count, options.UserCount()),
      swarm_(
          SwarmOptions(options, share),
          [this](uint32_t session, std::string_view head) {
            arrivals_.Take(session, head, SteadyNow());
          },
          EntryOf(options)),
      talk_(options.message_rate * share.count / options.sessions, options.duration_seconds),
      said_(share.count) {
  swarm_.Watch(pipe_.fd(), [this] { ReadPipe(); });
}

void Worker::ReadPipe() {
  while (auto line = pipe_.Read()) command_ = std::move(line);
}

void Worker::Run() {
  while (!pipe_.ended()) {
    const Json line = std::exchange(command_, {}).value_or(Json::object());
    const std::string command = line.value("command", "");
    if (command == "connect") Connect();
    if (command == "talk") Talk();
    if (command == "finish") Finish(line);
    swarm_.RunUntil([this] { return command_ || pipe_.ended(); }, kShowEvery);
    ShowProgress();
  }
}

void Worker::Connect() {
  // Often enough for a slope of the memory, however fast it goes.
  const uint64_t step = share_.count / 20 + 1;
  uint64_t shown = 0;
  const auto go_on = [&] {
    const bool some = swarm_.counters().opened >= shown + step;
    if (some) shown = swarm_.counters().opened;
    ShowProgress(some);
    return !command_ && !pipe_.ended();
  };
  // The first one alone: where it does not get in, the others need not try.
  swarm_.Connect(1);
  if (swarm_.counters().opened == 1) swarm_.Connect(share_.count - 1, go_on);
  Json line = Counts();
  line["line"] = "connected";
  pipe_.Write(line);
}

void Worker::Talk() {
  talk_.Start(SteadyNow());
  while (!command_ && !pipe_.ended() && talk_.started() < talk_.total()) {
    while (talk_.Due(SteadyNow())) SayOne();
    swarm_.RunUntil([this] { return command_ || pipe_.ended(); }, kTick);
    ShowProgress();
  }
}

void Worker::SayOne() {
  talk_.Started();
  for (uint32_t tries = 0; tries < std::min(share_.count, 64u); ++tries) {
    const uint32_t session = next_speaker_++ % share_.count;
    if (session >= swarm_.size()) continue;
    const Stamp stamp{.kind = Kind::kMessage,
                      .run = options_.run,
                      .target = share_.first + session,
                      .sequence = said_[session] + 1,
                      .settled = said_[session],
                      .sent = SteadyNow()};
    std::string text = WriteStamp(stamp, options_.payload_bytes);
    if (options_.subprotocol == kEnveloped) {
      text = std::string(R"({"id":)")
                 .append(std::to_string(stamp.sequence))
                 .append(R"(,"message":{"text":")")
                 .append(text)
                 .append(R"("}})");
    }
    if (!swarm_.Say(session, text)) continue;
    ++said_[session];
    return;
  }
  ++unsaid_;
}

bool Worker::Complete() const {
  for (uint32_t i = 0; i < swarm_.size(); ++i) {
    if (!swarm_.IsOpen(i)) continue;
    for (const Kind kind : {Kind::kSend, Kind::kBroadcast, Kind::kBurst}) {
      if (arrivals_.Missing(i, kind, sent_) > 0) return false;
    }
  }
  return true;
}

void Worker::Finish(const Json& totals) {
  // This process's clock started a little later than the run's: what it still owes was due.
  while (totals.at("over").get<bool>() && talk_.started() < talk_.total()) SayOne();
  sent_.to_user = totals.at("to_user").get<std::vector<uint32_t>>();
  sent_.broadcasts = totals.at("broadcasts").get<uint32_t>();
  sent_.bursts = totals.at("bursts").get<uint32_t>();
  const Time deadline = SteadyNow() + Seconds(options_.grace_seconds);
  while (!pipe_.ended() && !Complete() && SteadyNow() < deadline) {
    swarm_.RunFor(kLookEvery);
    ShowProgress();
  }
  pipe_.Write(Result());
}

void Worker::ShowProgress(bool at_once) {
  const Time now = SteadyNow();
  if (!at_once && now - shown_ < kShowEvery) return;
  shown_ = now;
  Json line = Counts();
  line["line"] = "progress";
  pipe_.Write(line);
}

Json Worker::Counts() const {
  const SwarmCounters& counters = swarm_.counters();
  uint64_t refused = 0;
  for (const auto& [status, times] : counters.refused) refused += times;
  uint64_t said = 0;
  for (const uint32_t of_session : said_) said += of_session;
  return {{"opened", counters.opened},
          {"not_opened", counters.failed + refused},
          {"ended", counters.ended},
          {"received", arrivals_.received()},
          {"said", said}};
}

Json Worker::Result() const {
  const SwarmCounters& counters = swarm_.counters();
  Json result = Counts();
  result["line"] = "result";
  Json refused = Json::object();
  for (const auto& [status, times] : counters.refused) refused[std::to_string(status)] = times;
  result["refused"] = refused;
  Json refusals = Json::object();
  for (const auto& [status, said] : counters.refusals) refusals[std::to_string(status)] = said;
  result["refusals"] = refusals;
  result["failures"] = counters.failures;
  result["endings"] = counters.endings;
  result["others"] = arrivals_.others();
  result["unsaid"] = unsaid_;
  for (const Kind kind : {Kind::kSend, Kind::kBroadcast, Kind::kBurst}) {
    uint64_t lost = 0;
    for (uint32_t i = 0; i < swarm_.size(); ++i) {
      if (swarm_.IsOpen(i)) lost += arrivals_.Missing(i, kind, sent_);
    }
    const Arrivals& arrivals = arrivals_.arrivals(kind);
    result[std::string(NameOf(kind))] = {{"received", arrivals.received},
                                         {"twice", arrivals.twice},
                                         {"out_of_order", arrivals.out_of_order},
                                         {"lost", lost},
                                         {"latencies", arrivals_.latencies(kind).ToJson()}};
  }
  // What each session has said; of one that has ended nobody knows what the gateway still read.
  Json said = Json::array();
  for (uint32_t i = 0; i < share_.count; ++i) {
    const bool open = i < swarm_.size() && swarm_.IsOpen(i);
    said.push_back(open ? static_cast<int64_t>(said_[i]) : -1);
  }
  result["said_by_session"] = said;
  return result;
}

}  // namespace wsgate::loadgen
