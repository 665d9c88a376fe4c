// How flags are declared: each with a word for its value, which help and completion show.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/base/clock.h"
#include "wsgate/v1/message.pb.h"

namespace wsgate::cli {

// One value.
CLI::Option* AddValue(CLI::App& app, const std::string& name, std::string& value,
                      const std::string& type, const std::string& help);
CLI::Option* AddNumber(CLI::App& app, const std::string& name, uint32_t& value,
                       const std::string& type, const std::string& help);
// One value each time it is given.
CLI::Option* AddList(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                     const std::string& type, const std::string& help);
// Only the words that its type lists: `table|json`.
void AddChoice(CLI::Option& option);
// The words of a type such as `table|json`; none where it is not a choice.
[[nodiscard]] std::vector<std::string> ChoicesOf(const CLI::Option& option);

// Who is meant, as flags.
struct FilterFlags {
  std::vector<std::string> users;
  std::vector<std::string> user_lists;  // Comma-separated.
  std::vector<std::string> sessions;
  std::vector<std::string> session_lists;
  std::vector<std::string> tenants;
  std::vector<std::string> metadata;  // KEY=VALUE.
  std::string path_prefix;
  std::string subprotocol;
  std::string connected_for;
};

// Who is left out, as flags.
struct ExclusionFlags {
  std::vector<std::string> users;
  std::vector<std::string> sessions;
};

// `verb` begins the help of each: `--user ID  VERB this user; ...`.
void AddFilterFlags(CLI::App& app, FilterFlags& flags, const std::string& verb);
void AddExclusionFlags(CLI::App& app, ExclusionFlags& flags);

// Errors: InvalidArgument, names the flag.
[[nodiscard]] absl::StatusOr<v1::SessionFilter> ToFilter(const FilterFlags& flags);
[[nodiscard]] bool IsEmpty(const v1::SessionFilter& filter);
[[nodiscard]] v1::SendOptions ToOptions(const ExclusionFlags& flags);

void SetDuration(Duration from, google::protobuf::Duration& to);

// The values of a flag and the parts of its comma-separated sister.
[[nodiscard]] std::vector<std::string> AllOf(const std::vector<std::string>& values,
                                             const std::vector<std::string>& lists);

}  // namespace wsgate::cli
