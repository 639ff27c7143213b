#include "tests/contract/contract_world.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "server/ledger/sqlite_ledger.hpp"

namespace fairrush::contract {
namespace {

constexpr Duration kWindow = std::chrono::hours(1);
constexpr Duration kTurn = std::chrono::milliseconds(2);
constexpr Duration kPatience = std::chrono::seconds(30);

std::unique_ptr<Ledger> open_ledger(const std::string& path) {
  auto ledger = SqliteLedger::open(path);
  EXPECT_TRUE(ledger) << ledger.error();
  return std::make_unique<SqliteLedger>(std::move(*ledger));
}

DrawRunner draw_on(asio::io_context& context) {
  return [&context](DrawJob job, std::function<void(DrawResult&)> done) {
    asio::post(context, [job = std::move(job), done = std::move(done)] {
      DrawResult result = run_draw(job);
      done(result);
    });
  };
}

}  // namespace

/// A server without its HTTP, from start to stop.
struct ContractTest::Server {
  Server(const std::string& ledger, const Clock& clock, ContractStore& store)
      : writer(open_ledger(ledger), context.get_executor()),
        queue(writer),
        messaging(queue, {.clock = clock}),
        running(store.start({.context = context,
                             .clock = clock,
                             .queue = queue,
                             .messaging = messaging,
                             .records = writer,
                             .run_draw = draw_on(context)})) {
    writer.report_to(queue);
    const auto restored = writer.ledger().replay(
        [this](const LedgerRecord& record) { return service().restore(record); });
    EXPECT_TRUE(restored) << restored.error();
    running->open();
  }

  CouponService& service() { return running->service(); }

