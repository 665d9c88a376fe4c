// Requests become what the router understands. Everything that is wrong with a request is found in
// one go and named by its field; a value is only of use when `bad` is still empty afterwards.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "control/status.h"
#include "gateway/fanout/router.h"
#include "wsgate/v1/control_service.pb.h"

namespace wsgate {

inline constexpr int kIdsMax = 10'000;        // User or session ids in a list.
inline constexpr int kExclusionsMax = 1'000;  // In each of the two lists.
inline constexpr int kTenantsMax = 1'000;     // Of a filter.
inline constexpr size_t kMetadataMax = 16;    // Entries of a filter.
inline constexpr uint32_t kPageSizeDefault = 100;
inline constexpr uint32_t kPageSizeMax = 1'000;

// Null where `bad` says why. `accepted_at` is when the call arrived.
[[nodiscard]] MessagePtr ParseMessage(const v1::Message& message, uint64_t bytes_max,
                                      Time accepted_at, BadFields& bad);

[[nodiscard]] std::string ParseUserId(const std::string& user_id, std::string_view field,
                                      BadFields& bad);
using Ids = google::protobuf::RepeatedPtrField<std::string>;
// In the order given, duplicates included.
[[nodiscard]] std::vector<std::string> ParseUserIds(const Ids& ids, std::string_view field,
                                                    BadFields& bad);
// The same, each user once.
[[nodiscard]] std::vector<std::string> ParseDistinctUserIds(const Ids& ids, std::string_view field,
                                                            BadFields& bad);

// nullopt: a text that names no session of this process, or, with `bad`, none at all.
[[nodiscard]] std::optional<SessionId> ParseSessionId(const std::string& text,
                                                      std::string_view field, uint64_t incarnation,
                                                      BadFields& bad);

// `path` stands before the fields' names: `options.` or nothing.
[[nodiscard]] Exclusions ParseExclusions(const Ids& session_ids, const Ids& user_ids,
                                         std::string_view path, BadFields& bad);
[[nodiscard]] SessionFilter ParseFilter(const v1::SessionFilter& filter, std::string_view path,
                                        BadFields& bad);

// Null for nobody and for everyone.
[[nodiscard]] ExclusionsPtr ShareExclusions(Exclusions exclusions);
[[nodiscard]] AudiencePtr ShareAudience(SessionFilter filter, Exclusions exclusions);

// Who is meant, less the exclusions. nullopt: nobody, or `bad` says why.
[[nodiscard]] std::optional<Destination> ParseTarget(const v1::Target& target,
                                                     Exclusions exclusions, uint64_t incarnation,
                                                     BadFields& bad);
[[nodiscard]] Kick ParseKick(const v1::DisconnectRequest& request, BadFields& bad);

[[nodiscard]] uint32_t ParsePageSize(int32_t page_size, BadFields& bad);

// nullopt, with `bad`: not a duration, or below zero. Above 292 years it is 292 years.
[[nodiscard]] std::optional<Duration> ParseDuration(const google::protobuf::Duration& duration,
                                                    std::string_view field, BadFields& bad);

}  // namespace wsgate
