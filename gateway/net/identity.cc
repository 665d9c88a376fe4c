#include "gateway/net/identity.h"

#include <simdjson.h>

#include <optional>
#include <utility>

#include "gateway/base/ids.h"

namespace wsgate {
namespace {

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Percent-decoding of application/x-www-form-urlencoded; nullopt where an escape is broken or the
// result not UTF-8.
std::optional<std::string> Decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+') {
      decoded.push_back(' ');
    } else if (text[i] != '%') {
      decoded.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = HexValue(text[i + 1]);
      const int low = HexValue(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      decoded.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  if (!simdjson::validate_utf8(decoded.data(), decoded.size())) return std::nullopt;
  return decoded;
}

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
    const std::string_view field = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), field.size() + 1));
    const size_t equals = field.find('=');
    const std::optional<std::string> name = Decode(field.substr(0, equals));
    const std::optional<std::string> value =
        Decode(equals == std::string_view::npos ? "" : field.substr(equals + 1));
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
