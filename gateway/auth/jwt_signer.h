// Makes tokens: for `wsgatectl token`, benchmarks and tests. The gateway itself signs nothing.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/auth/jwt_algorithm.h"
#include "gateway/base/openssl_ptr.h"

namespace wsgate {

// Owner:   a value.   Threads: its owner's.
class SigningKey {
 public:
  // Errors: InvalidArgument: what is wrong with it, as a sentence without subject.
  [[nodiscard]] static absl::StatusOr<SigningKey> FromSecret(std::string secret);
  // A private key in PEM without a passphrase.
  [[nodiscard]] static absl::StatusOr<SigningKey> FromPem(std::string_view text);

  [[nodiscard]] KeyKind kind() const { return kind_; }
  // What is taken where none is asked for: HS256, RS256, ES256, ES384, EdDSA.
  [[nodiscard]] JwtAlgorithm usual_algorithm() const;
  // The public half as a PEM file has it; empty for a secret.
  [[nodiscard]] std::string PublicPem() const;

  // A token of header and claims, each a JSON object. Errors: InvalidArgument: the algorithm needs
  // another key.
  [[nodiscard]] absl::StatusOr<std::string> Sign(JwtAlgorithm algorithm, std::string_view header,
                                                 std::string_view claims) const;

 private:
  SigningKey(KeyKind kind, std::string secret, EvpPkeyPtr key)
      : kind_(kind), secret_(std::move(secret)), key_(std::move(key)) {}
  [[nodiscard]] std::string SignBytes(const JwtAlgorithmRow& row, std::string_view input) const;

  KeyKind kind_;
  std::string secret_;  // Of kSecret.
  EvpPkeyPtr key_;      // Of the others.
};

}  // namespace wsgate
