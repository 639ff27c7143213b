#include "server/service/rush_service.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "base/assert.hpp"
#include "base/memory.hpp"
#include "server/designs/designs.hpp"
#include "server/log.hpp"

namespace fairrush::server {

RushService::RushService(ServiceParts parts)
    : queue_(parts.queue),
      messaging_(parts.messaging),
      run_draw_(std::move(parts.run_draw)),
      make_design_(std::move(parts.make_design)) {}

std::vector<std::string_view> RushService::designs() const {
  std::vector<std::string_view> names;
  for (const DesignRow& row : fairrush::server::designs()) {
    if (row.in_memory) names.push_back(row.name);
  }
  return names;
}

std::expected<void, std::string> RushService::restore(const LedgerRecord& record) {
  return std::visit([this](const auto& kind) { return apply(kind); }, record);
}

RushService::Restored RushService::apply(const EventCreated& record) {
  if (find_design(record.spec.design) == nullptr) {
    return std::unexpected(
        fmt::format("event '{}': unknown design '{}'", record.spec.name, record.spec.design));
  }
  last_id_ = std::max(last_id_, record.event.value());
  messaging_.begin(record);
  add_slot(record.spec.name, record.event).event =
      std::make_unique<LiveEvent>(record, make_design_(record.spec, record.secrets));
  return {};
}

/// A ledger holds what an event's last reset left, not the reset.
RushService::Restored RushService::apply(const EventReset&) {
  return std::unexpected("a reset cannot be read back");
}

/// Nor the moves: it holds where they ended.
RushService::Restored RushService::apply(const EventMoved&) {
  return std::unexpected("a move cannot be read back");
}

/// Its days are events like others; the rule is for whoever begins them.
RushService::Restored RushService::apply(const DailyEventSet&) {
  return {};
}

RushService::Restored RushService::apply(const CouponIssued& record) {
  places_.insert_or_assign(record.code, CouponPlace{record.event, record.issue});
  return apply<CouponIssued>(record);
}

RushService::Restored RushService::apply(const BusMessage& record) {
  messaging_.outbox.restore(record);
  return {};
}

RushService::Restored RushService::apply(const OutboxPublished& record) {
  messaging_.outbox.restore(record);
  return {};
}

RushService::Restored RushService::apply(const AuditHeard& record) {
  messaging_.audit.restore(record);
  return {};
}

template <class Record>
RushService::Restored RushService::apply(const Record& record) {
  Slot* const slot = slot_of(record.event);
  if (slot == nullptr) return std::unexpected("a record of an event that is not there");
  return slot->event->restore(record);
}

EventState RushService::state_of(const LiveEvent& event) const {
  const Design& design = event.rush().design();
  EventState state{.id = event.id(),
                   .spec = event.spec(),
                   .roster = event.rush().roster().size(),
                   .quota = design.quota(),
                   .issued = event.issues().size(),
                   .remaining = design.remaining(),
                   .groups = design.groups(),
                   .released = design.released(),
                   .draw = {},
                   .held = event.held.size(),
                   .durable = queue_.last()};
  if (const DrawingDesign* const drawing = design.drawing()) {
    state.draw = {.commitment = drawing->commitment(), .secret = event.secrets().draw};
    if (drawing->outcome() == nullptr) return state;
    state.draw->outcome = drawing->outcome();
    state.draw->tokens = event.rush().roster().tokens();
  }
  return state;
}

void RushService::create(const EventSpec& spec, std::string_view key, EventDone done) {
  FAIRRUSH_ASSERT(find_design(spec.design) != nullptr && check_order(spec.windows));
  if (!accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  AdminKey under{AdminKey::Route::create, std::string(key)};
  if (const auto taken = events_.find(spec.name); taken != events_.end()) {
    const LiveEvent& event = *taken->second.event;
    if (!event.begun_under(under)) return done(std::unexpected(ErrorCode::event_exists));
    return done(state_of(event));
  }
  EventCreated created{EventId(++last_id_), spec, EventSecrets::generate(), std::move(under)};
  Slot& slot = add_slot(spec.name, created.event);
  slot.event = std::make_unique<LiveEvent>(created, make_design_(created.spec, created.secrets));
  messaging_.begin(created);
  queue_.append(std::move(created));
  done(state_of(*slot.event));
}

void RushService::reset(std::string_view name, const EventWindows& windows, std::string_view key,
                        EventDone done) {
  const auto found = events_.find(name);
  if (found == events_.end()) return done(std::unexpected(ErrorCode::unknown_event));
  if (!accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  LiveEvent& event = *found->second.event;
  AdminKey under{AdminKey::Route::reset, std::string(key)};
  const bool repeated = event.begun_under(under);
  done(state_of(repeated ? event : begin_anew(event, windows, std::move(under))));
}

/// The old LiveEvent is gone.
LiveEvent& RushService::begin_anew(LiveEvent& event, const EventWindows& windows, AdminKey under) {
  refuse_held(event, ErrorCode::not_in_active_time);
  for (const Issue& issue : event.issues()) places_.erase(issue.code);
  EventSpec spec = event.spec();
  spec.windows = windows;
  EventCreated renewed{event.id(), std::move(spec), EventSecrets::generate(), std::move(under)};
  Slot& slot = *slot_of(event.id());
  slot.event = std::make_unique<LiveEvent>(renewed, make_design_(renewed.spec, renewed.secrets));
  ++slot.life;
  messaging_.begin(renewed);
  slot.phase = Phase::scheduled;
  slot.warmed = false;
  queue_.append(EventReset{std::move(renewed)});
  return *slot.event;
}

void RushService::preload(std::string_view name, const CouponGroups& groups, WallTime now,
                          EventDone done) {
  LiveEvent* const event = find(name, now);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  if (!accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  if (event->reservations_closed()) return done(std::unexpected(ErrorCode::not_in_active_time));
  if (!event->preload(groups)) return done(std::unexpected(ErrorCode::no_coupon_groups));
  queue_.append(CouponsPreloaded{event->id(), groups});
  done(state_of(*event));
}

void RushService::move(std::string_view name, Move move, WallTime now, EventDone done) {
  LiveEvent* const event = find(name, now);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  if (!accepts()) return done(std::unexpected(ErrorCode::ledger_unavailable));
  const auto windows = moved(event->spec().windows, move, now);
  if (!windows) return done(std::unexpected(ErrorCode::not_in_active_time));
  if (*windows != event->spec().windows) {
    event->move(*windows);
    queue_.append(EventMoved{event->id(), *windows});
    enter_phase(*slot_of(event->id()), now);
    find(name, now);  // what the move makes due
  }
  done(state_of(*event));
}

void RushService::describe(std::string_view name, WallTime now, EventDone done) {
  const LiveEvent* const event = find(name, now);
  if (event == nullptr) return done(std::unexpected(ErrorCode::unknown_event));
  done(state_of(*event));
}

LiveEvent* RushService::find(std::string_view name, WallTime now) {
  const auto found = events_.find(name);
  if (found == events_.end()) return nullptr;
  Slot& slot = found->second;
  // A request may come between two ticks.
  if (now >= slot.event->spec().windows.reserve_close) close_reservations(slot);
  advance(*slot.event, now);
  return slot.event.get();
}

void RushService::reserve(std::string_view name, const UserRequest& request, ReservationDone done) {
  LiveEvent* const event = find(name, request.at);
  if (event == nullptr) return done({.refusal = ErrorCode::unknown_event});
  if (!accepts()) return done({.refusal = ErrorCode::ledger_unavailable});
  ReservationAnswer answer = reservation_of(*event, request);
  if (answer.ticket.value() > 0) answer.token = event->rush().roster().token(answer.ticket);
  done(answer);
}

/// But for the token.
ReservationAnswer RushService::reservation_of(LiveEvent& event, const UserRequest& request) {
  if (const auto held = event.rush().roster().ticket_of(request.user)) {
    const bool repeated = event.reserved_under(*held, request.idempotency_key);
    return {.refusal = repeated ? std::nullopt : std::optional(ErrorCode::duplicated_reservation),
            .ticket = *held,
            .durable = queue_.last()};
  }
  if (event.reservations_closed() || !event.spec().windows.reserving(request.at)) {
    return {.refusal = ErrorCode::not_in_active_time};
  }
  return grant_reservation(event, request);
}

ReservationAnswer RushService::grant_reservation(LiveEvent& event, const UserRequest& request) {
  const ReservationGrant grant = event.rush().reserve(request.user, request.cohort);
  if (grant.kind == ReservationGrant::Kind::roster_full) {
    return {.refusal = ErrorCode::roster_full};
  }
  event.remember_reservation(grant.ticket, request.idempotency_key);
  const Sequence durable =
      queue_.append(ReservationGranted{.event = event.id(),
                                       .ticket = grant.ticket,
                                       .user = request.user,
                                       .at = request.at,
                                       .idempotency_key = std::string(request.idempotency_key)});
  return {.refusal = {}, .ticket = grant.ticket, .durable = durable};
}

template <class Fact>
Sequence RushService::record_with_message(Fact fact) {
  BusMessage message = message_of(fact);
  const Sequence recorded = queue_.append(std::move(fact));
  messaging_.outbox.expect(std::move(message), recorded);
  return recorded;
}

Sequence RushService::record_told(CouponIssued fact) {
  return record_with_message(std::move(fact));
}

Sequence RushService::record_told(CouponRedeemed fact) {
  return record_with_message(std::move(fact));
}

void RushService::claim(std::string_view name, const UserRequest& request, ClaimDone done) {
  LiveEvent* const event = find(name, request.at);
  if (event == nullptr) return done(refused(ErrorCode::unknown_event));
  if (!accepts()) return done(refused(ErrorCode::ledger_unavailable));
  claim_of(*event, request, std::move(done));
}

void RushService::generate(std::string_view name, const UserRequest& request, ClaimDone done) {
  LiveEvent* const event = find(name, request.at);
  if (event == nullptr) return done(refused(ErrorCode::unknown_event));
  if (!accepts()) return done(refused(ErrorCode::ledger_unavailable));
  const Design& design = event->rush().design();
  const bool comes_late = design.admits_late() && event->spec().windows.rushing(request.at) &&
                          !event->rush().roster().ticket_of(request.user);
  if (comes_late && design.remaining() == 0) return done(refused(design.loss()));
  if (comes_late && grant_reservation(*event, request).refusal) {
    return done(refused(ErrorCode::roster_full));
  }
  claim_of(*event, request, std::move(done));
}

void RushService::claim_of(LiveEvent& event, const UserRequest& request, ClaimDone done) {
  advance(event, request.at);
  if (const auto answer = decide(event, request)) return done(*answer);
  event.held.push_back({request, std::move(done)});
}

std::optional<ClaimAnswer> RushService::foregone(const LiveEvent& event,
                                                 const UserRequest& request) const {
  using Kind = ClaimVerdict::Kind;
  const ClaimVerdict known = event.rush().verdict_of(request.user);
  const bool judged = known.kind == Kind::won_before || known.kind == Kind::lost;
  if (judged) return verdict_again(event, known, request.idempotency_key);
  const bool waits = known.kind == ClaimVerdict::Kind::pending && event.has_accepted(known.ticket);
  if (waits) return accepted_again(event, known.ticket, request.idempotency_key);
  if (!event.spec().windows.rushing(request.at)) return refused(ErrorCode::not_in_active_time);
  if (known.kind == Kind::not_reserved) return refused(ErrorCode::not_reservation);
  return std::nullopt;
}

std::optional<ClaimAnswer> RushService::decide(LiveEvent& event, const UserRequest& request) {
  using Kind = ClaimVerdict::Kind;
  if (const auto answer = foregone(event, request)) return answer;
  const ClaimVerdict verdict =
      event.rush().claim(request.user, event.since_open(event.decided_up_to));
  if (verdict.kind == Kind::won) return issue(event, verdict, request);
  if (verdict.kind == Kind::lost) return note_loss(event, verdict, request.idempotency_key);
  if (verdict.kind == Kind::refused) return refused(ErrorCode::forbidden);
  if (event.rush().design().accepts_claims()) return accept(event, verdict.ticket, request);
  if (event.draw_failure) return refused(ErrorCode::draw_failed);
  return std::nullopt;
}

ClaimAnswer RushService::issue(LiveEvent& event, const ClaimVerdict& win,
                               const UserRequest& request) {
  CouponIssued issued = event.issue(win, request.at, request.idempotency_key, next_position());
  places_.insert_or_assign(issued.code, CouponPlace{issued.event, issued.issue});
  const Sequence durable = record_told(std::move(issued));
  // Where losses leave no record of their own they begin after the last coupon: one that is told
  // before that coupon is durable could turn into a win after a crash.
  if (event.rush().design().drawing() == nullptr) event.verdicts_final = durable;
  return holding(ClaimAnswer::Kind::won, event.issue_of(win.ticket), durable);
}

ClaimAnswer RushService::note_loss(LiveEvent& event, const ClaimVerdict& loss,
                                   std::string_view key) {
  event.remember_verdict(loss.ticket, key);
  if (event.rush().design().records_losses()) {
    event.verdicts_final = queue_.append(ClaimLost{event.id(), loss.ticket, std::string(key)});
  }
  return verdict_again(event, loss, key);
}

/// What a user whose claim is judged hears whenever they ask: it changes nothing, so the window
/// does not matter.
ClaimAnswer RushService::verdict_again(const LiveEvent& event, const ClaimVerdict& known,
                                       std::string_view key) const {
  using Kind = ClaimAnswer::Kind;
  if (known.kind == ClaimVerdict::Kind::lost) {
    return {.kind = Kind::refused,
            .refusal = event.rush().design().loss(),
            .durable = event.verdicts_final};
  }
  const Kind kind = event.judged_under(known.ticket, key) ? Kind::won : Kind::refused;
  return holding(kind, event.issue_of(known.ticket), queue_.last());
}

std::string_view RushService::design_of(std::string_view event) const {
  const auto found = events_.find(event);
  return found == events_.end() ? std::string_view() : found->second.event->spec().design;
}

void RushService::tick(WallTime now) {
  for (auto& [name, slot] : events_) {
    enter_phase(slot, now);
    if (now >= slot.event->spec().windows.reserve_close) close_reservations(slot);
    advance(*slot.event, now);
    if (queue_.failure()) end_watches(*slot.event, ErrorCode::ledger_unavailable);
  }
  messaging_.outbox.relay();
}

std::optional<CouponService::Impairment> RushService::impairment() const {
  for (const auto& [name, slot] : events_) {
    if (slot.event->draw_failure)
      return Impairment{ErrorCode::draw_failed, *slot.event->draw_failure};
  }
  return std::nullopt;
}

void RushService::refuse_held(ErrorCode why) {
  for (auto& [name, slot] : events_) refuse_held(*slot.event, why);
}

/// Tells the log where an event has got to, and makes it ready before its first window: its own
/// windows are written once more, so that a ledger that takes nothing is known minutes before
/// somebody needs it, and not by the first user.
void RushService::enter_phase(Slot& slot, WallTime now) {
  const LiveEvent& event = *slot.event;
  const Phase phase = phase_at(event.spec().windows, now);
  if (phase == Phase::warming && !slot.warmed && accepts()) {
    slot.warmed = true;
    queue_.append(EventMoved{event.id(), event.spec().windows});
  }
  if (phase == slot.phase) return;
  slot.phase = phase;
  log_info("event", {{"event", event.spec().name}, {"phase", std::string(name_of(phase))}});
}

/// Makes the roster final and starts the draw of a design that has one. Nothing happens the second
/// time.
void RushService::close_reservations(Slot& slot) {
  LiveEvent& event = *slot.event;
  if (!event.close_reservations()) return;
  const DrawingDesign* const drawing = event.rush().design().drawing();
  if (drawing == nullptr) return return_freed_memory();  // by tables that grew with the roster
  const Life life{event.id(), slot.life};
  run_draw_(drawing->draw_job(event.rush().roster().tokens()),
            [this, life](DrawResult& result) { draw_done(life, result); });
}

void RushService::draw_done(Life life, DrawResult& result) {
  LiveEvent* const event = alive(life);
  if (event == nullptr) return;
  if (!result) {
    log_error("draw failed", {{"event", event->spec().name}, {"what", result.error()}});
    event->draw_failure = fmt::format("event '{}': {}", event->spec().name, result.error());
    return refuse_held(*event, ErrorCode::draw_failed);
  }
  if (queue_.failure()) return refuse_held(*event, ErrorCode::ledger_unavailable);
  event->unrecorded_draw = std::move(*result);
  const DrawOutcome& draw = *event->unrecorded_draw;
  // In the ledger's order the draw follows every reservation of its roster: once it is durable they
  // all are, and a restart draws the same.
  const Sequence recorded = queue_.append(DrawFixed{
      .event = event->id(), .root = draw.root, .roster = draw.roster, .quota = draw.quota});
  queue_.when_durable(recorded, [this, life](bool durable) { draw_durable(life, durable); });
}

void RushService::draw_durable(Life life, bool durable) {
  LiveEvent* const event = alive(life);
  if (event == nullptr) return;
  if (!durable) return refuse_held(*event, ErrorCode::ledger_unavailable);
  event->rush().design().drawing()->adopt(std::move(*event->unrecorded_draw));
  event->unrecorded_draw.reset();
  return_freed_memory();  // by tables that grew with the roster, and by the draw
  answer_held(*event);
}

RushService::Slot* RushService::slot_of(EventId id) const {
  const auto found = slots_.find(id);
  return found == slots_.end() ? nullptr : found->second;
}

RushService::Slot& RushService::add_slot(const std::string& name, EventId id) {
  Slot& slot = events_[name];
  slots_[id] = &slot;
  return slot;
}

LiveEvent* RushService::alive(Life life) const {
  Slot* const slot = slot_of(life.event);
  return slot != nullptr && slot->life == life.number ? slot->event.get() : nullptr;
}

void RushService::advance(LiveEvent& event, WallTime now) {
  // Never backwards, whatever happens to the clock.
  event.decided_up_to = std::max(event.decided_up_to, now);
  const auto due = event.rush().next_decision();
  const Duration since_open = event.since_open(event.decided_up_to);
  if (!due || *due > since_open) return;
  if (event.rush().design().accepts_claims()) {
    // What is not recorded now is later: it waits in the design's queue.
    if (accepts()) complete_accepted(event, event.rush().advance(since_open));
  } else if (const auto served = event.rush().advance(since_open); !served.empty()) {
    hold_in_order(event, served);
    answer_held(event);
  }
}

void RushService::hold_in_order(LiveEvent& event, std::span<const TicketNumber> served) {
  std::unordered_map<std::uint32_t, std::size_t> places;
  for (const TicketNumber ticket : served) places.emplace(ticket.value(), places.size());
  std::multimap<std::size_t, HeldClaim> in_order;
  for (HeldClaim& held : std::exchange(event.held, {})) {
    const auto ticket = event.rush().roster().ticket_of(held.request.user);
    const auto place = ticket ? places.find(ticket->value()) : places.end();
    in_order.emplace(place == places.end() ? places.size() : place->second, std::move(held));
  }
  for (auto& [place, held] : in_order) event.held.push_back(std::move(held));
}

void RushService::answer_held(LiveEvent& event) {
  for (HeldClaim& held : std::exchange(event.held, {})) {
    if (queue_.accepts()) {
      claim_of(event, held.request, std::move(held.done));
    } else {
      held.done(refused(ErrorCode::ledger_unavailable));
    }
  }
}

void RushService::refuse_held(LiveEvent& event, ErrorCode why) {
  for (const HeldClaim& held : std::exchange(event.held, {})) held.done(refused(why));
  end_watches(event, why);
}

}  // namespace fairrush::server
