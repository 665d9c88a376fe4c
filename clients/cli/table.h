// Rows in columns: words to the left, numbers to the right.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "clients/cli/paint.h"

namespace wsgate::cli {

enum class Align : uint8_t { kLeft, kRight };

struct Column {
  std::string head;
  Align align = Align::kLeft;
};

struct Cell {
  Cell(std::string cell_text, Tone cell_tone = Tone::kPlain)  // NOLINT(google-explicit-constructor)
      : text(std::move(cell_text)), tone(cell_tone) {}
  Cell(const char* cell_text) : text(cell_text) {}  // NOLINT(google-explicit-constructor)

  std::string text;
  Tone tone = Tone::kPlain;
};

// Flow:    command → Table → terminal.
// Owner:   the command.   Threads: one.
// Bounds:  holds every row until it is printed, since the widest decides.
class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  // As many cells as there are columns; nothing is printed as `-`.
  void Add(std::vector<Cell> cells);
  // Without a column that has no text in any row.
  void DropEmptyColumns();
  void Print(std::ostream& out, const Paint& paint) const;

  [[nodiscard]] bool empty() const { return rows_.empty(); }

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// How many columns of a terminal a UTF-8 text takes, if every character takes one.
[[nodiscard]] size_t WidthOf(std::string_view text);

}  // namespace wsgate::cli
