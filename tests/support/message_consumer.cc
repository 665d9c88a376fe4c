#include "tests/support/message_consumer.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "tests/support/control_stub.h"
#include "tests/support/raw_client.h"

namespace wsgate {
namespace {

constexpr char kProbe[] = "probe of a test's consumer";

}  // namespace

struct MessageConsumer::Stream {
  Stream(const std::string& address, Acks acks)
      : acks(acks), stub(MakeControlStub(address)), calls(stub->ReceiveMessages(&context)) {
    v1::ReceiveMessagesRequest start;
    start.mutable_start();
    calls->Write(start);
    thread = std::thread([this] { Work(); });
  }
  ~Stream() {
    context.TryCancel();
    thread.join();
  }

  void Work() {
    v1::ReceiveMessagesResponse response;
    while (calls->Read(&response)) {
      if (acks == Acks::kAtOnce) Ack(response.number());
      const std::lock_guard<std::mutex> lock(mutex);
      arrived.push_back(std::move(response));
      changed.notify_all();
    }
    const grpc::Status status = calls->Finish();
    const std::lock_guard<std::mutex> lock(mutex);
    end = absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
    changed.notify_all();
  }
  void Ack(uint64_t number) {
    v1::ReceiveMessagesRequest ack;
    ack.mutable_ack()->set_number(number);
    const std::lock_guard<std::mutex> lock(writing);
    calls->Write(ack);
  }

  const Acks acks;
  grpc::ClientContext context;
  const std::unique_ptr<v1::ControlService::Stub> stub;
  const std::unique_ptr<
      grpc::ClientReaderWriter<v1::ReceiveMessagesRequest, v1::ReceiveMessagesResponse>>
      calls;
  std::mutex writing;
  std::mutex mutex;  // The rest.
  std::condition_variable changed;
  std::deque<v1::ReceiveMessagesResponse> arrived;
  std::optional<absl::Status> end;
  std::thread thread;
};

MessageConsumer::MessageConsumer(const std::string& control_address,
                                 const std::string& client_address, Acks acks)
    : stream_(std::make_unique<Stream>(control_address, acks)) {
  Probe(client_address);
}

MessageConsumer::~MessageConsumer() = default;

void MessageConsumer::Probe(const std::string& client_address) {
  // Each from a session of its own: another consumer may have the one before.
  for (int i = 0; i < 1000; ++i) {
    RawClient probe;
    ASSERT_TRUE(probe.Open(client_address, "/ws/probe"));
    probe.Send(TextFrame(kProbe));
    const auto arrived = Take(std::chrono::milliseconds(20));
    if (arrived) Ack(arrived->number());
    probe.Send(CloseFrameBytes(1000));
    ASSERT_TRUE(probe.WaitForEof());
    if (arrived) return;
  }
  FAIL() << "the gateway took no consumer";
}

std::optional<v1::ReceiveMessagesResponse> MessageConsumer::Next(
    std::chrono::milliseconds timeout) {
  std::optional<v1::ReceiveMessagesResponse> response = Take(timeout);
  while (response && response->message().text() == kProbe) response = Take(timeout);
  return response;
}

std::optional<v1::ReceiveMessagesResponse> MessageConsumer::Take(
    std::chrono::milliseconds timeout) {
  Stream& it = *stream_;
  std::unique_lock<std::mutex> lock(it.mutex);
  if (!it.changed.wait_for(lock, timeout, [&] { return !it.arrived.empty() || it.end; })) {
    return std::nullopt;
  }
  if (it.arrived.empty()) return std::nullopt;
  v1::ReceiveMessagesResponse response = std::move(it.arrived.front());
  it.arrived.pop_front();
  return response;
}

void MessageConsumer::Ack(uint64_t number) {
  stream_->Ack(number);
}

void MessageConsumer::WritesDone() {
  const std::lock_guard<std::mutex> lock(stream_->writing);
  stream_->calls->WritesDone();
}

std::optional<absl::Status> MessageConsumer::WaitForEnd(std::chrono::milliseconds timeout) {
  Stream& it = *stream_;
  std::unique_lock<std::mutex> lock(it.mutex);
  it.changed.wait_for(lock, timeout, [&] { return it.end.has_value(); });
  return it.end;
}

}  // namespace wsgate
