// The OpenAPI document against the server: routes, problem codes, and what is really answered.
#include "server/interface/interface.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <map>
#include <set>

#include "server/api/router.hpp"
#include "server/http/problem.hpp"
#include "tests/unit/server/api/world.hpp"

namespace fairrush::server {
namespace {

namespace json = boost::json;

const json::value& document() {
  static const json::value kDocument = json::parse(interface_document());
  return kDocument;
}

/// Follows {"$ref":"#/…"}.
const json::value& resolved(const json::value& value) {
  const auto* const object = value.if_object();
  const auto* const reference = object == nullptr ? nullptr : object->if_contains("$ref");
  if (reference == nullptr) return value;
  return document().at_pointer(reference->as_string().subview(1));
}

/// "/api/v1/events/{event}" → "/api/v1/events/{}": what a hole is called differs.
std::string normal(std::string_view path) {
  std::string result;
  bool inside = false;
  for (const char c : path) {
    if (c == '}') inside = false;
    if (!inside) result += c;
    if (c == '{') inside = true;
  }
  return result;
}

/// "POST /api/v1/events/{}/claims" → the operation.
std::map<std::string, const json::object*> operations() {
  std::map<std::string, const json::object*> found;
  for (const auto& [path, item] : document().at("paths").as_object()) {
    for (const auto& [method, operation] : item.as_object()) {
      const std::string_view verb = method == "get" ? "GET" : method == "post" ? "POST" : "?";
      found[fmt::format("{} {}", verb, normal(path))] = &operation.as_object();
    }
  }
  return found;
}

std::vector<ErrorCode> all_codes() {
  std::vector<ErrorCode> codes;
  for (auto code = ErrorCode{}; code <= ErrorCode::internal_error;
       code = static_cast<ErrorCode>(static_cast<int>(code) + 1)) {
    codes.push_back(code);
  }
  return codes;
}

TEST(InterfaceDocument, HasEveryRouteOfTheServerAndNoOther) {
  std::set<std::string> documented;
  for (const auto& [name, operation] : operations()) documented.insert(name);
  std::set<std::string> served;
  for (const RouteInfo& route : routes()) {
    served.insert(fmt::format("{} {}", name_of(route.method), normal(route.pattern)));
  }
  EXPECT_EQ(documented, served);
}

TEST(InterfaceDocument, NamesEveryProblemCodeWithItsStatus) {
  std::map<std::string, ErrorCode, std::less<>> known;
  for (const ErrorCode code : all_codes()) known.emplace(name_of(code), code);
  std::set<std::string> told;
  const auto read = [&](std::string_view status, const json::value& response) {
    const auto* const codes = response.as_object().if_contains("x-codes");
    if (codes == nullptr) return;
    for (const json::value& name : codes->as_array()) {
      const auto code = known.find(std::string_view(name.as_string()));
      ASSERT_NE(code, known.end()) << name;
      told.insert(code->first);
      if (status != "default")
        EXPECT_EQ(status, fmt::format("{}", status_of(code->second))) << name;
    }
  };
  for (const auto& [operation, parts] : operations()) {
    for (const auto& [status, response] : parts->at("responses").as_object()) {
      read(status, resolved(response));
    }
  }
  std::set<std::string> enumerated;
  for (const json::value& name :
       document().at("components").at("schemas").at("Code").at("enum").as_array()) {
    enumerated.insert(std::string(name.as_string()));
  }
  std::set<std::string> all;
  for (const auto& [name, code] : known) all.insert(name);
  EXPECT_EQ(enumerated, all);
  EXPECT_EQ(told, all) << "each by at least one operation";
}

/// Whether `value` has what `schema` requires, to any depth; enough of JSON Schema for our own.
void expect_conforms(const json::value& value, const json::value& raw_schema,
                     const std::string& where) {
  const json::object& schema = resolved(raw_schema).as_object();
  if (const auto* const fixed = schema.if_contains("const")) EXPECT_EQ(value, *fixed) << where;
  if (const auto* const choices = schema.if_contains("enum")) {
    const auto& list = choices->as_array();
    EXPECT_NE(std::ranges::find(list, value), list.end()) << where << ": " << value;
  }
  if (const auto* const items = schema.if_contains("items"); items != nullptr && value.is_array()) {
    for (const json::value& item : value.as_array()) expect_conforms(item, *items, where + "[]");
  }
  if (!value.is_object()) return;
  if (const auto* const required = schema.if_contains("required")) {
    for (const json::value& name : required->as_array()) {
      EXPECT_TRUE(value.as_object().contains(name.as_string())) << where << " lacks " << name;
    }
  }
  const auto* const properties = schema.if_contains("properties");
  if (properties == nullptr) return;
  for (const auto& [name, member] : value.as_object()) {
    const auto* const property = properties->as_object().if_contains(name);
    EXPECT_NE(property, nullptr) << where << " has " << name << ", which is not documented";
    if (property != nullptr) expect_conforms(member, *property, where + "." + std::string(name));
  }
}

/// A world whose answers are held against the document.
class AnswersTest : public testing::Test {
 protected:
  unsigned check(Method method, const std::string& target, const Sent& sent = {}) {
    const auto call = method == Method::get ? world_.get(target, sent) : world_.post(target, sent);
    const RouteMatch match = find_route(method, target);
    EXPECT_NE(match.route, kNoRoute) << target;
    if (match.route == kNoRoute) return 0;
    const RouteInfo& route = routes()[match.route.value()];
    const std::string name = fmt::format("{} {}", name_of(method), normal(route.pattern));
    const json::object& responses = operations().at(name)->at("responses").as_object();
    const std::string status = fmt::format("{}", call->status());
    const auto* response = responses.if_contains(status);
    EXPECT_NE(response, nullptr) << name << " answered " << status << ": " << call->body();
    if (response == nullptr) return call->status();
    check_content(name + " " + status, resolved(*response).as_object(), *call);
    seen_.insert(name + " " + status);
    return call->status();
  }

