// Server reflection, for whoever may see figures: what grpcurl asks.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "control/authorizer.h"
#include "grpc/reflection/v1alpha/reflection.grpc.pb.h"

namespace wsgate {

// gRPC's own asks nobody who is calling, hence this one. It knows what is compiled in.
// Flow:    gRPC → stream → the descriptors of this program.
// Owner:   ControlServer.
// Threads: any; never blocks.
// Bounds:  the server's concurrent streams; one question and its answer each.
class ReflectionService final
    : public grpc::reflection::v1alpha::ServerReflection::CallbackService {
 public:
  using Request = grpc::reflection::v1alpha::ServerReflectionRequest;
  using Response = grpc::reflection::v1alpha::ServerReflectionResponse;

  // `authorizer`: null: everybody may ask.
  ReflectionService(Authorizer* authorizer, std::vector<std::string> services)
      : authorizer_(authorizer), services_(std::move(services)) {}

  grpc::ServerBidiReactor<Request, Response>* ServerReflectionInfo(
      grpc::CallbackServerContext* context) override;

 private:
  Authorizer* const authorizer_;
  const std::vector<std::string> services_;
};

}  // namespace wsgate
