#include "server/metrics/readiness.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "server/metrics/metrics.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;

json::string_view json_view(std::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

void Readiness::add(std::string name, Check check) {
  metrics_.gauge({"fairrush_dependency_ready", "1: what the server needs is there; 0: not."},
                 {{"dependency", name}}, [check] { return check() ? 0.0 : 1.0; });
  rows_.push_back({std::move(name), std::move(check)});
}

std::vector<Readiness::Dependency> Readiness::state() const {
  std::vector<Dependency> result;
  result.reserve(rows_.size());
  for (const Row& row : rows_) result.push_back({row.name, row.check()});
  return result;
}

std::string dependencies_json(const std::vector<Readiness::Dependency>& dependencies) {
  json::array rows;
  for (const Readiness::Dependency& one : dependencies) {
    json::object row{{"name", json_view(one.name)}, {"ready", !one.lack}};
    if (one.lack) {
      row["code"] = json_view(name_of(one.lack->code));
      row["detail"] = json_view(one.lack->detail);
    }
    rows.push_back(std::move(row));
  }
  return json::serialize(rows);
}

}  // namespace fairrush::server
