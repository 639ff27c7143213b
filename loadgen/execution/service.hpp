#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "loadgen/scenario/scenario.hpp"
#include "loadgen/target/requests.hpp"
#include "loadgen/target/target_client.hpp"
#include "loadgen/target/tokens.hpp"

namespace fairrush::loadgen {

/// The service under test during a run: how it is spoken to, what is known of it, and how its event
/// is opened. One thread.
class Service {
 public:
  /// All of them outlive it.
  Service(const Scenario& scenario, const Clock& clock, const Waiting& waiting);

  /// Reads the dialect and makes the users' tokens, before anything is sent. The error lists what
  /// is wrong with the scenario or its files.
  std::expected<void, std::string> prepare();

  /// From now on the service is at `address`.
  void reach(const TargetAddress& address);
  const TargetAddress& address() const { return address_; }

  /// By GET /time of the reference server; of another service by its Date header, and without one
  /// taken to be ours. Says how in `assumptions`.
  FromTarget<ClockOffset> compare_clocks();

  /// Creates the event before the first round and begins it anew before the others: by the
  /// reference server's own HTTP, or by the scenario's set-up. `order` gets the name that the event
  /// has in the end.
  FromTarget<EventDocument> open_event(EventOrder& order, std::uint32_t round);

  /// Takes an event for opened that somebody else has opened as `order` says, by the reference
  /// server's HTTP.
  void join_event(const EventOrder& order, std::uint32_t round) { tell(order, round); }

  /// What the requests of the round that was opened last are made from; valid as long as this.
  RequestSpec request_spec(std::chrono::nanoseconds clock_offset) const;

  /// Who the users of its ledger are; empty: population indexes.
  const analysis::UserOf& user_of() const { return user_of_; }

  const Dialect& dialect() const { return dialect_; }
  /// The reference server's control plane.
  TargetClient& client() { return *client_; }

  /// What was taken for granted, a sentence; empty when nothing was.
  std::string assumptions() const;

  /// Is told of every request of the set-up, with its answer.
  using Listener = std::function<void(std::string_view request, const HttpAnswer& answer)>;
  void listen(Listener listener) { listener_ = std::move(listener); }

  /// The bearer token of a user; empty when there are none.
  std::string token_of(UserIndex user) const;

  /// Sends the bytes of a request outside the rush.
  FromTarget<HttpAnswer> send(const RawCall& call);

 private:
  FromTarget<std::optional<ClockOffset>> compare_by_date();
  FromTarget<void> take_steps(std::span<const ControlStep> steps, std::string_view key);
  FromTarget<void> take_step(const ControlStep& step, const std::string& name);
  FromTarget<EventDocument> create_event(EventOrder& order);
  void tell(const EventOrder& order, std::uint32_t round);

  const Scenario& scenario_;
  const Clock& clock_;
  const Waiting& waiting_;
  Dialect dialect_;
  std::unique_ptr<const TokenSource> tokens_;
  std::vector<std::string> cohorts_;
  analysis::UserOf user_of_;
  TargetAddress address_;
  std::optional<TargetClient> client_;
  std::optional<HttpCaller> call_;
  Constants constants_;
  std::chrono::nanoseconds clock_offset_{};
  std::string clock_source_;
  Listener listener_ = [](std::string_view, const HttpAnswer&) {};
};

}  // namespace fairrush::loadgen
