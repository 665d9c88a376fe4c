#include "clients/cli/table.h"

#include <algorithm>

#include "gateway/base/check.h"

namespace wsgate::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr const char* kNothing = "-";

void PrintCell(std::ostream& out, const Paint& paint, const Cell& cell, Align align, size_t width,
               bool last) {
  const std::string text = cell.text.empty() ? kNothing : cell.text;
  const std::string pad(width - WidthOf(text), ' ');
  if (align == Align::kRight) out << pad;
  out << paint(cell.tone, text);
  if (align == Align::kLeft && !last) out << pad;  // No blanks at the end of a line.
  out << (last ? "\n" : kGap);
}

}  // namespace

size_t WidthOf(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
}

void Table::Add(std::vector<Cell> cells) {
  WSGATE_CHECK(cells.size() == columns_.size());
  rows_.push_back(std::move(cells));
}

void Table::DropEmptyColumns() {
  for (size_t at = columns_.size(); at-- > 0;) {
    const auto has_text = [at](const std::vector<Cell>& row) { return !row[at].text.empty(); };
    if (std::any_of(rows_.begin(), rows_.end(), has_text)) continue;
    const auto offset = static_cast<std::ptrdiff_t>(at);
    columns_.erase(columns_.begin() + offset);
    for (std::vector<Cell>& row : rows_) row.erase(row.begin() + offset);
  }
}

void Table::Print(std::ostream& out, const Paint& paint) const {
  std::vector<size_t> widths;
  for (size_t at = 0; at < columns_.size(); ++at) {
    size_t width = WidthOf(columns_[at].head);
    for (const std::vector<Cell>& row : rows_) width = std::max(width, WidthOf(row[at].text));
    widths.push_back(std::max<size_t>(width, 1));
  }
  for (size_t at = 0; at < columns_.size(); ++at) {
    PrintCell(out, paint, {columns_[at].head, Tone::kHead}, columns_[at].align, widths[at],
              at + 1 == columns_.size());
  }
  for (const std::vector<Cell>& row : rows_) {
    for (size_t at = 0; at < row.size(); ++at) {
      PrintCell(out, paint, row[at], columns_[at].align, widths[at], at + 1 == row.size());
    }
  }
}

}  // namespace wsgate::cli
