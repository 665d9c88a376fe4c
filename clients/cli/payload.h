// The message of a send: from the command line, a file or standard input.
#pragma once

#include <CLI/App.hpp>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/flags.h"
#include "wsgate/v1/message.pb.h"

namespace wsgate::cli {

struct PayloadFlags {
  std::string text;
  std::string file;         // `-`: standard input.
  std::string binary_file;  // The same.
  bool json = false;
  const CLI::Option* text_option = nullptr;
};

void AddPayloadFlags(CLI::App& app, PayloadFlags& flags);

// Reads it. A text or a document from a file loses one newline at its end, a binary message
// nothing. Errors: InvalidArgument, says which flag to use.
[[nodiscard]] absl::StatusOr<v1::Message> ReadPayload(const PayloadFlags& flags);

}  // namespace wsgate::cli
