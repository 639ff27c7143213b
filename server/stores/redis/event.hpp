#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "server/designs/rush.hpp"
#include "server/ledger/record.hpp"
#include "server/stores/redis/designs.hpp"
#include "server/stores/redis/known_facts.hpp"
#include "server/stores/redis/wish.hpp"

namespace fairrush::server {

/// A draw as this process derived it from the roster and the event's secret: every process derives
/// the same.
struct DrawnRoster {
  Rush rush;                    ///< its roster, and its design, which has adopted the draw
  std::vector<bool> won;        ///< by ticket − 1
  std::vector<bool> told_lost;  ///< by ticket − 1: they claimed in time, and heard it
};

/// An event whose decisions are made in Redis: what this process has to know to ask for them, and
/// the wishes that wait. Nothing here decides. One thread.
struct RedisEvent {
  /// How far Redis can be trusted with the event.
  enum class Trust : std::uint8_t {
    unknown,   ///< Redis has to be asked what it has
    asked,     ///< it is being asked
    missing,   ///< it has to be told, once no call is under way
    telling,   ///< it is being told
    complete,  ///< it decides
  };

  explicit RedisEvent(const EventCreated& created);

  /// Whether the event began its present life under this key; an empty one is never matched.
  bool begun_under(const AdminKey& key) const { return !key.text.empty() && key == begun_by; }
  /// Gives the coupons in these groups from now on.
  void take_groups(const CouponGroups& given);
  /// No call whose facts are still to be recorded is under way.
  bool calls_idle() const;

  EventId id;
  std::uint64_t number = 0;  ///< tells the lives of all events of this process apart
  EventSpec spec;
  EventSecrets secrets;
  AdminKey begun_by;
  CouponMint mint;
  HmacSha256 salted;  ///< makes users' tokens
  const RedisDesign* design;
  std::vector<std::string> keys;
  CouponGroups groups;  ///< that the coupons are given in; none where they are all alike
  std::string life;     ///< names this life of the event, in every process the same

  Trust trust = Trust::unknown;
  bool fresh = false;            ///< the ledger has nothing of this life yet
  SteadyTime next_attempt{};     ///< not before then after an attempt that failed
  std::string teller;            ///< names the present telling
  std::string mark;              ///< names what Redis was told: life, run of Redis, teller
  std::uint64_t logged = 0;      ///< last entry of the store's log that was recorded
  std::uint64_t trimmed = 0;     ///< up to here the log is or will be trimmed
  WallTime forgotten{};          ///< when Redis forgets the event, as it was told
  SteadyTime next_forgetting{};  ///< not before then it is told of an earlier moment
  KnownFacts known;
  Lanes lanes;
  std::optional<std::uint32_t> roster;  ///< its size, once final
  bool closing = false;                 ///< the roster is being made final
  bool preparing = false;               ///< what claims need besides is being prepared
  std::uint64_t preparation = 0;        ///< tells attempts to prepare it apart
  std::vector<CouponSerial> order;      ///< of a queue that is being filled
  bool claims_ready = false;            ///< claims may be decided
  std::unique_ptr<DrawnRoster> drawn;
  std::optional<std::string> draw_failure;  ///< why this process has no draw
  Lane waiting;                             ///< claims that wait for their window's draw
  bool drawing_window = false;
  std::uint64_t fence = 0;  ///< number of the lock that this process holds; zero: none
  std::string lock_token;
};

}  // namespace fairrush::server
