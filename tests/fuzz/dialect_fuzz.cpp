#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "loadgen/scenario/dialect_reader.hpp"
#include "loadgen/target/answer.hpp"
#include "loadgen/target/requests.hpp"

/// Whatever a scenario says of a claim is either refused with a reason, or writes one request whose
/// lines are its own and reads any answer. The input is path, body, rules and answer, each ended by
/// a zero.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace fairrush;
  using namespace fairrush::loadgen;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto next = [&rest] {
    const std::size_t end = std::min(rest.find('\0'), rest.size());
    const std::string_view part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return std::string(part);
  };
  Scenario scenario;
  RequestOrder& claim = scenario.target.requests[static_cast<std::size_t>(analysis::Op::claim)];
  claim.path = next();
  claim.body = next();
  claim.answers = next();
  const std::string body = next();
  std::vector<Problem> problems;
  const Dialect dialect = read_dialect(scenario, problems);
  for (const Problem& problem : problems) FAIRRUSH_ASSERT(!problem.what.empty());
  if (!problems.empty()) return 0;
  const Constants constants{.texts = {{"event", "e\r\n\r\n"}}, .times_ms = {}};
  const RequestTemplates requests(
      {.dialect = dialect, .authority = "target", .constants = constants, .voices = {}});
  std::string request;
  requests.write(request, {.attempt = {.op = analysis::Op::claim}, .cohort = CohortId(0)});
  const std::string_view head = std::string_view(request).substr(0, request.find("\r\n\r\n"));
  FAIRRUSH_ASSERT(head.size() < request.size() && head.starts_with("POST /"));
  AnswerReader reader(dialect, constants);
  for (const unsigned status : {200U, 302U, 404U, 503U}) {
    const Meaning meaning =
        reader.hear(UserIndex(0), analysis::Op::claim, {.status = status, .body = body});
    if (meaning.outcome == analysis::Outcome::win) FAIRRUSH_ASSERT(!meaning.receipt.empty());
  }
  return 0;
}
