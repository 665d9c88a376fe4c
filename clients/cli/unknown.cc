#include "clients/cli/unknown.h"

#include <CLI/CLI.hpp>

#include "gateway/config/nearest.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

bool HasPositionals(const CLI::App& app) {
  return !app.get_options([](const CLI::Option* option) { return option->get_positional(); })
              .empty();
}

std::string UnknownFlag(const CLI::App& app, const std::string& flag) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  std::string text = Cat("unknown flag ", flag, " of ", PathOf(app), "; ");
  if (flag.starts_with("--")) {  // One letter is near to every other.
    Append(text, "did you mean ", Nearest(flag, known), "?");
  } else {
    Append(text, "see ", PathOf(app), " --help.");
  }
  if (HasPositionals(app)) text += " An argument that begins with a dash goes behind --";
  return text;
}

std::string UnknownCommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
  return Cat("unknown command \"", word, "\"; did you mean ", PathOf(app), " ",
             Nearest(word, known), "?");
}

const CLI::App* CommandNamed(const CLI::App& app, const std::string& word) {
  for (const CLI::App* command : app.get_subcommands({})) {
    if (command->get_name() == word) return command;
  }
  return nullptr;
}

}  // namespace

std::optional<std::string> FindUnknown(const CLI::App& root, std::span<const std::string> args) {
  const CLI::App* app = &root;
  for (size_t at = 0; at < args.size(); ++at) {
    const std::string& arg = args[at];
    if (arg == "--") return std::nullopt;
    if (arg.size() > 1 && arg[0] == '-') {
      const bool is_long = arg[1] == '-';
      const size_t equals = arg.find('=');
      // A short flag may have its value at once: -ojson.
      const std::string name = is_long ? arg.substr(0, equals) : arg.substr(0, 2);
      const CLI::Option* const option = app->get_option_no_throw(name);
      if (option == nullptr) return UnknownFlag(*app, is_long ? name : arg);
      const bool has_value = is_long ? equals != std::string::npos : arg.size() > 2;
      if (option->get_items_expected_max() > 0 && !has_value) ++at;
    } else if (const CLI::App* const command = CommandNamed(*app, arg)) {
      app = command;
    } else if (!HasPositionals(*app)) {
      if (!app->get_subcommands({}).empty()) return UnknownCommand(*app, arg);
      return Cat("\"", arg, "\" is too much; see ", PathOf(*app), " --help");
    }
  }
  return std::nullopt;
}

std::string PathOf(const CLI::App& app) {
  const CLI::App* const parent = app.get_parent();
  return parent == nullptr ? app.get_name() : Cat(PathOf(*parent), " ", app.get_name());
}

}  // namespace wsgate::cli
