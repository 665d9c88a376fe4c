// The streams that must be told when the gateway stops.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "gateway/base/mutex.h"

namespace wsgate {

// Flow:    ControlServer::Stop() → Stop() → each stream, which ends.
// Owner:   ControlService; outlives the streams.
// Threads: any.
// Bounds:  the server's concurrent streams.
class OpenStreams {
 public:
  class Stream {
   public:
    virtual ~Stream() = default;
    virtual void OnStop() = 0;  // At most once, on the thread that stops the gateway.
  };

  // False: the gateway stops already; the stream is not kept.
  [[nodiscard]] bool Add(std::shared_ptr<Stream> stream) {
    MutexLock lock(mutex_);
    if (stopped_) return false;
    streams_.push_back(std::move(stream));
    return true;
  }
  void Remove(const Stream* stream) {
    std::shared_ptr<Stream> removed;  // Dies without the lock.
    MutexLock lock(mutex_);
    const auto found = std::find_if(streams_.begin(), streams_.end(),
                                    [&](const auto& other) { return other.get() == stream; });
    if (found == streams_.end()) return;
    removed = std::move(*found);
    *found = std::move(streams_.back());
    streams_.pop_back();
  }
  void Stop() {
    std::vector<std::shared_ptr<Stream>> streams;
    {
      MutexLock lock(mutex_);
      stopped_ = true;
      streams = std::exchange(streams_, {});
    }
    for (const std::shared_ptr<Stream>& stream : streams) stream->OnStop();
  }

 private:
  Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Stream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace wsgate
