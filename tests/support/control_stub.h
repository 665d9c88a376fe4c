// A stub of the control API on a connection of its own. Includes gRPC: most tests do without.
#pragma once

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <memory>
#include <string>

#include "wsgate/v1/control_service.grpc.pb.h"

namespace wsgate {

inline std::unique_ptr<v1::ControlService::Stub> MakeControlStub(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetMaxReceiveMessageSize(-1);
  return v1::ControlService::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

}  // namespace wsgate
