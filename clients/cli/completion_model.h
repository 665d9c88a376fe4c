// What completion needs to know of a tree of commands.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <utility>
#include <vector>

namespace wsgate::cli {

struct FlagModel {
  std::vector<std::string> names;  // `-o`, `--output`.
  bool takes_value = false;
  bool takes_file = false;
  std::vector<std::string> choices;
  std::string help;
};

struct CommandModel {
  std::string path;                                           // `wsgatectl sessions show`.
  std::vector<std::pair<std::string, std::string>> commands;  // Name and first line of its text.
  std::vector<FlagModel> flags;
  std::vector<std::string> words;  // What an argument may be, where it is a choice.
  bool takes_file = false;         // An argument is a FILE.
};

// The tree's commands, each behind its parent.
[[nodiscard]] std::vector<CommandModel> ModelOf(const CLI::App& root);

// `text` with every `from` in it replaced.
[[nodiscard]] std::string Replace(std::string text, const std::string& from, const std::string& to);

// The names of flags for which `is` holds, with a blank between them.
[[nodiscard]] std::string NamesWhere(const CommandModel& command, bool (*is)(const FlagModel&));

// In single quotes, as bash and zsh read them.
[[nodiscard]] std::string Quoted(const std::string& text);

}  // namespace wsgate::cli
