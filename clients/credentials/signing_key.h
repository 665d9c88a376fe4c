// Keys that sign tokens, from files as the gateway reads them.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "gateway/auth/jwt_signer.h"

namespace wsgate::client {

// A secret as auth.jwt.secret_file has it, or a private key in PEM. Errors: InvalidArgument, names
// the file.
[[nodiscard]] absl::StatusOr<SigningKey> ReadSigningSecret(const std::string& path);
[[nodiscard]] absl::StatusOr<SigningKey> ReadSigningPem(const std::string& path);

}  // namespace wsgate::client
