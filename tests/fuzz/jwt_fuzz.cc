// JwtVerifier against what nlohmann's parser reads of the same claims, and against forgers: nothing
// but the corpus's own tokens has a good signature. Input: `t` and a token; `c` and claims, `h` and
// a header, which are signed here.
#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gateway/auth/jwk.h"
#include "gateway/auth/jwt_signer.h"
#include "gateway/auth/jwt_verifier.h"
#include "gateway/base/check.h"
#include "gateway/base/ids.h"

using Json = nlohmann::json;
using wsgate::JwtAlgorithm;
using wsgate::TokenIdentity;
using wsgate::TokenResult;

namespace {

constexpr int64_t kNow = 1'800'000'000;
// The public halves of the keys that signed the corpus's tokens, and the secret.
constexpr std::string_view kKeys = R"({"keys":[
{"kty":"EC","crv":"P-256","x":"pOALXoAWOwuMU4agCMAvMPtTNd7Yt0FwHuFMPw891HU","y":"rLgBNe4JtxnBnkhvJnl8kyyXSBAfhad_6i1w3BEPM14","kid":"p"},
{"x":"VAu-_91sKAv4eiWezNjjhWEBlI3fHPbHTXkTDz-D--k","kty":"OKP","crv":"Ed25519","kid":"e"},
{"kty":"RSA","n":"q8GPJwhhs0fnwYdB42C09ZD8aC3J2UOZFfs50j6KpwTgeJLDby2O4gIOpv5njYpg-VnuIRDBm7HNFqsfys40ejvdwUwv6nYRHo4vMZHfcIRUf-tLlXO0mibtRl92CY4aIw6pZc9dMeROs0fE6Ta9UT6vBCYVdTA7Hm8RpBrcf7CZarap369z9PD120-ltVbsOA9JG7DJrsaVAyAGizRYGENByLyzbpDON4SJCjHWnCm9OQby8GghTsVsK5GpPkYS00cla7KSdUAGEnsM_LqUPCbaVRJn7HV43MhKxcLxDuFM_wt591vXJA5QITkDwClnb8fuL2533L7516PUD798YQ","e":"AQAB","kid":"r"},
{"kty":"oct","kid":"s","k":"c3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzc3Nzcw"}
]})";

class Checker {
 public:
  Checker() : store_(Keys()), verifier_(rules_, store_) {}

  TokenResult Check(std::string_view token) { return verifier_.Verify(token, kNow); }
  std::string Sign(std::string_view header, std::string_view claims) const {
    return *signer_.Sign(JwtAlgorithm::kHs256, header, claims);
  }

 private:
  static wsgate::KeySetPtr Keys() {
    auto parsed = wsgate::ParseJwks(std::string(kKeys), wsgate::Secrets::kTaken);
    WSGATE_CHECK(parsed.ok() && parsed->keys.size() == 4);
    return std::make_shared<wsgate::KeySet>(wsgate::KeySet{.keys = std::move(parsed->keys)});
  }

  const wsgate::ClaimRules rules_{
      .tenant_claim = "tenant", .metadata_claim = "meta", .limits_claim = "limits"};
  wsgate::KeyStore store_;
  wsgate::JwtVerifier verifier_;
  const wsgate::SigningKey signer_ = *wsgate::SigningKey::FromSecret(std::string(64, 's'));
};

// What every identity must hold, whatever the token.
void CheckAlone(const TokenIdentity& identity) {
  WSGATE_CHECK(wsgate::IsValidUserId(identity.user_id));
  WSGATE_CHECK(identity.tenant.empty() || wsgate::IsValidUserId(identity.tenant));
  WSGATE_CHECK(identity.metadata.size() <= wsgate::kMetadataEntriesMax);
  WSGATE_CHECK(identity.mark.expires_at_s > kNow);
}

void CheckClaims(std::string_view claims, const TokenIdentity& identity) {
  const Json read = Json::parse(claims, nullptr, /*allow_exceptions=*/false);
  // It cannot read every number that the other can, and takes a NUL for the end.
  if (!read.is_object() || claims.find('\0') != std::string_view::npos) return;
  WSGATE_CHECK(read.contains("sub") && read.contains("exp") && !read.contains("aud"));
  if (read["sub"].is_string()) WSGATE_CHECK(read["sub"] == identity.user_id);
  WSGATE_CHECK(read["exp"].is_number() && read["exp"].get<double>() > kNow - 6.0);
  if (read.contains("nbf")) WSGATE_CHECK(read["nbf"].get<double>() < kNow + 6.0);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Checker checker;  // As a shard has it: of use for one token after another.
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (input.empty()) return 0;
  const std::string_view text = input.substr(1);
  const bool claims = input[0] == 'c';
  const bool header = input[0] == 'h';
  const std::string token = claims   ? checker.Sign(R"({"alg":"HS256"})", text)
                            : header ? checker.Sign(text, R"({"sub":"ada","exp":4000000000})")
                                     : std::string(text);
  const TokenResult result = checker.Check(token);
  const auto* identity = std::get_if<TokenIdentity>(&result);
  if (identity == nullptr) return 0;
  CheckAlone(*identity);
  if (claims) CheckClaims(text, *identity);
  if (!claims) WSGATE_CHECK(identity->user_id == "ada");
  return 0;
}
