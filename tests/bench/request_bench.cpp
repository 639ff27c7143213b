// Writing a request, taking and reading its answer, as they happen for every attempt of a rush.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/target/answer.hpp"
#include "loadgen/target/requests.hpp"
#include "loadgen/target/tokens.hpp"
#include "loadgen/wire/exchange.hpp"

namespace fairrush::loadgen {
namespace {

using analysis::Op;

/// A scenario's dialect with all that it needs to be spoken.
struct Speech {
  explicit Speech(const Scenario& scenario) {
    std::vector<Problem> problems;
    dialect = read_dialect(scenario, problems);
    tokens = make_tokens(scenario, dialect, 0, wait_in_silence).value();
    templates.emplace(RequestSpec{.dialect = dialect,
                                  .authority = "127.0.0.1:8080",
                                  .constants = {.texts = {{"event", "rush-1"}}, .times_ms = {}},
                                  .voices = {.tokens = tokens.get(), .cohorts = cohorts}});
  }
  Dialect dialect;
  std::vector<std::string> cohorts{"fibre"};
  std::unique_ptr<const TokenSource> tokens;
  std::optional<RequestTemplates> templates;
};

void write(benchmark::State& state, const Scenario& scenario, Op op) {
  const Speech speech(scenario);
  std::string request;
  PlannedAttempt attempt{.user = UserIndex(0), .op = op, .idempotency = 0x0123456789abcdef};
  for (std::uint32_t user = 0; auto _ : state) {
    attempt.user = UserIndex(++user % 1'000'000);
    speech.templates->write(request, {attempt, CohortId(0), "0000001-SES7484H2Y8N79VP"});
    benchmark::DoNotOptimize(request.data());
  }
}

void write_claim(benchmark::State& state) {
  write(state, {}, Op::claim);
}
BENCHMARK(write_claim);

void write_redemption(benchmark::State& state) {
  write(state, {}, Op::redeem);
}
BENCHMARK(write_redemption);

void write_claim_with_token(benchmark::State& state) {
  Scenario scenario;
  scenario.tokens.secret = "a secret of some length";
  write(state, scenario, Op::claim);
}
BENCHMARK(write_claim_with_token);

void read(benchmark::State& state, unsigned status, std::string_view body) {
  const Speech speech({});
  AnswerReader reader(speech.dialect, speech.templates->constants());
  for (auto _ : state) {
    benchmark::DoNotOptimize(reader.read(Op::claim, {.status = status, .body = body}).outcome);
  }
}

void read_win(benchmark::State& state) {
  read(state, 200, R"({"coupon":"0000001-SES7484H2Y8N79VP","discount":10})");
}
BENCHMARK(read_win);

void read_loss(benchmark::State& state) {
  read(state, 410,
       R"({"type":"about:blank","title":"Gone","status":410,"code":"SOLD_OUT","detail":"none"})");
}
BENCHMARK(read_loss);

void read_failure(benchmark::State& state) {
  read(state, 500, "oops");
}
BENCHMARK(read_failure);

/// Answers as nginx writes them, with so many heads that take turns.
void take(benchmark::State& state, std::size_t heads) {
  std::vector<std::string> answers;
  for (std::size_t second = 0; second < heads; ++second) {
    answers.push_back(fmt::format(
        "HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\nDate: Sat, 21 Nov 2026 23:00:{:02} GMT\r\n"
        "Content-Type: application/json\r\nContent-Length: 33\r\nConnection: keep-alive\r\n\r\n"
        R"({{"coupon":"C-0001","discount":20}})",
        second));
  }
  Exchange exchange;
  for (std::size_t answer = 0; auto _ : state) {
    exchange.start();
    benchmark::DoNotOptimize(exchange.feed(answers[answer++ % heads]));
  }
}

void take_head_that_repeats(benchmark::State& state) {
  take(state, 1);
}
BENCHMARK(take_head_that_repeats);

void take_new_head(benchmark::State& state) {
  take(state, 2);
}
BENCHMARK(take_new_head);

}  // namespace
}  // namespace fairrush::loadgen
