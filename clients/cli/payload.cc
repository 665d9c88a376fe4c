#include "clients/cli/payload.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "gateway/config/strings.h"
#include "gateway/websocket/utf8.h"

namespace wsgate::cli {
namespace {

constexpr size_t kPayloadBytesMax = 64 << 20;  // The ceiling of limits.send_bytes_max.

absl::StatusOr<std::string> ReadAll(std::istream& in, const std::string& name) {
  std::string bytes(kPayloadBytesMax + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return Invalid(name, " cannot be read: ", std::strerror(errno));
  bytes.resize(static_cast<size_t>(in.gcount()));
  if (bytes.size() > kPayloadBytesMax) {
    return Invalid(name, " is larger than 64 MiB, the most that a gateway may be set to take");
  }
  return bytes;
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  if (path == "-") return ReadAll(std::cin, "standard input");
  std::ifstream file(path, std::ios::binary);
  if (!file) return Invalid("the file ", path, " cannot be read: ", std::strerror(errno));
  return ReadAll(file, Cat("the file ", path));
}

absl::Status CheckUtf8(std::string_view text) {
  Utf8Checker checker;
  if (checker.Push(text) && checker.complete()) return absl::OkStatus();
  return Invalid("the text is not UTF-8; send bytes with --binary-file FILE");
}

absl::StatusOr<std::string> ReadText(const PayloadFlags& flags) {
  if (flags.text_option->count() > 0) return flags.text;
  const bool asked = !flags.file.empty();
  if (!asked && isatty(STDIN_FILENO) == 1) {
    return Invalid("nothing to send: give a TEXT, --file FILE, --binary-file FILE, or pipe it in");
  }
  absl::StatusOr<std::string> text = ReadFile(asked ? flags.file : "-");
  if (!text.ok()) return text;
  if (text->ends_with('\n')) text->pop_back();
  // A script that forgot the text has an empty standard input; an empty file was named on purpose.
  if (text->empty() && !asked) return Invalid("nothing to send: standard input is empty");
  if (absl::Status bad = CheckUtf8(*text); !bad.ok()) return bad;
  return text;
}

}  // namespace

void AddPayloadFlags(CLI::App& app, PayloadFlags& flags) {
  flags.text_option = AddValue(app, "TEXT", flags.text, "TEXT",
                               "the message; without it and --file: standard input");
  AddValue(app, "--file", flags.file, "FILE", "the text in this file; -: standard input");
  AddValue(app, "--binary-file", flags.binary_file, "FILE",
           "the bytes of this file as a binary message; -: standard input");
  app.add_flag("--json", flags.json, "the text is a JSON document, checked before it is sent");
}

absl::StatusOr<v1::Message> ReadPayload(const PayloadFlags& flags) {
  const int sources = (flags.text_option->count() > 0 ? 1 : 0) + (flags.file.empty() ? 0 : 1) +
                      (flags.binary_file.empty() ? 0 : 1);
  if (sources > 1) return Invalid("give one of TEXT, --file and --binary-file");
  v1::Message message;
  if (!flags.binary_file.empty()) {
    if (flags.json) return Invalid("--json is for texts; use it with --file");
    absl::StatusOr<std::string> bytes = ReadFile(flags.binary_file);
    if (!bytes.ok()) return bytes.status();
    message.set_binary(*std::move(bytes));
    return message;
  }
  absl::StatusOr<std::string> text = ReadText(flags);
  if (!text.ok()) return text.status();
  if (flags.json) {
    message.set_json(*std::move(text));
  } else {
    message.set_text(*std::move(text));
  }
  return message;
}

}  // namespace wsgate::cli
