#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace fairrush {

/// An integer that names one thing and mixes with no other. Value type, free of cost.
/// `Tag` is any type that makes the id distinct; it is never instantiated.
template <class Tag, class Rep>
class StrongId {
 public:
  using rep = Rep;

  constexpr StrongId() = default;
  constexpr explicit StrongId(Rep value) : value_(value) {}

  constexpr Rep value() const { return value_; }
  constexpr auto operator<=>(const StrongId&) const = default;

 private:
  Rep value_{};
};

/// Index of a user in the population, 0-based; also the key of every per-user function.
using UserIndex = StrongId<struct UserIndexTag, std::uint32_t>;
/// One attempt (a retry is a new attempt), unique within a run.
using AttemptId = StrongId<struct AttemptIdTag, std::uint64_t>;
/// One TCP connection of the instrument, unique within a run.
using ConnectionId = StrongId<struct ConnectionIdTag, std::uint32_t>;
/// Position in the scenario's list of cohorts.
using CohortId = StrongId<struct CohortIdTag, std::uint16_t>;
/// Position in the table of personas.
using PersonaId = StrongId<struct PersonaIdTag, std::uint8_t>;
/// Round of a run of several rounds, 0-based.
using RoundId = StrongId<struct RoundIdTag, std::uint32_t>;
/// Number on a reservation ticket, 1-based, in the order the server granted them.
using TicketNumber = StrongId<struct TicketNumberTag, std::uint32_t>;

}  // namespace fairrush

template <class Tag, class Rep>
struct std::hash<fairrush::StrongId<Tag, Rep>> {
  std::size_t operator()(fairrush::StrongId<Tag, Rep> id) const noexcept {
    return std::hash<Rep>{}(id.value());
  }
};
