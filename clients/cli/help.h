// What `--help` shows of a command.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace wsgate::cli {

// The group of the flags that every command has; only the root shows them.
inline constexpr const char* kGlobalFlags = "Global flags";

// In the form of CLI::App::formatter_fn(). The footer holds examples, a line each.
[[nodiscard]] std::string HelpText(const CLI::App* app, const std::string& name,
                                   CLI::AppFormatMode mode);

}  // namespace wsgate::cli
