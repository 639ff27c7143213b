#include <array>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string_view>

#include "analysis/history/writer.hpp"
#include "tests/unit/reports/sample_run.hpp"
#include "tests/unit/reports/support/scratch_directory.hpp"

namespace fairrush::reports::testing {
namespace {

using analysis::AttemptRecord;
using analysis::Op;
using analysis::Outcome;
using analysis::Reason;

constexpr std::int64_t kMillisecondNs = 1'000'000;

struct SampleAttempt {
  Op op;
  Outcome outcome;
  Reason reason;
  std::uint16_t http_status;
  std::string_view receipt;
};

constexpr std::array kAttempts{
    SampleAttempt{Op::reserve, Outcome::accepted, Reason::none, 201, "0f1e2d3c"},
    SampleAttempt{Op::claim, Outcome::win, Reason::none, 200, "C-1"},
    SampleAttempt{Op::claim, Outcome::win, Reason::none, 200, "C,\"2\""},
    SampleAttempt{Op::claim, Outcome::loss, Reason::sold_out, 410, ""},
    SampleAttempt{Op::claim, Outcome::refusal, Reason::not_reserved, 403, ""},
    SampleAttempt{Op::claim, Outcome::indeterminate, Reason::timeout, 0, ""},
    SampleAttempt{Op::claim, Outcome::failed, Reason::connect_refused, 0, ""},
};

AttemptRecord record_of(std::uint32_t index, const SampleAttempt& attempt) {
  AttemptRecord record;
  record.attempt = index;
  record.user = index % 4;
  record.idempotency = 1000 + index;
  record.intended_ns = (1 + index) * 100 * kMillisecondNs;
  if (attempt.outcome != Outcome::failed) {
    record.first_byte_out_ns = record.intended_ns + 5 * kMillisecondNs;
  }
  if (attempt.http_status != 0) record.complete_ns = record.intended_ns + 17 * kMillisecondNs;
  record.connection = index % 2;
  record.delay_us = 5000;
  record.cohort = static_cast<std::uint16_t>(index % 3);
  record.persona = static_cast<std::uint8_t>(index % 7);
  record.op = static_cast<std::uint8_t>(attempt.op);
  record.outcome = static_cast<std::uint8_t>(attempt.outcome);
  record.reason = static_cast<std::uint16_t>(attempt.reason);
  record.http_status = attempt.http_status;
  return record;
}

analysis::History make_history() {
  const ScratchDirectory scratch;
  const auto path = scratch.path() / "history.bin";
  auto file = analysis::HistoryFile::create(path);
  if (!file) throw std::runtime_error(file.error());
  analysis::HistoryAppender appender(**file);
  std::uint32_t index = 0;
  for (const SampleAttempt& attempt : kAttempts) {
    if (auto done = appender.append(record_of(index++, attempt), attempt.receipt); !done) {
      throw std::runtime_error(done.error());
    }
  }
  if (auto done = appender.flush(); !done) throw std::runtime_error(done.error());
  if (auto done = (*file)->close(); !done) throw std::runtime_error(done.error());
  auto history = analysis::History::open(path);
  if (!history) throw std::runtime_error(history.error());
  return std::move(*history);
}

}  // namespace

const analysis::History& sample_history() {
  static const analysis::History history = make_history();
  return history;
}

ReportInput input_of(const SampleRun& run) {
  return {run.facts, run.assessment, sample_history()};
}

}  // namespace fairrush::reports::testing
