#include "gateway/tls/tls_certificate.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string_view>

#include "gateway/config/strings.h"

namespace wsgate {
namespace {

// Forward secret and authenticated, each of them (Mozilla's "intermediate" without finite-field
// Diffie-Hellman). TLS 1.3 has no others.
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384";
// ALPN's wire form (RFC 7301). A session is an HTTP/1.1 upgrade.
constexpr std::string_view kHttp11 = "\x08http/1.1";
constexpr unsigned char kSessionContext[] = "wsgate";

int OnAlpn(SSL*, const unsigned char** chosen, unsigned char* chosen_size,
           const unsigned char* offered, unsigned int offered_size, void*) {
  unsigned char* selected = nullptr;
  const int found = SSL_select_next_proto(&selected, chosen_size, Bytes(kHttp11), kHttp11.size(),
                                          offered, offered_size);
  *chosen = selected;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

absl::Status Wrong(std::string_view field, std::string_view file, std::string_view what) {
  return absl::InvalidArgumentError(Cat(field, ": ", file, " ", what));
}

// Why OpenSSL did not take the file: OpenSSL's own words, or the system's where it cannot be read.
absl::Status Unusable(std::string_view field, const std::string& file, std::string_view wanted) {
  const int system_error = errno;
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(ERR_peek_error()) == ERR_LIB_SYS) {
    return Wrong(field, file, Cat("cannot be read: ", std::strerror(system_error)));
  }
  const char* const reason = ERR_reason_error_string(error);
  return Wrong(field, file,
               Cat("is no ", wanted, " in PEM form (", reason == nullptr ? "" : reason, ")"));
}

// Without it a key with a password would ask at the terminal.
int NoPassword(char*, int, int, void*) {
  return 0;
}

int64_t ExpiryOf(SSL_CTX* context) {
  std::tm when{};
  const X509* const certificate = SSL_CTX_get0_certificate(context);
  if (certificate == nullptr) return 0;
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &when) != 1) return 0;
  return timegm(&when);
}

void SetUp(SSL_CTX* context, bool only_tls13, TicketKeys& tickets) {
  SSL_CTX_set_min_proto_version(context, only_tls13 ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA | SSL_OP_NO_COMPRESSION);
  // An idle session has no buffers of OpenSSL's; a read takes all that has come, not a header
  // first.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_session_id_context(context, kSessionContext, sizeof kSessionContext - 1);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, OnAlpn, nullptr);
  tickets.Serve(context);
}

}  // namespace

absl::StatusOr<TlsCertificate> TlsCertificate::Load(const TlsSettings& settings,
                                                    TicketKeys& tickets) {
  ERR_clear_error();
  TlsCertificate made{.context = SslCtxPtr(SSL_CTX_new(TLS_server_method()))};
  SSL_CTX* const context = made.context.get();
  if (context == nullptr) return absl::ResourceExhaustedError("OpenSSL has no memory");
  SetUp(context, settings.only_tls13, tickets);
  SSL_CTX_set_default_passwd_cb(context, NoPassword);
  if (SSL_CTX_use_certificate_chain_file(context, settings.certificate_file.c_str()) != 1) {
    return Unusable("tls.cert_file", settings.certificate_file, "certificate");
  }
  if (SSL_CTX_use_PrivateKey_file(context, settings.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    if (ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH) {
      return Wrong("tls.key_file", settings.key_file,
                   Cat("is not the key of ", settings.certificate_file));
    }
    return Unusable("tls.key_file", settings.key_file, "private key without a password");
  }
  if (SSL_CTX_check_private_key(context) != 1) {
    return Wrong("tls.key_file", settings.key_file,
                 Cat("is not the key of ", settings.certificate_file));
  }
  made.expires_at_s = ExpiryOf(context);
  return made;
}

}  // namespace wsgate
