#include "gateway/websocket/handshake.h"

#include <openssl/evp.h>

#include <array>
#include <cstring>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr size_t kKeyLength = 24;
constexpr size_t kSha1Bytes = 20;
constexpr size_t kAcceptLength = 28;

// Looked up once: OpenSSL 3 searches its providers at every use of an algorithm that was not
// fetched. Kept until the process ends.
const EVP_MD* Sha1() {
  static const EVP_MD* const sha1 = EVP_MD_fetch(nullptr, "SHA1", nullptr);
  return sha1;
}

bool IsBase64(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
         c == '/';
}

}  // namespace

std::string AcceptKey(std::string_view sec_websocket_key) {
  std::string text;
  text.reserve(sec_websocket_key.size() + kGuid.size());
  text.append(sec_websocket_key).append(kGuid);
  std::array<unsigned char, kSha1Bytes> digest;
  WSGATE_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), nullptr, Sha1(), nullptr) == 1);
  std::array<unsigned char, kAcceptLength + 1> accept;  // EVP_EncodeBlock() ends with a NUL.
  EVP_EncodeBlock(accept.data(), digest.data(), static_cast<int>(digest.size()));
  return std::string(reinterpret_cast<const char*>(accept.data()), kAcceptLength);
}

bool IsValidKey(std::string_view key) {
  if (key.size() != kKeyLength || !key.ends_with("==")) return false;
  for (const char c : key.substr(0, kKeyLength - 2)) {
    if (!IsBase64(c)) return false;
  }
  return true;
}

}  // namespace wsgate
