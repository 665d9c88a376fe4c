#include "gateway/config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

bool IsIpv4(const std::string& host) {
  in_addr address;
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsIpv6(const std::string& host) {
  in6_addr address;
  return inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

absl::Status Bad(std::string_view text, std::string_view what) {
  return Invalid("\"", text, "\" ", what,
                 "; write HOST:PORT with an IP address or localhost, such as 127.0.0.1:8080 or "
                 "[::1]:8080");
}

// A name of RFC 1123 or an IPv4 address: letters, digits, `-` and `.`.
bool IsHostName(std::string_view host) {
  constexpr size_t kNameMax = 253;
  if (host.empty() || host.size() > kNameMax) return false;
  return std::all_of(host.begin(), host.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.';
  });
}

absl::Status BadTarget(std::string_view target) {
  return Invalid(
      "\"", target,
      "\" is no target; write HOST:PORT, such as backend.example:50052, and several with "
      "commas between");
}

bool IsTarget(std::string_view target) {
  const size_t colon = target.rfind(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view host = target.substr(0, colon);
  const std::optional<uint16_t> port = ReadNumber<uint16_t>(target.substr(colon + 1));
  if (!port || *port == 0) return false;
  if (host.starts_with('[') && host.ends_with(']')) {
    return IsIpv6(std::string(host.substr(1, host.size() - 2)));
  }
  return IsHostName(host);
}

}  // namespace

bool Address::IsLoopback() const {
  if (host == "localhost") return true;
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6;
  if (inet_pton(AF_INET6, host.c_str(), &v6) != 1) return false;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return v6.s6_addr[12] == 127;
  return IN6_IS_ADDR_LOOPBACK(&v6);
}

absl::StatusOr<Address> ParseAddress(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return Bad(text, "has no port");
  std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  Address address{.host = std::string(host)};
  if (!bracketed && host.find(':') != std::string_view::npos) {
    return Bad(text, "has an IPv6 address without brackets");
  }
  // A NUL inside would end the text for inet_pton() but not for us.
  const bool known =
      host.find('\0') == std::string_view::npos &&
      (bracketed ? IsIpv6(address.host) : IsIpv4(address.host) || address.host == "localhost");
  if (!known) return Bad(text, host.empty() ? "has no host" : "has no IP address as its host");
  const std::optional<uint16_t> number = ReadNumber<uint16_t>(port);
  if (!number) return Bad(text, "has a port that is not 0 to 65535");
  address.port = *number;
  return address;
}

absl::StatusOr<std::vector<std::string>> ParseTargets(std::string_view text) {
  std::vector<std::string> targets;
  while (!text.empty()) {
    std::string_view target = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), target.size() + 1));
    while (target.starts_with(' ')) target.remove_prefix(1);
    while (target.ends_with(' ')) target.remove_suffix(1);
    if (!IsTarget(target)) return BadTarget(target);
    if (targets.size() == kTargetsMax) return Invalid("more than ", kTargetsMax, " targets");
    targets.emplace_back(target);
  }
  return targets;
}

}  // namespace wsgate
