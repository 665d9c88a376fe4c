#include "gateway/net/demo_page.h"

namespace wsgate {

extern const std::string_view kDemoPage;  // demo_page.html, compiled in.

std::string DemoPage(std::string_view control_address) {
  constexpr std::string_view kPlaceholder = "{{control_address}}";
  std::string page(kDemoPage);
  for (size_t at = 0; (at = page.find(kPlaceholder, at)) != std::string::npos;
       at += control_address.size()) {
    page.replace(at, kPlaceholder.size(), control_address);
  }
  return page;
}

}  // namespace wsgate
