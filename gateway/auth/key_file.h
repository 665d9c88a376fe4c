// Keys as people keep them in files: PEM, or a secret as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/auth/verification_key.h"

namespace wsgate {

inline constexpr size_t kKeyFileBytesMax = 1024 * 1024;

// The file's bytes. Errors: what is wrong with it, with its path.
[[nodiscard]] absl::StatusOr<std::string> ReadKeyFile(const std::string& path);

// Every `PUBLIC KEY` and `CERTIFICATE` of a PEM file, none with a `kid`. Errors: InvalidArgument:
// there is none, one cannot be used, or a private key stands in it; a sentence without subject.
[[nodiscard]] absl::StatusOr<std::vector<VerificationKey>> ParsePemKeys(std::string_view text);

// The secret is the file's bytes; one line break at the end is no part of it. Errors: as above.
[[nodiscard]] absl::StatusOr<VerificationKey> ParseSecret(std::string text);

}  // namespace wsgate
