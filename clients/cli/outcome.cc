#include "clients/cli/outcome.h"

#include "clients/cli/human.h"
#include "clients/cli/table.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

std::string JoinNames(const Names& names) {
  constexpr int kShown = 20;
  std::string text;
  for (int at = 0; at < names.size() && at < kShown; ++at) {
    Append(text, at == 0 ? "" : ", ", Printable(names[at]));
  }
  if (names.size() > kShown) Append(text, " and ", names.size() - kShown, " more");
  return text;
}

uint64_t SumOf(const google::protobuf::Map<std::string, uint32_t>& counts) {
  uint64_t sum = 0;
  for (const auto& [name, count] : counts) sum += count;
  return sum;
}

}  // namespace

void PrintOutcome(const v1::Outcome& outcome, const Names& offline_user_ids, Context& context) {
  const uint64_t dropped = SumOf(outcome.dropped());
  Table table({{"matched", Align::kRight},
               {"queued", Align::kRight},
               {"dropped", Align::kRight},
               {"offline", Align::kRight},
               {"nodes", Align::kRight}});
  table.Add({HumanCount(outcome.matched()),
             {HumanCount(outcome.queued()), outcome.queued() > 0 ? Tone::kGood : Tone::kPlain},
             {HumanCount(dropped), dropped > 0 ? Tone::kBad : Tone::kPlain},
             HumanCount(outcome.offline()),
             HumanCount(outcome.nodes())});
  table.Print(context.out(), context.paint());
  for (const auto& [reason, count] : outcome.dropped()) {
    context.out() << "dropped: " << HumanCount(count) << " " << Printable(reason) << "\n";
  }
  if (!offline_user_ids.empty()) {
    context.out() << "offline: " << JoinNames(offline_user_ids) << "\n";
  }
  if (outcome.shards_full() > 0) {
    context.out() << "full shards: " << HumanCount(outcome.shards_full())
                  << "; their sessions were sent nothing\n";
  }
  if (!outcome.silent_nodes().empty()) {
    context.out() << "silent nodes: " << JoinNames(outcome.silent_nodes()) << "\n";
  }
}

ExitCode ExitCodeOf(const v1::Outcome& outcome) {
  if (outcome.shards_full() > 0 || !outcome.silent_nodes().empty()) return ExitCode::kRefused;
  return outcome.queued() > 0 ? ExitCode::kOk : ExitCode::kNobody;
}

}  // namespace wsgate::cli
