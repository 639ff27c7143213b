#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/api/app.hpp"
#include "server/faults/wiring.hpp"
#include "server/ledger/sqlite_ledger.hpp"
#include "server/overload/guarded_service.hpp"

namespace fairrush::server {

/// A request that remembers its answer.
class Call final : public Exchange {
 public:
  void complete() override { ++completions; }
  void send(std::string_view piece) override { streamed += piece; }
  bool gone() const override { return left; }

  bool answered() const { return completions == 1; }
  unsigned status() const { return response.status; }
  const std::string& body() const { return response.body; }
  /// The text or number of a member of the answer's JSON object; empty when it is not there.
  std::string member(std::string_view name) const;
  /// The problem's code; empty when the answer is none.
  std::string code() const { return member("code"); }

  /// What the request's views look at.
  std::string target, authorization, user, key, agent, accept, prefer, text;
  std::string streamed;  ///< pieces of a body of unknown length
  int completions = 0;
  bool left = false;  ///< the client has gone
};

/// What a request brings besides its path.
struct Sent {
  std::optional<std::uint32_t> user = {};
  std::string key = {};
  bool admin = false;
  std::string body = {};
  std::string agent = {};  ///< the User-Agent
  std::string accept = {};
  std::string prefer = {};
};

/// A whole server without sockets and threads: batches are written when the test says so (`settle`,
/// or within `post` and `get`), draws run when it says so, time stands still.
class World {
 public:
  explicit World(const std::string& ledger_path = ":memory:",
                 Acknowledge acknowledge = Acknowledge::durable, std::string_view fault = {},
                 const OverloadLimits& limits = {}, const FollowLimits& follow = {});

  /// Sends a request and leaves it where it stands.
  std::unique_ptr<Call> send(Method method, const std::string& target, const Sent& sent = {});

  /// Sends a request and settles everything that it waits for.
  std::unique_ptr<Call> post(const std::string& target, const Sent& sent = {});
  std::unique_ptr<Call> get(const std::string& target, const Sent& sent = {});

  /// Runs pending draws and commits batches until nothing is under way.
  void settle();
  /// The next batch fails, as on a full disk.
  void fail_next_batch() { fail_next_ = true; }
  /// Draws wait until `run_draws` instead of running within `settle`.
  void hold_draws() { draws_held_ = true; }
  void run_draws();
  /// Draws that are started from now on run out of memory, or no longer do.
  void fail_draws(bool fail) { draws_fail_ = fail; }

  void advance(Duration by) { clock_.advance(by); }
  /// Lets time pass for everything that waits for it, in the order in which it is due.
  void elapse(Duration by);

  /// Creates event "rush": reservations 1 s … 2 s from now, claims 3 s … 4 s from now.
  void create_event(const std::string& design, const std::string& coupons = "\"20%\"");
  /// Moves into the reservation window, lets users 0 … count−1 reserve, and moves into the rush.
  void fill(std::uint32_t count);
  void enter_reservations() { advance(std::chrono::seconds(1)); }
  void enter_rush() { advance(std::chrono::seconds(2)); }
  void close_rush() { advance(std::chrono::seconds(1)); }

  /// Since the world began.
  Duration passed() const { return clock_.steady_now().time_since_epoch(); }

  App& app() { return app_; }
  const GuardedService& guarded() const { return guarded_; }
  /// JSON members of the four windows, in order, from now.
  std::string windows_from_now() const;

 private:
  class Writer final : public BatchWriter {
   public:
    void write(std::vector<LedgerRecord> batch) override { batches.push_back(std::move(batch)); }
    std::vector<std::vector<LedgerRecord>> batches;
  };
  struct PendingDraw {
    DrawJob job;
    std::function<void(DrawResult&)> done;
  };

  class Reader final : public IssueReader {
   public:
    explicit Reader(SqliteLedger& ledger) : ledger_(ledger) {}
    void read_issues(EventId event, std::function<void(const IssuedRows&)> done) override {
      done(ledger_.issues(event));
    }

   private:
    SqliteLedger& ledger_;
  };

  ManualClock clock_;
  const FaultRow* fault_;
  SqliteLedger ledger_;
  Reader reader_;
  Writer writer_;
  std::unique_ptr<BatchWriter> faulty_writer_;
  CommitQueue queue_;
  Messaging messaging_;
  std::vector<PendingDraw> draws_;
  std::multimap<SteadyTime, std::function<void()>> delayed_;
  std::unique_ptr<RushService> service_;
  GuardedService guarded_;
  App app_;
  bool fail_next_ = false;
  bool draws_held_ = false;
  bool draws_fail_ = false;
};

inline constexpr const char* kReservations = "/api/v1/events/rush/reservations";
inline constexpr const char* kClaims = "/api/v1/events/rush/claims";

}  // namespace fairrush::server
