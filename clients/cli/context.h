// What every command has: the global flags, the gateway, and where its words go.
#pragma once

#include <google/protobuf/message.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/paint.h"
#include "clients/cpp/client.h"
#include "clients/credentials/tls_files.h"

namespace wsgate::cli {

// The global flags as they were given.
struct Settings {
  std::string address = "127.0.0.1:50051";
  std::string timeout = "10s";
  std::string token_file;
  client::TlsFiles tls;
  std::string output = "table";
  std::string color = "auto";
};

// Flow:    main → Context → command.
// Owner:   main.   Threads: one.
// Bounds:  one connection.
class Context {
 public:
  Context(Settings settings, std::ostream& out, std::ostream& err);

  // Checks the global flags and opens the client. Errors: InvalidArgument, names the flag.
  absl::Status Connect();

  [[nodiscard]] client::Client& client() { return *client_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] bool json() const { return settings_.output == "json"; }
  [[nodiscard]] std::ostream& out() { return out_; }
  [[nodiscard]] const Paint& paint() const { return paint_; }

  // One document, for people and programs: every field is there, also a zero.
  void PrintJson(const google::protobuf::Message& message);
  // The same as one line, of a stream of them; it is out when this returns.
  void PrintJsonLine(const google::protobuf::Message& message);

  // A line for people beside the output.
  void Note(std::string_view text);
  // A call failed: says why.
  ExitCode Fail(const absl::Status& status);
  // The same for what was no call.
  ExitCode Fail(std::string_view text, ExitCode code);
  // The command line is wrong: says how.
  ExitCode Usage(std::string_view text);

 private:
  Settings settings_;
  std::ostream& out_;
  std::ostream& err_;
  Paint paint_;
  Paint error_paint_;
  Duration timeout_ = Duration::zero();
  std::unique_ptr<client::Client> client_;
};

// `wsgatectl: TEXT`, the form of every error.
void PrintError(std::ostream& err, const Paint& paint, std::string_view text);

// What the flag of that name takes. Errors: InvalidArgument, names the flag and says how to write
// it.
[[nodiscard]] absl::StatusOr<Duration> ReadTime(std::string_view flag, const std::string& text);

}  // namespace wsgate::cli
