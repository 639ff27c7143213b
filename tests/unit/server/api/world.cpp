#include "tests/unit/server/api/world.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <new>

namespace fairrush::server {
namespace {

constexpr WallTime kStart{std::chrono::seconds(1'700'000'000)};

SqliteLedger open_ledger(const std::string& path, const FaultRow* fault) {
  auto ledger = SqliteLedger::open(path, fault == nullptr ? Promises::kept : Promises::waived);
  EXPECT_TRUE(ledger) << ledger.error();
  return std::move(*ledger);
}

}  // namespace

std::string Call::member(std::string_view name) const {
  boost::system::error_code error;
  const auto value = boost::json::parse(body(), error);
  if (error || !value.is_object()) return {};
  const auto* const found = value.as_object().if_contains(name);
  if (found == nullptr) return {};
  if (found->is_string()) return std::string(found->get_string());
  return boost::json::serialize(*found);
}

World::World(const std::string& ledger_path, Acknowledge acknowledge, std::string_view fault,
             const OverloadLimits& limits, const FollowLimits& follow)
    : clock_(kStart),
      fault_(fault.empty() ? nullptr : find_fault(fault)),
      ledger_(open_ledger(ledger_path, fault_)),
      reader_(ledger_),
      faulty_writer_(make_writer(fault_, writer_)),
      queue_(faulty_writer_ ? *faulty_writer_ : writer_),
      messaging_(queue_, {.clock = clock_, .filter = make_bus_filter(fault_)}),
      service_(make_service(fault_,
                            {.queue = queue_,
                             .messaging = messaging_,
                             .run_draw =
                                 [this](DrawJob job, std::function<void(DrawResult&)> done) {
                                   if (draws_fail_) {
                                     job = []() -> DrawOutcome { throw std::bad_alloc(); };
                                   }
                                   draws_.push_back({std::move(job), std::move(done)});
                                 }},
                            [this](Duration wait, std::function<void()> work) {
                              delayed_.emplace(clock_.steady_now() + wait, std::move(work));
                            })),
      guarded_(limits, {.clock = clock_, .queue = queue_, .service = *service_}),
      app_({.default_design = "sealed-draw",
            .acknowledge = acknowledge,
            .credentials = {.jwt_secret = {}, .admin_token = "letmein"},
            .follow = follow,
            .fault = fault_},
           {.clock = clock_,
            .queue = queue_,
            .messaging = messaging_,
            .ledger = reader_,
            .service = guarded_}) {
  EXPECT_EQ(fault_ == nullptr, fault.empty()) << "no such fault: " << fault;
  const auto restored = ledger_.replay([this](const LedgerRecord& record) {
    const auto known = app_.restore(record);
    return known ? service_->restore(record) : known;
  });
  EXPECT_TRUE(restored) << restored.error();
}

std::unique_ptr<Call> World::send(Method method, const std::string& target, const Sent& sent) {
  auto call = std::make_unique<Call>();
  call->target = target;
  call->key = sent.key;
  call->text = sent.body;
  call->agent = sent.agent;
  call->accept = sent.accept;
  call->prefer = sent.prefer;
  if (sent.user) call->user = std::to_string(*sent.user);
  if (sent.admin) call->authorization = "Bearer letmein";
  call->request = {.method = method,
                   .target = call->target,
                   .authorization = call->authorization,
                   .user_id = call->user,
                   .idempotency_key = call->key,
                   .user_agent = call->agent,
                   .accept = call->accept,
                   .prefer = call->prefer,
                   .body = call->text};
  app_.handle(*call);
  return call;
}

std::unique_ptr<Call> World::post(const std::string& target, const Sent& sent) {
  auto call = send(Method::post, target, sent);
  settle();
  EXPECT_TRUE(call->answered());
  return call;
}

std::unique_ptr<Call> World::get(const std::string& target, const Sent& sent) {
  auto call = send(Method::get, target, sent);
  settle();
  EXPECT_TRUE(call->answered());
  return call;
}

void World::settle() {
  if (!draws_held_) run_draws();
  while (!writer_.batches.empty()) {
    for (const auto& batch : std::exchange(writer_.batches, {})) {
      const bool fails = std::exchange(fail_next_, false);
      queue_.batch_done(fails ? CommitResult(std::unexpected("disk full")) : ledger_.commit(batch));
    }
    if (!draws_held_) run_draws();
  }
}

void World::elapse(Duration by) {
  const SteadyTime end = clock_.steady_now() + by;
  settle();
  while (!delayed_.empty() && delayed_.begin()->first <= end) {
    const auto next = delayed_.extract(delayed_.begin());
    clock_.advance(next.key() - clock_.steady_now());
    next.mapped()();
    settle();
  }
  clock_.advance(end - clock_.steady_now());
  app_.tick();
  settle();
}

void World::run_draws() {
  for (const PendingDraw& draw : std::exchange(draws_, {})) {
    DrawResult result = run_draw(draw.job);
    draw.done(result);
  }
}

void World::create_event(const std::string& design, const std::string& coupons) {
  const std::string body = fmt::format(R"({{"event":"rush","design":"{}","coupons":{},{}}})",
                                       design, coupons, windows_from_now());
  EXPECT_EQ(post("/api/v1/events", {.user = {}, .key = {}, .admin = true, .body = body})->status(),
            201U);
}

void World::fill(std::uint32_t count) {
  enter_reservations();
  for (std::uint32_t user = 0; user < count; ++user) {
    const auto call = post(kReservations, {.user = user, .key = {}, .admin = false, .body = {}});
    EXPECT_EQ(call->status(), 201U);
  }
  enter_rush();
  app_.tick();
  if (!draws_held_) settle();
}

std::string World::windows_from_now() const {
  const std::int64_t now = to_unix_ms(clock_.wall_now());
  return fmt::format(
      R"("reserve_open_ms":{},"reserve_close_ms":{},"claim_open_ms":{},"claim_close_ms":{})",
      now + 1000, now + 2000, now + 3000, now + 4000);
}

}  // namespace fairrush::server