  static void check_content(const std::string& what, const json::object& response,
                            const Call& call) {
    const auto& content = response.at("content").as_object();
    const auto* const media = content.if_contains(call.response.content_type);
    ASSERT_NE(media, nullptr) << what << ": " << call.response.content_type;
    std::string_view body = call.body();
    if (call.response.content_type.starts_with("text/")) return;
    if (call.response.content_type == "application/x-ndjson")
      body = body.substr(0, body.find('\n'));
    if (body.empty()) return;
    const json::value value = json::parse(body);
    expect_conforms(value, media->at("schema"), what);
    const auto* const codes = response.if_contains("x-codes");
    if (codes == nullptr) return;
    const auto& list = codes->as_array();
    EXPECT_NE(std::ranges::find(list, json::value(call.code())), list.end())
        << what << " answered " << call.code();
  }

  World world_;
  std::set<std::string> seen_;
};

TEST_F(AnswersTest, AreAsDocumentedThroughAnEventsLife) {
  const Sent admin{.admin = true};
  const std::string body = fmt::format(
      R"({{"event":"rush","design":"sealed-draw","coupons":1,{}}})", world_.windows_from_now());
  const Sent creation{.key = "k", .admin = true, .body = body};
  EXPECT_EQ(check(Method::post, "/api/v1/events", {.body = body}), 401U);
  EXPECT_EQ(check(Method::post, "/api/v1/events", {.admin = true, .body = "{}"}), 400U);
  EXPECT_EQ(check(Method::post, "/api/v1/events", creation), 201U);
  EXPECT_EQ(check(Method::post, "/api/v1/events", {.admin = true, .body = body}), 409U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush"), 200U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/none"), 404U);
  EXPECT_EQ(check(Method::post, kReservations, {.user = 1}), 403U);
  world_.enter_reservations();
  EXPECT_EQ(check(Method::post, kReservations, {}), 401U);
  EXPECT_EQ(check(Method::post, kReservations, {.user = 1}), 201U);
  EXPECT_EQ(check(Method::post, kReservations, {.user = 1}), 409U);
  EXPECT_EQ(check(Method::post, kReservations, {.user = 2}), 201U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/draw/roster"), 409U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/draw"), 200U);
  EXPECT_EQ(check(Method::post, kClaims, {.user = 1}), 403U);
  world_.enter_rush();
  world_.app().tick();
  world_.settle();
  std::string coupon;
  std::uint32_t winner = 0;
  for (const std::uint32_t user : {1U, 2U}) {
    if (check(Method::post, kClaims, {.user = user, .key = "k"}) != 200U) continue;
    winner = user;
    coupon = world_.post(kClaims, {.user = user, .key = "k"})->member("coupon");
  }
  EXPECT_EQ(check(Method::post, kClaims, {.user = winner}), 409U);
  EXPECT_EQ(check(Method::post, kClaims, {.user = 99}), 403U);
  EXPECT_EQ(check(Method::get, "/api/v1/users/me/coupons", {.user = winner}), 200U);
  const std::string spend = "/api/v1/orders/o1/apply-coupon";
  const std::string order = fmt::format(R"({{"coupon":"{}","amount":1000}})", coupon);
  EXPECT_EQ(check(Method::post, spend, {.user = 3 - winner, .body = order}), 403U);
  EXPECT_EQ(check(Method::post, spend, {.user = winner, .body = "[]"}), 400U);
  EXPECT_EQ(check(Method::post, spend, {.user = winner, .body = order}), 200U);
  EXPECT_EQ(check(Method::post, "/api/v1/orders/o2/apply-coupon", {.user = winner, .body = order}),
            409U);
  world_.close_rush();
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/draw"), 200U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/draw/roster"), 200U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/draw/proof?ticket=1"), 200U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/draw/proof?ticket=9"), 400U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/ledger", admin), 200U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/rush/audit", admin), 200U);
  EXPECT_TRUE(seen_.contains("POST /api/v1/events/{}/claims 410")) << "the other user lost";
}

