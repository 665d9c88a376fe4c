// WatchStats over real gRPC.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "tests/support/wait_for.h"
#include "tests/unit/control/decode.h"
#include "tests/unit/control/server_fixture.h"

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Stream = grpc::ClientReader<v1::WatchStatsResponse>;

v1::WatchStatsRequest Every(Duration interval) {
  v1::WatchStatsRequest request;
  request.mutable_interval()->set_seconds(interval / seconds(1));
  request.mutable_interval()->set_nanos(static_cast<int>((interval % seconds(1)).count()));
  return request;
}

class WatchStatsTest : public ServerTest {
 protected:
  grpc::Status EndOf(const v1::WatchStatsRequest& request) {
    const auto context = Context();
    const std::unique_ptr<Stream> stream = stub->WatchStats(context.get(), request);
    v1::WatchStatsResponse response;
    while (stream->Read(&response)) context->TryCancel();
    return stream->Finish();
  }
};

TEST_F(WatchStatsTest, TheFirstFiguresComeAtOnceAndOthersInTheInterval) {
  const auto context = Context();
  const Time start = SteadyNow();
  const std::unique_ptr<Stream> stream = stub->WatchStats(context.get(), Every(milliseconds(100)));
  v1::WatchStatsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  ASSERT_EQ(response.stats().nodes_size(), 1);
  EXPECT_EQ(response.stats().nodes(0).node_id(), "n1");
  EXPECT_EQ(stats.rpc_streams.Value(), 1);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(stream->Read(&response));
  EXPECT_GE(SteadyNow() - start, milliseconds(290));
  context->TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::CANCELLED);
  EXPECT_TRUE(WaitFor([&] { return stats.rpc_streams.Value() == 0; }));
  EXPECT_EQ(Handled(ControlRpc::kWatchStats, grpc::CANCELLED), 1u);
}

TEST_F(WatchStatsTest, TheIntervalIsFrom100MillisecondsToAnHour) {
  for (const Duration allowed : {Duration(milliseconds(100)), Duration(std::chrono::hours(1))}) {
    EXPECT_EQ(EndOf(Every(allowed)).error_code(), grpc::CANCELLED);
  }
  EXPECT_EQ(EndOf({}).error_code(), grpc::CANCELLED) << "absent: a second";
  for (const Duration refused : {Duration(0), Duration(milliseconds(99)), Duration(-1),
                                 Duration(std::chrono::hours(1)) + Duration(1)}) {
    const grpc::Status status = EndOf(Every(refused));
    EXPECT_EQ(status.error_code(), grpc::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonOf(status), "BAD_FIELD");
    EXPECT_THAT(BadFieldsOf(status), testing::ElementsAre(testing::Key("interval")));
  }
}

TEST_F(WatchStatsTest, AStopEndsItWithAHint) {
  const auto context = Context();
  const std::unique_ptr<Stream> stream =
      stub->WatchStats(context.get(), Every(std::chrono::hours(1)));
  v1::WatchStatsResponse response;
  ASSERT_TRUE(stream->Read(&response));
  server->Stop(seconds(60));  // Would be seen.
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::UNAVAILABLE);
  EXPECT_EQ(ReasonOf(status), "STOPPING");
}

TEST_F(WatchStatsTest, ThereIsABoundOnStreams) {
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<Stream>> streams;
  v1::WatchStatsResponse response;
  for (size_t i = 0; i < WatchStatsRpc::kStreamsMax; ++i) {
    contexts.push_back(Context());
    streams.push_back(stub->WatchStats(contexts.back().get(), Every(std::chrono::hours(1))));
    ASSERT_TRUE(streams.back()->Read(&response));
  }
  const grpc::Status status = EndOf({});
  EXPECT_EQ(status.error_code(), grpc::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(status), "WATCHERS_FULL");
  contexts[0]->TryCancel();
  (void)streams[0]->Finish();
  EXPECT_TRUE(WaitFor([&] { return EndOf({}).error_code() == grpc::CANCELLED; }));
  for (const auto& context : contexts) context->TryCancel();
}

}  // namespace
}  // namespace wsgate
