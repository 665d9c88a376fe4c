#include "control/server_tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <array>
#include <utility>

#include "gateway/config/read_file.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

template <auto Free>
struct Freed {
  void operator()(auto* object) const { Free(object); }
};
using BioPtr = std::unique_ptr<BIO, Freed<BIO_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freed<X509_free>>;

BioPtr ReaderOf(const std::string& text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

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

CertificatePtr NextCertificate(BIO* from) {
  return CertificatePtr(PEM_read_bio_X509(from, nullptr, &NoPassphrase, nullptr));
}

absl::Status CheckPair(const TlsPem& pem, const TlsFiles& files) {
  const ContextPtr context(SSL_CTX_new(TLS_server_method()));
  const CertificatePtr certificate = NextCertificate(ReaderOf(pem.certificates).get());
  if (certificate == nullptr) {
    ERR_clear_error();
    return Invalid("control.tls.cert_file: ", files.certificate, " has no CERTIFICATE in PEM");
  }
  if (SSL_CTX_use_certificate(context.get(), certificate.get()) != 1) {
    return Invalid("control.tls.cert_file: ", files.certificate, " cannot be used",
                   OpenSslReason());
  }
  const KeyPtr key(
      PEM_read_bio_PrivateKey(ReaderOf(pem.key).get(), nullptr, &NoPassphrase, nullptr));
  if (key == nullptr) {
    ERR_clear_error();
    return Invalid("control.tls.key_file: ", files.key,
                   " has no private key in PEM, or one with a passphrase");
  }
  if (X509_check_private_key(certificate.get(), key.get()) != 1) {
    ERR_clear_error();
    return Invalid("control.tls.key_file: ", files.key, " is not the key of the certificate in ",
                   files.certificate);
  }
  if (SSL_CTX_use_PrivateKey(context.get(), key.get()) != 1) {
    return Invalid("control.tls.key_file: ", files.key, " cannot be used", OpenSslReason());
  }
  return absl::OkStatus();
}

grpc_ssl_server_certificate_config* ConfigOf(const TlsPem& pem) {
  const grpc_ssl_pem_key_cert_pair pair{.private_key = pem.key.c_str(),
                                        .cert_chain = pem.certificates.c_str()};
  // Without any authority gRPC 1.51, as Debian builds it, aborts. Where no certificate is asked for
  // nobody looks at it.
  const std::string& authority = pem.client_ca.empty() ? pem.certificates : pem.client_ca;
  return grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
}

}  // namespace

absl::StatusOr<TlsPem> ReadTlsFiles(const TlsFiles& files) {
  TlsPem pem;
  for (const auto& [field, path, text] :
       {std::tuple("control.tls.cert_file", &files.certificate, &pem.certificates),
        std::tuple("control.tls.key_file", &files.key, &pem.key),
        std::tuple("control.tls.client_ca_file", &files.client_ca, &pem.client_ca)}) {
    if (path->empty()) continue;
    absl::StatusOr<std::string> read = ReadFile(*path);
    if (!read.ok()) return Invalid(field, ": ", MessageOf(read.status()));
    *text = *std::move(read);
  }
  if (absl::Status status = CheckPair(pem, files); !status.ok()) return status;
  if (!files.client_ca.empty() && NextCertificate(ReaderOf(pem.client_ca).get()) == nullptr) {
    ERR_clear_error();
    return Invalid("control.tls.client_ca_file: ", files.client_ca, " has no CERTIFICATE in PEM");
  }
  return pem;
}

// What gRPC asks for news at every handshake.
class ReplaceableCredentials final : public grpc::ServerCredentials {
 public:
  ReplaceableCredentials(const ServerTls& tls, bool callers_need_one) : tls_(tls) {
    credentials_ = grpc_ssl_server_credentials_create_with_options(
        grpc_ssl_server_credentials_create_options_using_config_fetcher(
            callers_need_one ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
                             : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE,
            &ReplaceableCredentials::Fetch, this));
  }
  ~ReplaceableCredentials() override { grpc_server_credentials_release(credentials_); }
  ReplaceableCredentials(const ReplaceableCredentials&) = delete;
  ReplaceableCredentials& operator=(const ReplaceableCredentials&) = delete;

  // The authorizer looks at calls, not at connections.
  void SetAuthMetadataProcessor(
      const std::shared_ptr<grpc::AuthMetadataProcessor>& /*processor*/) override {}

 private:
  int AddPortToServer(const std::string& address, grpc_server* server) override {
    return grpc_server_add_http2_port(server, address.c_str(), credentials_);
  }

  static grpc_ssl_certificate_config_reload_status Fetch(
      void* self, grpc_ssl_server_certificate_config** config) {
    auto& credentials = *static_cast<ReplaceableCredentials*>(self);
    TlsPem pem;
    if (!credentials.tls_.Newer(credentials.seen_, pem)) {
      return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED;
    }
    *config = ConfigOf(pem);
    return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW;
  }

  const ServerTls& tls_;
  grpc_server_credentials* credentials_ = nullptr;
  uint64_t seen_ = 0;  // Of the one listening socket's accepts alone.
};

std::shared_ptr<grpc::ServerCredentials> ServerTls::MakeCredentials() {
  const MutexLock lock(mutex_);
  return std::make_shared<ReplaceableCredentials>(*this, !pem_.client_ca.empty());
}

void ServerTls::Replace(TlsPem pem) {
  const MutexLock lock(mutex_);
  if (pem == pem_) return;
  pem_ = std::move(pem);
  ++version_;
}

bool ServerTls::Newer(uint64_t& seen, TlsPem& pem) const {
  const MutexLock lock(mutex_);
  if (seen == version_) return false;
  seen = version_;
  pem = pem_;
  return true;
}

}  // namespace wsgate
