#include "clients/loadgen/user_load.h"

#include <chrono>

#include "gateway/base/clock.h"

namespace wsgate::loadgen {
namespace {

constexpr auto kCallTimeout = std::chrono::seconds(30);

uint64_t NowNs() {
  return static_cast<uint64_t>(SteadyNow().time_since_epoch().count());
}

}  // namespace

UserLoad::UserLoad(v1::ControlService::Stub& stub, uint32_t users, uint32_t in_flight,
                   const std::string& text)
    : stub_(stub), users_(users), slots_(in_flight) {
  for (Slot& slot : slots_) slot.request.mutable_message()->set_text(text);
}

void UserLoad::Start() {
  busy_slots_.Add(static_cast<uint32_t>(slots_.size()));
  for (Slot& slot : slots_) Call(slot);
}

void UserLoad::Stop() {
  stopping_ = true;
  busy_slots_.WaitNone();
}

void UserLoad::Call(Slot& slot) {
  const uint64_t user = next_user_.fetch_add(1, std::memory_order_relaxed) % users_;
  slot.request.set_user_id("u" + std::to_string(user));
  slot.context.emplace();
  slot.context->set_deadline(std::chrono::system_clock::now() + kCallTimeout);
  slot.start_ns = NowNs();
  stub_.async()->SendToUser(&*slot.context, &slot.request, &slot.response,
                            [this, &slot](const grpc::Status& status) { OnAnswer(slot, status); });
}

void UserLoad::OnAnswer(Slot& slot, const grpc::Status& status) {
  slot.latencies.push_back(NowNs() - slot.start_ns);
  const bool good = status.ok() && slot.response.outcome().queued() == 1;
  (good ? completed_ : failed_).fetch_add(1, std::memory_order_relaxed);
  if (!stopping_) return Call(slot);
  busy_slots_.Done();
}

std::vector<uint64_t> UserLoad::Latencies() const {
  std::vector<uint64_t> all;
  for (const Slot& slot : slots_)
    all.insert(all.end(), slot.latencies.begin(), slot.latencies.end());
  return all;
}

}  // namespace wsgate::loadgen
