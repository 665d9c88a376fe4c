#include "clients/cli/help.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "clients/cli/unknown.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

// A row of two columns: `  --user ID   to this user`.
struct Row {
  std::string left;
  std::string right;
};

std::string LeftOf(const CLI::Option& option) {
  std::string left;
  if (option.get_positional()) {
    const bool many = option.get_items_expected_max() > 1;
    return Cat(option.get_type_name(), many ? "..." : "");
  }
  for (const std::string& name : option.get_snames()) Append(left, "-", name, ", ");
  if (left.empty()) left = "    ";
  for (const std::string& name : option.get_lnames()) Append(left, "--", name);
  if (option.get_items_expected_max() > 0) Append(left, " ", option.get_type_name());
  return left;
}

std::vector<const CLI::Option*> Positionals(const CLI::App& app) {
  return app.get_options([](const CLI::Option* option) { return option->get_positional(); });
}

std::string Usage(const CLI::App& app) {
  std::string usage = Cat("Usage: ", PathOf(app), " [FLAG...]");
  for (const CLI::Option* option : Positionals(app)) {
    const std::string name = LeftOf(*option);
    Append(usage, " ", option->get_required() ? name : Cat("[", name, "]"));
  }
  if (!app.get_subcommands({}).empty()) {
    usage += app.get_require_subcommand_min() > 0 ? " COMMAND" : " [COMMAND]";
  }
  return usage + "\n";
}

void AppendRows(const std::string& title, const std::vector<Row>& rows, std::string& out) {
  if (rows.empty()) return;
  size_t width = 0;
  for (const Row& row : rows) width = std::max(width, row.left.size());
  Append(out, "\n", title, "\n");
  for (const Row& row : rows) {
    Append(out, "  ", row.left, std::string(width - row.left.size() + 2, ' '), row.right, "\n");
  }
}

std::string RootNameOf(const CLI::App& app) {
  const CLI::App* root = &app;
  while (root->get_parent() != nullptr) root = root->get_parent();
  return root->get_name();
}

std::vector<Row> FlagsOf(const CLI::App& app, const std::string& group) {
  std::vector<Row> rows;
  for (const CLI::Option* option : app.get_options()) {
    // CLI11's own name for those without a group.
    const std::string own = option->get_group() == "Options" ? "Flags" : option->get_group();
    if (option->get_positional() || own != group) continue;
    rows.push_back({LeftOf(*option), option->get_description()});
  }
  return rows;
}

}  // namespace

std::string HelpText(const CLI::App* app, const std::string& /*name*/,
                     CLI::AppFormatMode /*mode*/) {
  std::string out = Usage(*app);
  Append(out, "\n", app->get_description(), "\n");
  std::vector<Row> rows;
  for (const CLI::App* command : app->get_subcommands({})) {
    const std::string text = command->get_description();
    rows.push_back({command->get_name(), text.substr(0, text.find('\n'))});
  }
  AppendRows("Commands", rows, out);
  rows.clear();
  for (const CLI::Option* option : Positionals(*app)) {
    rows.push_back({LeftOf(*option), option->get_description()});
  }
  AppendRows("Arguments", rows, out);
  AppendRows("Who is meant", FlagsOf(*app, "Who is meant"), out);
  AppendRows("Flags", FlagsOf(*app, "Flags"), out);
  if (app->get_parent() == nullptr) {
    AppendRows("Global flags, of every command", FlagsOf(*app, kGlobalFlags), out);
  } else {
    Append(out, "\nGlobal flags: `", RootNameOf(*app), " --help` shows them\n");
  }
  if (!app->get_footer().empty()) Append(out, "\n", app->get_footer(), "\n");
  return out;
}

}  // namespace wsgate::cli
