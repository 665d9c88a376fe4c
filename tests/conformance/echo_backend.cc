// A backend that answers every message of a client with itself, for Autobahn's cases. Prints its
// address; ends when its standard input does.
// usage: wsgate-test-echo
#include <grpcpp/grpcpp.h>

#include <cstdio>
#include <memory>

#include "wsgate/v1/hook_service.grpc.pb.h"

namespace wsgate {
namespace {

class Echo final : public v1::HookService::CallbackService {
 public:
  grpc::ServerUnaryReactor* OnMessage(grpc::CallbackServerContext* context,
                                      const v1::OnMessageRequest* request,
                                      v1::OnMessageResponse* response) override {
    *response->mutable_reply() = request->message();
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

int Main() {
  Echo echo;
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterService(&echo);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server || port == 0) return 1;
  std::printf("127.0.0.1:%d\n", port);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  server->Shutdown(std::chrono::system_clock::now());
  return 0;
}

}  // namespace
}  // namespace wsgate

int main() {
  return wsgate::Main();
}
