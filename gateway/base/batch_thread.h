// Threads whose work is worth gathering.
#pragma once

#include <pthread.h>
#include <sched.h>

#include <thread>

namespace wsgate {

// From now on `thread`, when it is woken, waits for a free core instead of taking the one of
// whoever woke it, and then finds more to do in one go (SCHED_BATCH, sched(7)). A kernel that
// refuses has the same work done sooner and in more pieces.
inline void MakeBatchThread(std::thread& thread) {
  const sched_param none{};
  (void)pthread_setschedparam(thread.native_handle(), SCHED_BATCH, &none);
}

}  // namespace wsgate
