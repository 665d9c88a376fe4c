// Who a peer is. In `auth.mode: insecure` it says so itself, in the query.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/message/session_facts.h"

namespace wsgate {

struct Identity {
  std::string user_id;  // Empty: anonymous.
  std::string tenant;   // Empty: none.
  SessionFacts::Metadata metadata;
  SessionLimits limits;
};

inline constexpr size_t kMetadataEntriesMax = 16;
inline constexpr size_t kMetadataBytesMax = 1024;  // All keys and values together.

// `query`: what follows the `?`. `user=ada` names the user, `meta.KEY=VALUE` adds metadata, other
// fields are ignored. Errors: InvalidArgument: what is wrong with which field, in a sentence for
// the peer.
[[nodiscard]] absl::StatusOr<Identity> IdentityFromQuery(std::string_view query);

}  // namespace wsgate
