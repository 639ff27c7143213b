#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "loadgen/dialect/rules.hpp"

namespace fairrush::loadgen {

/// Reads JSON texts and keeps what stands at a few places, and nothing else: one pass without a
/// tree. Does not allocate once its buffers have grown. One thread.
class JsonWatch {
 public:
  /// What stands at a watched place. The text of a string is unescaped, that of a number, boolean
  /// or null as JSON writes it; valid until the next `read`.
  struct Value {
    JsonKind kind = JsonKind::missing;
    std::string_view text;
  };
  /// Which value of a list's entries is wanted; see ValueSource::Kind::list.
  struct ListOrder {
    std::string list;           ///< pointer to the array
    std::string pointer;        ///< within an entry; empty: the entry itself
    std::string where_pointer;  ///< within an entry; empty: every entry fits
    std::string where_text;
  };

  JsonWatch();
  ~JsonWatch();
  JsonWatch(JsonWatch&&) noexcept;
  JsonWatch& operator=(JsonWatch&&) noexcept;

  /// Watches the place at a JSON pointer that has been checked, and gives its number. Before the
  /// first `read`.
  std::size_t watch(std::string_view pointer);
  std::size_t watch_list(const ListOrder& order);

  /// Whether `text` is one JSON value in UTF-8, nested at most 32 deep; if not, nothing is found.
  bool read(std::string_view text);

  Value at(std::size_t place) const;
  /// What the first entry that fits gives; empty when none does. Nothing without the list itself.
  std::optional<std::string_view> first_of(std::size_t list) const;

 private:
  struct Machine;
  std::unique_ptr<Machine> machine_;
};

}  // namespace fairrush::loadgen
