#include "server/designs/designs.hpp"

#include <array>

#include "server/designs/sealed_draw.hpp"
#include "server/designs/ticket_list.hpp"

namespace fairrush::server {
namespace {

constexpr std::array kDesigns{
    DesignRow{"sealed-draw", "a committed, verifiable draw over the roster; a claim only reveals",
              [](const EventSpec& spec, const EventSecrets& secrets) -> std::unique_ptr<Design> {
                return std::make_unique<SealedDraw>(spec, secrets);
              }},
    DesignRow{"ticket-list", "first come, first served: tickets mint coupons, claims pop the list",
              [](const EventSpec& spec, const EventSecrets&) -> std::unique_ptr<Design> {
                return std::make_unique<TicketList>(spec);
              }},
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

}  // namespace fairrush::server
