#include "loadgen/execution/evidence.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <thread>
#include <utility>

#include "loadgen/ledger/gain.hpp"
#include "loadgen/ledger/read.hpp"

namespace fairrush::loadgen {
namespace {

constexpr Duration kLookEvery = std::chrono::milliseconds(100);
constexpr int kStillLooks = 2;
/// Where the target's audit has not heard of everything: its bus's own count is a second old.
constexpr int kQuietLooks = 25;

/// An event after a rush.
struct Settled {
  EventDocument document;
  bool still_moving = false;  ///< the target had not come to rest by the deadline
};

/// A wait for the target to come to rest, in looks.
class Rest {
 public:
  Rest(const TargetAddress& target, const EvidenceExport& where)
      : waiting_(where.waiting),
        awaited_(awaited_for(where.settle_deadline, target.authority() + " to come to rest")) {}

  bool is_over() const { return loadgen::is_over(awaited_); }

  /// Lets the time to the next look pass; the failure says that waiting is to end.
  FromTarget<void> pass() const {
    std::this_thread::sleep_for(kLookEvery);
    if (waiting_(awaited_)) return {};
    return std::unexpected(
        TargetFailure{fmt::format("the wait for {} was broken off", awaited_.what)});
  }

 private:
  const Waiting& waiting_;
  Awaited awaited_;
};

/// Takes what the target has to show after a round, one thing after the other. Each step notes in
/// the facts what did not come; one that fails was not answered, and neither would the next be.
class Export {
 public:
  using Step = FromTarget<void>;

  Export(TargetClient& client, const EvidenceExport& where, analysis::RoundFacts& round,
         Issued& issued)
      : client_(client), where_(where), round_(round), issued_(issued) {}

  Step settle();
  Step take_ledger();
  Step take_bus();
  Step take_draw();
  const std::expected<void, std::string>& stored() const { return stored_; }

 private:
  FromTarget<Settled> settled();
  FromTarget<analysis::Ledger> ledger_now();
  FromTarget<analysis::Ledger> ledger_at_rest();
  std::string still_moving() const;

