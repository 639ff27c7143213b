#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "tests/integration/server/server_child.hpp"

namespace fairrush::server_test {

/// One event whose server is killed somewhere in its life.
struct KillPlan {
  std::string event;
  std::string design;
  std::int64_t reserve_ms = 0;  ///< length of the reservations; claims open as they close
  std::int64_t kill_after_ms = 0;
  std::uint32_t users_max = 0;
};

/// What one user was told.
struct UserAnswers {
  std::string reservation;  ///< body of the 201; empty: not acknowledged
  std::string win;          ///< body of the 200; empty: not acknowledged
  bool lost = false;
};

/// Where the kill fell, to show that the rounds reach every part of an event's life.
struct KillCounts {
  std::uint64_t reservations = 0;  ///< acknowledged before the kill
  std::uint64_t wins = 0;
  std::uint64_t losses = 0;
  unsigned rounds_killed_reserving = 0;  ///< with the reservations still open
  unsigned rounds_killed_rushing = 0;    ///< with claims still missing
};

/// A published state that must be the same after any number of restarts.
struct Publication {
  std::string event;
  std::string ledger;
  std::string roster;  ///< empty for a design without a draw
};

/// Plays one round on the ledger: load from several connections, SIGKILL, restart, then every
/// acknowledged answer asked for again, the event played to its end, and its ledger checked.
/// Failures are reported to GoogleTest.
class KillRound {
 public:
  KillRound(std::string ledger, KillPlan plan);

  /// Also checks that `earlier` events on the same ledger are unchanged; appends this one.
  void play(std::vector<Publication>& earlier, KillCounts& counts);

 private:
  void load_until_killed(ServerChild& server);
  void run_client(std::uint16_t port, unsigned client);
  void watch_root(std::uint16_t port);
  void verify(std::uint16_t port);
  void verify_users(std::uint16_t port, unsigned client);
  void verify_reservation(class HttpClient& client, std::uint32_t user);
  void verify_claim(class HttpClient& client, std::uint32_t user);
  void verify_publication(std::uint16_t port, std::vector<Publication>& earlier) const;
  void check_ledger(const std::string& ledger, std::uint64_t quota) const;
  void count(KillCounts& counts) const;

  std::string path(const std::string& rest) const;

  std::string ledger_;
  KillPlan plan_;
  std::vector<UserAnswers> users_;  ///< each touched by one client's thread only
  std::string root_;                ///< as seen before the kill; empty when it was not
};

}  // namespace fairrush::server_test
