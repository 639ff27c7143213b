#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/run/facts.hpp"
#include "analysis/run/ledger.hpp"
#include "base/ids.hpp"
#include "loadgen/dialect/feeder.hpp"
#include "loadgen/dialect/segments.hpp"

namespace fairrush::loadgen {

/// What users are called, as a person says it.
struct UserNaming {
  std::string identity = "{index}";  ///< template of {index}, {uuid} and the feeder's columns
  std::shared_ptr<const Feeder> feeder = nullptr;
  std::uint64_t seed = 0;
  std::uint32_t users = 0;

  /// Names are the indexes themselves, in decimal.
  bool is_index() const { return identity == "{index}"; }
};

/// Finds the user behind a name, as a ledger has it. One thread. Memory: 16 bytes a user.
class UserNames {
 public:
  /// The error names two users who are called the same.
  static std::expected<UserNames, std::string> make(UserNaming naming);

  /// A name that no user has stands for a stranger: one beyond the population, the same for the
  /// same name.
  UserIndex index_of(std::string_view name);

  std::string name_of(UserIndex user) const;

 private:
  explicit UserNames(UserNaming naming);
  std::optional<UserIndex> known(std::string_view name, UserIndex except) const;

  UserNaming naming_;
  Segments identity_;
  std::vector<std::pair<std::uint64_t, std::uint32_t>> by_hash_;  // sorted
  std::map<std::string, UserIndex, std::less<>> strangers_;
};

/// Maps the names in a ledger to users; empty where names are the indexes, which need no map. The
/// error is that of `UserNames::make`.
std::expected<analysis::UserOf, std::string> users_by_name(UserNaming naming);

/// The same for a run that has been made, from the options in its facts. Reads the feeder's file.
std::expected<analysis::UserOf, std::string> users_of_run(const analysis::RunFacts& facts);

}  // namespace fairrush::loadgen
