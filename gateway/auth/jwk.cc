#include "gateway/auth/jwk.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/param_build.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "gateway/auth/json_object.h"
#include "gateway/auth/key_set.h"
#include "gateway/base/base64.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using simdjson::dom::object;

constexpr size_t kKidBytesMax = 256;

using ParamBuilderPtr = std::unique_ptr<OSSL_PARAM_BLD, Freer<OSSL_PARAM_BLD_free>>;
using ParamsPtr = std::unique_ptr<OSSL_PARAM, Freer<OSSL_PARAM_free>>;
using NumberPtr = std::unique_ptr<BIGNUM, Freer<BN_free>>;

std::optional<std::string> BytesIn(object jwk, std::string_view name) {
  const std::optional<std::string_view> text = StringIn(jwk, name);
  std::string bytes;
  if (!text || text->empty() || !DecodeBase64Url(*text, bytes)) return std::nullopt;
  return bytes;
}

NumberPtr NumberOf(const std::string& bytes) {
  return NumberPtr(BN_bin2bn(Bytes(bytes), static_cast<int>(bytes.size()), nullptr));
}

// Null: OpenSSL finds that this is no public key.
EvpPkeyPtr MakeKey(const char* type, OSSL_PARAM_BLD* builder) {
  const ParamsPtr params(OSSL_PARAM_BLD_to_param(builder));
  const EvpPkeyCtxPtr context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
  EVP_PKEY* key = nullptr;
  const bool made = params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  EvpPkeyPtr owned(key);
  if (!made) {
    ERR_clear_error();
    return nullptr;
  }
  return owned;
}

EvpPkeyPtr RsaKey(object jwk) {
  constexpr size_t kModulusBytesMax = VerificationKey::kRsaBitsMax / 8;
  constexpr size_t kExponentBytesMax = 8;  // A long one would make each token dear.
  const std::optional<std::string> modulus = BytesIn(jwk, "n");
  const std::optional<std::string> exponent = BytesIn(jwk, "e");
  if (!modulus || !exponent || modulus->size() > kModulusBytesMax + 1 ||
      exponent->size() > kExponentBytesMax) {
    return nullptr;
  }
  const NumberPtr n = NumberOf(*modulus);
  const NumberPtr e = NumberOf(*exponent);
  // An exponent of 1 would make every message its own signature.
  if (!n || !e || BN_is_odd(e.get()) == 0 || BN_is_one(e.get()) != 0) return nullptr;
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
      OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1) {
    return nullptr;
  }
  return MakeKey("RSA", builder.get());
}

EvpPkeyPtr EcKey(object jwk, std::string_view curve) {
  const bool p256 = curve == "P-256";
  if (!p256 && curve != "P-384") return nullptr;
  const size_t coordinate_bytes = p256 ? 32 : 48;
  const std::optional<std::string> x = BytesIn(jwk, "x");
  const std::optional<std::string> y = BytesIn(jwk, "y");
  if (!x || !y || x->size() != coordinate_bytes || y->size() != coordinate_bytes) return nullptr;
  const std::string point = Cat("\x04", *x, *y);  // Uncompressed; OpenSSL checks that it is on it.
  const ParamBuilderPtr builder(OSSL_PARAM_BLD_new());
  if (!builder ||
      OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                      p256 ? "prime256v1" : "secp384r1", 0) != 1 ||
      OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                       point.size()) != 1) {
    return nullptr;
  }
  return MakeKey("EC", builder.get());
}

EvpPkeyPtr EdKey(object jwk, std::string_view curve) {
  constexpr size_t kKeyBytes = 32;
  const std::optional<std::string> x = BytesIn(jwk, "x");
  if (curve != "Ed25519" || !x || x->size() != kKeyBytes) return nullptr;
  return EvpPkeyPtr(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, Bytes(*x), x->size()));
}

// Whether the key is there to check signatures.
bool IsForSignatures(object jwk) {
  const std::optional<std::string_view> use = StringIn(jwk, "use");
  if (use && *use != "sig") return false;
  simdjson::dom::array operations;
  if (jwk["key_ops"].get(operations) != simdjson::SUCCESS) return true;
  return std::any_of(operations.begin(), operations.end(), [](simdjson::dom::element operation) {
    std::string_view name;
    return operation.get(name) == simdjson::SUCCESS && name == "verify";
  });
}

absl::StatusOr<VerificationKey> KeyOf(object jwk, std::string kid, Secrets secrets) {
  if (HasDuplicateNames(jwk)) return Invalid("has a name twice");
  if (!IsForSignatures(jwk)) return Invalid("is not for signatures");
  if (kid.size() > kKidBytesMax) return Invalid("has a `kid` above 256 bytes");
  const std::string_view type = StringIn(jwk, "kty").value_or("");
  const std::string_view curve = StringIn(jwk, "crv").value_or("");
  const std::string_view algorithm = StringIn(jwk, "alg").value_or("");
  if (type == "oct") {
    if (secrets == Secrets::kRefused) return Invalid("is a secret, which no address may give out");
    std::optional<std::string> secret = BytesIn(jwk, "k");
    if (!secret) return Invalid("has no `k` in base64url");
    return VerificationKey::FromSecret(*std::move(secret), std::move(kid), algorithm);
  }
  EvpPkeyPtr key = type == "RSA"   ? RsaKey(jwk)
                   : type == "EC"  ? EcKey(jwk, curve)
                   : type == "OKP" ? EdKey(jwk, curve)
                                   : nullptr;
  if (key == nullptr) return Invalid("is no key of RSA, P-256, P-384 or Ed25519");
  return VerificationKey::FromPublic(std::move(key), std::move(kid), algorithm);
}

}  // namespace

absl::StatusOr<ParsedJwks> ParseJwks(std::string text, Secrets secrets) {
  JsonReader reader;
  const std::optional<object> root = reader.ReadObject(text);
  if (!root) return Invalid("is not a JSON object");
  std::vector<object> found;
  simdjson::dom::array list;
  if (root->at_key("keys").get(list) == simdjson::SUCCESS) {
    for (const simdjson::dom::element element : list) {
      object jwk;
      if (element.get(jwk) == simdjson::SUCCESS) found.push_back(jwk);
    }
  } else if (StringIn(*root, "kty")) {
    found.push_back(*root);
  } else {
    return Invalid("has neither a list `keys` nor a `kty`");
  }
  ParsedJwks parsed;
  for (const object jwk : found) {
    std::string kid(StringIn(jwk, "kid").value_or(""));
    if (parsed.keys.size() == KeySet::kKeysMax) {
      parsed.left_out.push_back(Cat("there are more than ", KeySet::kKeysMax, " keys"));
      break;
    }
    absl::StatusOr<VerificationKey> key = KeyOf(jwk, kid, secrets);
    if (key.ok()) {
      parsed.keys.push_back(*std::move(key));
    } else {
      parsed.left_out.push_back(
          Cat("key \"", kid.substr(0, kKidBytesMax), "\" ", MessageOf(key.status())));
    }
  }
  if (!parsed.keys.empty()) return parsed;
  return Invalid("has no key that can be used",
                 parsed.left_out.empty() ? "" : Cat(": ", parsed.left_out.front()));
}

}  // namespace wsgate
