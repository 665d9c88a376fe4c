// Keys and tokens for the tests of this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gateway/auth/jwt_signer.h"
#include "gateway/auth/key_store.h"

namespace wsgate {

inline constexpr int64_t kNow = 1'800'000'000;  // Seconds since 1970.

// A private key in PEM of that kind, made once; kRsa has 2048 bits.
const std::string& PrivatePem(KeyKind kind);
const std::string& Secret();  // 64 bytes.

// The signer's half of the test's key of that kind.
const SigningKey& Signer(KeyKind kind);
// Its checker's half.
VerificationKey Checker(KeyKind kind, std::string kid = "", std::string_view algorithm = "");

KeySetPtr SetOf(std::vector<VerificationKey> keys, bool complete = true);

// A token as `algorithm` signs it, with {"alg":…,"kid":…} as its header.
std::string Token(JwtAlgorithm algorithm, std::string_view claims, std::string_view kid = "");
// One with a header of the test's own.
std::string TokenWithHeader(JwtAlgorithm algorithm, std::string_view header,
                            std::string_view claims);

}  // namespace wsgate
