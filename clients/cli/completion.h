// Completion scripts for shells, made from a tree of commands: whatever CLI11 parses is completed.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace wsgate::cli {

// Each script completes commands, flags, the words of a choice (`table|json`), and files where a
// flag or an argument takes a FILE.
[[nodiscard]] std::string BashCompletion(const CLI::App& root);
[[nodiscard]] std::string ZshCompletion(const CLI::App& root);
[[nodiscard]] std::string FishCompletion(const CLI::App& root);

}  // namespace wsgate::cli
