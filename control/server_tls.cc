#include "control/server_tls.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <utility>

namespace wsgate {
namespace {

grpc_ssl_server_certificate_config* ConfigOf(const TlsPem& pem) {
  const grpc_ssl_pem_key_cert_pair pair{.private_key = pem.key.c_str(),
                                        .cert_chain = pem.certificates.c_str()};
  // Without any authority gRPC 1.51, as Debian builds it, aborts. Where no certificate is asked for
  // nobody looks at it.
  const std::string& authority = pem.ca.empty() ? pem.certificates : pem.ca;
  return grpc_ssl_server_certificate_config_create(authority.c_str(), &pair, 1);
}

}  // namespace

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
  credentials_.push_back(std::make_shared<ReplaceableCredentials>(*this, !pem_.ca.empty()));
  return credentials_.back();
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
