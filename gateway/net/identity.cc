#include "gateway/net/identity.h"

#include <optional>
#include <utility>

#include "gateway/base/ids.h"
#include "gateway/net/query.h"

namespace wsgate {
namespace {

absl::Status AddMetadata(std::string key, std::string value, size_t& bytes, Identity& identity) {
  if (key.empty())
    return absl::InvalidArgumentError("a metadata key is empty: meta.KEY=VALUE needs a KEY");
  for (const auto& [known, _] : identity.metadata) {
    if (known == key)
      return absl::InvalidArgumentError("metadata key meta." + key + " is given twice");
  }
  bytes += key.size() + value.size();
  if (identity.metadata.size() == kMetadataEntriesMax || bytes > kMetadataBytesMax) {
    return absl::InvalidArgumentError("metadata has more than 16 entries or more than 1 KiB");
  }
  identity.metadata.emplace_back(std::move(key), std::move(value));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Identity> IdentityFromQuery(std::string_view query) {
  constexpr std::string_view kMetadataPrefix = "meta.";
  Identity identity;
  bool has_user = false;
  size_t metadata_bytes = 0;
  while (!query.empty()) {
    const auto [escaped_name, escaped_value] = TakeQueryField(query);
    const std::optional<std::string> name = DecodeQueryText(escaped_name);
    const std::optional<std::string> value = DecodeQueryText(escaped_value);
    if (!name || !value) {
      return absl::InvalidArgumentError("the query has a broken percent escape or is not UTF-8");
    }
    if (*name == "user") {
      if (has_user) return absl::InvalidArgumentError("user is given twice");
      has_user = true;
      if (!IsValidUserId(*value)) {
        return absl::InvalidArgumentError("user must be 1 to 255 bytes without control characters");
      }
      identity.user_id = *value;
    } else if (name->starts_with(kMetadataPrefix)) {
      const absl::Status added =
          AddMetadata(name->substr(kMetadataPrefix.size()), *value, metadata_bytes, identity);
      if (!added.ok()) return added;
    }
  }
  return identity;
}

}  // namespace wsgate
