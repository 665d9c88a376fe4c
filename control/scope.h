// Which scope each call needs: the one table of rights.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/metrics/node_stats.h"

namespace wsgate {

// What a caller may be allowed to do.
enum class Scope : uint8_t { kSend, kPublish, kSessionsRead, kSessionsWrite, kStatsRead, kAdmin };
inline constexpr std::array<std::string_view, 6> kScopes = {
    "send", "publish", "sessions.read", "sessions.write", "stats.read", "admin"};

// Some of them. `admin` includes all others.
class ScopeSet {
 public:
  void Add(Scope scope) { bits_ |= BitOf(scope); }
  [[nodiscard]] bool Allows(Scope scope) const {
    return (bits_ & (BitOf(scope) | BitOf(Scope::kAdmin))) != 0;
  }
  friend bool operator==(ScopeSet, ScopeSet) = default;

 private:
  static uint8_t BitOf(Scope scope) {
    return static_cast<uint8_t>(1U << static_cast<unsigned>(scope));
  }
  uint8_t bits_ = 0;
};

[[nodiscard]] constexpr std::string_view NameOf(Scope scope) {
  return kScopes[static_cast<size_t>(scope)];
}

struct RpcRule {
  ControlRpc rpc;
  Scope scope;
  // Whether what the call does can be held to one tenant's sessions. Where it cannot, a caller that
  // is bound to a tenant is refused.
  bool by_tenant;
};

inline constexpr std::array<RpcRule, kControlRpcs.size()> kRpcRules = {{
    {ControlRpc::kSendToUser, Scope::kSend, true},
    {ControlRpc::kSendToUsers, Scope::kSend, true},
    {ControlRpc::kSendToSession, Scope::kSend, true},
    {ControlRpc::kBroadcast, Scope::kSend, true},
    {ControlRpc::kSendStream, Scope::kSend, true},
    {ControlRpc::kGetSession, Scope::kSessionsRead, true},
    {ControlRpc::kListSessions, Scope::kSessionsRead, true},
    {ControlRpc::kGetUserStatus, Scope::kSessionsRead, false},
    {ControlRpc::kDisconnect, Scope::kSessionsWrite, true},
    {ControlRpc::kRevoke, Scope::kSessionsWrite, false},
    {ControlRpc::kWatchSessions, Scope::kSessionsRead, true},
    {ControlRpc::kReceiveMessages, Scope::kSessionsRead, false},
    {ControlRpc::kGetStats, Scope::kStatsRead, false},
    {ControlRpc::kWatchStats, Scope::kStatsRead, false},
    {ControlRpc::kGetLimits, Scope::kStatsRead, false},
    {ControlRpc::kSetLimits, Scope::kAdmin, false},
    {ControlRpc::kDrain, Scope::kAdmin, false},
}};

constexpr const RpcRule& RuleOf(ControlRpc rpc) {
  return kRpcRules[static_cast<size_t>(rpc)];
}

static_assert(
    [] {
      for (size_t i = 0; i < kRpcRules.size(); ++i) {
        if (static_cast<size_t>(kRpcRules[i].rpc) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the enum");

}  // namespace wsgate
