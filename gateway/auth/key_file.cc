#include "gateway/auth/key_file.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <utility>

#include "gateway/auth/key_set.h"
#include "gateway/config/read_file.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

// What stands between BEGIN and END of a PEM block.
struct PemBlock {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* bytes = nullptr;
  long size = 0;

  PemBlock() = default;
  PemBlock(const PemBlock&) = delete;
  PemBlock& operator=(const PemBlock&) = delete;
  ~PemBlock() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(bytes, static_cast<size_t>(size));
  }
  bool Read(BIO* from) { return PEM_read_bio(from, &name, &header, &bytes, &size) == 1; }
};

EvpPkeyPtr KeyIn(const PemBlock& block) {
  const unsigned char* at = block.bytes;
  const std::string_view name = block.name;
  if (name == PEM_STRING_PUBLIC) return EvpPkeyPtr(d2i_PUBKEY(nullptr, &at, block.size));
  if (name == PEM_STRING_RSA_PUBLIC) {
    return EvpPkeyPtr(d2i_PublicKey(EVP_PKEY_RSA, nullptr, &at, block.size));
  }
  if (name != PEM_STRING_X509) return nullptr;
  const X509Ptr certificate(d2i_X509(nullptr, &at, block.size));
  return EvpPkeyPtr(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
}

}  // namespace

absl::StatusOr<std::string> ReadKeyFile(const std::string& path) {
  return ReadFile(path);
}

absl::StatusOr<std::vector<VerificationKey>> ParsePemKeys(std::string_view text) {
  const BioPtr reader = ReaderOf(text);
  std::vector<VerificationKey> keys;
  for (;;) {
    PemBlock block;
    if (!block.Read(reader.get())) break;
    if (std::string_view(block.name).ends_with("PRIVATE KEY")) {
      return Invalid("holds a private key, which the gateway does not need and should not have; ",
                     "`openssl pkey -pubout` makes the public one of it");
    }
    EvpPkeyPtr key = KeyIn(block);
    if (key == nullptr) return Invalid("has a ", block.name, " that is no public key");
    if (keys.size() == KeySet::kKeysMax) {
      return Invalid("has more than ", KeySet::kKeysMax, " keys");
    }
    absl::StatusOr<VerificationKey> made = VerificationKey::FromPublic(std::move(key), "");
    if (!made.ok()) return Invalid("has a key that ", MessageOf(made.status()));
    keys.push_back(*std::move(made));
  }
  ERR_clear_error();  // The end of the file is one.
  if (keys.empty()) return Invalid("has no PUBLIC KEY and no CERTIFICATE in PEM");
  return keys;
}

absl::StatusOr<VerificationKey> ParseSecret(std::string text) {
  if (text.ends_with('\n')) text.pop_back();
  if (text.ends_with('\r')) text.pop_back();
  // Everybody knows the public key: as a secret it would let everybody sign.
  if (text.find("-----BEGIN ") != std::string::npos) {
    return Invalid("is a key in PEM and no secret; a public key goes to auth.jwt.public_key_file");
  }
  return VerificationKey::FromSecret(std::move(text), "");
}

}  // namespace wsgate
