#pragma once

#include <memory>

#include "server/faults/faulty_service.hpp"

namespace fairrush::server {

/// Services that are wrong on purpose, each in the way that the fault of its name describes (see
/// the table in faults.cpp).

// race_faults.cpp
std::unique_ptr<RushService> make_oversell_race(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_racy_dedupe(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_lock_expires_early(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_lost_on_disconnect(ServiceParts parts, Delay delay);
// queue_faults.cpp
std::unique_ptr<RushService> make_stale_stock_cache(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_lifo_queue(ServiceParts parts, Delay delay);
// rule_faults.cpp
std::unique_ptr<RushService> make_duplicate_burns_stock(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_retry_mints_new(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_reservation_not_checked(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_window_off_by_1s(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_losers_may_retry(ServiceParts parts, Delay delay);
// wallet_faults.cpp
std::unique_ptr<RushService> make_status_stuck(ServiceParts parts, Delay delay);
std::unique_ptr<RushService> make_double_redeem(ServiceParts parts, Delay delay);

}  // namespace fairrush::server
