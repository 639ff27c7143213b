#include "loadgen/target/answer.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <string>

#include "loadgen/target/outcome_table.hpp"

namespace fairrush::loadgen {
namespace json = boost::json;

namespace {

/// Keeps three string members of the outermost object, of a wallet the coupon that comes first, and
/// lets everything else pass.
struct MemberHandler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = 1024;
  static constexpr std::size_t max_string_size = std::size_t{64} * 1024;

  using Error = json::error_code;
  using View = json::string_view;

  void clear() {
    code.clear();
    coupon.clear();
    token.clear();
    key.clear();
    value = nullptr;
    depth = 0;
    is_wallet = false;
    wallet_listed = false;
    in_list = false;
    entry = {};
  }

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return deeper(); }
  bool on_object_end(std::size_t, Error&) {
    if (is_wallet && depth == kEntryDepth) take_entry();
    return shallower();
  }
  bool on_array_begin(Error&) { return deeper(); }
  bool on_array_end(std::size_t, Error&) { return shallower(); }
  bool on_key_part(View part, std::size_t, Error&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Error&) {
    key.append(part.data(), part.size());
    value = is_wallet ? wallet_member(key) : depth == 1 ? member(key) : nullptr;
    if (value != nullptr) value->clear();
    key.clear();
    return true;
  }
  bool on_string_part(View part, std::size_t, Error&) { return keep(part); }
  bool on_string(View part, std::size_t, Error&) {
    keep(part);
    value = nullptr;
    return true;
  }
  bool on_number_part(View, Error&) { return true; }
  bool on_int64(std::int64_t, View, Error&) { return scalar(); }
  bool on_uint64(std::uint64_t, View, Error&) { return scalar(); }
  bool on_double(double, View, Error&) { return scalar(); }
  bool on_bool(bool, Error&) { return scalar(); }
  bool on_null(Error&) { return scalar(); }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

  bool deeper() {
    ++depth;
    return scalar();
  }
  bool shallower() {
    --depth;
    return true;
  }
  bool scalar() {
    value = nullptr;
    return true;
  }
  bool keep(View part) {
    if (value != nullptr) value->append(part.data(), part.size());
    return true;
  }
  std::string* member(std::string_view name) {
    if (name == "code") return &code;
    if (name == "coupon") return &coupon;
    return name == "token" ? &token : nullptr;
  }

  /// {"coupons":[{"event":"…","coupon":"…"}, …]}
  std::string* wallet_member(std::string_view name) {
    if (depth == 1) {
      in_list = name == "coupons";
      wallet_listed = wallet_listed || in_list;
      return name == "code" ? &code : nullptr;
    }
    if (!in_list || depth != kEntryDepth) return nullptr;
    if (name == "event") return &entry.event;
    return name == "coupon" ? &entry.coupon : nullptr;
  }
  /// The first coupon of the event is the one; an entry that names none is of it.
  void take_entry() {
    const bool counts = entry.event.empty() || event.empty() || entry.event == event;
    if (in_list && counts && coupon.empty()) coupon = entry.coupon;
    entry.event.clear();
    entry.coupon.clear();
  }

  static constexpr unsigned kEntryDepth = 3;
  struct Entry {
    std::string event;
    std::string coupon;
  };
  std::string event;  ///< whose coupons count; survives `clear`
  Entry entry;        // of a wallet, as far as it has been read

  std::string code;
  std::string coupon;
  std::string token;
  std::string key;
  std::string* value = nullptr;  // where the string to come goes
  unsigned depth = 0;
  bool is_wallet = false;
  bool wallet_listed = false;
  bool in_list = false;  // of the wallet's coupons
};

}  // namespace

struct AnswerReader::Members {
  json::basic_parser<MemberHandler> parser{json::parse_options{}};

  /// Whether `body` is one JSON value; members are found in an object only.
  bool read(analysis::Op op, std::string_view body) {
    parser.reset();
    parser.handler().clear();
    parser.handler().is_wallet = op == analysis::Op::status;
    json::error_code error;
    const std::size_t used = parser.write_some(false, body.data(), body.size(), error);
    return !error && used == body.size();
  }
};

AnswerReader::AnswerReader(std::string event) : members_(std::make_unique<Members>()) {
  members_->parser.handler().event = std::move(event);
}
AnswerReader::~AnswerReader() = default;

Meaning AnswerReader::read(analysis::Op op, unsigned status, std::string_view body) {
  MemberHandler& found = members_->parser.handler();
  const bool readable = !body.empty() && members_->read(op, body);
  if (!readable) found.clear();
  const OutcomeRow& row = outcome_row(op, status, found.code);
  if (row.receipt == ReceiptMember::none) return {row.outcome, row.reason, {}};
  const std::string& receipt = row.receipt == ReceiptMember::token ? found.token : found.coupon;
  const bool may_be_empty = row.receipt == ReceiptMember::wallet && found.wallet_listed;
  if ((may_be_empty || !receipt.empty()) && receipt.size() <= analysis::kReceiptBytesMax) {
    return {row.outcome, row.reason, receipt};
  }
  const bool refused = row.outcome == analysis::Outcome::refusal;
  if (refused) return {row.outcome, row.reason, {}};
  return {analysis::Outcome::indeterminate, analysis::Reason::unparseable, {}};
}

}  // namespace fairrush::loadgen
