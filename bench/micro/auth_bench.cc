// What a token costs: parts, JSON, signature and claims, as a shard does it when a connection asks
// to come in. No sockets.
#include <benchmark/benchmark.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <memory>
#include <string>

#include "gateway/auth/jwt_signer.h"
#include "gateway/auth/jwt_verifier.h"
#include "gateway/base/check.h"

namespace wsgate {
namespace {

constexpr int64_t kNow = 1'800'000'000;
constexpr std::string_view kClaims =
    R"({"iss":"https://id.example/realms/main","aud":"chat","sub":"5f1d7e84-9c6a-4a39-8c1e-6d2f8a0c7b11",)"
    R"("iat":1799999990,"exp":1800000600,"jti":"0b7c2c1e-4a6f-4a0e-9d9b-1f6a3f0a9d11","scope":"openid"})";

std::string PemOf(EVP_PKEY* made) {
  const EvpPkeyPtr key(made);
  const BioPtr writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(writer.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &text);
  return {text, static_cast<size_t>(size)};
}

absl::StatusOr<SigningKey> SignerOf(KeyKind kind) {
  switch (kind) {
    case KeyKind::kSecret:
      return SigningKey::FromSecret(std::string(64, 's'));
    case KeyKind::kRsa:
      return SigningKey::FromPem(PemOf(EVP_RSA_gen(2048)));
    case KeyKind::kP256:
      return SigningKey::FromPem(PemOf(EVP_EC_gen("P-256")));
    case KeyKind::kP384:
      return SigningKey::FromPem(PemOf(EVP_EC_gen("P-384")));
    case KeyKind::kEd25519:
      break;
  }
  return SigningKey::FromPem(PemOf(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519")));
}

VerificationKey CheckerOf(const SigningKey& signer) {
  if (signer.kind() == KeyKind::kSecret) {
    return *VerificationKey::FromSecret(std::string(64, 's'), "k");
  }
  const std::string pem = signer.PublicPem();
  const BioPtr reader = ReaderOf(pem);
  return *VerificationKey::FromPublic(
      EvpPkeyPtr(PEM_read_bio_PUBKEY(reader.get(), nullptr, nullptr, nullptr)), "k");
}

void BM_VerifyToken(benchmark::State& state, JwtAlgorithm algorithm) {
  const absl::StatusOr<SigningKey> signer = SignerOf(RowOf(algorithm).kind);
  WSGATE_CHECK(signer.ok());
  auto keys = std::make_shared<KeySet>();
  keys->keys.push_back(CheckerOf(*signer));
  KeyStore store(std::move(keys));
  const ClaimRules rules{.issuer = "https://id.example/realms/main", .audiences = {"chat"}};
  JwtVerifier verifier(rules, store);
  const std::string header =
      R"({"alg":")" + std::string(RowOf(algorithm).name) + R"(","typ":"JWT","kid":"k"})";
  const std::string token = *signer->Sign(algorithm, header, kClaims);
  for (auto _ : state) {
    const TokenResult result = verifier.Verify(token, kNow);
    WSGATE_CHECK(std::holds_alternative<TokenIdentity>(result));
  }
}
BENCHMARK_CAPTURE(BM_VerifyToken, HS256, JwtAlgorithm::kHs256);
BENCHMARK_CAPTURE(BM_VerifyToken, RS256, JwtAlgorithm::kRs256);
BENCHMARK_CAPTURE(BM_VerifyToken, PS256, JwtAlgorithm::kPs256);
BENCHMARK_CAPTURE(BM_VerifyToken, ES256, JwtAlgorithm::kEs256);
BENCHMARK_CAPTURE(BM_VerifyToken, ES384, JwtAlgorithm::kEs384);
BENCHMARK_CAPTURE(BM_VerifyToken, EdDSA, JwtAlgorithm::kEdDsa);

// What a flood of bad tokens costs: a signature that is not good is the dearest of them.
void BM_RefuseUnknownKey(benchmark::State& state) {
  KeyStore store;
  const ClaimRules rules;
  JwtVerifier verifier(rules, store);
  const absl::StatusOr<SigningKey> signer = SignerOf(KeyKind::kSecret);
  const std::string token =
      *signer->Sign(JwtAlgorithm::kHs256, R"({"alg":"HS256","kid":"nobody"})", kClaims);
  for (auto _ : state) {
    const TokenResult result = verifier.Verify(token, kNow);
    WSGATE_CHECK(std::holds_alternative<TokenError>(result));
  }
}
BENCHMARK(BM_RefuseUnknownKey);

}  // namespace
}  // namespace wsgate

BENCHMARK_MAIN();
