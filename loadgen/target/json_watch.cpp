#include "loadgen/target/json_watch.hpp"

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <charconv>
#include <vector>

#include "base/assert.hpp"
#include "loadgen/dialect/json_pointer.hpp"

namespace fairrush::loadgen {
namespace json = boost::json;

namespace {

constexpr std::uint32_t kNowhere = static_cast<std::uint32_t>(-1);
constexpr std::size_t kDepthMax = 32;

/// A step on the way to a watched place.
struct Node {
  std::vector<std::pair<std::string, std::uint32_t>> children;
  std::uint32_t any_entry = kNowhere;     ///< child for every element of an array
  std::uint32_t slot = kNowhere;          ///< what stands here is kept in it
  std::vector<std::uint32_t> lists;       ///< whose array stands here
  std::vector<std::uint32_t> entries_of;  ///< lists whose entry stands here
};

/// The nodes that a value is at: by its index and as any entry of a list.
struct NodeSet {
  std::array<std::uint32_t, 2> nodes{};
  std::uint32_t count = 0;

  bool empty() const { return count == 0; }
  void add(std::uint32_t node) {
    if (node != kNowhere && count < nodes.size()) nodes[count++] = node;
  }
  auto begin() const { return nodes.begin(); }
  auto end() const { return nodes.begin() + static_cast<std::ptrdiff_t>(count); }
};

/// An object or array that has been entered.
struct Frame {
  NodeSet at;
  bool is_array = false;
  std::size_t next_index = 0;
};

struct Slot {
  JsonKind kind = JsonKind::missing;
  std::string text;
};

struct List {
  std::uint32_t value_slot = kNowhere;
  std::uint32_t where_slot = kNowhere;
  std::string where_text;
  bool present = false;
  std::string found;
};

bool is_text(JsonKind kind) {
  return kind == JsonKind::string || kind == JsonKind::number;
}

}  // namespace

/// The parser's handler: follows the text along the watched paths.
struct JsonWatchHandler {
  static constexpr std::size_t max_object_size = std::size_t(-1);
  static constexpr std::size_t max_array_size = std::size_t(-1);
  static constexpr std::size_t max_key_size = std::size_t(-1);
  static constexpr std::size_t max_string_size = std::size_t(-1);
  using Error = json::error_code;
  using View = json::string_view;

  bool on_document_begin(Error&) { return true; }
  bool on_document_end(Error&) { return true; }
  bool on_object_begin(Error&) { return enter(JsonKind::object); }
  bool on_object_end(std::size_t, Error&) { return leave(); }
  bool on_array_begin(Error&) { return enter(JsonKind::array); }
  bool on_array_end(std::size_t, Error&) { return leave(); }
  bool on_key_part(View part, std::size_t, Error&) {
    if (!frames[depth - 1].at.empty()) key.append(part.data(), part.size());
    return true;
  }
  bool on_key(View part, std::size_t, Error&) {
    const NodeSet& at = frames[depth - 1].at;
    pending.count = 0;
    if (at.empty()) return true;
    std::string_view name(part.data(), part.size());
    if (!key.empty()) {  // it came in parts
      key.append(part.data(), part.size());
      name = key;
    }
    for (const std::uint32_t node : at) pending.add(child(node, name));
    key.clear();
    return true;
  }
  bool on_string_part(View part, std::size_t, Error&) { return keep(JsonKind::string, part); }
  bool on_string(View part, std::size_t, Error&) { return keep_last(JsonKind::string, part); }
  bool on_number_part(View part, Error&) { return keep(JsonKind::number, part); }
  bool on_int64(std::int64_t, View part, Error&) { return keep_last(JsonKind::number, part); }
  bool on_uint64(std::uint64_t, View part, Error&) { return keep_last(JsonKind::number, part); }
  bool on_double(double, View part, Error&) { return keep_last(JsonKind::number, part); }
  bool on_bool(bool value, Error&) {
    return keep_last(JsonKind::boolean, value ? "true" : "false");
  }
  bool on_null(Error&) { return keep_last(JsonKind::null, "null"); }
  bool on_comment_part(View, Error&) { return true; }
  bool on_comment(View, Error&) { return true; }

  std::uint32_t child(std::uint32_t node, std::string_view name) const {
    for (const auto& [step, next] : nodes[node].children) {
      if (step == name) return next;
    }
    return kNowhere;
  }

