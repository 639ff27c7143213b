#include "tests/bench/support/wrk.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "tests/bench/support/processes.hpp"
#include "tests/bench/support/scratch.hpp"

namespace fairrush::bench {
namespace {

/// "9.05us", "1.20ms" or "3.00s", in microseconds.
double microseconds(const std::string& text) {
  char* unit = nullptr;
  const double number = std::strtod(text.c_str(), &unit);
  const std::string_view name = unit;
  return name.starts_with("us") ? number : name.starts_with("ms") ? number * 1e3 : number * 1e6;
}

}  // namespace

Figures play_wrk(const std::string& url, const WrkOrder& order) {
  std::vector<std::string> words{order.program, "-t1", fmt::format("-c{}", order.connections),
                                 fmt::format("-d{}", order.seconds), "--latency"};
  const std::filesystem::path script = scratch("script.lua");
  if (!order.script.empty()) {
    std::ofstream(script) << order.script;
    words.insert(words.end(), {"-s", script.string()});
  }
  if (order.rate > 0) words.push_back(fmt::format("-R{}", order.rate));
  words.push_back(url);
  const Ran ran = Pinned(words, kClientCore).wait();
  std::filesystem::remove(script);
  Figures figures;
  std::istringstream lines(ran.output);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream parts(line);
    std::string first, second;
    parts >> first >> second;
    if (second == "requests") {  // "300000 requests in 1.53s, …"
      std::string in, time;
      parts >> in >> time;
      figures["requests"] = std::strtod(first.c_str(), nullptr);
      figures["rps"] = figures["requests"] / (microseconds(time) / 1e6);
    }
    if (first == "50%" || first == "50.000%") figures["p50_us"] = microseconds(second);
    if (first == "99%" || first == "99.000%") figures["p99_us"] = microseconds(second);
  }
  if (!ran.succeeded || !figures.contains("requests")) {
    throw std::runtime_error(fmt::format("{}: {}", order.program, ran.output));
  }
  figures["cpu_s"] = ran.cpu_seconds;
  figures["per_cpu_s"] = figures["requests"] / ran.cpu_seconds;
  return figures;
}

}  // namespace fairrush::bench
