#include "loadgen/scenario/target_keys.hpp"

#include <fmt/format.h>

#include "loadgen/dialect/reference.hpp"

namespace fairrush::loadgen {
namespace {

constexpr std::string_view kListForm = "a list in brackets";
constexpr std::string_view kTableForm = "a table in braces";

/// A structured value, kept as its TOML text: what is in it is read once the scenario is whole.
void add_structured(OptionTable& keys, OptionInfo info, std::optional<std::string>& target,
                    std::string_view form) {
  const char opening = form == kListForm ? '[' : '{';
  keys.add_custom(
      std::move(info), [&target] { return target.value_or(""); },
      [&target, form, opening](std::string_view text) -> std::expected<void, std::string> {
        if (!text.starts_with(opening)) return std::unexpected(std::string(form));
        target = std::string(text);
        return {};
      });
}

void add_request(OptionTable& keys, const std::string& section, RequestOrder& order) {
  keys.add({section + ".method", "METHOD", "GET, POST …"}, order.method);
  keys.add({section + ".path", "TEMPLATE", "Path and query, such as /coupons/{event}"}, order.path);
  add_structured(keys, {section + ".headers", "LIST", "Lines such as \"X-User-ID: {user}\""},
                 order.headers, kListForm);
  keys.add({section + ".body", "TEMPLATE", "Such as {\"user\":\"{user}\"}"}, order.body);
  add_structured(keys, {section + ".answers", "LIST", "Rules, the first that fits decides"},
                 order.answers, kListForm);
  add_structured(keys, {section + ".extract", "TABLE", "Values that later requests use by name"},
                 order.extract, kTableForm);
}

}  // namespace

void add_request_keys(OptionTable& keys, TargetOrder& order) {
  for (const auto errand :
       {Errand::reserve, Errand::claim, Errand::outcome, Errand::status, Errand::redeem}) {
    add_request(keys, fmt::format("target.{}", reference_request(errand).key),
                order.requests[static_cast<std::size_t>(errand)]);
  }
  add_structured(keys, {"target.setup", "LIST", "Requests before the first round"}, order.setup,
                 kListForm);
  add_structured(keys, {"target.reset", "LIST", "Requests before each further round"}, order.reset,
                 kListForm);
  keys.add({"target.user", "TEMPLATE", "Who users are: {index}, {uuid}, a column of the feeder"},
           order.user);
  keys.add({.name = "target.feeder",
            .hint = "FILE",
            .help = "CSV with a row for each user; its columns are variables",
            .is_path = true},
           order.feeder);
}

void add_tls_keys(OptionTable& keys, TlsOrder& order) {
  keys.add({.name = "target.tls.ca",
            .hint = "FILE",
            .help = "Authorities (PEM) that vouch for an https target, for the machine's own",
            .is_path = true},
           order.ca);
  keys.add({"target.tls.server_name", "NAME", "What its certificate is for, for the URL's host"},
           order.server_name);
  keys.add_flag({"target.tls.insecure", "", "Believes whatever certificate it shows"},
                order.insecure);
}

void add_token_keys(OptionTable& keys, TokenOrder& order) {
  keys.add({.name = "target.token.secret",
            .hint = "SECRET",
            .help = "Users come with tokens signed with it (HS256)",
            .secret = true},
           order.secret);
  keys.add({.name = "target.token.key_file",
            .hint = "FILE",
            .help = "Or with this RSA key in PEM (RS256), ahead of the run",
            .is_path = true},
           order.key_file);
  keys.add({.name = "target.token.file",
            .hint = "FILE",
            .help = "Or tokens as they are, one a line for each user",
            .is_path = true},
           order.file);
  keys.add({"target.token.text", "TEMPLATE", "Or from columns of the feeder, such as {api_key}"},
           order.text);
  keys.add(
      {"target.token.claims", "TEMPLATE", "JSON object of a signed token; {iat} and {exp} too"},
      order.claims);
  keys.add({"target.token.key_id", "TEXT", "Told as \"kid\" in a signed token's header"},
           order.key_id);
}

}  // namespace fairrush::loadgen
