// ParseJwks() with whatever an address may give out. Input: the document.
#include <cstddef>
#include <cstdint>
#include <string>

#include "gateway/auth/jwk.h"
#include "gateway/auth/key_set.h"
#include "gateway/base/check.h"

using wsgate::JwtAlgorithmRow;
using wsgate::KeyKind;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static wsgate::VerifyScratch scratch;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto file = wsgate::ParseJwks(text, wsgate::Secrets::kTaken);
  const auto address = wsgate::ParseJwks(text, wsgate::Secrets::kRefused);
  if (!file.ok()) {
    WSGATE_CHECK(!address.ok());
    return 0;
  }
  WSGATE_CHECK(!file->keys.empty() && file->keys.size() <= wsgate::KeySet::kKeysMax);
  for (const wsgate::VerificationKey& key : file->keys) {
    size_t allowed = 0;
    for (const JwtAlgorithmRow& row : wsgate::kJwtAlgorithms) {
      if (!key.Allows(row.algorithm)) continue;
      ++allowed;
      WSGATE_CHECK(row.kind == key.kind());
      // Nobody's signature: the key must only survive it.
      WSGATE_CHECK(!key.Verify(row.algorithm, "input", std::string(64, '\1'), scratch));
    }
    WSGATE_CHECK(allowed > 0);
  }
  if (!address.ok()) return 0;
  for (const wsgate::VerificationKey& key : address->keys) {
    WSGATE_CHECK(key.kind() != KeyKind::kSecret);
  }
  return 0;
}
