#include "loadgen/dry_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <thread>
#include <vector>

#include "loadgen/execution/describe.hpp"
#include "loadgen/execution/service.hpp"
#include "loadgen/target/answer.hpp"
#include "loadgen/target/child_server.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;
using analysis::Outcome;
using Kind = RunFailure::Kind;
using Step = std::expected<void, RunFailure>;
using std::chrono::milliseconds;

constexpr Duration kLead = milliseconds(300);
constexpr Duration kReserve = milliseconds(1'500);
constexpr Duration kPause = milliseconds(300);
constexpr Duration kRush = std::chrono::seconds(10);
/// Into a window before the request goes out, besides the clocks' error.
constexpr Duration kInside = milliseconds(50);
/// After a win, for the wallet to show it.
constexpr Duration kLook = milliseconds(200);
/// For the outcome of a claim that is pending.
constexpr Duration kAskEvery = milliseconds(100);
constexpr std::size_t kBodyBytesMax = 2'000;
constexpr std::string_view kMask = "•••";

std::unexpected<RunFailure> failed(Kind kind, std::string message) {
  return std::unexpected(RunFailure{kind, std::move(message)});
}

/// Makes requests and answers fit to be shown to whoever looks over a shoulder.
class Mask {
 public:
  void add(std::string secret) {
    if (secret.size() >= 4) secrets_.push_back(std::move(secret));
  }

  std::string operator()(std::string text) const {
    for (const std::string& secret : secrets_) {
      for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret)) {
        text.replace(at, secret.size(), kMask);
      }
    }
    headers_.replace_in(text, fmt::format("\\1{}", kMask));
    members_.replace_in(text, fmt::format("\\1\"{}\"", kMask));
    return text;
  }

 private:
  std::vector<std::string> secrets_;
  Pattern headers_ = Pattern::compile(
                         "(?im)^((?:proxy-)?authorization: *|cookie: *|"
                         "[a-z-]*(?:token|secret|api-key): *)[^\\r\\n]*")
                         .value();
  Pattern members_ =
      Pattern::compile(R"mask((?i)("[^"]*(?:token|secret|password)[^"]*"\s*:\s*)"[^"]*")mask")
          .value();
};

/// A directory for a built-in target's files; gone with it.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "fairrush-dry-XXXXXX").string();
    if (mkdtemp(name.data()) != nullptr) path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Lines of a text, each with `mark` before it.
