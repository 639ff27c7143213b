#include "server/stores/redis/store_log.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>
#include <optional>
#include <string_view>

#include "server/stores/redis/wish.hpp"

namespace fairrush::server {
namespace {

/// The fields of an entry; asking for one that is missing or no number spoils the whole.
class Entry {
 public:
  explicit Entry(RedisValue fields) {
    for (std::size_t at = 0; at + 1 < fields.size(); at += 2) {
      fields_[fields[at].text().value_or("")] = fields[at + 1].text().value_or("");
    }
  }

  std::string_view text(std::string_view name) {
    const auto found = fields_.find(name);
    whole_ = whole_ && found != fields_.end();
    return found == fields_.end() ? std::string_view() : found->second;
  }

  template <class Number>
  Number number(std::string_view name) {
    const std::string_view digits = text(name);
    Number value{};
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    whole_ = whole_ && error == std::errc{} && stop == end;
    return value;
  }

  WallTime time(std::string_view name) { return from_unix_ms(number<std::int64_t>(name)); }
  UserIndex user() { return UserIndex(number<std::uint32_t>("user")); }
  TicketNumber ticket() { return TicketNumber(number<std::uint32_t>("ticket")); }
  std::string key() { return users_key(text("key")); }
  bool whole() const { return whole_; }

 private:
  std::map<std::string_view, std::string_view, std::less<>> fields_;
  bool whole_ = true;
};

LoggedFact issued_from(EventId event, const CouponMint& mint, Entry& entry) {
  const auto serial = entry.number<CouponSerial>("coupon");
  return CouponIssued{.event = event,
                      .issue = entry.number<std::uint32_t>("issue"),
                      .ticket = entry.ticket(),
                      .user = entry.user(),
                      .serial = serial,
                      .code = mint.code(serial),
                      .at = entry.time("at_ms"),
                      .idempotency_key = entry.key(),
                      .told_at = {}};
}

LoggedFact redeemed_from(EventId event, const CouponMint& mint, Entry& entry) {
  const Amount original{entry.number<std::int64_t>("amount")};
  const Amount discount{entry.number<std::int64_t>("discount")};
  return CouponRedeemed{.event = event,
                        .issue = entry.number<std::uint32_t>("issue"),
                        .user = entry.user(),
                        .code = mint.code(entry.number<CouponSerial>("coupon")),
                        .order = std::string(entry.text("order")),
                        .amounts = {original, discount, Amount{original.minor - discount.minor}},
                        .at = entry.time("at_ms"),
                        .idempotency_key = entry.key(),
                        .told_at = {}};
}

std::optional<LoggedFact> fact_from(EventId event, const CouponMint& mint, Entry& entry) {
  const std::string_view type = entry.text("type");
  if (type == "reserved") {
    return ReservationGranted{.event = event,
                              .ticket = entry.ticket(),
                              .user = entry.user(),
                              .at = entry.time("at_ms"),
                              .idempotency_key = entry.key()};
  }
  if (type == "issued") return issued_from(event, mint, entry);
  if (type == "lost") return ClaimLost{event, entry.ticket(), entry.key()};
  if (type == "redeemed") return redeemed_from(event, mint, entry);
  return std::nullopt;
}

}  // namespace

std::expected<std::vector<LoggedFact>, std::string> read_log(EventId event, const CouponMint& mint,
                                                             RedisValue entries) {
  std::vector<LoggedFact> facts;
  for (std::size_t at = 0; at < entries.size(); ++at) {
    const bool pair = entries[at].size() == 2;
    Entry entry(pair ? entries[at][1] : entries[at]);
    auto fact = fact_from(event, mint, entry);
    if (!pair || !fact || !entry.whole()) {
      const auto id = pair ? entries[at][0].text().value_or("") : std::string_view();
      return std::unexpected(fmt::format("entry '{}' of the log cannot be read", id));
    }
    facts.push_back(std::move(*fact));
  }
  return facts;
}

}  // namespace fairrush::server
