// Tokens, certificates and callers of a run: what its flags say, and what the files behind them
// hold.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "clients/cpp/client_options.h"
#include "clients/credentials/tls_files.h"
#include "clients/credentials/token_signer.h"
#include "clients/loadgen/tls_link.h"

namespace wsgate::loadgen {

struct AccessFlags {
  client::TokenFlags token;      // Of the sessions' users; without a key they show none.
  std::string client_tls_ca;     // Either of the two turns TLS on.
  std::string client_tls_name;   // Empty: the host of the client address.
  std::string token_file;        // The caller's on the control port.
  client::TlsFiles control_tls;  // Of the control port.
};

// Owner:   RunOptions; copies share it.
// Threads: any that no fork stands between.
struct Access {
  std::shared_ptr<const client::TokenSigner> signer;  // Null: sessions show no token.
  std::shared_ptr<const TlsClient> client_tls;        // Null: plain text.
  client::ClientOptions control;                      // With its address.
};

void AddAccessFlags(CLI::App& app, AccessFlags& flags);

// Reads the files. Errors: InvalidArgument, names the flag or the file.
[[nodiscard]] absl::StatusOr<Access> ReadAccess(const AccessFlags& flags,
                                                const std::string& client_address,
                                                const std::string& control_address);

}  // namespace wsgate::loadgen
