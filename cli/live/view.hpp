#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <optional>

#include "base/options.hpp"
#include "cli/live/server.hpp"
#include "cli/subcommand.hpp"
#include "loadgen/run.hpp"
#include "loadgen/scenario/scenario.hpp"
#include "reports/reports.hpp"

namespace fairrush::cli {

/// What `--live` asks for: a server that runs are shown on, one after the other. Without it nothing
/// is shown, and nothing else changes. One thread.
class LiveView {
 public:
  /// Adds --live.
  static void add_option(OptionTable& table, std::optional<asio::ip::tcp::endpoint>& endpoint);

  LiveView() = default;
  /// Listens; the error names the option and the address.
  static std::expected<LiveView, Problem> start(
      const std::optional<asio::ip::tcp::endpoint>& endpoint);

  /// Where it can be seen; empty without `--live`.
  std::string url() const { return server_ ? server_->url() : std::string(); }

  void open(const loadgen::Scenario& scenario);
  void show(const loadgen::Progress& progress);
  void note(const std::string& what);
  /// The run has been judged; `report` is the page to open.
  void judge(const reports::ReportInput& input, const std::filesystem::path& report,
             ExitCode exit_code);
  /// The run has come to no verdict, for this reason.
  void give_up(const std::string& why, ExitCode exit_code);

 private:
  std::unique_ptr<LiveServer> server_;
};

/// Passes what it is told on to another observer and to the view. One thread.
class LiveObserver final : public loadgen::RunObserver {
 public:
  /// Both outlive the observer.
  LiveObserver(loadgen::RunObserver& other, LiveView& view) : other_(other), view_(view) {}

  void progress(const loadgen::Progress& progress) override {
    other_.progress(progress);
    view_.show(progress);
  }
  void notice(const std::string& what) override {
    other_.notice(what);
    view_.note(what);
  }

 private:
  loadgen::RunObserver& other_;
  LiveView& view_;
};

}  // namespace fairrush::cli
