#include "tests/integration/churn_crowd.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <utility>
#include <vector>

namespace wsgate {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kSlowReceiveBuffer = 4096;
constexpr milliseconds kMuteTime{7000};

}  // namespace

Crowd::Crowd(std::string address, std::string name, Manner manner, size_t size, uint64_t seed)
    : address_(std::move(address)),
      name_(std::move(name)),
      manner_(manner),
      size_(size),
      random_(seed),
      thread_([this] { Work(); }) {}

void Crowd::Work() {
  while (!stop_ || !members_.empty()) {
    if (!stop_ && members_.size() < size_) Enter();
    for (auto it = members_.begin(); it != members_.end();) {
      it = Step(*it) ? std::next(it) : members_.erase(it);
    }
    Await();
  }
}

void Crowd::Enter() {
  Member& member = members_.emplace_back();
  const std::string target =
      "/ws/" + name_ + "?user=" + name_ + std::to_string(Random(10)) + "&meta.crowd=" + name_;
  ++tally_.connects;
  EXPECT_TRUE(
      member.client.Open(address_, target, manner_ == Manner::kSlow ? kSlowReceiveBuffer : 0));
  if (manner_ == Manner::kSlow) {
    member.sleeps_until = steady_clock::now() + milliseconds(Random(4000));
  } else if (manner_ == Manner::kMute) {
    member.sleeps_until = steady_clock::now() + kMuteTime;
  }
}

bool Crowd::Step(Member& member) {
  if (steady_clock::now() < member.sleeps_until && !stop_) return true;
  const bool more = Read(member);
  if (!more) {
    tally_.broken += !member.closed && manner_ != Manner::kVanisher;
    return false;
  }
  if (member.leaving || member.closed) return true;
  switch (manner_) {
    case Manner::kSlow:
      if (Random(20) == 0) member.sleeps_until = steady_clock::now() + milliseconds(Random(4000));
      return true;
    case Manner::kMute:
      return true;
    case Manner::kVanisher:
      if (Random(3) == 0) Talk(member);
      if (!stop_ && Random(30) != 0) return true;
      if (Random(2) == 0) member.client.Reset();
      return false;
    case Manner::kTalker:
      if (Random(3) == 0) Talk(member);
      break;
    case Manner::kPolite:
      break;
  }
  if (stop_ || Random(200) == 0) {
    member.leaving = true;
    member.client.Send(CloseFrameBytes(1000));
  }
  return true;
}

bool Crowd::Read(Member& member) {
  const bool open = member.client.TakeAvailable();
  const bool answers = manner_ != Manner::kSlow && manner_ != Manner::kMute;
  while (const std::optional<RawFrame> frame = member.client.frames().Next()) {
    switch (frame->opcode) {
      case Opcode::kText:
      case Opcode::kBinary:
        EXPECT_FALSE(member.closed) << "a message after the Close frame";
        ++tally_.received;
        tally_.bytes_received += frame->payload.size();
        break;
      case Opcode::kPing:
        if (answers) member.client.Send(ClientFrameBytes(0xA, frame->payload));
        break;
      case Opcode::kClose:
        member.closed = true;
        ++tally_.closes[frame->close_code()];
        break;
      default:
        ++tally_.broken;
    }
  }
  EXPECT_FALSE(member.client.frames().broken());
  return open;
}

void Crowd::Talk(Member& member) {
  const std::string text(Random(2000), 't');
  if (!member.client.Send(TextFrame(text))) return;
  ++tally_.sent;
  tally_.bytes_sent += text.size();
}

void Crowd::Await() {
  std::vector<pollfd> entries;
  for (const Member& member : members_) {
    if (steady_clock::now() >= member.sleeps_until || stop_) {
      entries.push_back({.fd = member.client.fd(), .events = POLLIN, .revents = 0});
    }
  }
  ::poll(entries.data(), entries.size(), 5);
}

Knockers::Knockers(std::string address, uint64_t seed)
    : address_(std::move(address)), random_(seed), thread_([this] { Work(); }) {}

void Knockers::Work() {
  std::list<RawClient> silent;  // Until the gateway loses patience.
  while (!stop_) {
    RawClient client;
    if (!client.Connect(address_)) {
      ADD_FAILURE() << "no connection";
      return;
    }
    ++connects_;
    const std::string request = UpgradeRequestBytes("/ws/knock?user=knock");
    switch (random_() % 5) {
      case 0:  // Half a request, then gone.
        client.Send(std::string_view(request).substr(0, random_() % request.size()));
        break;
      case 1:  // A whole one, and gone before the answer.
        client.Send(request);
        client.Reset();
        break;
      case 2:
        client.Send("GET /nowhere HTTP/1.1\r\nHost: test\r\n\r\n");
        EXPECT_TRUE(client.ReadResponse().starts_with("HTTP/1.1 404 "));
        break;
      case 3:
        client.Send("\x16\x03\x01 not HTTP\r\n\r\n");
        EXPECT_TRUE(client.ReadResponse().starts_with("HTTP/1.1 400 "));
        break;
      default:
        if (silent.size() < 20) silent.push_back(std::move(client));
    }
    if (silent.size() == 20 && silent.front().WaitForEof(milliseconds(10))) silent.pop_front();
    ::poll(nullptr, 0, static_cast<int>(random_() % 10));
  }
}

}  // namespace wsgate
