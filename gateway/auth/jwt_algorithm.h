// The signatures of tokens that are known (RFC 7518, RFC 8037), and which kind of key each needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace wsgate {

enum class JwtAlgorithm : uint8_t {
  kHs256,
  kHs384,
  kHs512,
  kRs256,
  kRs384,
  kRs512,
  kPs256,
  kEs256,
  kEs384,
  kEdDsa,
};

enum class KeyKind : uint8_t { kSecret, kRsa, kP256, kP384, kEd25519 };

struct JwtAlgorithmRow {
  JwtAlgorithm algorithm;
  std::string_view name;    // `alg` of a token or a key.
  KeyKind kind;             // No other key can be used with it.
  std::string_view digest;  // OpenSSL's name; empty: the algorithm has its own.
  size_t hash_bytes;        // A secret must be at least so long (RFC 7518 section 3.2).
};

inline constexpr std::array<JwtAlgorithmRow, 10> kJwtAlgorithms = {{
    {JwtAlgorithm::kHs256, "HS256", KeyKind::kSecret, "SHA256", 32},
    {JwtAlgorithm::kHs384, "HS384", KeyKind::kSecret, "SHA384", 48},
    {JwtAlgorithm::kHs512, "HS512", KeyKind::kSecret, "SHA512", 64},
    {JwtAlgorithm::kRs256, "RS256", KeyKind::kRsa, "SHA256", 32},
    {JwtAlgorithm::kRs384, "RS384", KeyKind::kRsa, "SHA384", 48},
    {JwtAlgorithm::kRs512, "RS512", KeyKind::kRsa, "SHA512", 64},
    {JwtAlgorithm::kPs256, "PS256", KeyKind::kRsa, "SHA256", 32},
    {JwtAlgorithm::kEs256, "ES256", KeyKind::kP256, "SHA256", 32},
    {JwtAlgorithm::kEs384, "ES384", KeyKind::kP384, "SHA384", 48},
    {JwtAlgorithm::kEdDsa, "EdDSA", KeyKind::kEd25519, "", 0},
}};

constexpr const JwtAlgorithmRow& RowOf(JwtAlgorithm algorithm) {
  return kJwtAlgorithms[static_cast<size_t>(algorithm)];
}

static_assert(
    [] {
      for (size_t i = 0; i < kJwtAlgorithms.size(); ++i) {
        if (static_cast<size_t>(kJwtAlgorithms[i].algorithm) != i) return false;
      }
      return true;
    }(),
    "rows stand in the order of the enum");

// nullopt: none of them, `none` among others. RFC 9864 calls EdDSA over Ed25519 by the curve's
// name.
constexpr std::optional<JwtAlgorithm> JwtAlgorithmNamed(std::string_view name) {
  if (name == "Ed25519") return JwtAlgorithm::kEdDsa;
  for (const JwtAlgorithmRow& row : kJwtAlgorithms) {
    if (row.name == name) return row.algorithm;
  }
  return std::nullopt;
}

}  // namespace wsgate
