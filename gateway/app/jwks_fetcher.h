// Keeps the keys of auth.jwt.jwks_url fresh.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <random>
#include <vector>

#include "absl/status/status.h"
#include "gateway/auth/verification_key.h"
#include "gateway/base/clock.h"
#include "gateway/config/https_url.h"

namespace wsgate {

// After a good answer it asks again when `refresh` is over, give or take a tenth; after a bad one
// after 1 s, 2 s, 4 s and so on up to a minute; and soon when a token names an unknown key.
// Flow:    address → JwksFetcher → KeySources.
// Owner:   KeySources.   Threads: that of its io_context.
// Bounds:  one fetch at a time; kUnknownBurst for unknown keys at once, then one in kUnknownPause.
class JwksFetcher {
 public:
  static constexpr int kUnknownBurst = 3;
  static constexpr Duration kUnknownPause = std::chrono::seconds(10);

  // `take` gets each good set; `looked` is told after every try whether it was good.
  using Take = std::function<void(std::vector<VerificationKey> keys)>;
  using Looked = std::function<void(bool good)>;

  JwksFetcher(boost::asio::io_context& io, HttpsUrl url, Duration refresh, Take take,
              Looked looked);

  // Whose signature the address's certificate must bear: a file in PEM; empty: as the system has
  // it. Errors: InvalidArgument, names the file.
  [[nodiscard]] absl::Status TrustFile(const std::string& ca_file);

  [[nodiscard]] boost::asio::awaitable<void> Run();
  // A token named a key that is not there.
  void AskSoon();

 private:
  boost::asio::awaitable<bool> FetchOnce();
  [[nodiscard]] Duration UntilNext() const;
  boost::asio::awaitable<void> WaitUntilNext();
  // How long until another unknown key may cause a fetch.
  Duration TakeUnknownTurn(Time now);
  Duration Jittered(Duration about);

  const HttpsUrl url_;
  const Duration refresh_;
  const Take take_;
  const Looked looked_;
  boost::asio::ssl::context tls_;
  boost::asio::steady_timer timer_;
  bool asked_ = false;      // AskSoon() was called since the last fetch began.
  int failures_ = 0;        // In a row.
  Time unknown_free_at_{};  // As a token bucket has it: the turns taken end here.
  std::minstd_rand random_;
};

}  // namespace wsgate
