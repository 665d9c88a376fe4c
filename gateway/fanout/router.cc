#include "gateway/fanout/router.h"

#include <algorithm>
#include <utility>

#include "gateway/auth/name_hash.h"
#include "gateway/auth/token_authority.h"
#include "gateway/fanout/post.h"
#include "gateway/shard/shard_set.h"

namespace wsgate {
namespace {

absl::Status Busy() {
  return absl::ResourceExhaustedError("every shard concerned is busy; nothing was done; try again");
}

// Sums up what the shards said of a send.
absl::StatusOr<Outcome> SumUp(Join<Outcome>::Parts& parts) {
  Outcome sum;
  for (absl::StatusOr<Outcome>& part : parts) {
    if (!part.ok()) return part.status();
    sum += *part;
  }
  if (sum.shards_full != 0 && sum.shards_full == sum.shards_asked) return Busy();
  return sum;
}

// The users of each shard.
std::vector<std::vector<std::string>> ByHome(std::vector<std::string> users,
                                             const ShardSet& shards) {
  std::vector<std::vector<std::string>> by_home(shards.size());
  for (std::string& user : users) by_home[shards.HomeOf(user)].push_back(std::move(user));
  return by_home;
}

size_t CountFilled(const std::vector<std::vector<std::string>>& by_home) {
  return static_cast<size_t>(std::count_if(by_home.begin(), by_home.end(),
                                           [](const auto& users) { return !users.empty(); }));
}

}  // namespace

// One overload for each kind of destination of a send.
struct Router::Sender {
  ShardSet& shards;
  CompletionQueue& completions;
  const uint64_t incarnation;
  const Patience patience;
  MessagePtr message;
  Done<Outcome> done;

  std::shared_ptr<Join<Outcome>> Ask(size_t count) {
    return AskFor(count, [done = std::move(done)](Join<Outcome>::Parts& parts) mutable {
      done(SumUp(parts));
    });
  }
  template <class Finish>
  std::shared_ptr<Join<Outcome>> AskFor(size_t count, Finish finish) {
    return MakeJoin<Outcome>(count, completions, std::move(finish), patience);
  }
  template <class Command>
  void Post(uint32_t shard, Command command) {
    SendCommand posted(std::move(command));
    if (shards.TryPost(shard, posted)) return;
    // A full lane is a number in the outcome: the other shards' sends stand.
    CompletionBatch batch;
    std::get<Command>(posted).ticket.Answer({.shards_asked = 1, .shards_full = 1}, batch);
    if (!batch.empty()) completions.Post(batch);
  }

  void operator()(ToUser& to) {
    const uint32_t home = shards.HomeOf(to.user_id);
    Post(home, SendToUserCommand{.user_id = std::move(to.user_id),
                                 .exclude = std::move(to.exclude),
                                 .message = std::move(message),
                                 .ticket = {Ask(1), 0}});
  }
  void operator()(ToUsers& to) {
    std::vector<std::vector<std::string>> by_home = ByHome(std::move(to.user_ids), shards);
    const std::shared_ptr<Join<Outcome>> join = Ask(CountFilled(by_home));
    size_t index = 0;
    for (uint32_t shard = 0; shard < by_home.size(); ++shard) {
      if (by_home[shard].empty()) continue;
      Post(shard, SendToUsersCommand{.user_ids = std::move(by_home[shard]),
                                     .exclude = to.exclude,
                                     .message = message,
                                     .ticket = {join, index++}});
    }
  }
  void operator()(ToSession& to) {
    if (to.session.incarnation != incarnation || to.session.shard >= shards.size()) {
      return AnswerNotFound();
    }
    auto join = AskFor(1, [done = std::move(done)](Join<Outcome>::Parts& parts) mutable {
      absl::StatusOr<Outcome> sum = SumUp(parts);
      if (sum.ok() && sum->matched == 0) return done(absl::NotFoundError("no such open session"));
      done(std::move(sum));
    });
    Post(to.session.shard, SendToSessionCommand{.slot = to.session.slot,
                                                .message = std::move(message),
                                                .ticket = {std::move(join), 0}});
  }
  void operator()(ToAudience& to) {
    const std::shared_ptr<Join<Outcome>> join = Ask(shards.size());
    for (uint32_t shard = 0; shard < shards.size(); ++shard) {
      Post(shard, SendToAudienceCommand{
                      .audience = to.audience, .message = message, .ticket = {join, shard}});
    }
  }
  void AnswerNotFound() {
    auto join = AskFor(1, [done = std::move(done)](Join<Outcome>::Parts&) mutable {
      done(absl::NotFoundError("no such open session"));
    });
    CompletionBatch batch;
    Ticket<Outcome>(std::move(join), 0).Answer({}, batch);
    completions.Post(batch);
  }
};

void Router::Publish(Destination to, MessagePtr message, Done<Outcome> done, Patience patience) {
  std::visit(
      Sender{shards_, completions_, incarnation_, patience, std::move(message), std::move(done)},
      to);
}

// One overload for each kind of destination of a disconnect.
struct Router::Kicker {
  ShardSet& shards;
  CompletionQueue& completions;
  const uint64_t incarnation;
  Kick kick;
  Done<uint32_t> done;

