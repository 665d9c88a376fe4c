#include "clients/loadgen/tls_link.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "gateway/base/check.h"

namespace wsgate::loadgen {
namespace {

bool IsAddress(const std::string& name) {
  in6_addr parsed{};
  return inet_pton(AF_INET, name.c_str(), &parsed) == 1 ||
         inet_pton(AF_INET6, name.c_str(), &parsed) == 1;
}

// How many certificates of `pem` are believed from now on.
int Believe(SSL_CTX* context, std::string_view pem) {
  const BioPtr reader = ReaderOf(pem);
  int believed = 0;
  for (;;) {
    const X509Ptr certificate(PEM_read_bio_X509(reader.get(), nullptr, nullptr, nullptr));
    if (!certificate) break;
    believed += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate.get());
  }
  ERR_clear_error();  // The end of the text is an error too.
  return believed;
}

}  // namespace

absl::StatusOr<std::shared_ptr<const TlsClient>> TlsClient::Make(std::string_view ca,
                                                                 const std::string& name) {
  SslCtxPtr context(SSL_CTX_new(TLS_client_method()));
  if (!context) return absl::ResourceExhaustedError("OpenSSL has no memory");
  if (ca.empty()) SSL_CTX_set_default_verify_paths(context.get());
  if (!ca.empty() && Believe(context.get(), ca) == 0) {
    return absl::InvalidArgumentError("has no CERTIFICATE in PEM");
  }
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // A write never waits for what the server says.
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                      SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context.get(), 1);  // A record is one recv(2), not two.
  const bool is_address = IsAddress(name);
  X509_VERIFY_PARAM* const wanted = SSL_CTX_get0_param(context.get());
  const int named = is_address ? X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str())
                               : X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
  if (named != 1) return absl::InvalidArgumentError("cannot be a certificate's name");
  std::signal(SIGPIPE, SIG_IGN);
  return std::shared_ptr<const TlsClient>(new TlsClient(std::move(context), name, is_address));
}

TlsLink::TlsLink(const TlsClient& client, int fd) : ssl_(SSL_new(client.context_.get())) {
  WSGATE_CHECK(ssl_ != nullptr);
  SSL_set_fd(ssl_.get(), fd);
  SSL_set_connect_state(ssl_.get());
  if (!client.is_address_) SSL_set_tlsext_host_name(ssl_.get(), client.name_.c_str());
}

TlsLink::Step TlsLink::ShakeHands() {
  ERR_clear_error();
  return StepOf(SSL_do_handshake(ssl_.get()), 0, /*open=*/false);
}

TlsLink::Step TlsLink::Read(std::span<char> into) {
  ERR_clear_error();
  size_t got = 0;
  const int returned = SSL_read_ex(ssl_.get(), into.data(), into.size(), &got);
  return StepOf(returned, got, /*open=*/true);
}

TlsLink::Step TlsLink::Write(std::string_view bytes) {
  ERR_clear_error();
  size_t sent = 0;
  const int returned = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &sent);
  return StepOf(returned, sent, /*open=*/true);
}

void TlsLink::Trim() {
  ERR_clear_error();
  size_t sent = 0;
  (void)SSL_write_ex(ssl_.get(), "", 0, &sent);
}

TlsLink::Step TlsLink::StepOf(int returned, size_t bytes, bool open) {
  const int system_error = errno;
  if (returned == 1) return {.result = Result::kDone, .bytes = bytes, .why = {}};
  switch (SSL_get_error(ssl_.get(), returned)) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {.result = Result::kWait, .bytes = 0, .why = {}};
    case SSL_ERROR_ZERO_RETURN:
      return {.result = Result::kEnded, .bytes = 0, .why = {}};
    case SSL_ERROR_SYSCALL:
      return {.result = Result::kFailed,
              .bytes = 0,
              .why = system_error != 0 ? std::strerror(system_error) : "the connection broke"};
    default:
      break;
  }
  Step failed{.result = Result::kFailed, .bytes = 0, .why = "TLS: "};
  const long doubt = SSL_get_verify_result(ssl_.get());
  const auto error = ERR_peek_error();
  const char* const reason = ERR_reason_error_string(error);
  if (doubt != X509_V_OK) {
    failed.why.append("the certificate is not believed: ");
    failed.why.append(X509_verify_cert_error_string(doubt));
  } else if (ERR_GET_REASON(error) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    // Some servers end so, without TLS's own good-bye.
    if (open) return {.result = Result::kEnded, .bytes = 0, .why = {}};
    failed.why.append("the server hung up in the middle of the handshake");
  } else if (ERR_GET_REASON(error) == SSL_R_WRONG_VERSION_NUMBER) {
    failed.why.append("what answers does not speak it");
  } else {
    failed.why.append(reason != nullptr ? reason : "failed");
  }
  return failed;
}

}  // namespace wsgate::loadgen
