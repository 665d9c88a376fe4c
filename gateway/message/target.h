// Whom a send, a listing or a disconnect means.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "gateway/base/clock.h"
#include "gateway/base/ids.h"

namespace wsgate {

// Strings that can be looked up by any view (Debian's absl has a string_view of its own, which its
// own hash wants).
struct ViewHash {
  using is_transparent = void;
  size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};
using StringSet = absl::flat_hash_set<std::string, ViewHash, std::equal_to<>>;
using UserSet = StringSet;
using SessionSet = StringSet;  // Text forms: compared seldom, parsed never.

// Fields joined by "and", lists by "or"; empty names everyone.
struct SessionFilter {
  UserSet user_ids;
  SessionSet session_ids;
  StringSet tenants;
  std::string path_prefix;
  std::string subprotocol;
  std::vector<std::pair<std::string, std::string>> metadata;
  Duration connected_for{0};

  [[nodiscard]] bool empty() const {
    return user_ids.empty() && session_ids.empty() && tenants.empty() && path_prefix.empty() &&
           subprotocol.empty() && metadata.empty() && connected_for == Duration::zero();
  }
  friend bool operator==(const SessionFilter&, const SessionFilter&) = default;
};

struct Exclusions {
  SessionSet session_ids = {};
  UserSet user_ids = {};
  std::string tenant_prefix = {};  // Sessions whose tenant begins otherwise; empty: none of them.
  [[nodiscard]] bool empty() const {
    return session_ids.empty() && user_ids.empty() && tenant_prefix.empty();
  }
  friend bool operator==(const Exclusions&, const Exclusions&) = default;
};
using ExclusionsPtr = std::shared_ptr<const Exclusions>;  // Null: nobody.

// A filter less its exclusions: the audience of a broadcast, a listing or a disconnect.
struct Audience {
  SessionFilter filter;
  Exclusions exclusions;
  friend bool operator==(const Audience&, const Audience&) = default;
};
using AudiencePtr = std::shared_ptr<const Audience>;

}  // namespace wsgate