  // A shard that was busy ended nobody; what the others did stands.
  static absl::StatusOr<uint32_t> SumUp(const Join<uint32_t>::Parts& parts) {
    uint32_t kicked = 0;
    size_t busy = 0;
    for (const absl::StatusOr<uint32_t>& part : parts) {
      if (part.ok()) {
        kicked += *part;
      } else if (absl::IsResourceExhausted(part.status())) {
        ++busy;
      } else {
        return part.status();
      }
    }
    if (busy == 0) return kicked;
    if (busy == parts.size()) return Busy();
    return absl::ResourceExhaustedError(
        std::to_string(busy) + " of " + std::to_string(parts.size()) + " shards are busy; " +
        std::to_string(kicked) + " sessions were ended; call again for the rest");
  }

  std::shared_ptr<Join<uint32_t>> Ask(size_t count) {
    return MakeJoin<uint32_t>(
        count, completions,
        [done = std::move(done)](Join<uint32_t>::Parts& parts) mutable { done(SumUp(parts)); });
  }
  template <class Command>
  void Post(uint32_t shard, Command command) {
    PostOrRefuse(shards, completions, shard, std::move(command));
  }

  void operator()(ToUser& to) {
    ToUsers users{.user_ids = {std::move(to.user_id)}, .exclude = std::move(to.exclude)};
    (*this)(users);
  }
  void operator()(ToUsers& to) {
    std::vector<std::vector<std::string>> by_home = ByHome(std::move(to.user_ids), shards);
    const std::shared_ptr<Join<uint32_t>> join = Ask(CountFilled(by_home));
    size_t index = 0;
    for (uint32_t shard = 0; shard < by_home.size(); ++shard) {
      if (by_home[shard].empty()) continue;
      Post(shard, KickUsersCommand{.user_ids = std::move(by_home[shard]),
                                   .exclude = to.exclude,
                                   .kick = kick,
                                   .ticket = {join, index++}});
    }
  }
  void operator()(ToSession& to) {
    Ticket<uint32_t> ticket(Ask(1), 0);
    if (to.session.incarnation == incarnation && to.session.shard < shards.size()) {
      return Post(to.session.shard, KickSessionCommand{.slot = to.session.slot,
                                                       .kick = std::move(kick),
                                                       .ticket = std::move(ticket)});
    }
    CompletionBatch batch;
    ticket.Answer(0, batch);
    completions.Post(batch);
  }
  void operator()(ToAudience& to) {
    const std::shared_ptr<Join<uint32_t>> join = Ask(shards.size());
    for (uint32_t shard = 0; shard < shards.size(); ++shard) {
      Post(shard,
           KickAudienceCommand{.audience = to.audience, .kick = kick, .ticket = {join, shard}});
    }
  }
};

void Router::Disconnect(Destination to, Kick kick, Done<uint32_t> done) {
  std::visit(Kicker{shards_, completions_, incarnation_, std::move(kick), std::move(done)}, to);
}

void Router::Revoke(const TokenRevocation& revocation, Done<uint32_t> done) {
  if (revocations_ == nullptr) {
    return done(absl::FailedPreconditionError("no tokens are checked here: auth.mode is not jwt"));
  }
  const bool one_user = !revocation.user_id.empty();
  const NameHash id = one_user ? NameHash{} : HashName(revocation.token_id);
  // First remembered, then told: who comes in between is seen by one of the two.
  if (!revocations_->Add({.token_id = id,
                          .user_id = revocation.user_id,
                          .not_before_s = revocation.not_before_s,
                          .keep_until_s = revocation.keep_until_s},
                         WallSeconds())) {
    return done(absl::OutOfRangeError("as many revocations are remembered as may be"));
  }
  Kicker kicker{shards_, completions_, incarnation_, Kick{}, std::move(done)};
  const std::shared_ptr<Join<uint32_t>> join = kicker.Ask(one_user ? 1 : shards_.size());
  const auto post = [&](uint32_t shard, size_t index) {
    kicker.Post(shard, RevokeCommand{.token_id = id,
                                     .user_id = revocation.user_id,
                                     .not_before_s = revocation.not_before_s,
                                     .ticket = {join, index}});
  };
  if (one_user) return post(shards_.HomeOf(revocation.user_id), 0);
  for (uint32_t shard = 0; shard < shards_.size(); ++shard) post(shard, shard);
}

size_t Router::revocations() const {
  return revocations_ == nullptr ? 0 : revocations_->size();
}

}  // namespace wsgate
