#include "tests/bench/support/turns.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fairrush::bench {
namespace {

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values.at(values.size() / 2);
}

}  // namespace

void Turns::take(int turns) {
  for (int turn = 0; turn < turns; ++turn) {
    for (Player& player : players_) player.seen.push_back(player.play());
  }
}

double Turns::of(const std::string& name, const std::string& figure) const {
  return median(all_of(name, figure));
}

double Turns::ratio(const std::string& name, const std::string& peer,
                    const std::string& figure) const {
  std::vector<double> ratios = all_of(name, figure);
  const std::vector<double> peers = all_of(peer, figure);
  for (std::size_t turn = 0; turn < ratios.size(); ++turn) ratios[turn] /= peers[turn];
  return median(ratios);
}

double Turns::least(const std::string& name, const std::string& figure) const {
  return std::ranges::min(all_of(name, figure));
}

double Turns::most(const std::string& name, const std::string& figure) const {
  return std::ranges::max(all_of(name, figure));
}

std::vector<double> Turns::all_of(const std::string& name, const std::string& figure) const {
  const auto found = std::ranges::find(players_, name, &Player::name);
  std::vector<double> values;
  for (const Figures& figures : found->seen) values.push_back(figures.at(figure));
  return values;
}

std::string thousands(double value) {
  return fmt::format("{:.0f} k", value / 1e3);
}

}  // namespace fairrush::bench
