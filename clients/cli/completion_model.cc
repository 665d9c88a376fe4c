#include "clients/cli/completion_model.h"

#include <CLI/CLI.hpp>

#include "clients/cli/flags.h"
#include "clients/cli/unknown.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

FlagModel FlagOf(const CLI::Option& option) {
  FlagModel flag;
  for (const std::string& name : option.get_snames()) flag.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) flag.names.push_back("--" + name);
  flag.takes_value = option.get_items_expected_max() > 0;
  flag.takes_file = option.get_type_name() == "FILE";
  flag.choices = ChoicesOf(option);
  flag.help = option.get_description();
  return flag;
}

void Walk(const CLI::App& app, std::vector<CommandModel>& commands) {
  CommandModel command;
  command.path = PathOf(app);
  const std::vector<const CLI::App*> children = app.get_subcommands({});
  for (const CLI::App* child : children) {
    const std::string text = child->get_description();
    command.commands.emplace_back(child->get_name(), text.substr(0, text.find('\n')));
  }
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) {
      command.flags.push_back(FlagOf(*option));
      continue;
    }
    command.takes_file = command.takes_file || option->get_type_name() == "FILE";
    for (std::string& word : ChoicesOf(*option)) command.words.push_back(std::move(word));
  }
  commands.push_back(std::move(command));
  for (const CLI::App* child : children) Walk(*child, commands);
}

}  // namespace

std::vector<CommandModel> ModelOf(const CLI::App& root) {
  std::vector<CommandModel> commands;
  Walk(root, commands);
  return commands;
}

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string NamesWhere(const CommandModel& command, bool (*is)(const FlagModel&)) {
  std::string names;
  for (const FlagModel& flag : command.flags) {
    if (!is(flag)) continue;
    for (const std::string& name : flag.names) Append(names, names.empty() ? "" : " ", name);
  }
  return names;
}

std::string Quoted(const std::string& text) {
  return Cat("'", Replace(text, "'", "'\\''"), "'");
}

}  // namespace wsgate::cli
