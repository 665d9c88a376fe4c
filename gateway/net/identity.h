// Who a peer is. In `auth.mode: insecure` it says so itself, in the query.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/message/hook.h"
#include "gateway/message/session_facts.h"
#include "gateway/message/token_mark.h"

namespace wsgate {

struct Identity {
  std::string user_id;  // Empty: anonymous.
  std::string tenant;   // Empty: none.
  SessionFacts::Metadata metadata;
  SessionLimits limits;
  std::optional<TokenMark> token;  // Of the token that said all this.
};

// `query`: what follows the `?`. `user=ada` names the user, `meta.KEY=VALUE` adds metadata, other
// fields are ignored. Errors: InvalidArgument: what is wrong with which field, in a sentence for
// the peer.
[[nodiscard]] absl::StatusOr<Identity> IdentityFromQuery(std::string_view query);

}  // namespace wsgate
