#include "gateway/app/admin_pages.h"

#include <utility>

#include "gateway/metrics/prometheus.h"

namespace wsgate {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kIndex =
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>wsgate "
    "admin</title></head>\n"
    "<body>\n<h1>wsgate " WSGATE_VERSION
    "</h1>\n<ul>\n"
    "<li><a href=\"/metrics\">/metrics</a>: figures for Prometheus</li>\n"
    "<li><a href=\"/livez\">/livez</a>: 200 while the process runs (also /healthz)</li>\n"
    "<li><a href=\"/readyz\">/readyz</a>: 200 when newcomers are welcome, 503 before the start is "
    "complete and in a drain</li>\n</ul>\n</body></html>\n";

AdminResponse ReadinessPage(Readiness readiness) {
  switch (readiness) {
    case Readiness::kReady:
      return MakeAdminResponse(http::status::ok, kPlainText, "ready\n");
    case Readiness::kDraining:
      return MakeAdminResponse(http::status::service_unavailable, kPlainText, "draining\n");
    case Readiness::kNotReady:
      break;
  }
  return MakeAdminResponse(http::status::service_unavailable, kPlainText, "not ready\n");
}

}  // namespace

AdminResponse MakeAdminResponse(http::status status, std::string_view content_type,
                                std::string body) {
  AdminResponse response(status, 11);
  response.set(http::field::content_type, content_type);
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
  response.body() = std::move(body);
  response.prepare_payload();
  return response;
}

AdminResponse AdminPage(const AdminOptions& options, http::verb method, std::string_view path) {
  if (method != http::verb::get && method != http::verb::head) {
    AdminResponse response = MakeAdminResponse(http::status::method_not_allowed, kPlainText,
                                               "only GET and HEAD work here\n");
    response.set(http::field::allow, "GET, HEAD");
    return response;
  }
  if (path == "/metrics") {
    return MakeAdminResponse(http::status::ok, kPrometheusContentType, options.metrics());
  }
  if (path == "/livez" || path == "/healthz") {
    return MakeAdminResponse(http::status::ok, kPlainText, "ok\n");
  }
  if (path == "/readyz") return ReadinessPage(options.readiness());
  if (path == "/") {
    return MakeAdminResponse(http::status::ok, "text/html; charset=utf-8", std::string(kIndex));
  }
  return MakeAdminResponse(http::status::not_found, kPlainText,
                           "nothing here; there are /, /metrics, /livez, /healthz and /readyz\n");
}

}  // namespace wsgate