  asio::io_context context{1};
  LedgerThread writer;
  CommitQueue queue;
  Messaging messaging;
  std::unique_ptr<RunningService> running;
};

ContractTest::ContractTest() = default;
ContractTest::~ContractTest() = default;

void ContractTest::SetUp() {
  if (!GetParam().make) GTEST_SKIP() << GetParam().store << " is not installed";
  store_ = GetParam().make();
  start_server();
}

void ContractTest::TearDown() {
  if (server_) stop_server();
}

void ContractTest::start_server() {
  server_ = std::make_unique<Server>((directory_.path() / "ledger.db").string(), clock_, *store_);
  run_until([this] { return !server_->service().impairment(); });
}

void ContractTest::stop_server() {
  run_until([this] { return server_->queue.idle(); });
  bool stopped = false;
  asio::co_spawn(server_->context, server_->running->stop(),
                 [&stopped](const std::exception_ptr& error) {
                   EXPECT_FALSE(error);
                   stopped = true;
                 });
  run_until([this, &stopped] { return stopped && server_->queue.idle(); });
  server_.reset();
}

void ContractTest::restart_server() {
  stop_server();
  start_server();
}

void ContractTest::lose_store() {
  store_->lose();
  run_until([this] { return server_->service().impairment().has_value(); });
  run_until([this] { return !server_->service().impairment(); });
}

void ContractTest::run_until(const std::function<bool()>& holds) {
  const RealClock real;
  const SteadyTime give_up = real.steady_now() + kPatience;
  while (!holds()) {
    ASSERT_LT(real.steady_now(), give_up);
    server_->context.restart();
    // The test's time goes on while the loop waits, so that what is due at a moment comes.
    if (server_->context.run_one_for(kTurn) == 0) clock_.advance(kTurn);
    server_->service().tick(clock_.wall_now());
  }
}

std::string_view ContractTest::keep(const std::string& key) {
  return *keys_.emplace_back(std::make_unique<std::string>(key));
}

void ContractTest::move_to(WallTime time) {
  if (time > now()) clock_.advance(time - now());
  server_->service().tick(now());
}

void ContractTest::create_event(const QuotaRule& quota) {
  const WallTime open = now();
  windows_ = {open, open + kWindow, open + kWindow, open + 2 * kWindow};
  bool created = false;
  server_->service().create(
      {.name = "rush", .design = GetParam().design, .quota = quota, .windows = windows_}, "create",
      [this, &created](const std::expected<EventState, ErrorCode>& event) {
        ASSERT_TRUE(event) << name_of(event.error());
        event_ = event->id;
        created = true;
      });
  run_until([&created] { return created; });
}

std::optional<ErrorCode> ContractTest::move(Move move) {
  std::optional<std::expected<EventState, ErrorCode>> answer;
  server_->service().move("rush", move, now(),
                          [&answer](const auto& event) { answer.emplace(event); });
  run_until([&answer] { return answer.has_value(); });
  if (!answer.value()) return answer.value().error();
  windows_ = answer.value()->spec.windows;
  return std::nullopt;
}

template <class Answer>
void ContractTest::when_told(std::shared_ptr<std::optional<Answer>> place, Answer answer,
                             Sequence durable) {
  server_->queue.when_durable(durable, [this, place, answer](bool kept) {
    EXPECT_TRUE(kept);
    EXPECT_FALSE(*place) << "answered twice";
    *place = answer;
    --open_;
  });
}

ContractTest::Reservation ContractTest::send_reservation(const UserRequest& request) {
  auto place = std::make_shared<std::optional<ReservationAnswer>>();
  ++open_;
  server_->service().reserve("rush", request, [this, place](const ReservationAnswer& answer) {
    when_told(place, answer, answer.durable);
  });
  return place;
}

ContractTest::Claim ContractTest::send_claim(const UserRequest& request) {
  auto place = std::make_shared<std::optional<ClaimHeard>>();
  ++open_;
  server_->service().claim(
      "rush", request, [this, place, user = request.user](const ClaimAnswer& answer) {
        if (answer.kind == ClaimAnswer::Kind::accepted) {
          return follow(place, {.user = user, .request = answer.request});
        }
        if (answer.refusal == ErrorCode::already_claimed && answer.request != RequestId()) {
          return follow(place, {.user = user, .request = answer.request}, answer.refusal);
        }
        ClaimHeard heard;
        heard.won = answer.kind == ClaimAnswer::Kind::won;
        const bool named = heard.won || answer.refusal == ErrorCode::already_claimed;
        if (!heard.won) heard.refusal = answer.refusal;
        if (named) heard.coupon = answer.coupon.view();
        if (heard.won) heard.discount = answer.discount;
        when_told(place, heard, answer.durable);
      });
  return place;
}

void ContractTest::follow(Claim place, const StatusQuestion& question,
                          std::optional<ErrorCode> refused) {
  server_->service().status(question, [this, place, question, refused](
                                          const std::expected<ClaimStatus, ErrorCode>& status) {
    if (status && !status->is_final()) {
      return follow(place, {question.user, question.request, status->kind}, refused);
    }
    ClaimHeard heard;
    const bool completed = status && status->kind == ClaimStatus::Kind::completed;
    heard.won = completed && !refused;
    if (!heard.won) heard.refusal = status ? status->failure : status.error();
    if (completed && refused) heard.refusal = *refused;
    if (completed) heard.coupon = status->coupon.view();
    if (heard.won) heard.discount = status->discount;
    when_told(place, heard, status ? status->durable : Sequence());
  });
}

ContractTest::Spending ContractTest::send_spending(const UserRequest& request,
                                                   const std::string& coupon,
                                                   const std::string& order, std::int64_t amount) {
  auto place = std::make_shared<std::optional<RedemptionAnswer>>();
  ++open_;
  server_->service().redeem(
      {request, order, coupon, Amount{amount}},
      [this, place](const RedemptionAnswer& answer) { when_told(place, answer, answer.durable); });
  return place;
}

void ContractTest::settle() {
  run_until([this] { return open_ == 0; });
}

ReservationAnswer ContractTest::reserve(std::uint32_t user, const std::string& key) {
  const Reservation answer = send_reservation(by(user, key));
  settle();
  return answer->value();
}

void ContractTest::reserve_all(std::uint32_t from, std::uint32_t to) {
  std::vector<Reservation> answers;
  for (std::uint32_t user = from; user < to; ++user) {
    answers.push_back(send_reservation(by(user, "r" + std::to_string(user))));
  }
  settle();
  for (const Reservation& answer : answers) {
    ASSERT_TRUE(*answer);
    EXPECT_FALSE((*answer)->refusal) << name_of(*(*answer)->refusal);
  }
}

ClaimHeard ContractTest::claim(std::uint32_t user, const std::string& key) {
  const Claim answer = send_claim(by(user, key));
  settle();
  return answer->value();
}

std::vector<ClaimHeard> ContractTest::claim_all(std::uint32_t from, std::uint32_t to) {
  std::vector<Claim> answers;
  for (std::uint32_t user = from; user < to; ++user) {
    answers.push_back(send_claim(by(user, "c" + std::to_string(user))));
  }
  settle();
  std::vector<ClaimHeard> heard;
  for (const Claim& answer : answers) heard.push_back(answer->value());
  return heard;
}

RedemptionAnswer ContractTest::spend(std::uint32_t user, const std::string& coupon,
                                     const std::string& key, std::int64_t amount) {
  const Spending answer = send_spending(by(user, key), coupon, "order", amount);
  settle();
  return answer->value();
}

std::vector<std::string> ContractTest::wallet(std::uint32_t user) {
  std::optional<std::vector<std::string>> coupons;
  server_->service().wallet(by(user), std::nullopt,
                            [&coupons](const std::expected<Wallet, ErrorCode>& wallet) {
                              ASSERT_TRUE(wallet) << name_of(wallet.error());
                              coupons.emplace();
                              for (const WalletEntry& entry : wallet->entries) {
                                const std::string text(entry.coupon.view());
                                coupons->push_back(text + (entry.redeemed ? " spent" : ""));
                              }
                            });
  run_until([&coupons] { return coupons.has_value(); });
  return coupons.value_or(std::vector<std::string>());
}

std::pair<std::uint32_t, std::uint64_t> ContractTest::counts() {
  std::optional<std::pair<std::uint32_t, std::uint64_t>> found;
  server_->service().describe("rush", now(),
                              [&found](const std::expected<EventState, ErrorCode>& event) {
                                ASSERT_TRUE(event) << name_of(event.error());
                                found.emplace(event->roster, event->issued);
                              });
  run_until([&found] { return found.has_value(); });
  return found.value_or(std::pair<std::uint32_t, std::uint64_t>());
}

std::vector<IssuedRow> ContractTest::ledger() {
  std::optional<IssuedRows> rows;
  run_until([this] { return server_->queue.idle(); });
  server_->writer.read_issues(event_, [&rows](const IssuedRows& read) { rows = read; });
  run_until([&rows] { return rows.has_value(); });
  EXPECT_TRUE(*rows) << rows->error();
  return **rows;
}

std::string row_name(const testing::TestParamInfo<ContractRow>& row) {
  std::string name = row.param.store + "_" + row.param.design;
  std::ranges::replace(name, '-', '_');
  return name;
}

}  // namespace fairrush::contract
