#include "gateway/app/jwks_fetcher.h"

#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "gateway/app/https_get.h"
#include "gateway/auth/jwk.h"
#include "gateway/base/ids.h"
#include "gateway/config/strings.h"

namespace wsgate {
namespace {

namespace asio = boost::asio;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr Duration kRetryMax = std::chrono::minutes(1);

}  // namespace

JwksFetcher::JwksFetcher(asio::io_context& io, HttpsUrl url, Duration refresh, Take take,
                         Looked looked)
    : url_(std::move(url)),
      refresh_(refresh),
      take_(std::move(take)),
      looked_(std::move(looked)),
      tls_(asio::ssl::context::tls_client),
      timer_(io),
      random_(static_cast<uint32_t>(RandomIncarnation())) {
  SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
}

absl::Status JwksFetcher::TrustFile(const std::string& ca_file) {
  boost::system::error_code error;
  if (ca_file.empty()) {
    tls_.set_default_verify_paths(error);
    return absl::OkStatus();
  }
  tls_.load_verify_file(ca_file, error);
  if (!error) return absl::OkStatus();
  return Invalid("auth.jwt.jwks_ca_file: ", ca_file,
                 " has no certificate in PEM: ", error.message());
}

asio::awaitable<void> JwksFetcher::Run() {
  for (;;) {
    asked_ = false;
    const bool good = co_await FetchOnce();
    failures_ = good ? 0 : failures_ + 1;
    looked_(good);
    co_await WaitUntilNext();
  }
}

asio::awaitable<bool> JwksFetcher::FetchOnce() {
  absl::StatusOr<std::string> body = co_await HttpsGet(url_, tls_, {});
  absl::Status status = body.status();
  if (body.ok()) {
    absl::StatusOr<ParsedJwks> parsed = ParseJwks(*std::move(body), Secrets::kRefused);
    status = parsed.status();
    if (parsed.ok()) {
      for (const std::string& sentence : parsed->left_out) {
        spdlog::warn("auth.jwt.jwks_url: left out: {}", sentence);
      }
      take_(std::move(parsed->keys));
    }
  }
  if (!status.ok()) {
    spdlog::warn("auth.jwt.jwks_url: https://{}{} {}; the last good keys go on", url_.HostHeader(),
                 url_.target, MessageOf(status));
  }
  co_return status.ok();
}

Duration JwksFetcher::UntilNext() const {
  if (failures_ == 0) return refresh_;
  const Duration retry = std::chrono::seconds(1) * (1 << std::min(failures_ - 1, 6));
  return std::min({retry, kRetryMax, refresh_});
}

asio::awaitable<void> JwksFetcher::WaitUntilNext() {
  timer_.expires_after(Jittered(UntilNext()));
  if (!asked_) co_await timer_.async_wait(kTuple);
  if (!asked_) co_return;
  timer_.expires_after(TakeUnknownTurn(SteadyNow()));
  co_await timer_.async_wait(kTuple);
}

void JwksFetcher::AskSoon() {
  if (std::exchange(asked_, true)) return;
  timer_.cancel();
}

Duration JwksFetcher::TakeUnknownTurn(Time now) {
  unknown_free_at_ = std::max(unknown_free_at_, now) + kUnknownPause;
  return std::max<Duration>(unknown_free_at_ - now - kUnknownBurst * kUnknownPause,
                            Duration::zero());
}

Duration JwksFetcher::Jittered(Duration about) {
  return about * std::uniform_int_distribution<int>(900, 1100)(random_) / 1000;
}

}  // namespace wsgate
