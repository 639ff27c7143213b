#include "server/metrics/bus_metrics.hpp"

#include <limits>

namespace fairrush::server {

void add_bus_metrics(Metrics& metrics, const Messaging& messaging) {
  metrics.gauge({"fairrush_outbox_pending", "Messages that were not published yet."}, {},
                [&messaging] { return static_cast<double>(messaging.outbox.pending()); });
  metrics.counter_of({"fairrush_bus_published_total", "Messages that the bus has for good."}, {},
                     [&messaging] { return static_cast<double>(messaging.outbox.published()); });
  metrics.counter_of({"fairrush_bus_returned_total", "Messages that have to be published again."},
                     {}, [&messaging] { return static_cast<double>(messaging.outbox.returned()); });
  metrics.counter_of(
      {"fairrush_bus_redelivered_total", "Messages that a consumer here was given before."}, {},
      [&messaging] { return static_cast<double>(messaging.bus_counts().redelivered); });
  metrics.counter_of({"fairrush_bus_dead_letters_total", "Messages that nobody here can use."}, {},
                     [&messaging] { return static_cast<double>(messaging.bus_counts().dead); });
  metrics.gauge({"fairrush_bus_unread",
                 "Messages that a consumer here has still to handle; NaN while nobody knows."},
                {}, [&messaging] {
                  const auto unread = messaging.unread();
                  return unread ? static_cast<double>(*unread)
                                : std::numeric_limits<double>::quiet_NaN();
                });
}

}  // namespace fairrush::server
