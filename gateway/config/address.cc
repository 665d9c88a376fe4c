#include "gateway/config/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <optional>

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

}  // namespace wsgate
