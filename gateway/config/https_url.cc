#include "gateway/config/https_url.h"

#include <algorithm>

#include "gateway/config/origin.h"
#include "gateway/config/strings.h"

namespace wsgate {

std::string HttpsUrl::HostHeader() const {
  const bool v6 = host.find(':') != std::string::npos;
  std::string header = v6 ? Cat("[", host, "]") : host;
  if (port != 443) Append(header, ":", port);
  return header;
}

absl::StatusOr<HttpsUrl> ParseHttpsUrl(std::string_view text) {
  constexpr std::string_view kScheme = "https://";
  constexpr std::string_view kHow = "; write an address such as https://id.example/jwks.json";
  if (!text.starts_with(kScheme))
    return Invalid("\"", text, "\" does not begin with https://", kHow);
  const size_t end = std::min(text.find_first_of("/?#", kScheme.size()), text.size());
  const absl::StatusOr<Origin> origin = ParseOrigin(text.substr(0, end));
  if (!origin.ok() || origin->host.find('*') != std::string::npos) {
    return Invalid("\"", text, "\" has no host that can be looked up", kHow);
  }
  HttpsUrl url{.host = origin->host, .port = origin->port, .target = std::string(text.substr(end))};
  if (url.host.starts_with('[')) url.host = url.host.substr(1, url.host.size() - 2);
  if (!url.target.starts_with('/')) url.target = Cat("/", url.target);
  const bool printable = std::all_of(url.target.begin(), url.target.end(),
                                     [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!printable) return Invalid("\"", text, "\" has characters that no address has", kHow);
  return url;
}

}  // namespace wsgate