TEST_F(AnswersTest, AreAsDocumentedForEventsMovedByHandAndDailyOnes) {
  const Sent admin{.admin = true};
  world_.create_event("ticket-list");
  EXPECT_EQ(check(Method::post, "/api/v1/events/rush/activate", admin), 403U);
  EXPECT_EQ(check(Method::post, "/api/v1/events/none/activate", admin), 404U);
  world_.enter_reservations();
  EXPECT_EQ(check(Method::post, "/api/v1/events/rush/activate", admin), 200U);
  EXPECT_EQ(check(Method::post, "/api/v1/events/rush/close", admin), 200U);
  EXPECT_EQ(check(Method::post, "/api/v1/events/rush/close"), 401U);
  const std::string daily =
      R"({"event":"d","coupons":1,"daily":{"reserve":"22:55-22:59","claim":"23:00-23:01",)"
      R"("time_zone":"UTC"}})";
  EXPECT_EQ(check(Method::post, "/api/v1/events", {.admin = true, .body = daily}), 201U);
  const std::string windows = "{" + world_.windows_from_now() + "}";
  EXPECT_EQ(check(Method::post, "/api/v1/events/d/reset", {.admin = true, .body = windows}), 409U);
  EXPECT_EQ(check(Method::post, "/api/v1/events/rush/reset", {.admin = true, .body = windows}),
            200U);
  EXPECT_EQ(check(Method::get, "/api/v1/events/d"), 200U);
}

TEST_F(AnswersTest, AreAsDocumentedForClaimsThatAreDecidedLater) {
  world_.create_event("stock-counter", "1");
  const Sent groups{.admin = true,
                    .body = R"({"groups":[{"name":"a","type":"fixed","discount":5,)"
                            R"("allocation":"100%"}]})"};
  EXPECT_EQ(check(Method::post, "/api/v1/events/rush/preload", groups), 422U);
  world_.enter_reservations();
  world_.post(kReservations, {.user = 1});
  world_.enter_rush();
  const auto accepted = world_.send(Method::post, kClaims, {.user = 1, .key = "k"});
  world_.settle();
  EXPECT_EQ(accepted->status(), 202U) << accepted->body();
  EXPECT_EQ(check(Method::get, accepted->response.location, {.user = 1}), 200U);
  EXPECT_EQ(check(Method::get, accepted->response.location, {.user = 2}), 404U);
  check(Method::post, kClaims, {.user = 1, .key = "k"});
  world_.elapse(std::chrono::seconds(1));
  EXPECT_EQ(check(Method::post, kClaims, {.user = 1, .key = "k"}), 200U);
}

TEST_F(AnswersTest, AreAsDocumentedForThoseWhoRunTheServer) {
  for (const char* path : {"/time", "/livez", "/readyz", "/metrics", "/openapi.json"}) {
    EXPECT_EQ(check(Method::get, path), 200U);
  }
  world_.create_event("ticket-list");
  world_.enter_reservations();
  world_.fail_next_batch();
  EXPECT_EQ(check(Method::post, kReservations, {.user = 1}), 503U);
  EXPECT_EQ(check(Method::get, "/readyz"), 503U);
}

TEST_F(AnswersTest, TellWhichDependencyIsMissing) {
  world_.create_event("ticket-list");
  world_.enter_reservations();
  world_.fail_next_batch();
  world_.post(kReservations, {.user = 1});
  const json::value answer = json::parse(world_.get("/readyz")->body());
  EXPECT_EQ(answer.at("code"), "LEDGER_UNAVAILABLE");
  const auto& dependencies = answer.at("dependencies").as_array();
  ASSERT_EQ(dependencies.size(), 3U);
  EXPECT_EQ(dependencies.at(0).at("name"), "ledger");
  EXPECT_EQ(dependencies.at(0).at("ready"), false);
  EXPECT_EQ(dependencies.at(0).at("detail"), "disk full");
  EXPECT_EQ(dependencies.at(1).at("name"), "store");
  EXPECT_EQ(dependencies.at(1).at("ready"), true);
}

}  // namespace
}  // namespace fairrush::server
