#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace fairrush::bench {

/// Figures by name.
using Figures = std::map<std::string, double>;

/// Figures of each of several programs that take turns.
class Turns {
 public:
  void add(std::string name, std::function<Figures()> play) {
    players_.push_back({std::move(name), std::move(play), {}});
  }
  void take(int turns);

  /// The median of the turns.
  double of(const std::string& name, const std::string& figure) const;
  /// The median of the turns' ratios: neighbours in time share the machine's mood.
  double ratio(const std::string& name, const std::string& peer, const std::string& figure) const;
  /// In the quietest turn: of what lasts a tenth of a second, others can only take away.
  double least(const std::string& name, const std::string& figure) const;
  double most(const std::string& name, const std::string& figure) const;

 private:
  struct Player {
    std::string name;
    std::function<Figures()> play;
    std::vector<Figures> seen;
  };

  std::vector<double> all_of(const std::string& name, const std::string& figure) const;

  std::vector<Player> players_;
};

/// "183 k".
std::string thousands(double value);

}  // namespace fairrush::bench
