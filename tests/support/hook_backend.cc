#include "tests/support/hook_backend.h"

#include <arpa/inet.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <mutex>
#include <tuple>
#include <utility>

#include "gateway/base/check.h"
#include "wsgate/v1/hook_service.grpc.pb.h"

namespace wsgate {
namespace {

// A listening socket on loopback, and the port that the kernel picked.
std::pair<int, int> Listen() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  WSGATE_CHECK(::bind(fd, reinterpret_cast<sockaddr*>(&address), length) == 0);
  WSGATE_CHECK(::listen(fd, 64) == 0);
  WSGATE_CHECK(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &length) == 0);
  return {fd, ntohs(address.sin_port)};
}

std::string OnLoopback(int port) {
  return "127.0.0.1:" + std::to_string(port);
}

grpc::Status ToGrpc(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

}  // namespace

class HookBackend::Service final : public v1::HookService::Service {
 public:
  Service(Answers answers, int port) : answers_(std::move(answers)) {
    grpc::ServerBuilder builder;
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddListeningPort(OnLoopback(port), grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(this);
    // One that starts anew takes the port of the one before, whose connections may linger.
    WSGATE_CHECK(WaitFor([&] { return (server_ = builder.BuildAndStart()) != nullptr; }));
    WSGATE_CHECK(port_ != 0);
  }

  grpc::Status OnConnect(grpc::ServerContext*, const v1::OnConnectRequest* request,
                         v1::OnConnectResponse* response) override {
    Keep(connects, *request);
    if (!answers_.on_connect) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
    return ToGrpc(answers_.on_connect(*request, *response));
  }
  grpc::Status OnMessage(grpc::ServerContext*, const v1::OnMessageRequest* request,
                         v1::OnMessageResponse* response) override {
    Keep(messages, *request);
    if (!answers_.on_message) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
    return ToGrpc(answers_.on_message(*request, *response));
  }
  grpc::Status OnDisconnect(grpc::ServerContext*, const v1::OnDisconnectRequest* request,
                            v1::OnDisconnectResponse*) override {
    Keep(disconnects, *request);
    if (!answers_.on_disconnect) return grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "");
    return ToGrpc(answers_.on_disconnect(*request));
  }

  template <class Request>
  void Keep(std::vector<Request>& in, const Request& request) {
    const std::lock_guard lock(mutex);
    in.push_back(request);
  }
  template <class Request>
  std::vector<Request> CopyOf(const std::vector<Request>& from) {
    const std::lock_guard lock(mutex);
    return from;
  }
  void Stop() {
    if (!server_) return;
    server_->Shutdown(std::chrono::system_clock::now());
    server_->Wait();
    server_.reset();
  }
  [[nodiscard]] int port() const { return port_; }

  std::mutex mutex;
  std::vector<v1::OnConnectRequest> connects;
  std::vector<v1::OnMessageRequest> messages;
  std::vector<v1::OnDisconnectRequest> disconnects;

 private:
  const Answers answers_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

HookBackend::HookBackend(Answers answers, int port)
    : service_(std::make_unique<Service>(std::move(answers), port)) {}
HookBackend::~HookBackend() {
  Stop();
}
int HookBackend::port() const {
  return service_->port();
}
std::string HookBackend::address() const {
  return OnLoopback(port());
}
void HookBackend::Stop() {
  service_->Stop();
}
std::vector<v1::OnConnectRequest> HookBackend::connects() const {
  return service_->CopyOf(service_->connects);
}
std::vector<v1::OnMessageRequest> HookBackend::messages() const {
  return service_->CopyOf(service_->messages);
}
std::vector<v1::OnDisconnectRequest> HookBackend::disconnects() const {
  return service_->CopyOf(service_->disconnects);
}

struct ResettingBackend::State {
  int listener = -1;
  int port = 0;
  std::atomic<bool> stop{false};
  std::atomic<int> resets{0};
  std::thread thread;

  void Run() {
    while (!stop) {
      pollfd waiting{.fd = listener, .events = POLLIN, .revents = 0};
      if (::poll(&waiting, 1, /*ms=*/10) <= 0) continue;
      const int fd = ::accept(listener, nullptr, nullptr);
      if (fd < 0) continue;
      std::array<char, 64> some{};
      (void)::recv(fd, some.data(), some.size(), 0);
      const linger hard{.l_onoff = 1, .l_linger = 0};
      ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
      ::close(fd);
      ++resets;
    }
  }
};

ResettingBackend::ResettingBackend() : state_(std::make_unique<State>()) {
  std::tie(state_->listener, state_->port) = Listen();
  state_->thread = std::thread([this] { state_->Run(); });
}
ResettingBackend::~ResettingBackend() {
  state_->stop = true;
  state_->thread.join();
  ::close(state_->listener);
}
std::string ResettingBackend::address() const {
  return OnLoopback(state_->port);
}
int ResettingBackend::resets() const {
  return state_->resets;
}

std::string AbsentAddress() {
  const auto [fd, port] = Listen();
  ::close(fd);
  return OnLoopback(port);
}

}  // namespace wsgate
