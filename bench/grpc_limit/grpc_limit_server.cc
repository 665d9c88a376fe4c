// The limit of SendToUser and of SendStream: the same gRPC service, whose handlers do one send(2)
// to the user's socket and nothing else. They check nothing, queue nothing and know no session but
// by the number in `u<number>`; to a user without a socket nothing is sent, and a stream of such
// items is an empty stream.
//
// wsgate-bench-grpc-limit --ready-file PATH
#include <grpcpp/grpcpp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "bench/support/server_socket.h"
#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate::bench {
namespace {

constexpr uint32_t kUsersMax = 65'536;

// The number in `u<number>`; kUsersMax where there is none.
uint32_t UserNumber(std::string_view user_id) {
  uint32_t number = kUsersMax;
  if (user_id.starts_with('u')) {
    std::from_chars(user_id.data() + 1, user_id.data() + user_id.size(), number);
  }
  return number < kUsersMax ? number : kUsersMax;
}

// Every user's socket. Written by the accepting thread, read by gRPC's.
class Sockets {
 public:
  Sockets() {
    for (auto& fd : fds_) fd = -1;
  }
  void Set(uint32_t user, int fd) { fds_[user].store(fd, std::memory_order_release); }
  int Get(uint32_t user) const {
    return user < kUsersMax ? fds_[user].load(std::memory_order_acquire) : -1;
  }

 private:
  std::array<std::atomic<int>, kUsersMax> fds_;
};

// Sends, and says what the gateway would say.
void SendTo(const Sockets& sockets, const v1::SendToUserRequest& request, v1::Outcome& outcome) {
  const int fd = sockets.Get(UserNumber(request.user_id()));
  outcome.set_nodes(1);
  if (fd < 0) {
    outcome.set_offline(1);
    return;
  }
  const std::string frame = TextFrame(request.message().text());
  send(fd, frame.data(), frame.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  outcome.set_matched(1);
  outcome.set_queued(1);
}

// Answers in batches of 256, the largest that the gateway makes, and what is left at the end; with
// 1,024 items unanswered nothing is read. Callers must let more than 256 be unanswered.
class Stream final : public grpc::ServerBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse> {
 public:
  explicit Stream(const Sockets& sockets) : sockets_(sockets) { StartRead(&request_); }

 private:
  static constexpr int kResultsMax = 256;
  static constexpr int kUnansweredMax = 1'024;

  void OnReadDone(bool ok) override {
    const std::lock_guard lock(mutex_);
    reading_ = false;
    if (!ok) {
      half_closed_ = true;
      Go();
      return FinishIfAnswered();
    }
    if (waiting_.empty() || waiting_.back().results_size() == kResultsMax) waiting_.emplace_back();
    auto& result = *waiting_.back().add_results();
    result.set_item_id(request_.item_id());
    SendTo(sockets_, request_.to_user(), *result.mutable_outcome());
    ++unanswered_;
    Go();
  }
  void OnWriteDone(bool) override {
    const std::lock_guard lock(mutex_);
    unanswered_ -= writing_.results_size();
    writing_.Clear();
    Go();
    FinishIfAnswered();
  }
  void OnDone() override { delete this; }

  void Go() {
    const bool whole =
        !waiting_.empty() && (half_closed_ || waiting_.front().results_size() == kResultsMax);
    if (writing_.results_size() == 0 && whole) {
      writing_.Swap(&waiting_.front());
      waiting_.pop_front();
      StartWrite(&writing_);
    }
    if (reading_ || half_closed_ || unanswered_ >= kUnansweredMax) return;
    reading_ = true;
    StartRead(&request_);
  }
  void FinishIfAnswered() {
    if (half_closed_ && unanswered_ == 0) Finish(grpc::Status::OK);
  }

  const Sockets& sockets_;
  v1::SendStreamRequest request_;
  std::mutex mutex_;
  std::deque<v1::SendStreamResponse> waiting_;
  v1::SendStreamResponse writing_;
  int unanswered_ = 0;
  bool reading_ = true;
  bool half_closed_ = false;
};

class Service final : public v1::ControlService::CallbackService {
 public:
  explicit Service(const Sockets& sockets) : sockets_(sockets) {}

  grpc::ServerUnaryReactor* SendToUser(grpc::CallbackServerContext* context,
                                       const v1::SendToUserRequest* request,
                                       v1::SendToUserResponse* response) override {
    SendTo(sockets_, *request, *response->mutable_outcome());
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
  grpc::ServerBidiReactor<v1::SendStreamRequest, v1::SendStreamResponse>* SendStream(
      grpc::CallbackServerContext*) override {
    return new Stream(sockets_);
  }

 private:
  const Sockets& sockets_;
};

// Accepts WebSocket clients, answers their upgrade and throws away what they send.
class Acceptor {
 public:
  explicit Acceptor(Sockets& sockets) : sockets_(sockets) { Add(listener_); }

  std::string address() const { return AddressOf(listener_); }

  [[noreturn]] void Run() {
    epoll_event events[256];
    for (;;) {
      const int count = epoll_wait(epoll_, events, 256, -1);
      for (int i = 0; i < count; ++i) {
        const int fd = events[i].data.fd;
        if (fd != listener_) {
          OnReadable(fd);
          continue;
        }
        for (int client = AcceptOne(fd); client >= 0; client = AcceptOne(fd)) Add(client);
      }
    }
  }

 private:
  void Add(int fd) {
    epoll_event event{.events = EPOLLIN, .data = {.fd = fd}};
    if (epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) Die("epoll_ctl");
  }

  void OnReadable(int fd) {
    char bytes[4096];
    const ssize_t got = recv(fd, bytes, sizeof bytes, 0);
    if (got <= 0) {
      close(fd);
      return;
    }
    const std::string_view request(bytes, static_cast<size_t>(got));
    const size_t user = request.find("?user=");
    if (!request.starts_with("GET ") || user == std::string_view::npos) return;
    const uint32_t number = UserNumber(request.substr(user + 6));
    if (number < kUsersMax) sockets_.Set(number, fd);
    send(fd, kSwitchingProtocols.data(), kSwitchingProtocols.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }

  Sockets& sockets_;
  const int epoll_ = epoll_create1(EPOLL_CLOEXEC);
  const int listener_ = ListenOnLoopback();
};

int Serve(const std::string& ready_file) {
  static Sockets sockets;
  Acceptor acceptor(sockets);
  Service service(sockets);
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr) Die("gRPC");
  std::thread([&acceptor] { acceptor.Run(); }).detach();
  WriteReadyFile(ready_file, acceptor.address(), "127.0.0.1:" + std::to_string(port));
  server->Wait();  // Until SIGTERM ends the process: nothing is worth closing in order.
  return 0;
}

}  // namespace
}  // namespace wsgate::bench

int main(int argc, char** argv) {
  if (argc != 3 || std::strcmp(argv[1], "--ready-file") != 0) {
    std::fprintf(stderr, "usage: wsgate-bench-grpc-limit --ready-file PATH\n");
    return 2;
  }
  wsgate::bench::RaiseFileLimit();
  return wsgate::bench::Serve(argv[2]);
}
