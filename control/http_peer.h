// Who called over HTTP, as far as the call's way through gRPC can say.
#pragma once

#include <string_view>

namespace wsgate {

// Metadata with the address of an HTTP caller, on calls from within the process. On others it means
// nothing: whoever calls over a network could write anything.
inline constexpr std::string_view kHttpPeerKey = "wsgate-http-peer";
// What gRPC calls the peer of a call from within the process.
inline constexpr std::string_view kInProcessPeer = "unknown";

}  // namespace wsgate
