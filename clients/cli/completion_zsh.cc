#include <CLI/CLI.hpp>

#include "clients/cli/completion.h"
#include "clients/cli/completion_model.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

// NAME and COMMANDS are filled in.
constexpr const char* kScript = R"(#compdef NAME
# zsh completion of NAME. Try it: source <(NAME completion zsh)
_NAME_know() {
  subs=() flags=() takes=() files=() picks=() choices=() file=
  case "$1" in
COMMANDS  esac
}

_NAME_value() {
  if (( ${+choices[$1]} )); then
    compadd -- ${(s:|:)choices[$1]}
  elif (( ${files[(Ie)$1]} )); then
    _files
  fi
}

_NAME() {
  local at=NAME want= word file i
  local -a subs flags takes files picks
  local -A choices
  _NAME_know "$at"
  for ((i = 2; i < CURRENT; i++)); do
    word=$words[i]
    if [[ -n $want ]]; then
      want=
    elif (( ${takes[(Ie)$word]} )); then
      want=$word
    elif (( ${subs[(I)${(b)word}:*]} )); then
      at+=" $word"
      _NAME_know "$at"
    fi
  done
  if [[ -n $want ]]; then
    _NAME_value "$want"
  elif [[ $words[CURRENT] == --*=* ]]; then
    want=${words[CURRENT]%%=*}
    compset -P '*='
    _NAME_value "$want"
  elif [[ $words[CURRENT] == -* ]]; then
    _describe flag flags
  else
    (( $#subs )) && _describe command subs
    (( $#picks )) && compadd -- $picks
    if [[ -n $file ]]; then _files; fi
  fi
}

if [[ $funcstack[1] == _NAME ]]; then
  _NAME "$@"
else
  compdef _NAME NAME
fi
)";

std::string Described(const std::string& name, const std::string& help) {
  return Quoted(Cat(Replace(name, ":", "\\:"), ":", help));
}

std::string Case(const CommandModel& command) {
  std::string subs;
  for (const auto& [name, help] : command.commands) Append(subs, " ", Described(name, help));
  std::string flags;
  std::string choices;
  for (const FlagModel& flag : command.flags) {
    std::string words;
    for (const std::string& word : flag.choices) Append(words, words.empty() ? "" : "|", word);
    for (const std::string& name : flag.names) {
      Append(flags, "\n        ", Described(name, flag.help));
      if (!words.empty()) Append(choices, " ", name, " ", Quoted(words));
    }
  }
  std::string picks;
  for (const std::string& word : command.words) Append(picks, " ", Quoted(word));
  std::string text = Cat("    ", Quoted(command.path), ")\n");
  const auto set = [&text](const char* variable, const std::string& value) {
    if (!value.empty()) Append(text, "      ", variable, "=(", value, ")\n");
  };
  set("subs", subs);
  set("flags", flags);
  set("takes", NamesWhere(command, [](const FlagModel& flag) { return flag.takes_value; }));
  set("files", NamesWhere(command, [](const FlagModel& flag) { return flag.takes_file; }));
  set("choices", choices);
  set("picks", picks);
  if (command.takes_file) text += "      file=yes\n";
  return text + "      ;;\n";
}

}  // namespace

std::string ZshCompletion(const CLI::App& root) {
  std::string cases;
  for (const CommandModel& command : ModelOf(root)) cases += Case(command);
  return Replace(Replace(kScript, "NAME", root.get_name()), "COMMANDS", cases);
}

}  // namespace wsgate::cli
