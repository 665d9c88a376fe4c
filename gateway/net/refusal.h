// An answer that is not 101, and the 101 itself, as bytes.
#pragma once

#include <string>
#include <string_view>

#include "gateway/message/session_facts.h"
#include "gateway/metrics/shard_stats.h"

namespace wsgate {

// Why a request gets no session, and what its sender is told.
struct Refusal {
  unsigned status = 400;
  RefuseCause cause = RefuseCause::kBadRequest;
  std::string text;         // One sentence that says what to do.
  std::string headers;      // Further lines, each with its CRLF.
  std::string_view detail;  // For the log alone; empty: nothing.
};

// 503 or 429 with Retry-After.
[[nodiscard]] Refusal RefuseForNow(unsigned status, RefuseCause cause, std::string text);

[[nodiscard]] std::string RefusalBytes(const Refusal& refusal);
[[nodiscard]] std::string PageBytes(std::string_view html);
[[nodiscard]] std::string SwitchingProtocolsBytes(std::string_view accept_key,
                                                  Subprotocol subprotocol,
                                                  std::string_view extensions = "");

}  // namespace wsgate
