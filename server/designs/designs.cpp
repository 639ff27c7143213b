#include "server/designs/designs.hpp"

#include <array>

#include "base/assert.hpp"
#include "server/designs/by_chance/batch_draw.hpp"
#include "server/designs/by_chance/bernoulli.hpp"
#include "server/designs/by_chance/blank_tickets.hpp"
#include "server/designs/by_chance/sealed_draw.hpp"
#include "server/designs/by_chance/waiting_room.hpp"
#include "server/designs/first_come/preloaded_shuffle.hpp"
#include "server/designs/first_come/stock_counter.hpp"
#include "server/designs/first_come/ticket_list.hpp"

namespace fairrush::server {
namespace {

template <class Kind>
std::unique_ptr<Design> make(const EventSpec& spec, const EventSecrets& secrets) {
  return std::make_unique<Kind>(spec, secrets);
}

constexpr std::array kDesigns{
    DesignRow{"sealed-draw", "a committed, verifiable draw over the roster; a claim only reveals",
              make<SealedDraw>},
    DesignRow{"ticket-list", "first come, first served: tickets mint coupons, claims pop the list",
              make<TicketList>},
    DesignRow{"stock-counter", "first come, first served off a counter; coupons come from a queue",
              make<StockCounter>},
    DesignRow{"preloaded-shuffle", "first come, first served from a shuffled list of discounts",
              make<PreloadedShuffle>},
    DesignRow{"blank-tickets", "a shuffled list of coupons and blanks, one slip a claim",
              make<BlankTickets>},
    DesignRow{"batch-draw", "claims of a short window are drawn together for their share",
              make<BatchDraw>},
    DesignRow{"waiting-room", "claims of the first stretch in random order, then first come",
              make<WaitingRoom>},
    DesignRow{"generate-outbox", "first come, first served: coupons are made as they are asked for",
              make<GenerateOutbox>},
    DesignRow{"row-lock", "first come, first served: rows of a database, taken under lock",
              make<TicketList>, false},
    DesignRow{"bernoulli", "an independent coin for every claim, capped at the quota",
              make<Bernoulli>},
};

}  // namespace

std::span<const DesignRow> designs() {
  return kDesigns;
}

const DesignRow* find_design(std::string_view name) {
  for (const DesignRow& row : designs()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::unique_ptr<Design> make_design(const EventSpec& spec, const EventSecrets& secrets) {
  const DesignRow* const row = find_design(spec.design);
  FAIRRUSH_ASSERT(row != nullptr);
  return row->make(spec, secrets);
}

}  // namespace fairrush::server
