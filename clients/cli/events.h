// What the streams tell, a line each.
#pragma once

#include <string>

#include "clients/cli/paint.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate::cli {

// `2026-11-24 13:49:00  connected     SESSION  ada  /ws/lobby  127.0.0.1:40000`.
[[nodiscard]] std::string EventLine(const v1::WatchSessionsResponse& event, const Paint& paint);

// `2026-11-24 13:49:00  SESSION  ada  hello`; binary messages as their size and their first bytes.
[[nodiscard]] std::string MessageLine(const v1::ReceiveMessagesResponse& message,
                                      const Paint& paint);

}  // namespace wsgate::cli
