#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/draw/digest.hpp"
#include "base/ids.hpp"

namespace fairrush {

/// The verifiable draw `coupon-draw/v1`: a committed secret, a roster fixed by its Merkle root and
/// an optional public beacon decide the winners; anyone can run it again. Pure; any thread.

/// What an operator publishes before reservations open: SHA-256(label ‖ "|" ‖ event ‖ "|" ‖
/// secret).
Digest draw_commitment(std::string_view event, ByteView secret);

/// Everything the seed depends on.
struct DrawInputs {
  std::string_view event;
  ByteView secret;  ///< 32 bytes, revealed after the event
  ByteView beacon;  ///< value of the announced public beacon round; empty without one
  Digest root{};    ///< Merkle root of the roster in ticket order
  std::uint32_t roster = 0;
  std::uint32_t quota = 0;  ///< at most `roster`
};

/// HKDF-SHA256 over the inputs.
Digest draw_seed(const DrawInputs& inputs);

/// The winning tickets in the order they were drawn: the first `quota` places of a Fisher–Yates
/// shuffle of 1 … roster under `seed`, with unbiased bounded numbers (Lemire 2019). O(roster).
std::vector<TicketNumber> draw_winners(const Digest& seed, std::uint32_t roster,
                                       std::uint32_t quota);

}  // namespace fairrush
