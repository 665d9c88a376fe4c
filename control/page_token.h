// Where a listing goes on, as the opaque text that a caller hands back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "gateway/fanout/router.h"

namespace wsgate {

// A token is good for one process (`incarnation`) and one filter. It is scrambled so that nobody
// takes it apart, and carries a checksum so that a mistyped one is noticed; it carries no right and
// is no secret.
[[nodiscard]] std::string MakePageToken(uint64_t incarnation, ListCursor cursor,
                                        uint64_t filter_hash);

// nullopt: not a token, or one of another process or filter.
[[nodiscard]] std::optional<ListCursor> ParsePageToken(std::string_view token, uint64_t incarnation,
                                                       uint64_t filter_hash);

// The same for equal filters, in every process.
[[nodiscard]] uint64_t HashFilter(const SessionFilter& filter);

}  // namespace wsgate
