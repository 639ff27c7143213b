#include "server/faults/wiring.hpp"

#include <array>
#include <utility>

#include "server/faults/faulty_services.hpp"
#include "server/faults/ledger_faults.hpp"

namespace fairrush::server {
namespace {

/// Where a fault sits that is not in a design alone; what is null stays sound.
struct Place {
  std::string_view fault;
  std::unique_ptr<RushService> (*service)(ServiceParts parts, Delay delay) = nullptr;
  std::unique_ptr<BatchWriter> (*writer)(BatchWriter& writer) = nullptr;
  std::unique_ptr<Bus> (*bus)(Bus& bus) = nullptr;
};

constexpr std::array kPlaces{
    Place{.fault = "oversell-race", .service = make_oversell_race},
    Place{.fault = "racy-dedupe", .service = make_racy_dedupe},
    Place{.fault = "lock-expires-early", .service = make_lock_expires_early},
    Place{.fault = "lost-on-disconnect", .service = make_lost_on_disconnect},
    Place{.fault = "stale-stock-cache", .service = make_stale_stock_cache},
    Place{.fault = "lifo-queue", .service = make_lifo_queue},
    Place{.fault = "duplicate-burns-stock", .service = make_duplicate_burns_stock},
    Place{.fault = "retry-mints-new", .service = make_retry_mints_new},
    Place{.fault = "reservation-not-checked", .service = make_reservation_not_checked},
    Place{.fault = "window-off-by-1s", .service = make_window_off_by_1s},
    Place{.fault = "losers-may-retry", .service = make_losers_may_retry},
    Place{.fault = "status-stuck", .service = make_status_stuck},
    Place{.fault = "double-redeem", .service = make_double_redeem},
    Place{.fault = "ack-then-drop", .writer = make_ack_then_drop},
    Place{.fault = "phantom-row", .writer = make_phantom_row},
    Place{.fault = "outbox-skips", .bus = make_outbox_skips},
};

Place place_of(const FaultRow* fault) {
  for (const Place& place : kPlaces) {
    if (fault != nullptr && place.fault == fault->name) return place;
  }
  return {};
}

}  // namespace

std::unique_ptr<RushService> make_service(const FaultRow* fault, ServiceParts parts, Delay delay) {
  if (fault == nullptr) return std::make_unique<RushService>(std::move(parts));
  parts.make_design = [fault](const EventSpec& spec, const EventSecrets& secrets) {
    return make_design_under(fault, spec, secrets);
  };
  const Place place = place_of(fault);
  if (place.service != nullptr) return place.service(std::move(parts), std::move(delay));
  return std::make_unique<RushService>(std::move(parts));
}

std::unique_ptr<BatchWriter> make_writer(const FaultRow* fault, BatchWriter& writer) {
  const Place place = place_of(fault);
  return place.writer == nullptr ? nullptr : place.writer(writer);
}

BusFilter make_bus_filter(const FaultRow* fault) {
  const Place place = place_of(fault);
  return place.bus == nullptr ? BusFilter() : BusFilter(place.bus);
}

}  // namespace fairrush::server
