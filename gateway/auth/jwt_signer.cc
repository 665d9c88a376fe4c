#include "gateway/auth/jwt_signer.h"

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>
#include <utility>

#include "gateway/auth/verification_key.h"
#include "gateway/base/base64.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using EcdsaPtr = std::unique_ptr<ECDSA_SIG, Freer<ECDSA_SIG_free>>;

std::string Mac(const JwtAlgorithmRow& row, const std::string& secret, std::string_view input) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  HMAC(EVP_get_digestbyname(row.digest.data()), secret.data(), static_cast<int>(secret.size()),
       Bytes(input), input.size(), mac.data(), &size);
  return {reinterpret_cast<const char*>(mac.data()), size};
}

// From OpenSSL's form to that of a token (RFC 7518 section 3.4).
std::string EcdsaToRaw(std::string_view der, size_t coordinate_bytes) {
  const unsigned char* at = Bytes(der);
  const EcdsaPtr signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
  std::string raw(2 * coordinate_bytes, '\0');
  auto* const to = reinterpret_cast<unsigned char*>(raw.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), to, static_cast<int>(coordinate_bytes));
  BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), to + coordinate_bytes,
               static_cast<int>(coordinate_bytes));
  return raw;
}

}  // namespace

absl::StatusOr<SigningKey> SigningKey::FromSecret(std::string secret) {
  // The same rule as for checking.
  const absl::StatusOr<VerificationKey> checked = VerificationKey::FromSecret(secret, "");
  if (!checked.ok()) return checked.status();
  return SigningKey(KeyKind::kSecret, std::move(secret), nullptr);
}

absl::StatusOr<SigningKey> SigningKey::FromPem(std::string_view text) {
  const BioPtr reader = ReaderOf(text);
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  EvpPkeyPtr key(PEM_read_bio_PrivateKey(reader.get(), nullptr, no_passphrase, nullptr));
  if (key == nullptr) {
    ERR_clear_error();
    return Invalid("is no private key in PEM, or needs a passphrase");
  }
  EVP_PKEY_up_ref(key.get());
  const absl::StatusOr<VerificationKey> checked =
      VerificationKey::FromPublic(EvpPkeyPtr(key.get()), "");
  if (!checked.ok()) return checked.status();
  return SigningKey(checked->kind(), "", std::move(key));
}

JwtAlgorithm SigningKey::usual_algorithm() const {
  for (const JwtAlgorithmRow& row : kJwtAlgorithms) {
    if (row.kind == kind_) return row.algorithm;
  }
  return JwtAlgorithm::kHs256;
}

std::string SigningKey::PublicPem() const {
  if (key_ == nullptr) return "";
  const BioPtr writer(BIO_new(BIO_s_mem()));
  PEM_write_bio_PUBKEY(writer.get(), key_.get());
  char* text = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &text);
  return {text, static_cast<size_t>(size)};
}

absl::StatusOr<std::string> SigningKey::Sign(JwtAlgorithm algorithm, std::string_view header,
                                             std::string_view claims) const {
  const JwtAlgorithmRow& row = RowOf(algorithm);
  if (row.kind != kind_ || (kind_ == KeyKind::kSecret && secret_.size() < row.hash_bytes)) {
    return Invalid("does not fit the algorithm ", row.name);
  }
  std::string token;
  AppendBase64Url(header, token);
  token.push_back('.');
  AppendBase64Url(claims, token);
  const std::string signature = SignBytes(row, token);
  if (signature.empty()) return Invalid("cannot sign");
  token.push_back('.');
  AppendBase64Url(signature, token);
  return token;
}

std::string SigningKey::SignBytes(const JwtAlgorithmRow& row, std::string_view input) const {
  if (kind_ == KeyKind::kSecret) return Mac(row, secret_, input);
  const EvpMdCtxPtr context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* key_context = nullptr;
  const char* digest = row.digest.empty() ? nullptr : row.digest.data();
  bool good = EVP_DigestSignInit_ex(context.get(), &key_context, digest, nullptr, nullptr,
                                    key_.get(), nullptr) == 1;
  if (good && row.algorithm == JwtAlgorithm::kPs256) {
    good = EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  size_t size = 0;
  good = good && EVP_DigestSign(context.get(), nullptr, &size, Bytes(input), input.size()) == 1;
  std::string signature(size, '\0');
  good = good && EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()),
                                &size, Bytes(input), input.size()) == 1;
  if (!good) {
    ERR_clear_error();
    return "";
  }
  signature.resize(size);
  const bool ecdsa = kind_ == KeyKind::kP256 || kind_ == KeyKind::kP384;
  return ecdsa ? EcdsaToRaw(signature, row.hash_bytes) : signature;
}

}  // namespace wsgate