  TargetClient& client_;
  const EvidenceExport& where_;
  analysis::RoundFacts& round_;
  Issued& issued_;
  bool moves_ = false;  ///< what still changes is no evidence
  std::expected<void, std::string> stored_;
};

/// Notes why something is missing; a failure when nobody was there to give it.
Export::Step noted(std::optional<std::string>& missing, TargetFailure failure) {
  missing = failure.message;
  if (failure.was_answered()) return {};
  return std::unexpected(std::move(failure));
}

std::string Export::still_moving() const {
  return fmt::format(
      "the target still issued coupons, or told of them, {} after the rush; target.settle_deadline "
      "grants it more",
      format_duration(where_.settle_deadline));
}

/// Whether the target has done something between two looks, or has something to do.
bool moves(const EventDocument& before, const EventDocument& now) {
  const bool waits = now.unheard.value_or(0) > 0 && now.bus_unread != 0;
  return now.stock.issued != before.stock.issued || now.unheard != before.unheard || waits ||
         now.stock.outbox_pending.value_or(0) > 0;
}

/// Waits until the target issues nothing more and all was told: its counts stand still, its outbox
/// is empty, and its audit has heard of everything that its bus still has.
FromTarget<Settled> Export::settled() {
  const std::string& event = where_.announced.event;
  const Rest rest(client_.address(), where_);
  auto document = client_.event(event);
  int still = 0;
  const auto enough = [&document] {
    return document->unheard.value_or(0) > 0 ? kQuietLooks : kStillLooks;
  };
  while (document && still < enough() && !rest.is_over()) {
    if (const auto passed = rest.pass(); !passed) return std::unexpected(passed.error());
    const EventDocument before = std::move(*document);
    document = client_.event(event);
    still = document && !moves(before, *document) ? still + 1 : 0;
  }
  if (!document) return std::unexpected(std::move(document.error()));
  return Settled{.document = std::move(*document), .still_moving = still < kStillLooks};
}

Export::Step Export::settle() {
  if (!where_.reference_control) return {};
  const auto settled = this->settled();
  if (!settled) {
    if (settled.error().was_answered()) return {};  // it may have a ledger all the same
    return std::unexpected(settled.error());
  }
  const EventDocument& document = settled->document;
  if (document.phase != "scheduled" && document.phase != "reserving") {
    round_.announced_roster = document.roster;
    round_.announced_coupons = document.quota;
  }
  if (settled->still_moving) {
    moves_ = true;
    round_.ledger_missing = round_.bus_missing = still_moving();
  } else {
    round_.stock = document.stock;
  }
  return {};
}

/// From where the scenario says, else the target's own export.
FromTarget<analysis::Ledger> Export::ledger_now() {
  const std::string& event = where_.announced.event;
  if (!where_.ledger_source && !where_.reference_control) {
    return std::unexpected(TargetFailure{
        "target.ledger is not set, and another service has no export of its own", kAnswered});
  }
  if (!where_.ledger_source) return client_.ledger(event);
  auto rows = read_ledger(*where_.ledger_source, event, where_.waiting);
  if (rows) return std::move(*rows);
  // Whoever keeps the ledger, the target itself may still have the rest to show.
  return std::unexpected(TargetFailure{std::move(rows.error()), kAnswered});
}

/// Reads the ledger until it has as many rows as the last time. A target that states how much it
/// has issued has come to rest already.
FromTarget<analysis::Ledger> Export::ledger_at_rest() {
  const Rest rest(client_.address(), where_);
  auto rows = ledger_now();
  bool rests = round_.stock.issued.has_value();
  while (rows && !rests) {
    if (rest.is_over()) return std::unexpected(TargetFailure{still_moving(), kAnswered});
    if (const auto passed = rest.pass(); !passed) return std::unexpected(passed.error());
    const std::size_t before = rows->size();
    rows = ledger_now();
    rests = rows && rows->size() == before;
  }
  return rows;
}

Export::Step Export::take_ledger() {
  if (moves_) return {};
  auto rows = ledger_at_rest();
  if (!rows) return noted(round_.ledger_missing, std::move(rows.error()));
  round_.ledger_missing.reset();
  if (where_.ledger_source) rows = rows_gained(issued_.ledger, std::move(*rows), where_.round);
  for (analysis::LedgerRow& row : *rows) {
    row.round = where_.round;
    issued_.ledger.push_back(std::move(row));
  }
  return {};
}

Export::Step Export::take_bus() {
  if (moves_) return {};
  if (!where_.reference_control) {
    round_.bus_missing = "the target is another service, whose bus nobody asked";
    return {};
  }
  auto heard = client_.audit(where_.announced.event);
  if (!heard) return noted(round_.bus_missing, std::move(heard.error()));
  if (!*heard) {
    round_.bus_missing = "the target has no consumer of its bus to ask";
    return {};
  }
  round_.bus_missing.reset();
  if (!issued_.bus) issued_.bus.emplace();
  for (analysis::BusDelivery& delivery : **heard) {
    delivery.round = where_.round;
    issued_.bus->push_back(std::move(delivery));
  }
  return {};
}

Export::Step Export::take_draw() {
  if (!round_.draw_missing) return {};  // the design draws nothing
  const EventDocument& announced = where_.announced;
  if (!announced.commitment) {
    round_.draw_missing = "no commitment was published before reservations opened";
    return {};
  }
  const auto draw = client_.draw(announced.event, *announced.commitment);
  if (!draw) return noted(round_.draw_missing, draw.error());
  if (!*draw) {
    round_.draw_missing = "the target has not published its secret";
    return {};
  }
  stored_ =
      write_file(where_.directory.draw(where_.round), analysis::format_published_draw(**draw));
  round_.draw_missing.reset();
  return {};
}

}  // namespace

std::expected<void, std::string> write_file(const std::filesystem::path& path,
                                            const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  file.close();
  if (!file) {
    return std::unexpected(
        fmt::format("'{}' cannot be written: {}", path.string(), std::strerror(errno)));
  }
  return {};
}

std::expected<void, std::string> replace_file(const std::filesystem::path& path,
                                              const std::string& text) {
  const std::filesystem::path partial = path.string() + ".partial";
  std::error_code error;
  auto written = write_file(partial, text);
  if (written) std::filesystem::rename(partial, path, error);
  if (error) {
    written =
        std::unexpected(fmt::format("'{}' cannot be replaced: {}", path.string(), error.message()));
  }
  if (!written) std::filesystem::remove(partial, error);
  return written;
}

std::expected<void, std::string> export_evidence(TargetClient& client, const EvidenceExport& where,
                                                 analysis::RunFacts& facts, Issued& issued) {
  analysis::RoundFacts& round = facts.rounds.at(where.round);
  Export taking(client, where, round, issued);
  for (const auto step :
       {&Export::settle, &Export::take_ledger, &Export::take_bus, &Export::take_draw}) {
    const Export::Step taken = (taking.*step)();
    if (taken) continue;
    note_untaken(round, taken.error().message);
    break;
  }
  return taking.stored();
}

void expect_evidence(analysis::RoundFacts& round, analysis::Allocation allocation) {
  round.ledger_missing = round.bus_missing = kNotTaken;
  if (allocation == analysis::Allocation::draw) round.draw_missing = kNotTaken;
}

void note_untaken(analysis::RoundFacts& round, const std::string& reason) {
  for (auto* missing : {&round.ledger_missing, &round.bus_missing, &round.draw_missing}) {
    if (*missing == kNotTaken) *missing = reason;
  }
}

}  // namespace fairrush::loadgen
