// What it costs to let Asio run the loop and to keep the sockets on an epoll set inside Asio's,
// against one epoll set that the loop waits on itself. One thread: it makes `range` of 1,000
// sockets readable, then runs one turn of the loop, which reads them all. Writing and reading are
// timed with the rest; BM_SocketsOnly is their share.
#include <benchmark/benchmark.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <cstdlib>
#include <vector>

namespace wsgate::bench {
namespace {

namespace asio = boost::asio;

constexpr size_t kSockets = 1000;
constexpr uint64_t kWake = kSockets;  // Epoll datum of the eventfd.

// 1,000 connected pairs, of which one end each is on an edge-triggered epoll set, as sessions are.
class Pairs {
 public:
  explicit Pairs(int epoll) : epoll_(epoll), server_(kSockets), peer_(kSockets) {
    for (size_t i = 0; i < kSockets; ++i) {
      int ends[2];
      if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0) std::abort();
      server_[i] = ends[0];
      peer_[i] = ends[1];
      Add(ends[0], EPOLLIN | EPOLLET, i);
    }
  }
  ~Pairs() {
    for (size_t i = 0; i < kSockets; ++i) {
      close(server_[i]);
      close(peer_[i]);
    }
  }
  Pairs(const Pairs&) = delete;
  Pairs& operator=(const Pairs&) = delete;

  void Add(int fd, uint32_t events, uint64_t datum) {
    epoll_event event{.events = events, .data = {.u64 = datum}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
  }
  void WriteFromPeers(size_t count) {
    for (size_t i = 0; i < count; ++i) {
      if (write(peer_[(i * 37) % kSockets], "x", 1) != 1) std::abort();
    }
  }
  void ReadDirectly(size_t count) {
    char bytes[64];
    for (size_t i = 0; i < count; ++i) {
      if (recv(server_[(i * 37) % kSockets], bytes, sizeof bytes, MSG_DONTWAIT) != 1) std::abort();
    }
  }
  // Serves what one epoll_wait says; the number of sockets that were read.
  size_t Serve(int timeout_ms) {
    const int count = epoll_wait(epoll_, events_, 512, timeout_ms);
    size_t served = 0;
    for (int i = 0; i < count; ++i) {
      char bytes[64];
      const uint64_t datum = events_[i].data.u64;
      if (datum == kWake) continue;  // The eventfd's owner reads it.
      if (recv(server_[datum], bytes, sizeof bytes, MSG_DONTWAIT) == 1) ++served;
    }
    return served;
  }

 private:
  const int epoll_;
  std::vector<int> server_;
  std::vector<int> peer_;
  epoll_event events_[512];
};

// An epoll set watched by an io_context, waited on again after each turn.
class NestedLoop {
 public:
  NestedLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), descriptor_(io_, epoll_), pairs_(epoll_) {
    Arm();
  }

  Pairs& pairs() { return pairs_; }
  asio::io_context& io() { return io_; }
  size_t Turn() {
    served_ = 0;
    io_.run_one();
    return served_;
  }

 private:
  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

  void Arm() {
    descriptor_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (error) return;
      served_ += pairs_.Serve(0);
      Arm();
    });
  }

  asio::io_context io_{1};
  const int epoll_;  // Closed by the descriptor.
  Descriptor descriptor_;
  Pairs pairs_;
  size_t served_ = 0;
};

// The share of writing and reading in the two that follow: the same sockets, no turn of a loop.
void BM_SocketsOnly(benchmark::State& state) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Pairs pairs(epoll);
  const auto ready = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    pairs.WriteFromPeers(ready);
    pairs.ReadDirectly(ready);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  close(epoll);
}

void BM_DirectTurn(benchmark::State& state) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Pairs pairs(epoll);
  const auto ready = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    pairs.WriteFromPeers(ready);
    for (size_t served = 0; served < ready;) served += pairs.Serve(-1);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
  close(epoll);
}

void BM_NestedTurn(benchmark::State& state) {
  NestedLoop loop;
  const auto ready = static_cast<size_t>(state.range(0));
  for (auto _ : state) {
    loop.pairs().WriteFromPeers(ready);
    for (size_t served = 0; served < ready;) served += loop.Turn();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

// How a command from another thread wakes the loop: an eventfd on the set itself, never read
// because edge-triggered.
void BM_DirectWake(benchmark::State& state) {
  const int epoll = epoll_create1(EPOLL_CLOEXEC);
  Pairs pairs(epoll);
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  pairs.Add(wake, EPOLLIN | EPOLLET, kWake);
  const uint64_t one = 1;
  for (auto _ : state) {
    if (write(wake, &one, sizeof one) != sizeof one) std::abort();
    benchmark::DoNotOptimize(pairs.Serve(-1));
  }
  close(wake);
  close(epoll);
}

// The same by the nested set: Asio sees it readable, the handler looks into it.
void BM_NestedWake(benchmark::State& state) {
  NestedLoop loop;
  const int wake = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  loop.pairs().Add(wake, EPOLLIN | EPOLLET, kWake);
  const uint64_t one = 1;
  for (auto _ : state) {
    if (write(wake, &one, sizeof one) != sizeof one) std::abort();
    benchmark::DoNotOptimize(loop.Turn());
  }
  close(wake);
}

// asio::post from the loop's own thread between turns: the queue's cost without a sleeping thread
// to wake.
void BM_AsioPost(benchmark::State& state) {
  NestedLoop loop;
  uint64_t ran = 0;
  for (auto _ : state) {
    asio::post(loop.io(), [&ran] { ++ran; });
    loop.Turn();
  }
  benchmark::DoNotOptimize(ran);
}

BENCHMARK(BM_SocketsOnly)->Arg(1)->Arg(16)->Arg(256);
BENCHMARK(BM_DirectTurn)->Arg(1)->Arg(16)->Arg(256);
BENCHMARK(BM_NestedTurn)->Arg(1)->Arg(16)->Arg(256);
BENCHMARK(BM_DirectWake);
BENCHMARK(BM_NestedWake);
BENCHMARK(BM_AsioPost);

}  // namespace
}  // namespace wsgate::bench

int main(int argc, char** argv) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
