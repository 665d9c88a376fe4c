// One document over HTTPS.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>
#include <string>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "gateway/config/https_url.h"

namespace wsgate {

struct HttpsGetLimits {
  Duration timeout = std::chrono::seconds(10);  // Of all of it.
  size_t bytes_max = 1024 * 1024;               // Of the body.
};

// The body of a 200. The server's certificate must be signed by who `tls` trusts and name the
// address's host; redirects are not followed. Errors: Unavailable: what went wrong, as a sentence
// without subject. `url` and `tls` must outlive it.
[[nodiscard]] boost::asio::awaitable<absl::StatusOr<std::string>> HttpsGet(
    const HttpsUrl& url, boost::asio::ssl::context& tls, HttpsGetLimits limits);

}  // namespace wsgate
