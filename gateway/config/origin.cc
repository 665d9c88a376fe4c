#include "gateway/config/origin.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

std::string Lower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower;
}

uint16_t UsualPort(std::string_view scheme) {
  if (scheme == "https" || scheme == "wss") return 443;
  if (scheme == "http" || scheme == "ws") return 80;
  return 0;
}

bool IsHostChar(unsigned char c) {
  return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_' || c == '*';
}

bool IsHost(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const std::string_view inside = host.substr(1, host.size() - 2);
    return std::all_of(inside.begin(), inside.end(), [](unsigned char c) {
      return absl::ascii_isxdigit(c) || c == ':' || c == '.';
    });
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), IsHostChar);
}

absl::Status Bad(std::string_view text, std::string_view what) {
  return Invalid("\"", text, "\" ", what, "; write an origin such as https://chat.example or ",
                 "http://localhost:3000");
}

// Whether each label of the host fits that of the pattern, `*` any one.
bool HostFits(std::string_view pattern, std::string_view host) {
  if (pattern.find('*') == std::string_view::npos) return pattern == host;
  const std::vector<std::string> wanted = Split(pattern, '.');
  const std::vector<std::string> labels = Split(host, '.');
  return std::equal(wanted.begin(), wanted.end(), labels.begin(), labels.end(),
                    [](const std::string& want, const std::string& label) {
                      return want == label || (want == "*" && !label.empty());
                    });
}

// Whether the page came from the host that the request goes to. Behind a proxy that ends TLS the
// scheme cannot be known here.
bool IsOwnHost(const Origin& origin, std::string_view host) {
  const absl::StatusOr<Origin> own = ParseOrigin(Cat(origin.scheme, "://", host));
  return own.ok() && own->host == origin.host && own->port == origin.port;
}

}  // namespace

absl::StatusOr<Origin> ParseOrigin(std::string_view text) {
  const size_t slashes = text.find("://");
  if (slashes == std::string_view::npos || slashes == 0) return Bad(text, "has no scheme");
  Origin origin;
  origin.scheme = Lower(text.substr(0, slashes));
  std::string_view host = text.substr(slashes + 3);
  const size_t colon = host.rfind(':');
  const size_t bracket = host.rfind(']');
  origin.port = UsualPort(origin.scheme);
  if (colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket)) {
    const std::optional<uint16_t> port = ReadNumber<uint16_t>(host.substr(colon + 1));
    if (!port || *port == 0) return Bad(text, "has a port that is not 1 to 65535");
    origin.port = *port;
    host = host.substr(0, colon);
  }
  if (!IsHost(host)) return Bad(text, "has no host, or more than a host and a port");
  origin.host = Lower(host);
  return origin;
}

absl::StatusOr<OriginRules> OriginRules::Parse(std::string_view allowed) {
  OriginRules rules;
  for (const std::string& part : Split(allowed, ',')) {
    const std::string_view entry = Strip(part);
    if (entry.empty()) continue;
    if (entry == "*" || entry == "null") {
      (entry == "*" ? rules.everybody_ : rules.null_) = true;
      continue;
    }
    absl::StatusOr<Origin> origin = ParseOrigin(entry);
    if (!origin.ok()) return origin.status();
    for (const std::string& label : Split(origin->host, '.')) {
      if (label.find('*') != std::string::npos && label != "*") {
        return Bad(entry, "has a `*` that is not a whole label");
      }
    }
    if (rules.allowed_.size() == kEntriesMax) {
      return Invalid("more than ", kEntriesMax, " origins");
    }
    rules.allowed_.push_back(*std::move(origin));
  }
  rules.own_host_ = rules.allowed_.empty() && !rules.everybody_ && !rules.null_;
  return rules;
}

bool OriginRules::Allows(std::string_view origin, std::string_view host) const {
  if (everybody_) return true;
  if (origin == "null") return null_;
  const absl::StatusOr<Origin> parsed = ParseOrigin(origin);
  // A browser's origin has no wildcard; somebody else's would fit only itself.
  if (!parsed.ok() || parsed->host.find('*') != std::string::npos) return false;
  if (own_host_) return IsOwnHost(*parsed, host);
  return std::any_of(allowed_.begin(), allowed_.end(), [&](const Origin& entry) {
    return entry.scheme == parsed->scheme && entry.port == parsed->port &&
           HostFits(entry.host, parsed->host);
  });
}

}  // namespace wsgate
