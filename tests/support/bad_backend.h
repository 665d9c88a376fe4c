// Backends that do not answer as they should, for the tests of every hook.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/hook_backend.h"
#include "tests/support/test_gateway.h"

namespace wsgate {

// How a backend behaves where it does not answer as it should.
enum class Backend : uint8_t { kFails, kSlow, kResets, kAbsent };
struct Failure {
  Backend backend;
  const char* on_failure;
};
inline std::string NameOf(const testing::TestParamInfo<Failure>& info) {
  constexpr const char* kNames[] = {"Fails", "Slow", "Resets", "Absent"};
  return std::string(kNames[static_cast<int>(info.param.backend)]) + "_" + info.param.on_failure;
}
inline const std::vector<Failure> kFailures = {
    {Backend::kFails, "open"},  {Backend::kFails, "closed"}, {Backend::kSlow, "open"},
    {Backend::kSlow, "closed"}, {Backend::kResets, "open"},  {Backend::kResets, "closed"},
    {Backend::kAbsent, "open"}, {Backend::kAbsent, "closed"}};

// The address of a backend that behaves so.
class BadBackend {
 public:
  explicit BadBackend(Backend kind) {
    const auto answer = [this, kind] {
      if (kind == Backend::kFails) return absl::InternalError("the database is gone");
      EXPECT_TRUE(WaitFor([this] { return released_.load(); }));
      return absl::OkStatus();
    };
    if (kind == Backend::kResets) {
      resetting_ = std::make_unique<ResettingBackend>();
      address_ = resetting_->address();
    } else if (kind == Backend::kAbsent) {
      address_ = AbsentAddress();
    } else {
      backend_ = std::make_unique<HookBackend>(
          HookBackend::Answers{.on_connect = [answer](const auto&, auto&) { return answer(); },
                               .on_message = [answer](const auto&, auto&) { return answer(); },
                               .on_disconnect = [answer](const auto&) { return answer(); }});
      address_ = backend_->address();
    }
  }
  ~BadBackend() { released_ = true; }
  [[nodiscard]] const std::string& address() const { return address_; }

 private:
  std::atomic<bool> released_{false};
  std::string address_;
  std::unique_ptr<ResettingBackend> resetting_;
  std::unique_ptr<HookBackend> backend_;  // First to go: its answers wait for `released_`.
};

// How the metric calls it.
inline std::string ResultOf(Backend backend) {
  if (backend == Backend::kFails) return "error";
  return backend == Backend::kSlow ? "timeout" : "unavailable";
}

inline double CallsOf(TestGateway& gateway, const std::string& method, const std::string& result) {
  return gateway
      .Metrics()["wsgate_hook_calls_total{method=\"" + method + "\",result=\"" + result + "\"}"];
}

}  // namespace wsgate
