#include "gateway/auth/name_hash.h"

#include <openssl/sha.h>

#include <algorithm>

namespace wsgate {

NameHash HashName(std::string_view name) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest.data());
  NameHash hash;
  std::copy_n(digest.begin(), hash.size(), hash.begin());
  return hash;
}

}  // namespace wsgate
