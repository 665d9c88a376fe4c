#include "clients/cli/flags.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "clients/cli/context.h"
#include "gateway/config/strings.h"

namespace wsgate::cli {
namespace {

void CopyTo(const std::vector<std::string>& from,
            google::protobuf::RepeatedPtrField<std::string>& to) {
  for (const std::string& value : from) *to.Add() = value;
}

absl::Status ReadMetadata(const std::vector<std::string>& entries, v1::SessionFilter& filter) {
  for (const std::string& entry : entries) {
    const size_t equals = entry.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Invalid("--meta: \"", entry, "\" is no entry; write KEY=VALUE, for example room=blue");
    }
    (*filter.mutable_metadata())[entry.substr(0, equals)] = entry.substr(equals + 1);
  }
  return absl::OkStatus();
}

}  // namespace

CLI::Option* AddValue(CLI::App& app, const std::string& name, std::string& value,
                      const std::string& type, const std::string& help) {
  return app.add_option(name, value, help)->type_name(type);
}

CLI::Option* AddNumber(CLI::App& app, const std::string& name, uint32_t& value,
                       const std::string& type, const std::string& help) {
  const auto check = [name](const std::string& text) {
    return ReadNumber<uint32_t>(text) ? std::string() : Cat("\"", text, "\" is not a whole number");
  };
  return app.add_option(name, value, help)->type_name(type)->check(check);
}

CLI::Option* AddList(CLI::App& app, const std::string& name, std::vector<std::string>& values,
                     const std::string& type, const std::string& help) {
  // Without extra arguments: `--user ada hello` is a user and a text.
  return app.add_option(name, values, help)->type_name(type)->allow_extra_args(false);
}

void AddChoice(CLI::Option& option) {
  const std::vector<std::string> choices = ChoicesOf(option);
  const std::string type = option.get_type_name();
  option.check([choices, type](const std::string& text) {
    const bool known = std::find(choices.begin(), choices.end(), text) != choices.end();
    return known ? std::string() : Cat("\"", text, "\" is none of ", type);
  });
}

std::vector<std::string> ChoicesOf(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  if (type.find('|') == std::string::npos) return {};
  return Split(type, '|');
}

void AddFilterFlags(CLI::App& app, FilterFlags& flags, const std::string& verb) {
  const auto group = [](CLI::Option* option) { option->group("Who is meant"); };
  group(AddList(app, "--user", flags.users, "ID", Cat(verb, " this user; may be repeated")));
  group(AddList(app, "--users", flags.user_lists, "ID,ID,...", Cat(verb, " these users")));
  group(
      AddList(app, "--session", flags.sessions, "ID", Cat(verb, " this session; may be repeated")));
  group(AddList(app, "--sessions", flags.session_lists, "ID,ID,...", Cat(verb, " these sessions")));
  group(
      AddList(app, "--tenant", flags.tenants, "NAME", Cat(verb, " this tenant; may be repeated")));
  group(AddValue(app, "--path", flags.path_prefix, "PREFIX",
                 "whose path begins so, for example /ws/lobby"));
  group(AddValue(app, "--subprotocol", flags.subprotocol, "NAME",
                 "with this subprotocol, for example wsgate.raw"));
  group(AddList(app, "--meta", flags.metadata, "KEY=VALUE", "with this metadata; may be repeated"));
  group(AddValue(app, "--connected-for", flags.connected_for, "TIME",
                 "open for at least this long, for example 10m"));
}

void AddExclusionFlags(CLI::App& app, ExclusionFlags& flags) {
  AddList(app, "--exclude-user", flags.users, "ID", "leave this user out; may be repeated");
  AddList(app, "--exclude-session", flags.sessions, "ID",
          "leave this session out; may be repeated");
}

absl::StatusOr<v1::SessionFilter> ToFilter(const FilterFlags& flags) {
  v1::SessionFilter filter;
  CopyTo(AllOf(flags.users, flags.user_lists), *filter.mutable_user_ids());
  CopyTo(AllOf(flags.sessions, flags.session_lists), *filter.mutable_session_ids());
  CopyTo(flags.tenants, *filter.mutable_tenants());
  filter.set_path_prefix(flags.path_prefix);
  filter.set_subprotocol(flags.subprotocol);
  if (absl::Status bad = ReadMetadata(flags.metadata, filter); !bad.ok()) return bad;
  if (!flags.connected_for.empty()) {
    const absl::StatusOr<Duration> time = ReadTime("--connected-for", flags.connected_for);
    if (!time.ok()) return time.status();
    SetDuration(*time, *filter.mutable_connected_for());
  }
  return filter;
}

void SetDuration(Duration from, google::protobuf::Duration& to) {
  constexpr int64_t kNanosPerSecond = 1'000'000'000;
  to.set_seconds(from.count() / kNanosPerSecond);
  to.set_nanos(static_cast<int32_t>(from.count() % kNanosPerSecond));
}

bool IsEmpty(const v1::SessionFilter& filter) {
  return filter.ByteSizeLong() == 0;
}

v1::SendOptions ToOptions(const ExclusionFlags& flags) {
  v1::SendOptions options;
  CopyTo(flags.users, *options.mutable_exclude_user_ids());
  CopyTo(flags.sessions, *options.mutable_exclude_session_ids());
  return options;
}

std::vector<std::string> AllOf(const std::vector<std::string>& values,
                               const std::vector<std::string>& lists) {
  std::vector<std::string> all = values;
  for (const std::string& list : lists) {
    for (std::string& part : Split(list, ',')) all.push_back(std::move(part));
  }
  return all;
}

}  // namespace wsgate::cli