std::string quoted(std::string_view mark, std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines += fmt::format("{} {}\n", mark, line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// One user's way, step by step.
class DryRun {
 public:
  DryRun(const Scenario& scenario, const RunSettings& settings,
         const std::function<void(const std::string&)>& say, std::stop_token stop)
      : scenario_(alone(scenario)), settings_(settings), say_(say), stop_(std::move(stop)) {}

  std::expected<bool, RunFailure> play();

 private:
  /// The same for one user who finds one coupon.
  static Scenario alone(Scenario scenario) {
    scenario.coupons = {.share = {}, .count = 1};
    return scenario;
  }

  /// Who may claim, so that there is a win to be seen.
  static UserIndex first_entitled(const Scenario& scenario) {
    std::uint32_t user = 0;
    const auto& list = scenario.roster_list;
    while (list && user + 1 < scenario.users && !list->listed.holds(UserIndex(user))) ++user;
    return UserIndex(user);
  }

  Step prepare();
  Step open();
  Step attempt(Op op);
  std::expected<Meaning, RunFailure> ask(Op op, std::string_view pending);
  void tell(std::string_view request, const HttpAnswer& answer);
  void tell_meaning(const Operation& operation, const Meaning& meaning);
  void wait_for(std::int64_t target_ms, Duration further);

  const Scenario scenario_;
  const RunSettings& settings_;
  const std::function<void(const std::string&)>& say_;
  std::stop_token stop_;
  const UserIndex user_ = first_entitled(scenario_);
  RealClock clock_;
  const Waiting waiting_ = [this](const Awaited&) { return !stop_.stop_requested(); };
  Service service_{scenario_, clock_, waiting_};
  Scratch scratch_;
  std::unique_ptr<ChildServer> server_;
  ClockOffset clocks_;
  EventOrder order_;
  std::optional<AnswerReader> reader_;
  Mask mask_;
  std::string coupon_;
  bool understood_ = true;
};

Step DryRun::prepare() {
  if (const auto prepared = service_.prepare(); !prepared) {
    return failed(Kind::configuration, prepared.error());
  }
  mask_.add(scenario_.admin_token);
  mask_.add(scenario_.tokens.secret.value_or(""));
  mask_.add(service_.token_of(user_));
  service_.listen([this](std::string_view request, const HttpAnswer& answer) {
    say_("\nset-up\n");
    tell(request, answer);
  });
  if (scenario_.url) {
    auto address = parse_target_url(*scenario_.url);
    if (!address) return failed(Kind::configuration, "target.url: " + address.error());
    const TlsSettings settings{.ca_file = scenario_.tls.ca, .insecure = scenario_.tls.insecure};
    if (const auto made = believe(*address, settings, scenario_.tls.server_name); !made) {
      return failed(Kind::configuration, "target.tls.ca: " + made.error());
    }
    service_.reach(*address);
    return {};
  }
  auto server = ChildServer::start({.binary = settings_.server_binary,
                                    .directory = scratch_.path(),
                                    .target = scenario_.builtin,
                                    .admin_token = scenario_.admin_token,
                                    .jwt_secret = scenario_.tokens.secret,
                                    .waiting = waiting_});
  if (!server) return failed(Kind::unreachable, server.error());
  server_ = std::move(*server);
  service_.reach(server_->address());
  return {};
}

Step DryRun::open() {
  const auto clocks = service_.compare_clocks();
  if (!clocks) {
    return failed(Kind::unreachable, "the target cannot be reached: " + clocks.error().message);
  }
  clocks_ = *clocks;
  const auto now = (clock_.wall_now() + clocks_.offset).time_since_epoch();
  const auto ms = [](Duration time) {
    return std::chrono::duration_cast<milliseconds>(time).count();
  };
  order_ = {.event = event_id(scenario_) + "-dry-run",
            .design = scenario_.builtin.design,
            .coupons = scenario_.coupons,
            .reserve_open_ms = ms(now + kLead)};
  const Duration reserve = scenario_.takes_reservations() ? kReserve : Duration::zero();
  order_.reserve_close_ms = order_.reserve_open_ms + ms(reserve);
  order_.claim_open_ms = order_.reserve_close_ms + ms(kPause);
  order_.claim_close_ms = order_.claim_open_ms + ms(kRush);
  const auto opened = service_.open_event(order_, 0);
  if (!opened && !opened.error().was_answered()) {
    return failed(Kind::unreachable, opened.error().message);
  }
  if (!opened) return failed(Kind::configuration, opened.error().message);
  if (scenario_.roster_list) {
    say_(fmt::format("the roster is {}; user {} is on it\n",
                     analysis::describe(scenario_.roster_list->listed), user_.value()));
  }
  if (const std::string assumed = service_.assumptions(); !assumed.empty()) {
    say_(fmt::format("taken for granted: {}\n", assumed));
  }
  reader_.emplace(service_.dialect(), service_.request_spec(clocks_.offset).constants);
  return {};
}

void DryRun::wait_for(std::int64_t target_ms, Duration further) {
  const WallTime due = WallTime(milliseconds(target_ms)) - clocks_.offset + further;
  while (clock_.wall_now() < due && !stop_.stop_requested()) {
    std::this_thread::sleep_for(milliseconds(5));
  }
}

void DryRun::tell(std::string_view request, const HttpAnswer& answer) {
  std::string_view body = std::string_view(answer.body).substr(0, kBodyBytesMax);
  say_(fmt::format("\n{}{}{}", quoted(">", mask_(std::string(request))),
                   fmt::format("< {}\n", answer.status), quoted("<", mask_(std::string(body)))));
}

void DryRun::tell_meaning(const Operation& operation, const Meaning& meaning) {
  const AnswerRule& rule = operation.answers[meaning.rule];
  const bool own = meaning.rule < operation.answers_own;
  const bool read = meaning.outcome == rule.outcome && meaning.reason == rule.reason;
  const std::string reason =
      meaning.reason == analysis::Reason::none ? "" : fmt::format(" ({})", name_of(meaning.reason));
  say_(fmt::format(
      "  read as {}{}, by {} {}\n", name_of(meaning.outcome), reason,
      own ? fmt::format("rule {}:", meaning.rule + 1) : "no rule, but by its status:", rule.text));
  if (!meaning.receipt.empty()) {
    const bool is_secret = &operation == &service_.dialect().of(Op::reserve);
    say_(fmt::format("  receipt: {}\n", is_secret ? kMask : meaning.receipt));
  }
  understood_ = understood_ && own && read;
}

Step DryRun::attempt(Op op) {
  const bool reserves = op == Op::reserve;
  const std::int64_t open_ms = reserves ? order_.reserve_open_ms : order_.claim_open_ms;
  const Duration further = op == Op::status || op == Op::redeem ? kLook : Duration::zero();
  wait_for(open_ms, clocks_.error + kInside + further);
  if (stop_.stop_requested()) return failed(Kind::interrupted, "the dry run was interrupted");
  auto heard = ask(op, {});
  const SteadyTime patience = clock_.steady_now() + scenario_.attempt_timeout;
  const std::string pending(heard && heard->pending ? heard->receipt : "");
  while (heard && heard->pending && clock_.steady_now() < patience && !stop_.stop_requested()) {
    std::this_thread::sleep_for(kAskEvery);
    heard = ask(op, pending);
  }
  if (!heard) return std::unexpected(heard.error());
  if (heard->pending) {
    say_(fmt::format("  still pending after {}\n", format_duration(scenario_.attempt_timeout)));
    understood_ = false;
  }
  if (heard->outcome == Outcome::win) coupon_ = heard->receipt;
  return {};
}

/// Sends one request and says what its answer was read as. With `pending` it asks for the outcome
/// of the claim that was given it.
std::expected<Meaning, RunFailure> DryRun::ask(Op op, std::string_view pending) {
  const Errand errand = pending.empty() ? errand_of(op) : Errand::outcome;
  const PlannedAttempt planned{.intended_ns = 0,
                               .user = user_,
                               .op = op,
                               .try_number = 0,
                               .idempotency = Plan(scenario_).idempotency_key(user_, op, 0)};
  std::string request;
  RequestTemplates(service_.request_spec(clocks_.offset))
      .write(request, {.attempt = planned,
                       .cohort = CohortId(0),
                       .coupon = coupon_,
                       .pending = pending,
                       .values = &reader_->values()});
  const auto answer = service_.send({.bytes = request, .repeatable = false, .what = name_of(op)});
  if (!answer) return failed(Kind::unreachable, answer.error().message);
  const Meaning meaning = reader_->hear(
      user_, errand, {.status = answer->status, .body = answer->body, .headers = answer->headers});
  // What a reservation gives is as good as a token: it is shown to nobody.
  if (op == Op::reserve) mask_.add(std::string(meaning.receipt));
  say_(fmt::format("\n{}\n", pending.empty() ? name_of(op) : "outcome"));
  tell(request, *answer);
  tell_meaning(service_.dialect().of(errand), meaning);
  return meaning;
}

std::expected<bool, RunFailure> DryRun::play() {
  for (const auto step : {&DryRun::prepare, &DryRun::open}) {
    if (const Step done = (this->*step)(); !done) return std::unexpected(done.error());
  }
  std::vector<Op> ops;
  if (scenario_.takes_reservations()) ops.push_back(Op::reserve);
  ops.push_back(Op::claim);
  if (scenario_.winners.read_status.of_one > 0) ops.push_back(Op::status);
  if (scenario_.winners.redeem.of_one > 0) ops.push_back(Op::redeem);
  for (const Op op : ops) {
    if (op == Op::redeem && coupon_.empty()) {
      say_("\nredeem\n  not sent: the claim won no coupon\n");
      continue;
    }
    if (const Step done = attempt(op); !done) return std::unexpected(done.error());
  }
  say_(understood_ ? "\nevery answer was understood\n"
                   : "\nnot every answer was understood: see what was read by no rule, or without "
                     "its receipt\n");
  return understood_;
}

}  // namespace

std::expected<bool, RunFailure> dry_run(const Scenario& scenario, const RunSettings& settings,
                                        const std::function<void(const std::string&)>& say,
                                        std::stop_token stop) {
  return DryRun(scenario, settings, say, std::move(stop)).play();
}

}  // namespace fairrush::loadgen