  /// Where the value that begins now stands.
  NodeSet place_of_value() {
    NodeSet at;
    if (depth == 0) {
      at.add(0);
      return at;
    }
    Frame& frame = frames[depth - 1];
    if (!frame.is_array) return pending;
    const std::size_t index = frame.next_index++;
    for (const std::uint32_t node : frame.at) {
      at.add(nodes[node].any_entry);
      if (nodes[node].children.empty()) continue;
      std::array<char, 20> digits;
      const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), index);
      at.add(child(node, {digits.data(), end}));
    }
    return at;
  }

  void begin_value(JsonKind kind) {
    value_at = place_of_value();
    for (const std::uint32_t node : value_at) {
      for (const std::uint32_t list : nodes[node].lists) {
        lists[list].present = kind == JsonKind::array;
      }
      if (nodes[node].slot == kNowhere) continue;
      slots[nodes[node].slot].kind = kind;
      slots[nodes[node].slot].text.clear();
    }
  }

  void end_value(const NodeSet& at) {
    for (const std::uint32_t node : at) {
      for (const std::uint32_t list : nodes[node].entries_of) take_entry(lists[list]);
    }
  }

  void take_entry(List& list) {
    Slot& value = slots[list.value_slot];
    const Slot* where = list.where_slot == kNowhere ? nullptr : &slots[list.where_slot];
    const bool fits =
        where == nullptr || where->kind == JsonKind::missing || where->text == list.where_text;
    if (list.present && fits && list.found.empty() && is_text(value.kind)) list.found = value.text;
    value.kind = JsonKind::missing;
    if (where != nullptr) slots[list.where_slot].kind = JsonKind::missing;
  }

  bool enter(JsonKind kind) {
    begin_value(kind);
    FAIRRUSH_ASSERT(depth < frames.size());
    frames[depth++] = {value_at, kind == JsonKind::array, 0};
    return true;
  }
  bool leave() {
    end_value(frames[--depth].at);
    return true;
  }
  bool keep(JsonKind kind, View part) {
    if (!in_scalar) begin_value(kind);
    in_scalar = true;
    for (const std::uint32_t node : value_at) {
      if (nodes[node].slot != kNowhere)
        slots[nodes[node].slot].text.append(part.data(), part.size());
    }
    return true;
  }
  bool keep_last(JsonKind kind, View part) {
    keep(kind, part);
    in_scalar = false;
    end_value(value_at);
    return true;
  }

  void clear() {
    for (Slot& slot : slots) slot.kind = JsonKind::missing;
    for (List& list : lists) {
      list.present = false;
      list.found.clear();
    }
    depth = 0;
    in_scalar = false;
    key.clear();
  }

  std::vector<Node> nodes = std::vector<Node>(1);
  std::vector<Slot> slots;
  std::vector<List> lists;
  std::array<Frame, kDepthMax + 2> frames;
  std::size_t depth = 0;
  NodeSet pending;   // where the value of the key read last stands
  NodeSet value_at;  // where the value read now stands
  bool in_scalar = false;
  std::string key;
};

struct JsonWatch::Machine {
  json::basic_parser<JsonWatchHandler> parser{options()};

  static json::parse_options options() {
    json::parse_options options;
    options.max_depth = kDepthMax;
    return options;
  }

  JsonWatchHandler& handler() { return parser.handler(); }

  /// The node at `pointer` below `from`, made when it is not there.
  std::uint32_t node_at(std::uint32_t from, std::string_view pointer) {
    const auto steps = split_json_pointer(pointer);
    FAIRRUSH_ASSERT(steps.has_value());
    std::vector<Node>& nodes = handler().nodes;
    for (const std::string& step : *steps) {
      std::uint32_t next = handler().child(from, step);
      if (next == kNowhere) {
        next = static_cast<std::uint32_t>(nodes.size());
        nodes.emplace_back();
        nodes[from].children.emplace_back(step, next);
      }
      from = next;
    }
    return from;
  }

  std::uint32_t slot_at(std::uint32_t from, std::string_view pointer) {
    const std::uint32_t node = node_at(from, pointer);
    std::uint32_t& slot = handler().nodes[node].slot;
    if (slot == kNowhere) {
      slot = static_cast<std::uint32_t>(handler().slots.size());
      handler().slots.emplace_back();
    }
    return slot;
  }
};

JsonWatch::JsonWatch() : machine_(std::make_unique<Machine>()) {}
JsonWatch::~JsonWatch() = default;
JsonWatch::JsonWatch(JsonWatch&&) noexcept = default;
JsonWatch& JsonWatch::operator=(JsonWatch&&) noexcept = default;

std::size_t JsonWatch::watch(std::string_view pointer) {
  return machine_->slot_at(0, pointer);
}

std::size_t JsonWatch::watch_list(const ListOrder& order) {
  JsonWatchHandler& handler = machine_->handler();
  const std::uint32_t array = machine_->node_at(0, order.list);
  if (handler.nodes[array].any_entry == kNowhere) {
    handler.nodes[array].any_entry = static_cast<std::uint32_t>(handler.nodes.size());
    handler.nodes.emplace_back();
  }
  const std::uint32_t entry = handler.nodes[array].any_entry;
  const auto number = static_cast<std::uint32_t>(handler.lists.size());
  List list;
  list.value_slot = machine_->slot_at(entry, order.pointer);
  if (!order.where_pointer.empty()) {
    list.where_slot = machine_->slot_at(entry, order.where_pointer);
    list.where_text = order.where_text;
  }
  handler.lists.push_back(std::move(list));
  handler.nodes[array].lists.push_back(number);
  handler.nodes[entry].entries_of.push_back(number);
  return number;
}

bool JsonWatch::read(std::string_view text) {
  JsonWatchHandler& handler = machine_->handler();
  machine_->parser.reset();
  handler.clear();
  json::error_code error;
  const std::size_t used =
      text.empty() ? 0 : machine_->parser.write_some(false, text.data(), text.size(), error);
  const bool readable = !text.empty() && !error && used == text.size();
  if (!readable) handler.clear();
  return readable;
}

JsonWatch::Value JsonWatch::at(std::size_t place) const {
  const Slot& slot = machine_->handler().slots[place];
  return {slot.kind, slot.text};
}

std::optional<std::string_view> JsonWatch::first_of(std::size_t list) const {
  const List& found = machine_->handler().lists[list];
  if (!found.present) return std::nullopt;
  return found.found;
}

}  // namespace fairrush::loadgen
