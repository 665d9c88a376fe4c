// What the admin port shows by GET.
#pragma once

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <string>
#include <string_view>

#include "gateway/app/admin_server.h"

namespace wsgate {

using AdminResponse = boost::beast::http::response<boost::beast::http::string_body>;

inline constexpr std::string_view kPlainText = "text/plain; charset=utf-8";

// An answer with the headers that all have.
[[nodiscard]] AdminResponse MakeAdminResponse(boost::beast::http::status status,
                                              std::string_view content_type, std::string body);

// The page of a path, 404, or 405 where `method` is neither GET nor HEAD.
[[nodiscard]] AdminResponse AdminPage(const AdminOptions& options, boost::beast::http::verb method,
                                      std::string_view path);

}  // namespace wsgate
