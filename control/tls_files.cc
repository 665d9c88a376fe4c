#include "control/tls_files.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <memory>
#include <tuple>
#include <utility>

#include "gateway/base/openssl_ptr.h"
#include "gateway/config/read_file.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

using SslCtxPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

// Instead of asking at the terminal.
int NoPassphrase(char* /*to*/, int /*size*/, int /*writing*/, void* /*data*/) {
  return 0;
}

// Why OpenSSL said no, in its words.
std::string OpenSslReason() {
  const unsigned long error = ERR_peek_last_error();
  const char* const text = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  return text == nullptr ? "" : Cat(" (", text, ")");
}

X509Ptr NextCertificate(BIO* from) {
  return X509Ptr(PEM_read_bio_X509(from, nullptr, &NoPassphrase, nullptr));
}

// Whether it has certificates and each can be read. gRPC refuses the whole where one cannot.
bool HasCertificatesAlone(const std::string& text) {
  const BioPtr reader = ReaderOf(text);
  if (NextCertificate(reader.get()) == nullptr) {
    ERR_clear_error();
    return false;
  }
  while (NextCertificate(reader.get()) != nullptr) {
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  return at_end;
}

absl::Status CheckPair(const TlsPem& pem, const TlsFiles& files, std::string_view section) {
  const SslCtxPtr context(SSL_CTX_new(TLS_server_method()));
  const X509Ptr certificate = NextCertificate(ReaderOf(pem.certificates).get());
  if (certificate == nullptr || !HasCertificatesAlone(pem.certificates)) {
    ERR_clear_error();
    return Invalid(section, ".cert_file: ", files.certificate,
                   " has no CERTIFICATE in PEM, or one that cannot be read");
  }
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1) {
    return Invalid(section, ".cert_file: ", files.certificate, " cannot be used", OpenSslReason());
  }
  const EvpPkeyPtr key(
      PEM_read_bio_PrivateKey(ReaderOf(pem.key).get(), nullptr, &NoPassphrase, nullptr));
  if (key == nullptr) {
    ERR_clear_error();
    return Invalid(section, ".key_file: ", files.key,
                   " has no private key in PEM, or one with a passphrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return Invalid(section, ".key_file: ", files.key, " is not the key of the certificate in ",
                   files.certificate);
  }
  if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return Invalid(section, ".key_file: ", files.key, " cannot be used", OpenSslReason());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TlsPem> ReadTlsFiles(const TlsFiles& files, std::string_view section) {
  TlsPem pem;
  const char* const ca_field = section == "control.tls" ? ".client_ca_file" : ".ca_file";
  for (const auto& [field, path, text] :
       {std::tuple(".cert_file", &files.certificate, &pem.certificates),
        std::tuple(".key_file", &files.key, &pem.key), std::tuple(ca_field, &files.ca, &pem.ca)}) {
    if (path->empty()) continue;
    absl::StatusOr<std::string> read = ReadFile(*path);
    if (!read.ok()) return Invalid(section, field, ": ", MessageOf(read.status()));
    *text = *std::move(read);
  }
  if (!files.certificate.empty()) {
    if (absl::Status status = CheckPair(pem, files, section); !status.ok()) return status;
  }
  if (!files.ca.empty() && !HasCertificatesAlone(pem.ca)) {
    return Invalid(section, ca_field, ": ", files.ca,
                   " has no CERTIFICATE in PEM, or one that cannot be read");
  }
  return pem;
}

}  // namespace wsgate
