// Whether a token is good (RFC 7519, RFC 7515 compact form), and whose it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "gateway/auth/claims.h"
#include "gateway/auth/json_object.h"
#include "gateway/auth/key_store.h"

namespace wsgate {

// Flow:    FrontDoor, JsonProtocol → JwtVerifier → TokenIdentity.
// Owner:   one shard's door or session engine.   Threads: its shard's only.
// Bounds:  kTokenBytesMax of token; kTriesMax signatures checked. Claims are read only when the
// signature was good.
class JwtVerifier {
 public:
  static constexpr size_t kTokenBytesMax = 64 * 1024;
  static constexpr size_t kTriesMax = 8;  // Keys tried for a token that names none.

  // `rules` and `keys` outlive it.
  JwtVerifier(const ClaimRules& rules, KeyStore& keys) : rules_(rules), keys_(keys) {}

  // `now_s`: seconds since 1970.
  [[nodiscard]] TokenResult Verify(std::string_view token, int64_t now_s);

 private:
  // What a token says about its signature.
  struct Header {
    JwtAlgorithm algorithm = JwtAlgorithm::kHs256;
    std::string kid;  // Empty: none.
  };
  // nullopt: good.
  std::optional<TokenError> ReadHeader(std::string_view encoded, Header& header);
  std::optional<TokenError> CheckSignature(const Header& header, std::string_view input,
                                           std::string_view encoded);

  const ClaimRules& rules_;
  KeyStore::Reader keys_;
  JsonReader json_;
  VerifyScratch scratch_;
  std::string text_;  // Of a header, then of claims.
  std::string signature_;
};

}  // namespace wsgate
