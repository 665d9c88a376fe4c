#include "tests/unit/auth/test_keys.h"

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <utility>

#include "gateway/auth/key_file.h"
#include "gateway/base/check.h"

namespace wsgate {
namespace {

std::string Make(KeyKind kind) {
  const EvpPkeyPtr key(kind == KeyKind::kRsa    ? EVP_RSA_gen(2048)
                       : kind == KeyKind::kP256 ? EVP_EC_gen("P-256")
                       : kind == KeyKind::kP384 ? EVP_EC_gen("P-384")
                                                : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const BioPtr writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(writer.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &text);
  return {text, static_cast<size_t>(size)};
}

SigningKey MakeSigner(KeyKind kind) {
  return *(kind == KeyKind::kSecret ? SigningKey::FromSecret(Secret())
                                    : SigningKey::FromPem(PrivatePem(kind)));
}

}  // namespace

const std::string& PrivatePem(KeyKind kind) {
  static const std::array<std::string, 5> pems = {"", Make(KeyKind::kRsa), Make(KeyKind::kP256),
                                                  Make(KeyKind::kP384), Make(KeyKind::kEd25519)};
  return pems[static_cast<size_t>(kind)];
}

const std::string& Secret() {
  static const std::string secret(64, 's');
  return secret;
}

const SigningKey& Signer(KeyKind kind) {
  static const std::array<SigningKey, 5> signers = {
      MakeSigner(KeyKind::kSecret), MakeSigner(KeyKind::kRsa), MakeSigner(KeyKind::kP256),
      MakeSigner(KeyKind::kP384), MakeSigner(KeyKind::kEd25519)};
  return signers[static_cast<size_t>(kind)];
}

VerificationKey Checker(KeyKind kind, std::string kid, std::string_view algorithm) {
  if (kind == KeyKind::kSecret) {
    return *VerificationKey::FromSecret(Secret(), std::move(kid), algorithm);
  }
  const std::string pem = Signer(kind).PublicPem();
  const BioPtr reader = ReaderOf(pem);
  EvpPkeyPtr key(PEM_read_bio_PUBKEY(reader.get(), nullptr, nullptr, nullptr));
  return *VerificationKey::FromPublic(std::move(key), std::move(kid), algorithm);
}

KeySetPtr SetOf(std::vector<VerificationKey> keys, bool complete) {
  return std::make_shared<KeySet>(KeySet{.keys = std::move(keys), .complete = complete});
}

std::string Token(JwtAlgorithm algorithm, std::string_view claims, std::string_view kid) {
  std::string header = R"({"typ":"JWT","alg":")" + std::string(RowOf(algorithm).name) + '"';
  if (!kid.empty()) header += R"(,"kid":")" + std::string(kid) + '"';
  return TokenWithHeader(algorithm, header + '}', claims);
}

std::string TokenWithHeader(JwtAlgorithm algorithm, std::string_view header,
                            std::string_view claims) {
  const absl::StatusOr<std::string> token =
      Signer(RowOf(algorithm).kind).Sign(algorithm, header, claims);
  WSGATE_CHECK(token.ok());
  return *token;
}

}  // namespace wsgate
