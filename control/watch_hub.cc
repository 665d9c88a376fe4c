#include "control/watch_hub.h"

#include <pthread.h>

#include <algorithm>
#include <utility>

#include "control/convert.h"
#include "control/watch_cursor.h"
#include "gateway/base/batch_thread.h"

namespace wsgate {
namespace {

// What came since the last time is one batch for every watcher, not one for each turn of a shard,
// up to so many: the ring forgets whole batches.
constexpr size_t kShownTogetherMax = 1'024;

}  // namespace

WatchHub::WatchHub(uint64_t incarnation, std::string node_id, const Settings& settings)
    : incarnation_(incarnation),
      node_id_(std::move(node_id)),
      settings_(settings),
      ring_(settings.events_max, settings.bytes_max),
      thread_([this] { Work(); }) {
  pthread_setname_np(thread_.native_handle(), "watch");
  MakeBatchThread(thread_);
}

WatchHub::~WatchHub() {
  {
    MutexLock lock(incoming_mutex_);
    stopped_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void WatchHub::OnEvents(const SessionEventsPtr& events) {
  bool wake = false;
  {
    MutexLock lock(incoming_mutex_);
    incoming_.push_back({.first = numbered_ + 1, .events = events});
    numbered_ += events->size();
    incoming_events_ += events->size();
    // The ring would not keep them either; it sees the gap.
    while (incoming_.size() > 1 && incoming_events_ > settings_.events_max) {
      incoming_events_ -= incoming_.front().events->size();
      incoming_.pop_front();
    }
    wake = std::exchange(asleep_, false);
  }
  if (wake) wake_.notify_one();
}

WatchHub::Attached WatchHub::Attach(const std::shared_ptr<Watcher>& watcher,
                                    std::optional<uint64_t> after) {
  MutexLock one(attach_mutex_);
  bool gap = false;
  {
    MutexLock lock(ring_mutex_);
    if (watchers_.size() >= settings_.watchers_max) return Attached::kFull;
    watcher->position_ = ~uint64_t{0};  // Ahead of everything until it is known.
    watcher->idle_ = false;
    watchers_.push_back(watcher);
    gap = !recording_.exchange(true, std::memory_order_seq_cst);
  }
  const uint64_t now = Now(gap);
  {
    MutexLock lock(ring_mutex_);
    if (gap) ring_.ForgetUpTo(now);
    watcher->position_ = after.value_or(now);
    if (!after || (*after <= now && ring_.Remembers(*after))) return Attached::kYes;
  }
  Detach(*watcher);
  return Attached::kGone;
}

uint64_t WatchHub::Now(bool gap) {
  MutexLock lock(incoming_mutex_);
  if (!gap) return numbered_;
  incoming_.clear();
  incoming_events_ = 0;
  return numbered_ == 0 ? 0 : ++numbered_;
}

void WatchHub::Detach(Watcher& watcher) {
  std::shared_ptr<Watcher> removed;  // Dies without the lock.
  {
    MutexLock lock(ring_mutex_);
    const auto found = std::find_if(watchers_.begin(), watchers_.end(),
                                    [&](const auto& other) { return other.get() == &watcher; });
    if (found == watchers_.end()) return;
    removed = std::move(*found);
    watchers_.erase(found);
    if (!watchers_.empty()) return;
    last_left_ = SteadyNow();
  }
  {
    MutexLock lock(incoming_mutex_);
    poked_ = true;  // From now on there is a time at which everything is forgotten.
  }
  wake_.notify_one();
}

WatchHub::Part WatchHub::Next(Watcher& watcher) {
  MutexLock lock(ring_mutex_);
  if (!ring_.Remembers(watcher.position_)) return {.kind = Kind::kOvertaken};
  ShownEventsPtr events = ring_.After(watcher.position_);
  watcher.idle_ = events == nullptr;
  if (watcher.idle_) return {.kind = Kind::kNothing};
  const size_t at = watcher.position_ + 1 - events->first;
  watcher.position_ = events->last();
  return {.kind = Kind::kEvents, .events = std::move(events), .at = at};
}

bool WatchHub::IsOvertaken(const Watcher& watcher) {
  MutexLock lock(ring_mutex_);
  return !ring_.Remembers(watcher.position_);
}

uint64_t WatchHub::PositionOf(const Watcher& watcher) {
  MutexLock lock(ring_mutex_);
  return watcher.position_;
}

size_t WatchHub::watchers() {
  MutexLock lock(ring_mutex_);
  return watchers_.size();
}

void WatchHub::Work() {
  while (WaitForWork()) {
    TakeOver();
    ForgetIfDue();
  }
}

// Not checked by the analysis: it does not know std::unique_lock.
bool WatchHub::WaitForWork() ABSL_NO_THREAD_SAFETY_ANALYSIS {
  const std::optional<Time> forget_at = ForgetAt();
  std::unique_lock lock(incoming_mutex_.native());
  // What comes meanwhile is taken over together; shards need not wake anybody.
  wake_.wait_for(lock, settings_.pace, [this] { return stopped_; });
  const auto has_work = [this] { return stopped_ || poked_ || !incoming_.empty(); };
  asleep_ = !has_work();
  if (forget_at) {
    wake_.wait_until(lock, *forget_at, has_work);
  } else {
    wake_.wait(lock, has_work);
  }
  asleep_ = poked_ = false;
  return !stopped_;
}

void WatchHub::TakeOver() {
  std::deque<Numbered> incoming;
  {
    MutexLock lock(incoming_mutex_);
    incoming.swap(incoming_);
    incoming_events_ = 0;
  }
  const std::vector<ShownEventsPtr> shown = Show(incoming);
  std::vector<std::shared_ptr<Watcher>> wakes;
  {
    MutexLock lock(ring_mutex_);
    for (const ShownEventsPtr& batch : shown) ring_.Push(batch);
    for (const std::shared_ptr<Watcher>& watcher : watchers_) {
      const bool more = watcher->idle_ && watcher->position_ < ring_.last();
      if (!more && ring_.Remembers(watcher->position_)) continue;
      watcher->idle_ = false;
      wakes.push_back(watcher);
    }
  }
  for (const std::shared_ptr<Watcher>& watcher : wakes) watcher->OnWake();
}

std::vector<ShownEventsPtr> WatchHub::Show(const std::deque<Numbered>& incoming) const {
  std::vector<ShownEventsPtr> all;
  std::shared_ptr<ShownEvents> shown;
  for (const Numbered& batch : incoming) {
    uint64_t number = batch.first;
    for (const SessionEvent& event : *batch.events) {
      const bool follows = shown != nullptr && number == shown->last() + 1;
      if (!follows || shown->events.size() == kShownTogetherMax) {
        shown = std::make_shared<ShownEvents>();
        shown->first = number;
        all.push_back(shown);
      }
      v1::WatchSessionsResponse& out = shown->events.emplace_back();
      Show(event, number++, out);
      shown->bytes += out.SpaceUsedLong();
    }
  }
  return all;
}

void WatchHub::Show(const SessionEvent& event, uint64_t number,
                    v1::WatchSessionsResponse& out) const {
  if (event.kind == SessionEvent::Kind::kConnected) {
    Fill(event.info, *out.mutable_connected());
  } else {
    Fill(event, *out.mutable_disconnected());
  }
  out.set_cursor(ToText({.incarnation = incarnation_, .number = number}));
  out.set_node_id(node_id_);
  out.set_number(number);
  Fill(event.at_us, *out.mutable_event_time());
}

std::optional<Time> WatchHub::ForgetAt() {
  MutexLock lock(ring_mutex_);
  if (!watchers_.empty() || !recording_.load(std::memory_order_relaxed)) return std::nullopt;
  return last_left_ + settings_.remember;
}

void WatchHub::ForgetIfDue() {
  const std::optional<Time> forget_at = ForgetAt();
  if (!forget_at || SteadyNow() < *forget_at) return;
  MutexLock lock(ring_mutex_);
  if (!watchers_.empty()) return;  // Somebody has come.
  recording_.store(false, std::memory_order_seq_cst);
  ring_.ForgetUpTo(ring_.last());
}

}  // namespace wsgate
