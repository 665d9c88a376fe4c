#include "control/server.h"

#include <grpc/support/log.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>
#include <netdb.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "control/server_tls.h"
#include "gateway/config/address.h"
#include "gateway/config/strings.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace wsgate {
namespace {

// What gRPC has to say comes in the form of our log, which may be one JSON object a line.
void LogLine(gpr_log_func_args* line) {
  if (line->severity == GPR_LOG_SEVERITY_ERROR) spdlog::warn("grpc: {}", line->message);
}

// gRPC's plug-ins and its log are of the process, not of a server.
void SetUpGrpc() {
  static std::once_flag once;
  std::call_once(once, [] {
    gpr_set_log_function(&LogLine);
    grpc::EnableDefaultHealthCheckService(true);
    // Keeps the descriptor in the binary: reflection lists gRPC's own health service, and is asked.
    google::protobuf::LinkMessageReflection<grpc::health::v1::HealthCheckRequest>();
  });
}

void SetArguments(grpc::ServerBuilder& builder) {
  const auto set = [&builder](const char* name, int value) {
    builder.AddChannelArgument(name, value);
  };
  set(GRPC_ARG_ALLOW_REUSEPORT, 0);  // Two gateways on one port would each get half of the calls.
  set(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1'024);
  set(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  set(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  set(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  set(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  // So that balancing clients see new nodes. Calls that are open go on as long as they like.
  set(GRPC_ARG_MAX_CONNECTION_AGE_MS, 600'000);
  builder.SetMaxReceiveMessageSize(kRequestBytesMax);
}

absl::Status Taken(const std::string& address) {
  return absl::AlreadyExistsError(
      Cat("control.address ", address,
          " is taken by another process; end it or choose another port with --control-address"));
}

// Why `address` cannot be listened on, if so. gRPC only says that it cannot, and logs at length.
absl::Status CheckFree(const std::string& text, const Address& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) !=
      0) {
    return absl::InvalidArgumentError(
        Cat("control.address ", text, " names no address of this machine"));
  }
  int error = 0;
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
      bind(fd, found->ai_addr, found->ai_addrlen) != 0) {
    error = errno;
  }
  if (fd >= 0) close(fd);
  freeaddrinfo(found);
  if (error == 0) return absl::OkStatus();
  if (error == EADDRINUSE) return Taken(text);
  return absl::InvalidArgumentError(Cat("control.address ", text,
                                        " cannot be used: ", std::strerror(error),
                                        "; choose another with --control-address"));
}

// Of a name that has several, each; of port 0 one, for the kernel picks the port.
std::vector<std::string> NumericAddresses(const Address& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<std::string> addresses;
  if (getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &hints, &found) !=
      0) {
    return addresses;
  }
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    std::array<char, NI_MAXHOST> host{};
    if (getnameinfo(at->ai_addr, at->ai_addrlen, host.data(), host.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0) {
      continue;
    }
    const bool v6 = at->ai_family == AF_INET6;
    addresses.push_back(Cat(v6 ? "[" : "", host.data(), v6 ? "]:" : ":", address.port));
    if (address.port == 0) break;
  }
  freeaddrinfo(found);
  return addresses;
}

void AddPorts(grpc::ServerBuilder& builder, const std::string& text, const Address& address,
              ServerTls* tls, int* port) {
  if (tls == nullptr) {
    builder.AddListeningPort(text, grpc::InsecureServerCredentials(), port);
    return;
  }
  for (const std::string& numeric : NumericAddresses(address)) {
    builder.AddListeningPort(numeric, tls->MakeCredentials(), port);
  }
}

}  // namespace

ControlServer::ControlServer(const ControlTargets& targets)
    : hub_(targets.hub),
      service_(targets),
      reflection_(
          targets.authorizer,
          {v1::ControlService::service_full_name(), grpc::health::v1::Health::service_full_name(),
           grpc::reflection::v1alpha::ServerReflection::service_full_name()}) {}

absl::StatusOr<std::unique_ptr<ControlServer>> ControlServer::Start(const std::string& address,
                                                                    const ControlTargets& targets) {
  const absl::StatusOr<Address> parsed = ParseAddress(address);
  if (!parsed.ok()) return parsed.status();
  SetUpGrpc();
  if (absl::Status free = CheckFree(address, *parsed); !free.ok()) return free;
  std::unique_ptr<ControlServer> server(new ControlServer(targets));
  grpc::ServerBuilder builder;
  SetArguments(builder);
  int port = 0;
  AddPorts(builder, address, *parsed, targets.tls, &port);
  builder.RegisterService(&server->service_);
  builder.RegisterService(&server->reflection_);
  server->server_ = builder.BuildAndStart();
  if (!server->server_ || port == 0) return Taken(address);  // Since we looked.
  server->bound_address_ = Cat(address.substr(0, address.rfind(':') + 1), port);
  server->SetServing(false);
  return server;
}

ControlServer::~ControlServer() {
  Stop(std::chrono::milliseconds(0));
}

ConnectCalls& ControlServer::OpenConnectCalls() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(-1);  // Of answers, which are ours.
  connect_calls_ = std::make_unique<ConnectCalls>(server_->InProcessChannel(arguments));
  return *connect_calls_;
}

void ControlServer::SetServing(bool serving) {
  grpc::HealthCheckServiceInterface* const health = server_->GetHealthCheckService();
  health->SetServingStatus("", serving);
  health->SetServingStatus(v1::ControlService::service_full_name(), serving);
}

void ControlServer::Stop(std::chrono::milliseconds grace) {
  if (!server_ || std::exchange(stopped_, true)) return;
  SetServing(false);
  hub_.Stop();
  service_.Stop();
  if (connect_calls_) connect_calls_->Stop();
  server_->Shutdown(std::chrono::system_clock::now() + grace);
  server_->Wait();
}

}  // namespace wsgate
