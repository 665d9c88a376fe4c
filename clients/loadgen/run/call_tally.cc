#include "clients/loadgen/run/call_tally.h"

#include <array>

namespace wsgate::loadgen {
namespace {

constexpr std::array<const char*, 17> kCodes = {
    "OK",
    "CANCELLED",
    "UNKNOWN",
    "INVALID_ARGUMENT",
    "DEADLINE_EXCEEDED",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "PERMISSION_DENIED",
    "RESOURCE_EXHAUSTED",
    "FAILED_PRECONDITION",
    "ABORTED",
    "OUT_OF_RANGE",
    "UNIMPLEMENTED",
    "INTERNAL",
    "UNAVAILABLE",
    "DATA_LOSS",
    "UNAUTHENTICATED",
};
constexpr size_t kKindsOfFailureMax = 32;  // Texts may hold numbers that never repeat.

}  // namespace

std::string WordsOf(const grpc::Status& status) {
  const auto code = static_cast<size_t>(status.error_code());
  std::string words = code < kCodes.size() ? kCodes[code] : "code " + std::to_string(code);
  return words.append(": ").append(status.error_message());
}

bool CallTally::Count(const grpc::Status& status, const v1::Outcome& outcome) {
  if (!status.ok()) {
    const std::string words = WordsOf(status);
    const bool known = failed.size() < kKindsOfFailureMax || failed.contains(words);
    ++failed[known ? words : "other failures"];
    return false;
  }
  ++answered;
  queued += outcome.queued();
  offline += outcome.offline();
  shards_full += outcome.shards_full();
  for (const auto& [reason, times] : outcome.dropped()) dropped[reason] += times;
  return outcome.shards_full() == 0;
}

}  // namespace wsgate::loadgen
