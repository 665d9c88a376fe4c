// Finds the first argument that names no command and no flag, before CLI11 says so in fewer words.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <span>
#include <string>

namespace wsgate::cli {

// What is wrong, with the nearest name that there is; nullopt: every name is known.
[[nodiscard]] std::optional<std::string> FindUnknown(const CLI::App& root,
                                                     std::span<const std::string> args);

// The words that lead to a command: `wsgatectl sessions show`.
[[nodiscard]] std::string PathOf(const CLI::App& app);

}  // namespace wsgate::cli
