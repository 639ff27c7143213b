#pragma once

#include <memory>

#include "server/designs/design.hpp"

namespace fairrush::server {

/// Designs that are wrong on purpose, each in the way that the fault of its name describes (see the
/// table in faults.cpp). Pure, so that a simulation can run them.

std::unique_ptr<Design> make_off_by_one(const EventSpec& spec, const EventSecrets& secrets);
std::unique_ptr<Design> make_code_counter_wraps(const EventSpec& spec, const EventSecrets& secrets);
std::unique_ptr<Design> make_draw_ignores_seed(const EventSpec& spec, const EventSecrets& secrets);
std::unique_ptr<Design> make_every_fifth_wins(const EventSpec& spec, const EventSecrets& secrets);
std::unique_ptr<Design> make_sticky_winners(const EventSpec& spec, const EventSecrets& secrets);
std::unique_ptr<Design> make_fast_cohort_favoured(const EventSpec& spec,
                                                  const EventSecrets& secrets);
std::unique_ptr<Design> make_modulo_biased_shuffle(const EventSpec& spec,
                                                   const EventSecrets& secrets);
/// For losers-may-retry.
std::unique_ptr<Design> make_coin_per_claim(const EventSpec& spec, const EventSecrets& secrets);
std::unique_ptr<Design> make_always_403(const EventSpec& spec, const EventSecrets& secrets);

/// The stock of services that take their steps one by one (see naive_list.hpp).
std::unique_ptr<Design> make_naive_list(const EventSpec& spec, const EventSecrets& secrets);

}  // namespace fairrush::server
