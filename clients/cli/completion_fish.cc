#include <CLI/CLI.hpp>

#include "clients/cli/completion.h"
#include "clients/cli/completion_model.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

// NAME, PATHS and VALUES are filled in.
constexpr const char* kHead = R"(# fish completion of NAME. Try it: NAME completion fish | source
function __NAME_at
    set -l at NAME
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip -eq 1
            set skip 0
            continue
        end
        switch "$at $word"
            case PATHS
                set at "$at $word"
            case VALUES
                set skip 1
        end
    end
    test "$at" = "$argv"
end

complete -c NAME -f
)";

// In single quotes, as fish reads them.
std::string FishQuoted(const std::string& text) {
  return Cat("'", Replace(Replace(text, "\\", "\\\\"), "'", "\\'"), "'");
}

std::string FlagLine(const std::string& start, const FlagModel& flag) {
  std::string line = start;
  for (const std::string& name : flag.names) {
    const bool is_long = name.starts_with("--");
    Append(line, is_long ? " -l " : " -s ", name.substr(is_long ? 2 : 1));
  }
  if (flag.takes_file) {
    line += " -r -F";
  } else if (flag.takes_value) {
    line += " -x";
  }
  if (!flag.choices.empty()) {
    std::string words;
    for (const std::string& word : flag.choices) Append(words, words.empty() ? "" : " ", word);
    Append(line, " -a ", FishQuoted(words));
  }
  return Cat(line, " -d ", FishQuoted(flag.help), "\n");
}

}  // namespace

std::string FishCompletion(const CLI::App& root) {
  const std::string& name = root.get_name();
  std::string paths;
  std::string values;
  std::string lines;
  for (const CommandModel& command : ModelOf(root)) {
    const std::string start =
        Cat("complete -c ", name, " -n ", FishQuoted(Cat("__", name, "_at ", command.path)));
    for (const auto& [child, help] : command.commands) {
      Append(paths, paths.empty() ? "" : " ", FishQuoted(Cat(command.path, " ", child)));
      Append(lines, start, " -a ", child, " -d ", FishQuoted(help), "\n");
    }
    for (const FlagModel& flag : command.flags) {
      lines += FlagLine(start, flag);
      for (const std::string& flag_name : flag.names) {
        if (!flag.takes_value) continue;
        Append(values, values.empty() ? "" : " ", FishQuoted(Cat(command.path, " ", flag_name)));
      }
    }
    for (const std::string& word : command.words) Append(lines, start, " -a ", word, "\n");
    if (command.takes_file) Append(lines, start, " -F\n");
  }
  const std::string head = Replace(Replace(kHead, "PATHS", paths), "VALUES", values);
  return Replace(head, "NAME", name) + lines;
}

}  // namespace wsgate::cli
