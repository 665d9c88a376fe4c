// The keys that are good at one moment.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gateway/auth/verification_key.h"

namespace wsgate {

// Flow:    KeySources → KeyStore → JwtVerifier.
// Owner:   shared; it never changes.   Threads: any.
// Bounds:  kKeysMax keys from each source.
struct KeySet {
  static constexpr size_t kKeysMax = 64;

  std::vector<VerificationKey> keys;
  // Whether every source has been read once. False: auth.jwt.jwks_url has not answered yet.
  bool complete = true;
};
using KeySetPtr = std::shared_ptr<const KeySet>;

}  // namespace wsgate
