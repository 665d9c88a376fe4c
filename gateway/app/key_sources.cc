#include "gateway/app/key_sources.h"

#include <spdlog/spdlog.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "gateway/app/jwks_fetcher.h"
#include "gateway/auth/jwk.h"
#include "gateway/auth/key_file.h"
#include "gateway/auth/token_authority.h"
#include "gateway/config/strings.h"
#include "gateway/config/watch.h"

namespace wsgate {
namespace {

namespace asio = boost::asio;
using Keys = std::vector<VerificationKey>;
constexpr auto kLookInterval = std::chrono::milliseconds(500);

absl::StatusOr<Keys> ParsePem(std::string&& text) {
  return ParsePemKeys(text);
}
absl::StatusOr<Keys> ParseOneSecret(std::string&& text) {
  absl::StatusOr<VerificationKey> key = ParseSecret(std::move(text));
  if (!key.ok()) return key.status();
  Keys keys;
  keys.push_back(*std::move(key));
  return keys;
}
absl::StatusOr<Keys> ParseSet(std::string&& text) {
  absl::StatusOr<ParsedJwks> parsed = ParseJwks(std::move(text), Secrets::kTaken);
  if (!parsed.ok()) return parsed.status();
  for (const std::string& sentence : parsed->left_out) {
    spdlog::warn("auth.jwt.jwks_file: left out: {}", sentence);
  }
  return std::move(parsed->keys);
}

// One file of keys.
struct KeyFile {
  std::string_view field;
  std::string path;
  absl::StatusOr<Keys> (*parse)(std::string&& text);
  FileSetWatch watch;
  Keys keys;

  // On an error the old keys stay.
  absl::Status Load() {
    absl::StatusOr<std::string> text = ReadKeyFile(path);
    if (!text.ok()) return Invalid(field, ": ", MessageOf(text.status()));
    absl::StatusOr<Keys> parsed = parse(*std::move(text));
    if (!parsed.ok()) return Invalid(field, ": ", path, " ", MessageOf(parsed.status()));
    keys = *std::move(parsed);
    return absl::OkStatus();
  }
};

class Sources final : public KeySources {
 public:
  Sources(const Config& config, KeyStore& store, NodeStats& stats)
      : store_(store), stats_(stats), timer_(io_) {
    AddFile("auth.jwt.secret_file", config.jwt_secret_file, ParseOneSecret);
    AddFile("auth.jwt.public_key_file", config.jwt_public_key_file, ParsePem);
    AddFile("auth.jwt.jwks_file", config.jwt_jwks_file, ParseSet);
  }
  ~Sources() override {
    io_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Begin(const Config& config) {
    for (KeyFile& file : files_) {
      if (absl::Status status = file.Load(); !status.ok()) return status;
      stats_.KeysLoaded(KeySource::kFile, true);
    }
    if (!config.jwt_jwks_url.empty()) {
      if (absl::Status status = AddAddress(config); !status.ok()) return status;
    }
    Publish();
    asio::co_spawn(io_, LookAtFiles(), asio::detached);
    if (fetcher_) asio::co_spawn(io_, fetcher_->Run(), asio::detached);
    thread_ = std::thread([this] { io_.run(); });
    return absl::OkStatus();
  }

 private:
  void AddFile(std::string_view field, const std::string& path,
               absl::StatusOr<Keys> (*parse)(std::string&&)) {
    if (path.empty()) return;
    // Watched before it is read: a change in between is seen.
    files_.push_back({.field = field, .path = path, .parse = parse, .watch = FileSetWatch({path})});
  }

  absl::Status AddAddress(const Config& config) {
    absl::StatusOr<HttpsUrl> url = ParseHttpsUrl(config.jwt_jwks_url);
    if (!url.ok()) return url.status();
    fetcher_.emplace(
        io_, *std::move(url), config.jwt_jwks_refresh,
        [this](Keys keys) {
          address_keys_ = std::move(keys);
          stats_.jwks_fetched_at.Set(WallSeconds());
          Publish();
        },
        [this](bool good) {
          stats_.KeysLoaded(KeySource::kUrl, good);
          store_.UnknownKeySeen();
        });
    store_.OnUnknownKey([this] { asio::post(io_, [this] { fetcher_->AskSoon(); }); });
    return fetcher_->TrustFile(config.jwt_jwks_ca_file);
  }

  asio::awaitable<void> LookAtFiles() {
    for (;;) {
      timer_.expires_after(kLookInterval);
      co_await timer_.async_wait(asio::as_tuple(asio::use_awaitable));
      for (KeyFile& file : files_) {
        const std::optional<absl::Status> loaded = file.watch.Look([&file] { return file.Load(); });
        if (!loaded) continue;
        if (loaded->ok()) {
          Publish();
          spdlog::info("{}: {} was read again", file.field, file.path);
        } else {
          spdlog::error("{}; the old keys go on", MessageOf(*loaded));
        }
        // Last: whoever sees the count sees what it counts.
        stats_.KeysLoaded(KeySource::kFile, loaded->ok());
      }
    }
  }

  void Publish() {
    auto set = std::make_shared<KeySet>();
    set->complete = !fetcher_ || address_keys_;
    for (const KeyFile& file : files_) {
      set->keys.insert(set->keys.end(), file.keys.begin(), file.keys.end());
    }
    if (address_keys_) {
      set->keys.insert(set->keys.end(), address_keys_->begin(), address_keys_->end());
    }
    stats_.auth_keys.Set(static_cast<int64_t>(set->keys.size()));
    store_.Replace(std::move(set));
  }

  KeyStore& store_;
  NodeStats& stats_;
  asio::io_context io_;
  asio::steady_timer timer_;
  std::vector<KeyFile> files_;
  std::optional<JwksFetcher> fetcher_;
  std::optional<Keys> address_keys_;  // nullopt: the address has not answered yet.
  std::thread thread_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<KeySources>> KeySources::Start(const Config& config, KeyStore& store,
                                                              NodeStats& stats) {
  auto sources = std::make_unique<Sources>(config, store, stats);
  const absl::Status status = sources->Begin(config);
  if (!status.ok()) return status;
  return sources;
}

}  // namespace wsgate
