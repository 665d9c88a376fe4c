// Signed tokens for auth.mode jwt, made by who has the key: to try a gateway out, to check it, to
// load it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/credentials/signing_key.h"
#include "gateway/base/clock.h"

namespace wsgate::client {

// What a token is made of, as flags say it; what is empty is left out.
struct TokenFlags {
  std::string secret_file;  // --secret-file; or
  std::string private_key_file;
  std::string algorithm;  // Empty: the usual one of the key.
  std::string key_id;
  std::string issuer;
  std::vector<std::string> audiences;
  std::string token_id;
  std::string tenant;
  std::vector<std::string> metadata;  // KEY=VALUE.
  std::vector<std::string> claims;    // NAME=JSON.
};

struct SignedToken {
  std::string text;
  nlohmann::ordered_json header;
  nlohmann::ordered_json claims;
};

// Flow:    flags → TokenSigner → a token for each user.
// Owner:   a value.
// Threads: any; it never changes.
// Bounds:  one key.
class TokenSigner {
 public:
  // Reads the key. Errors: InvalidArgument, names the flag or the file.
  [[nodiscard]] static absl::StatusOr<TokenSigner> Make(const TokenFlags& flags);

  // A token of `user` that is good for `life` from now on. Errors: InvalidArgument: the algorithm
  // needs another key.
  [[nodiscard]] absl::StatusOr<SignedToken> Sign(const std::string& user, Duration life) const;

 private:
  using Json = nlohmann::ordered_json;

  TokenSigner(SigningKey key, JwtAlgorithm algorithm, Json header, Json claims)
      : key_(std::move(key)),
        algorithm_(algorithm),
        header_(std::move(header)),
        claims_(std::move(claims)) {}

  SigningKey key_;
  JwtAlgorithm algorithm_;
  Json header_;
  Json claims_;  // Those that all tokens have.
};

}  // namespace wsgate::client
