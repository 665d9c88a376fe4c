#include "gateway/tls/ticket_keys.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

#include "gateway/base/check.h"

namespace wsgate {
namespace {

TicketKeys::Key RandomKey() {
  TicketKeys::Key key;
  WSGATE_CHECK(RAND_bytes(key.name.data(), static_cast<int>(key.name.size())) == 1);
  WSGATE_CHECK(RAND_priv_bytes(key.cipher.data(), static_cast<int>(key.cipher.size())) == 1);
  WSGATE_CHECK(RAND_priv_bytes(key.mac.data(), static_cast<int>(key.mac.size())) == 1);
  return key;
}

int KeysIndex() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return index;
}

// As SSL_CTX_set_tlsext_ticket_key_evp_cb(3) has it: 0: no such key, 1: good, 2: good and to be
// renewed, below 0: failed.
int OnTicket(SSL* ssl, unsigned char* name, unsigned char* iv, EVP_CIPHER_CTX* cipher,
             EVP_MAC_CTX* mac, int encrypt) {
  auto* const keys =
      static_cast<TicketKeys*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), KeysIndex()));
  TicketKeys::Key key;
  bool is_current = true;
  if (encrypt != 0) {
    key = keys->Current();
    std::memcpy(name, key.name.data(), key.name.size());
    if (RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) != 1) return -1;
  } else if (!keys->Find(name, key, is_current)) {
    return 0;
  }
  char digest[] = "sha256";
  const std::array<OSSL_PARAM, 3> params = {
      OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key.mac.data(), key.mac.size()),
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  const bool good =
      EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), nullptr, key.cipher.data(), iv, encrypt) == 1 &&
      EVP_MAC_CTX_set_params(mac, params.data()) == 1;
  OPENSSL_cleanse(&key, sizeof key);
  if (!good) return -1;
  return is_current ? 1 : 2;
}

}  // namespace

TicketKeys::TicketKeys(Clock now) : now_(now), current_(RandomKey()), made_at_(now()) {}

void TicketKeys::Rotate() {
  const Time now = now_();
  if (now - made_at_ < kLife) return;
  // Nobody came for so long that the key before is too old as well.
  has_previous_ = now - made_at_ < 2 * kLife;
  previous_ = has_previous_ ? current_ : Key{};
  current_ = RandomKey();
  made_at_ = now;
}

TicketKeys::Key TicketKeys::Current() {
  MutexLock lock(mutex_);
  Rotate();
  return current_;
}

bool TicketKeys::Find(const unsigned char* name, Key& key, bool& is_current) {
  MutexLock lock(mutex_);
  Rotate();
  is_current = std::equal(current_.name.begin(), current_.name.end(), name);
  if (is_current) {
    key = current_;
    return true;
  }
  if (!has_previous_ || !std::equal(previous_.name.begin(), previous_.name.end(), name)) {
    return false;
  }
  key = previous_;
  return true;
}

void TicketKeys::Serve(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, KeysIndex(), this);
  SSL_CTX_set_tlsext_ticket_key_evp_cb(context, OnTicket);
  SSL_CTX_set_timeout(context, std::chrono::duration_cast<std::chrono::seconds>(kLife).count());
}

}  // namespace wsgate
