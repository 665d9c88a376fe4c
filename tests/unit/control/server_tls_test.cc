#include "control/server_tls.h"

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "tests/support/certificates.h"
#include "tests/support/wait_for.h"

namespace wsgate {
namespace {

TlsPem PemOf(const PemPair& pair) {
  return {.certificates = pair.certificate, .key = pair.key, .ca = ""};
}

class ServerTlsTest : public testing::Test {
 protected:
  // Whether a client that trusts only this certificate gets a connection.
  bool Connects(const PemPair& trusted) {
    grpc::ChannelArguments arguments;
    arguments.SetSslTargetNameOverride("localhost");
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto channel = grpc::CreateCustomChannel(
        "127.0.0.1:" + std::to_string(port_),
        grpc::SslCredentials({.pem_root_certs = trusted.certificate}), arguments);
    grpc_connectivity_state state = channel->GetState(/*try_to_connect=*/true);
    const auto deadline = std::chrono::system_clock::now() + kTestTimeout;
    while (state != GRPC_CHANNEL_READY && state != GRPC_CHANNEL_TRANSIENT_FAILURE) {
      if (!channel->WaitForStateChange(state, deadline)) break;
      state = channel->GetState(/*try_to_connect=*/true);
    }
    return state == GRPC_CHANNEL_READY;
  }

  const PemPair first_ = MakeCertificate("localhost");
  const PemPair second_ = MakeCertificate("localhost");
  ServerTls tls_{PemOf(first_)};
  grpc::CallbackGenericService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_ = [this] {
    grpc::ServerBuilder builder;  // Lets go of the credentials at its end.
    builder.AddListeningPort("127.0.0.1:0", tls_.MakeCredentials(), &port_);
    builder.RegisterCallbackGenericService(&service_);
    return builder.BuildAndStart();
  }();
};

TEST_F(ServerTlsTest, NewcomersGetWhatIsInForce) {
  ASSERT_NE(server_, nullptr);
  EXPECT_TRUE(Connects(first_));
  EXPECT_TRUE(Connects(first_)) << "asked again, and nothing is new";
  EXPECT_FALSE(Connects(second_));
  tls_.Replace(PemOf(second_));
  EXPECT_TRUE(Connects(second_));
  EXPECT_FALSE(Connects(first_));
}

}  // namespace
}  // namespace wsgate
