#include "clients/loadgen/run/latency_svg.h"

#include <algorithm>
#include <cmath>
#include <cstdarg>
#include <cstdio>

namespace wsgate::loadgen {
namespace {

constexpr double kWidth = 900;
constexpr double kLeft = 60;
constexpr double kRight = 24;
constexpr double kTitle = 40;
constexpr double kPanel = 210;       // One series, its name and its axis.
constexpr double kPanelTop = 46;     // Above the bars.
constexpr double kPanelBottom = 34;  // Beneath them.

// What is around every panel.
struct Axis {
  size_t first = 0;  // Buckets, inclusive.
  size_t last = 0;
  double XOf(Duration time) const {
    const double from = std::log10(EdgeNs(first));
    const double to = std::log10(EdgeNs(last + 1));
    const double at = std::log10(std::max<double>(static_cast<double>(time.count()), 1));
    return kLeft + std::clamp((at - from) / (to - from), 0.0, 1.0) * (kWidth - kLeft - kRight);
  }
  // The lower edge of a bucket; half a microsecond for the first, which begins at 0.
  static double EdgeNs(size_t bucket) {
    if (bucket == 0) return 500;
    if (bucket >= kLatencyBuckets) return 2e11;
    return static_cast<double>(LatencyBucketEnd(bucket - 1).count());
  }
};

[[gnu::format(printf, 2, 3)]] void Add(std::string& to, const char* format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  to.append(text);
}

std::string Escaped(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '&':
        escaped += "&amp;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return escaped;
}

Axis AxisOf(const std::vector<LatencySeries>& series) {
  Axis axis{.first = kLatencyBuckets - 1, .last = 0};
  for (const LatencySeries& one : series) {
    for (size_t i = 0; i < kLatencyBuckets; ++i) {
      if (one.latencies->InBucket(i) == 0) continue;
      axis.first = std::min(axis.first, i);
      axis.last = std::max(axis.last, i);
    }
  }
  // Some air, and never a width of nothing.
  axis.first = axis.first > 4 ? axis.first - 4 : 0;
  axis.last = std::min(axis.last + 4, kLatencyBuckets - 1);
  return axis;
}

void AddAxis(std::string& svg, const Axis& axis, double top, double bottom) {
  Add(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#444\"/>\n", kLeft,
      bottom, kWidth - kRight, bottom);
  const auto from = static_cast<double>(Axis::EdgeNs(axis.first));
  const auto to = static_cast<double>(Axis::EdgeNs(axis.last + 1));
  const bool fine = to / from < 30;  // Less than a decade and a half: name 2 and 5 too.
  for (double decade = 1e3; decade <= 1e11; decade *= 10) {
    for (const double factor : {1.0, 2.0, 5.0}) {
      const double edge = decade * factor;
      if (edge < from || edge > to || (factor > 1 && !fine)) continue;
      const Duration time(static_cast<int64_t>(edge));
      Add(svg, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>\n",
          axis.XOf(time), top, axis.XOf(time), bottom);
      Add(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" fill=\"#444\">%s</text>\n",
          axis.XOf(time), bottom + 16, HumanDuration(time).c_str());
    }
  }
}

void AddBars(std::string& svg, const Latencies& latencies, const Axis& axis, double top,
             double bottom) {
  struct Bar {
    double x;
    double width;
    double density;  // Buckets differ in width: what is seen is a bar's area.
  };
  std::vector<Bar> bars;
  double most = 0;
  for (size_t i = axis.first; i <= axis.last; ++i) {
    if (latencies.InBucket(i) == 0) continue;
    const double x = axis.XOf(Duration(static_cast<int64_t>(Axis::EdgeNs(i))));
    const double end = axis.XOf(Duration(static_cast<int64_t>(Axis::EdgeNs(i + 1))));
    const double width = std::max(0.5, end - x);
    bars.push_back({x, width, static_cast<double>(latencies.InBucket(i)) / width});
    most = std::max(most, bars.back().density);
  }
  for (const Bar& bar : bars) {
    // One of a million still shows.
    const double height = std::max(1.0, bar.density / most * (bottom - top));
    Add(svg, "<rect x=\"%.2f\" y=\"%.2f\" width=\"%.2f\" height=\"%.2f\" fill=\"#3b75af\"/>\n",
        bar.x, bottom - height, std::max(0.5, bar.width - 0.4), height);
  }
}

void AddPercentiles(std::string& svg, const Latencies& latencies, const Axis& axis, double top,
                    double bottom) {
  constexpr struct {
    const char* name;
    double share;
  } kLines[] = {{"p50", 0.50}, {"p99", 0.99}, {"p99.9", 0.999}};
  double y = top + 10;
  for (const auto& line : kLines) {
    const Duration time = latencies.Percentile(line.share);
    const double x = axis.XOf(time);
    const bool turn = x > kWidth - 160;  // The label stands where there is room.
    Add(svg,
        "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"#b03a2e\" "
        "stroke-dasharray=\"4 3\"/>\n",
        x, top, x, bottom);
    Add(svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" fill=\"#b03a2e\">%s %s</text>\n",
        turn ? x - 4 : x + 4, y, turn ? "end" : "start", line.name, HumanDuration(time).c_str());
    y += 14;
  }
}

}  // namespace

std::string HumanDuration(Duration duration) {
  constexpr struct {
    double ns;
    const char* unit;
  } kUnits[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}};
  const auto ns = static_cast<double>(duration.count());
  char text[32];
  for (const auto& unit : kUnits) {
    if (ns < unit.ns * 0.9995) continue;
    const double value = ns / unit.ns;
    // Three digits are all that a bucket of 5 % knows.
    std::snprintf(text, sizeof text, "%.*g %s", value >= 999.5 ? 4 : 3, value, unit.unit);
    return text;
  }
  std::snprintf(text, sizeof text, "%.0f ns", ns);
  return text;
}

std::string LatencySvg(const std::string& title, const std::vector<LatencySeries>& series) {
  std::vector<LatencySeries> shown;
  for (const LatencySeries& one : series) {
    if (one.latencies->count() > 0) shown.push_back(one);
  }
  const Axis axis = AxisOf(shown);
  const double height = kTitle + kPanel * std::max<double>(static_cast<double>(shown.size()), 0.2);
  std::string svg;
  Add(svg,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      kWidth, height);
  svg += "<text x=\"60\" y=\"26\" font-size=\"15\" font-weight=\"bold\">" + Escaped(title) +
         "</text>\n";
  if (shown.empty()) svg += "<text x=\"60\" y=\"60\">Nothing was delivered.</text>\n";
  double y = kTitle;
  for (const LatencySeries& one : shown) {
    const double top = y + kPanelTop;
    const double bottom = y + kPanel - kPanelBottom;
    svg += "<text x=\"60\" y=\"" + std::to_string(static_cast<int>(y + 24)) +
           "\" font-size=\"13\">" + Escaped(one.name) + ": " +
           std::to_string(one.latencies->count()) + " deliveries, max " +
           HumanDuration(one.latencies->Max()) + "</text>\n";
    AddAxis(svg, axis, top, bottom);
    AddBars(svg, *one.latencies, axis, top, bottom);
    AddPercentiles(svg, *one.latencies, axis, top, bottom);
    y += kPanel;
  }
  return svg + "</svg>\n";
}

}  // namespace wsgate::loadgen
