// One key that tokens may be signed with, and the algorithms that it is good for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "gateway/auth/jwt_algorithm.h"
#include "gateway/base/openssl_ptr.h"

namespace wsgate {

// What a thread keeps from one verification to the next.
// Owner:   a JwtVerifier.   Threads: its owner's.
struct VerifyScratch {
  EvpMdCtxPtr digest{EVP_MD_CTX_new()};
  std::string signature;  // In the form that OpenSSL reads.
};

// The algorithm belongs to the key: a token can only name one that the key has.
// Flow:    ParseJwks(), ReadKeyFile() → KeySet → JwtVerifier.
// Owner:   a KeySet.
// Threads: any; it never changes.
// Bounds:  RSA of 2048 to 8192 bits; a secret is as long as the hash of its algorithm or longer.
class VerificationKey {
 public:
  static constexpr int kRsaBitsMin = 2048;
  static constexpr int kRsaBitsMax = 8192;  // A larger one would cost milliseconds a token.

  // `algorithm`: the only one; empty: all that fit the kind of key and its size. Errors:
  // InvalidArgument: what is wrong with it, as a sentence without subject.
  [[nodiscard]] static absl::StatusOr<VerificationKey> FromSecret(std::string secret,
                                                                  std::string kid,
                                                                  std::string_view algorithm = "");
  [[nodiscard]] static absl::StatusOr<VerificationKey> FromPublic(EvpPkeyPtr key, std::string kid,
                                                                  std::string_view algorithm = "");

  [[nodiscard]] const std::string& kid() const { return kid_; }  // Empty: none.
  [[nodiscard]] KeyKind kind() const { return kind_; }
  [[nodiscard]] bool Allows(JwtAlgorithm algorithm) const {
    return (algorithms_ >> static_cast<unsigned>(algorithm) & 1) != 0;
  }
  // Whether `signature` is this key's over `input`. Only for an algorithm that it allows.
  [[nodiscard]] bool Verify(JwtAlgorithm algorithm, std::string_view input,
                            std::string_view signature, VerifyScratch& scratch) const;

 private:
  VerificationKey(std::string kid, KeyKind kind) : kid_(std::move(kid)), kind_(kind) {}
  // Keeps what fits; an error where nothing is left.
  absl::Status Restrict(std::string_view algorithm);
  [[nodiscard]] bool VerifyMac(const JwtAlgorithmRow& row, std::string_view input,
                               std::string_view signature) const;
  [[nodiscard]] bool VerifyPublic(const JwtAlgorithmRow& row, std::string_view input,
                                  std::string_view signature, VerifyScratch& scratch) const;

  std::string kid_;
  KeyKind kind_;
  uint16_t algorithms_ = 0;        // A bit each.
  std::string secret_;             // Of kSecret.
  std::shared_ptr<EVP_PKEY> key_;  // Of the others.
};

// Whether the two are equal, in a time that depends on nothing but their length.
[[nodiscard]] bool EqualInConstantTime(std::string_view a, std::string_view b);

}  // namespace wsgate
