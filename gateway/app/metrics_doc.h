// docs/metrics.md, made from the metric table.
#pragma once

#include <string>

namespace wsgate {

// The page's text: what `wsgate metrics-doc` prints. A test holds docs/metrics.md to it.
[[nodiscard]] std::string MetricsDoc();

}  // namespace wsgate
