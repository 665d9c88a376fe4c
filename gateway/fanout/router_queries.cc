// What the router asks shards about their sessions.
#include <thread>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "gateway/fanout/post.h"
#include "gateway/fanout/router.h"
#include "gateway/shard/shard_set.h"

namespace wsgate {
namespace {

// A listing under way: asks one shard after the other until the page is full.
// Owner: the join of the part that was asked for.   Threads: one after the other.
struct Listing {
  ShardSet& shards;
  CompletionQueue& completions;
  AudiencePtr audience;
  uint32_t page_size;
  Router::Done<SessionList> done;
  SessionList list;

  static void Ask(std::unique_ptr<Listing> listing, ListCursor from) {
    Listing& it = *listing;
    const auto left = static_cast<uint32_t>(it.page_size - it.list.sessions.size());
    if (from.shard >= it.shards.size()) from = {.shard = it.shards.size(), .slot = 0};
    const bool at_end = from.shard == it.shards.size();
    auto join = MakeJoin<SessionPage>(
        1, it.completions,
        [listing = std::move(listing), from](Join<SessionPage>::Parts& parts) mutable {
          OnPart(std::move(listing), from, parts[0]);
        });
    Ticket<SessionPage> ticket(std::move(join), 0);
    if (at_end) {
      CompletionBatch batch;
      ticket.Answer({.next = kSlotsPerShardMax}, batch);
      return it.completions.Post(batch);
    }
    PostOrRefuse(
        it.shards, it.completions, from.shard,
        ListSessionsCommand{
            .audience = it.audience, .from = from.slot, .max = left, .ticket = std::move(ticket)});
  }

  static void OnPart(std::unique_ptr<Listing> listing, ListCursor at,
                     absl::StatusOr<SessionPage>& part) {
    Listing& it = *listing;
    if (!part.ok()) return it.done(part.status());
    for (SessionInfo& session : part->sessions) it.list.sessions.push_back(std::move(session));
    if (at.shard >= it.shards.size()) return it.done(std::move(it.list));
    const bool shard_done = part->next == kSlotsPerShardMax;
    const ListCursor next = shard_done ? ListCursor{.shard = at.shard + 1, .slot = 0}
                                       : ListCursor{.shard = at.shard, .slot = part->next};
    if (next.shard == it.shards.size()) return it.done(std::move(it.list));
    if (it.list.sessions.size() < it.page_size) return Ask(std::move(listing), next);
    it.list.next = next;
    it.done(std::move(it.list));
  }
};

}  // namespace

void Router::AnswerMessage(SessionId session, MessagePtr reply, std::optional<CloseReason> end) {
  if (session.incarnation != incarnation_ || session.shard >= shards_.size()) return;
  ControlCommand command(
      MessageAnswerCommand{.slot = session.slot, .reply = std::move(reply), .end = end});
  // An answer that went missing would leave the session unread; a full lane empties within a turn.
  while (!shards_.TryPost(session.shard, command)) std::this_thread::yield();
}

// Under the address sanitizer GCC 12 takes what an empty optional has no room for as read.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
void Router::GetSession(SessionId session, Done<SessionInfo> done) {
  auto join = MakeJoin<std::optional<SessionInfo>>(
      1, completions_,
      [done = std::move(done)](Join<std::optional<SessionInfo>>::Parts& parts) mutable {
        if (!parts[0].ok()) return done(parts[0].status());
        if (!parts[0]->has_value()) return done(absl::NotFoundError("no such open session"));
        done(**std::move(parts[0]));
      });
  Ticket<std::optional<SessionInfo>> ticket(std::move(join), 0);
  if (session.incarnation == incarnation_ && session.shard < shards_.size()) {
    return PostOrRefuse(shards_, completions_, session.shard,
                        DescribeSessionCommand{.slot = session.slot, .ticket = std::move(ticket)});
  }
  CompletionBatch batch;
  ticket.Answer(std::nullopt, batch);
  completions_.Post(batch);
}

#pragma GCC diagnostic pop

void Router::ListSessions(AudiencePtr audience, uint32_t page_size, ListCursor from,
                          Done<SessionList> done) {
  // An aggregate: std::make_unique cannot name its fields.
  // NOLINTNEXTLINE(modernize-make-unique)
  Listing::Ask(std::unique_ptr<Listing>(new Listing{.shards = shards_,
                                                    .completions = completions_,
                                                    .audience = std::move(audience),
                                                    .page_size = page_size,
                                                    .done = std::move(done),
                                                    .list = {}}),
               from);
}

void Router::GetUserStatus(std::vector<std::string> user_ids,
                           Done<std::vector<UserPresence>> done) {
  using Presences = std::vector<UserPresence>;
  std::vector<std::vector<std::string>> by_home(shards_.size());
  for (const std::string& user : user_ids) by_home[shards_.HomeOf(user)].push_back(user);
  auto join = MakeJoin<Presences>(shards_.size(), completions_,
                                  [done = std::move(done), user_ids = std::move(user_ids)](
                                      Join<Presences>::Parts& parts) mutable {
                                    absl::flat_hash_map<std::string, UserPresence> known;
                                    for (absl::StatusOr<Presences>& part : parts) {
                                      if (!part.ok()) return done(part.status());
                                      for (UserPresence& presence : *part)
                                        known[presence.user_id] = std::move(presence);
                                    }
                                    Presences in_order;
                                    in_order.reserve(user_ids.size());
                                    for (const std::string& user : user_ids)
                                      in_order.push_back(known[user]);
                                    done(std::move(in_order));
                                  });
  for (uint32_t shard = 0; shard < by_home.size(); ++shard) {
    PostOrRefuse(
        shards_, completions_, shard,
        DescribeUsersCommand{.user_ids = std::move(by_home[shard]), .ticket = {join, shard}});
  }
}

void Router::SetLimits(LimitsPtr limits, Done<LimitsPtr> done) {
  auto join = MakeJoin<bool>(
      shards_.size(), completions_,
      [done = std::move(done), limits](Join<bool>::Parts& parts) mutable {
        for (const absl::StatusOr<bool>& part : parts) {
          if (part.ok()) continue;
          // The others have taken them: the same call again brings this one along.
          if (!absl::IsResourceExhausted(part.status())) return done(part.status());
          return done(absl::ResourceExhaustedError(
              "a shard is busy and keeps its limits; the others have the new ones; call again"));
        }
        done(std::move(limits));
      });
  for (uint32_t shard = 0; shard < shards_.size(); ++shard) {
    PostOrRefuse(shards_, completions_, shard,
                 SetLimitsCommand{.limits = limits, .ticket = {join, shard}});
  }
}

}  // namespace wsgate
