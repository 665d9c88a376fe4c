// JSON Web Keys (RFC 7517, RFC 7518 section 6, RFC 8037 section 2).
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/auth/verification_key.h"

namespace wsgate {

// Whether secrets may stand among the keys: in a file that only the gateway reads, never in what an
// address gives to everybody.
enum class Secrets : uint8_t { kRefused, kTaken };

struct ParsedJwks {
  std::vector<VerificationKey> keys;
  std::vector<std::string> left_out;  // A sentence for each key that cannot be used.
};

// A set (`{"keys": […]}`) or a single key. Keys for encryption, of unknown kinds, or too weak are
// left out. Errors: InvalidArgument: it is no such set, or no key of it can be used; a sentence
// without subject.
[[nodiscard]] absl::StatusOr<ParsedJwks> ParseJwks(std::string text, Secrets secrets);

}  // namespace wsgate
