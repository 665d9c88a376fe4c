#include <CLI/CLI.hpp>

#include "clients/cli/completion.h"
#include "clients/cli/completion_model.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

// NAME and COMMANDS are filled in. Works with the bash 3.2 of macOS, and without bash-completion.
constexpr const char* kScript = R"(# bash completion of NAME. Try it: source <(NAME completion bash)
_NAME_know() {
  subs= flags= takes= files= choices= words= file=
  case "$1" in
COMMANDS  esac
}

_NAME() {
  local cur="${COMP_WORDS[COMP_CWORD]}" at=NAME want= word entry i
  local subs flags takes files choices words file
  COMPREPLY=()
  _NAME_know "$at"
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [[ $word == '=' ]]; then continue; fi         # bash cuts --flag=value in three,
    if [[ $word == ':' ]]; then ((++i)); continue; fi  # and host:port too.
    if [[ -n $want ]]; then want=; continue; fi
    if [[ " $takes " == *" $word "* ]]; then
      want=$word
    elif [[ " $subs " == *" $word "* ]]; then
      at+=" $word"
      _NAME_know "$at"
    fi
  done
  if [[ $cur == '=' ]]; then cur=; fi
  if [[ -n $want ]]; then
    for entry in $choices; do
      if [[ ${entry%%:*} == "$want" ]]; then
        entry=${entry#*:}
        COMPREPLY=($(compgen -W "${entry//|/ }" -- "$cur"))
        return
      fi
    done
    if [[ " $files " == *" $want "* ]]; then _NAME_files; fi
  elif [[ $cur == -* ]]; then
    COMPREPLY=($(compgen -W "$flags" -- "$cur"))
  else
    COMPREPLY=($(compgen -W "$subs $words" -- "$cur"))
    if [[ -n $file ]]; then _NAME_files; fi
  fi
}

_NAME_files() {
  local IFS=$'\n'
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -- "$cur"))
}

complete -F _NAME NAME
)";

std::string ChoicesText(const CommandModel& command) {
  std::string text;
  for (const FlagModel& flag : command.flags) {
    if (flag.choices.empty()) continue;
    std::string words;
    for (const std::string& word : flag.choices) Append(words, words.empty() ? "" : "|", word);
    for (const std::string& name : flag.names) {
      Append(text, text.empty() ? "" : " ", name, ":", words);
    }
  }
  return text;
}

std::string Case(const CommandModel& command) {
  std::string subs;
  for (const auto& [name, help] : command.commands) Append(subs, subs.empty() ? "" : " ", name);
  std::string words;
  for (const std::string& word : command.words) Append(words, words.empty() ? "" : " ", word);
  std::string text = Cat("    ", Quoted(command.path), ")\n");
  const auto set = [&text](const char* variable, const std::string& value) {
    if (!value.empty()) Append(text, "      ", variable, "=", Quoted(value), "\n");
  };
  set("subs", subs);
  set("flags", NamesWhere(command, [](const FlagModel&) { return true; }));
  set("takes", NamesWhere(command, [](const FlagModel& flag) { return flag.takes_value; }));
  set("files", NamesWhere(command, [](const FlagModel& flag) { return flag.takes_file; }));
  set("choices", ChoicesText(command));
  set("words", words);
  set("file", command.takes_file ? "yes" : "");
  return text + "      ;;\n";
}

}  // namespace

std::string BashCompletion(const CLI::App& root) {
  std::string cases;
  for (const CommandModel& command : ModelOf(root)) cases += Case(command);
  return Replace(Replace(kScript, "NAME", root.get_name()), "COMMANDS", cases);
}

}  // namespace wsgate::cli
