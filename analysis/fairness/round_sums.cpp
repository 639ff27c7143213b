#include "analysis/fairness/round_sums.hpp"

#include <vector>

namespace fairrush::analysis {
namespace {

constexpr double kMillisecondNs = 1e6;
/// There and back, in milliseconds, for a one-way delay in microseconds.
constexpr double kRoundTripMs = 2e-3;

void count(Tally& tally, bool won) {
  ++tally.members;
  tally.wins += won ? 1 : 0;
}

/// Those who arrive in the same nanosecond share a rank.
void add_ranks(RankSum& ranks, const std::vector<Participant>& participants) {
  for (std::size_t first = 0; first < participants.size();) {
    std::uint64_t wins = 0;
    std::size_t end = first;
    while (end < participants.size() &&
           participants[end].arrival_ns == participants[first].arrival_ns) {
      if (participants[end++].won) ++wins;
    }
    ranks.add(end - first, wins);
    first = end;
  }
}

void add_deciles(Groups& deciles, const std::vector<Participant>& participants) {
  deciles.resize(kDeciles);
  const std::size_t size = participants.size();
  for (std::size_t decile = 0; decile < kDeciles; ++decile) {
    const std::size_t end = (decile + 1) * size / kDeciles;
    for (std::size_t place = decile * size / kDeciles; place < end; ++place) {
      count(deciles[decile], participants[place].won);
    }
  }
}

/// Outcomes by ticket; a ticket whose holder did not take part is absent.
struct Tickets {
  WinSequence present;  // by ticket
  WinSequence wins;     // by ticket
  WinSequence order;    // of those present
};

/// Nothing when places are shared or beyond the roster: then nobody reserved.
std::optional<Tickets> tickets_of(const RoundParticipants& round) {
  enum : std::uint8_t { absent, lost, won };
  std::vector<std::uint8_t> outcomes(round.roster, absent);
  for (const Participant& participant : round.by_arrival) {
    if (participant.reservation >= outcomes.size()) return std::nullopt;
    std::uint8_t& outcome = outcomes[participant.reservation];
    if (outcome != absent) return std::nullopt;
    outcome = participant.won ? won : lost;
  }
  Tickets tickets;
  for (const std::uint8_t outcome : outcomes) {
    tickets.present.push(outcome != absent);
    tickets.wins.push(outcome == won);
    if (outcome != absent) tickets.order.push(outcome == won);
  }
  return tickets;
}

void add_tickets(RoundSums& sums, const Tickets& tickets, ResidueTest& residues) {
  const std::uint64_t roster = tickets.present.size();
  sums.ticket_deciles.resize(kDeciles);
  const double last = roster > 1 ? static_cast<double>(roster - 1) : 1;
  std::size_t decile = 0;
  for (std::uint64_t ticket = 0; ticket < roster; ++ticket) {
    while (ticket >= (decile + 1) * roster / kDeciles) ++decile;
    if (!tickets.present.won(ticket)) continue;
    const bool won = tickets.wins.won(ticket);
    count(sums.ticket_deciles[decile], won);
    sums.ticket_rank.add(1, won ? 1 : 0);
    sums.ticket_order.add(static_cast<double>(ticket) / last, won);
  }
  sums.ticket_runs = count_runs(tickets.order);
  sums.ticket_ljung_box = ljung_box(tickets.order);
  residues.add(tickets.present, tickets.wins);
}

}  // namespace

RoundSums sum_round(const RoundParticipants& round, const Spans& spans, ResidueTest& arrivals,
                    ResidueTest& tickets) {
  RoundSums sums;
  sums.cohorts.resize(round.cohorts.size());
  sums.spans.resize(spans.size());
  WinSequence sequence;
  std::size_t span = 0;
  for (const Participant& participant : round.by_arrival) {
    const bool won = participant.won;
    count(sums.all, won);
    if (participant.cohort >= sums.cohorts.size()) {
      sums.cohorts.resize(std::size_t{participant.cohort} + 1);
    }
    count(sums.cohorts[participant.cohort], won);
    const std::int64_t since_open_ns = participant.arrival_ns - spans.open_ns;
    while (span < spans.starts_ns.size() && since_open_ns >= spans.starts_ns[span]) ++span;
    count(sums.spans[span], won);
    sums.round_trip.add(kRoundTripMs * participant.delay_us, won);
    sums.arrival_time.add(static_cast<double>(participant.arrival_ns) / kMillisecondNs, won);
    sequence.push(won);
  }
  add_ranks(sums.arrival_rank, round.by_arrival);
  add_deciles(sums.arrival_deciles, round.by_arrival);
  sums.arrival_runs = count_runs(sequence);
  sums.arrival_ljung_box = ljung_box(sequence);
  arrivals.add(sequence);
  if (const auto known = tickets_of(round)) add_tickets(sums, *known, tickets);
  return sums;
}

}  // namespace fairrush::analysis
