#include "loadgen/simulation/delay_curve.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace fairrush::loadgen {

DelayBins::DelayBins(const Crowd& crowd) : bin_of_(crowd.size()) {
  std::vector<std::uint32_t> users(crowd.size());
  std::iota(users.begin(), users.end(), 0U);
  const auto delay_of = [&crowd](std::uint32_t user) { return crowd.of(UserIndex(user)).delay_us; };
  std::ranges::sort(users, {}, [&](std::uint32_t user) { return std::pair(delay_of(user), user); });
  const std::size_t wanted = std::max<std::size_t>(1, users.size() / kBinsMax);
  double sum = 0;
  for (std::size_t place = 0; place < users.size(); ++place) {
    const std::uint32_t delay = delay_of(users[place]);
    const bool new_delay = place == 0 || delay != delay_of(users[place - 1]);
    const bool full = !bins_.empty() && bins_.back().users >= wanted;
    if (bins_.empty() || (full && new_delay && bins_.size() < kBinsMax)) {
      bins_.emplace_back();
      sum = 0;
    }
    DelayBin& bin = bins_.back();
    ++bin.users;
    sum += delay;
    bin.delay_ms = sum / static_cast<double>(bin.users) / 1000;
    bin_of_[users[place]] = static_cast<std::uint8_t>(bins_.size() - 1);
  }
  join_small_tail(wanted);
}

/// What is left over for the last bin may be a few users, whose rate says nothing.
void DelayBins::join_small_tail(std::size_t wanted) {
  if (bins_.size() < 2 || bins_.back().users * 2 >= wanted) return;
  const DelayBin tail = bins_.back();
  bins_.pop_back();
  DelayBin& bin = bins_.back();
  const auto part = static_cast<double>(tail.users) / static_cast<double>(tail.users + bin.users);
  bin.delay_ms += part * (tail.delay_ms - bin.delay_ms);
  bin.users += tail.users;
  for (std::uint8_t& of : bin_of_) of = std::min(of, static_cast<std::uint8_t>(bins_.size() - 1));
}

void DelayCurve::add(const DelayBins& bins, const analysis::RoundParticipants& round) {
  // 2³² participants of at most 2³² µs: sums of one round fit 64 bits but for the squares.
  std::uint64_t delay_sum = 0;
  std::uint64_t delay_of_winners = 0;
  for (const analysis::Participant& participant : round.by_arrival) {
    const std::uint8_t bin = bins.bin_of(participant.user);
    const std::uint64_t delay = participant.delay_us;
    const std::uint64_t won = participant.won ? 1 : 0;
    ++claims_[bin];
    wins_[bin] += won;
    won_ += won;
    delay_sum += delay;
    delay_squares_ += delay * delay;
    delay_of_winners += won * delay;
  }
  count_ += round.by_arrival.size();
  delay_sum_ += delay_sum;
  delay_of_winners_ += delay_of_winners;
}

void DelayCurve::add(const DelayCurve& other) {
  for (std::size_t bin = 0; bin < claims_.size(); ++bin) {
    claims_[bin] += other.claims_[bin];
    wins_[bin] += other.wins_[bin];
  }
  count_ += other.count_;
  won_ += other.won_;
  delay_sum_ += other.delay_sum_;
  delay_squares_ += other.delay_squares_;
  delay_of_winners_ += other.delay_of_winners_;
}

std::vector<DelayBin> DelayCurve::bins(const DelayBins& of) const {
  std::vector<DelayBin> bins = of.bins();
  for (std::size_t bin = 0; bin < bins.size(); ++bin) {
    bins[bin].claims = claims_[bin];
    bins[bin].wins = wins_[bin];
  }
  return bins;
}

double DelayCurve::pp_per_10ms() const {
  const auto count = static_cast<double>(count_);
  const auto sum = static_cast<double>(delay_sum_);
  const double variance = count * static_cast<double>(delay_squares_) - sum * sum;
  if (count_ == 0 || variance <= 0) return 0;
  const double covariance =
      count * static_cast<double>(delay_of_winners_) - sum * static_cast<double>(won_);
  return covariance / variance * kPointsPer10ms;
}

}  // namespace fairrush::loadgen
