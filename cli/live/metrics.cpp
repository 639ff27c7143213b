#include "cli/live/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <iterator>
#include <string_view>

#include "base/version.hpp"

namespace fairrush::cli {
namespace {

using analysis::Histogram;
using loadgen::Phase;
using loadgen::Tally;

constexpr std::array kPhases{Phase::preparing, Phase::reserving, Phase::waiting, Phase::rushing,
                             Phase::settling};

/// Upper bounds, in seconds: from what an instrument may lag by to what nobody waits for.
constexpr std::array kBounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                             0.1,    0.25,    0.5,    1.0,   2.5,    5.0,   10.0, 30.0};

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

std::string label(std::string_view name, std::string_view value) {
  std::string text = fmt::format("{}=\"", name);
  for (const char character : value) {
    if (character == '\\' || character == '"') text += '\\';
    if (character == '\n') {
      text += "\\n";
    } else {
      text += character;
    }
  }
  return text + '"';
}

/// Text that grows family by family.
class Exposition {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    fmt::format_to(out_, "# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }

  template <class Number>
  void sample(Number value, std::string_view labels = {}) {
    if (labels.empty()) {
      fmt::format_to(out_, "{} {}\n", name_, value);
    } else {
      fmt::format_to(out_, "{}{{{}}} {}\n", name_, labels, value);
    }
  }

  template <class Number>
  void gauge(std::string_view name, std::string_view help, Number value) {
    family(name, "gauge", help);
    sample(value);
  }

  void histogram(const Histogram& values, std::string_view labels = {}) {
    const std::string more = labels.empty() ? std::string() : fmt::format("{},", labels);
    for (const double bound : kBounds) {
      fmt::format_to(out_, "{}_bucket{{{}le=\"{}\"}} {}\n", name_, more, bound,
                     values.count_up_to(static_cast<std::uint64_t>(std::llround(bound * 1e9))));
    }
    fmt::format_to(out_, "{}_bucket{{{}le=\"+Inf\"}} {}\n", name_, more, values.count());
    const std::string own = labels.empty() ? std::string() : fmt::format("{{{}}}", labels);
    fmt::format_to(out_, "{}_sum{} {}\n", name_, own,
                   values.mean() * static_cast<double>(values.count()) / 1e9);
    fmt::format_to(out_, "{}_count{} {}\n", name_, own, values.count());
  }

  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::back_insert_iterator<std::string> out_{text_};
  std::string name_;
};

void write_standing(Exposition& out, const RunStory& story) {
  const loadgen::Progress& progress = story.progress();
  out.family("fairrush_run_info", "gauge", "The run under way; always 1.");
  out.sample(
      1, label("scenario", story.opening().scenario) + "," + label("version", version().number));
  out.family("fairrush_run_phase", "gauge", "1 for the phase the run is in, 0 for the others.");
  for (const Phase phase : kPhases) {
    out.sample(phase == progress.phase ? 1 : 0, label("phase", loadgen::name_of(phase)));
  }
  const Duration left = std::max(progress.phase_length - progress.phase_elapsed, Duration());
  out.gauge("fairrush_run_phase_left_seconds", "Until the phase ends; 0 when it is open-ended.",
            seconds(left));
  out.gauge("fairrush_run_left_seconds", "Until the last rush closes.", seconds(progress.run_left));
  out.gauge("fairrush_run_round", "The round under way, counted from 1.", progress.round + 1);
  out.gauge("fairrush_run_rounds", "How many rounds are played.", progress.rounds);
  out.gauge("fairrush_run_finished", "1 once the run has ended.", story.ending() ? 1 : 0);
  out.gauge("fairrush_phase_users_planned", "Users who click in this phase.", progress.users_total);
  out.gauge("fairrush_phase_users_done", "Users of this phase whose first click has ended.",
            progress.users_done);
  out.gauge("fairrush_requests_in_flight", "Requests without an answer yet.", progress.in_flight);
}

void write_outcomes(Exposition& out, const RunStory& story, const Tally& tally) {
  const auto& cohorts = story.opening().cohorts;
  out.family("fairrush_attempts_total", "counter",
             "Attempts that have ended, by what became of them.");
  for (const Tally::Row& row : tally.rows()) {
    const std::size_t cohort = row.cohort.value();
    out.sample(row.count,
               fmt::format("{},{},{},{}",
                           label("cohort", cohort < cohorts.size() ? cohorts[cohort] : "unknown"),
                           label("operation", analysis::name_of(row.op)),
                           label("outcome", analysis::name_of(row.outcome)),
                           label("reason", analysis::name_of(row.reason))));
  }
  const auto by_cohort = [&](std::uint64_t Tally::Users::* which) {
    for (std::size_t cohort = 0; cohort < cohorts.size(); ++cohort) {
      const auto users = tally.users(CohortId(static_cast<std::uint16_t>(cohort)));
      out.sample(users.*which, label("cohort", cohorts[cohort]));
    }
  };
  out.family("fairrush_users_claimed_total", "counter", "Users whose first claim has ended.");
  by_cohort(&Tally::Users::claimed);
  out.family("fairrush_users_won_total", "counter", "Users who have won.");
  by_cohort(&Tally::Users::won);
}

void write_times(Exposition& out, const loadgen::Measurements& measured) {
  out.family("fairrush_answer_seconds", "histogram",
             "From the moment a user clicks to the moment the user sees the answer.");
  out.histogram(measured.reservations, label("operation", "reserve"));
  out.histogram(measured.claims, label("operation", "claim"));
  out.family("fairrush_instrument_lag_seconds", "histogram",
             "How late requests left for reasons of the instrument's own.");
  out.histogram(measured.delays.lag);
  out.family("fairrush_connection_wait_seconds", "histogram",
             "How long requests waited because every connection was busy.");
  out.histogram(measured.delays.for_connection);
  out.family("fairrush_connect_seconds", "histogram",
             "How long requests waited for a connection to be made.");
  out.histogram(measured.delays.connecting);
}

}  // namespace

std::string metrics_text(const RunStory& story) {
  const loadgen::Measurements measured = story.measured();
  Exposition out;
  write_standing(out, story);
  write_outcomes(out, story, measured.tally);
  write_times(out, measured);
  return out.take();
}

}  // namespace fairrush::cli
