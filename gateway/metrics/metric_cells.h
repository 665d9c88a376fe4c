// How rows of the metric table find their figures and their labels' values.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <type_traits>

#include "gateway/metrics/metric_table.h"

namespace wsgate::cells {

// A field of the shards' sum, plain or by an enum.
template <auto Member>
double Total(const StatsSnapshot& snapshot, size_t cell) {
  const auto& field = snapshot.total.*Member;
  if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(field)>>) {
    return static_cast<double>(field);
  } else {
    return static_cast<double>(field.cells[cell]);
  }
}

// A field of the node or of the process, plain or an array.
template <auto Group, auto Member>
double In(const StatsSnapshot& snapshot, size_t cell) {
  const auto& field = (snapshot.*Group).*Member;
  if constexpr (std::is_arithmetic_v<std::remove_cvref_t<decltype(field)>>) {
    return static_cast<double>(field);
  } else {
    return static_cast<double>(field[cell]);
  }
}

template <auto Member>
const LatencyCounts& TotalLatency(const StatsSnapshot& snapshot) {
  return snapshot.total.*Member;
}

template <const auto& Labels>
std::string LabelOf(size_t cell) {
  return std::string(Labels[cell]);
}

inline std::string CloseLabel(size_t cell) {
  return std::string(kCloseReasons[cell].label);
}
inline std::string CloseCode(size_t cell) {
  return std::to_string(kCloseReasons[cell].code);
}

// RPCs × codes, a row of codes for each RPC.
inline std::string HandledRpc(size_t cell) {
  return std::string(kControlRpcs[cell / kGrpcCodes.size()]);
}
inline std::string HandledCode(size_t cell) {
  return std::string(kGrpcCodes[cell % kGrpcCodes.size()]);
}
inline double Handled(const StatsSnapshot& snapshot, size_t cell) {
  const auto& row = snapshot.node.rpcs_handled[cell / kGrpcCodes.size()];
  return static_cast<double>(row[cell % kGrpcCodes.size()]);
}

// Hooks × results, a row of results for each hook.
inline std::string CalledHook(size_t cell) {
  return std::string(kHooks[cell / kHookResults.size()]);
}
inline std::string CallResult(size_t cell) {
  return std::string(kHookResults[cell % kHookResults.size()]);
}
// Sources of keys × results.
inline std::string LoadedSource(size_t cell) {
  return std::string(kKeySources[cell / kReloadResults.size()]);
}
inline std::string LoadResult(size_t cell) {
  return std::string(kReloadResults[cell % kReloadResults.size()]);
}

// Files of the control port × results.
inline std::string ControlFileLabel(size_t cell) {
  return std::string(kControlFiles[cell / kReloadResults.size()]);
}

// What became of tokens: `ok`, then the errors.
inline std::string TokenResultLabel(size_t cell) {
  return std::string(cell == 0 ? "ok" : kTokenErrors[cell - 1]);
}
inline double Tokens(const StatsSnapshot& snapshot, size_t cell) {
  return static_cast<double>(cell == 0 ? snapshot.total.tokens_good
                                       : snapshot.total.tokens_bad.cells[cell - 1]);
}
inline std::string AdminStatus(size_t cell) {
  return kAdminStatuses[cell] == 0 ? "other" : std::to_string(kAdminStatuses[cell]);
}
inline constexpr std::array<std::string_view, 2> kHookSends = {"taken", "refused"};

}  // namespace wsgate::cells
