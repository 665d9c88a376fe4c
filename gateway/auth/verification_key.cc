#include "gateway/auth/verification_key.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <array>
#include <optional>
#include <utility>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

std::optional<KeyKind> KindOf(EVP_PKEY* key) {
  switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
      return KeyKind::kRsa;
    case EVP_PKEY_ED25519:
      return KeyKind::kEd25519;
    case EVP_PKEY_EC: {
      std::array<char, 32> group{};
      size_t size = 0;
      if (EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) != 1) return std::nullopt;
      const std::string_view name(group.data(), size);
      if (name == "prime256v1") return KeyKind::kP256;
      if (name == "secp384r1") return KeyKind::kP384;
      return std::nullopt;
    }
    default:
      return std::nullopt;
  }
}

// One INTEGER of DER (X.690 section 8.3): no leading zeros, one where the top bit is set.
void AppendDerInteger(std::string_view number, std::string& out) {
  while (number.size() > 1 && number.front() == '\0') number.remove_prefix(1);
  const bool pad = (static_cast<uint8_t>(number.front()) & 0x80) != 0;
  out.push_back(0x02);
  out.push_back(static_cast<char>(number.size() + (pad ? 1 : 0)));
  if (pad) out.push_back('\0');
  out.append(number);
}

// The two numbers of an ECDSA signature, which a token has side by side (RFC 7518 section 3.4), as
// OpenSSL reads them. False: they are not `coordinate_bytes` each.
bool EcdsaToDer(std::string_view raw, size_t coordinate_bytes, std::string& der) {
  if (raw.size() != 2 * coordinate_bytes) return false;
  der.assign("\x30\x00", 2);
  AppendDerInteger(raw.substr(0, coordinate_bytes), der);
  AppendDerInteger(raw.substr(coordinate_bytes), der);
  der[1] = static_cast<char>(der.size() - 2);  // At most 102: one byte of length.
  return true;
}

}  // namespace

bool EqualInConstantTime(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

absl::StatusOr<VerificationKey> VerificationKey::FromSecret(std::string secret, std::string kid,
                                                            std::string_view algorithm) {
  VerificationKey key(std::move(kid), KeyKind::kSecret);
  if (secret.size() < RowOf(JwtAlgorithm::kHs256).hash_bytes) {
    return Invalid("has ", secret.size(), " bytes, but a secret needs at least 32 (",
                   "`openssl rand -hex 32` makes one)");
  }
  key.secret_ = std::move(secret);
  if (const absl::Status status = key.Restrict(algorithm); !status.ok()) return status;
  return key;
}

absl::StatusOr<VerificationKey> VerificationKey::FromPublic(EvpPkeyPtr pkey, std::string kid,
                                                            std::string_view algorithm) {
  const std::optional<KeyKind> kind = KindOf(pkey.get());
  if (!kind) return Invalid("is neither RSA, EC on P-256 or P-384, nor Ed25519");
  const int bits = EVP_PKEY_get_bits(pkey.get());
  if (*kind == KeyKind::kRsa && (bits < kRsaBitsMin || bits > kRsaBitsMax)) {
    return Invalid("is RSA of ", bits, " bits, but must have ", kRsaBitsMin, " to ", kRsaBitsMax);
  }
  VerificationKey key(std::move(kid), *kind);
  key.key_ = std::move(pkey);
  if (const absl::Status status = key.Restrict(algorithm); !status.ok()) return status;
  return key;
}

absl::Status VerificationKey::Restrict(std::string_view algorithm) {
  if (!algorithm.empty() && !JwtAlgorithmNamed(algorithm)) {
    return Invalid("is for an algorithm that is not known here");
  }
  for (const JwtAlgorithmRow& row : kJwtAlgorithms) {
    if (row.kind != kind_) continue;
    if (!algorithm.empty() && JwtAlgorithmNamed(algorithm) != row.algorithm) continue;
    if (kind_ == KeyKind::kSecret && secret_.size() < row.hash_bytes) continue;
    algorithms_ |= static_cast<uint16_t>(1u << static_cast<unsigned>(row.algorithm));
  }
  if (algorithms_ != 0) return absl::OkStatus();
  return Invalid("does not fit its algorithm ", algorithm);
}

bool VerificationKey::Verify(JwtAlgorithm algorithm, std::string_view input,
                             std::string_view signature, VerifyScratch& scratch) const {
  if (!Allows(algorithm)) return false;
  const JwtAlgorithmRow& row = RowOf(algorithm);
  return kind_ == KeyKind::kSecret ? VerifyMac(row, input, signature)
                                   : VerifyPublic(row, input, signature, scratch);
}

bool VerificationKey::VerifyMac(const JwtAlgorithmRow& row, std::string_view input,
                                std::string_view signature) const {
  const EVP_MD* digest = row.algorithm == JwtAlgorithm::kHs256   ? EVP_sha256()
                         : row.algorithm == JwtAlgorithm::kHs384 ? EVP_sha384()
                                                                 : EVP_sha512();
  std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
  unsigned int size = 0;
  if (HMAC(digest, secret_.data(), static_cast<int>(secret_.size()), Bytes(input), input.size(),
           mac.data(), &size) == nullptr) {
    return false;
  }
  return EqualInConstantTime({reinterpret_cast<const char*>(mac.data()), size}, signature);
}

bool VerificationKey::VerifyPublic(const JwtAlgorithmRow& row, std::string_view input,
                                   std::string_view signature, VerifyScratch& scratch) const {
  const bool ecdsa = kind_ == KeyKind::kP256 || kind_ == KeyKind::kP384;
  if (ecdsa) {
    if (!EcdsaToDer(signature, row.hash_bytes, scratch.signature)) return false;
    signature = scratch.signature;
  }
  EVP_MD_CTX* const context = scratch.digest.get();
  EVP_MD_CTX_reset(context);
  EVP_PKEY_CTX* key_context = nullptr;
  const char* digest = row.digest.empty() ? nullptr : row.digest.data();
  bool good = EVP_DigestVerifyInit_ex(context, &key_context, digest, nullptr, nullptr, key_.get(),
                                      nullptr) == 1;
  if (good && row.algorithm == JwtAlgorithm::kPs256) {
    good = EVP_PKEY_CTX_set_rsa_padding(key_context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(key_context, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  good = good && EVP_DigestVerify(context, Bytes(signature), signature.size(), Bytes(input),
                                  input.size()) == 1;
  if (!good) ERR_clear_error();  // What it leaves in this thread's queue would be taken for TLS's.
  return good;
}

}  // namespace wsgate
