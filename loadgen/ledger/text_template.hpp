#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairrush::loadgen {

/// What {user} stands for.
enum class UserText : std::uint8_t { digits, any };

/// A pattern such as "coupon:{user}:{coupon}" that finds user and coupon in a text. {user} stands
/// for digits, or for one character or more where users have names; {coupon} for one character or
/// more, * for any number of any. Other braces are themselves, as the hash tags of a Redis Cluster
/// are. Value type; any thread.
class TextTemplate {
 public:
  /// The error names what cannot be told apart: a placeholder twice, or two without text between.
  static std::expected<TextTemplate, std::string> parse(std::string_view text,
                                                        UserText user = UserText::digits);

  bool has_user() const { return has(Part::Kind::user); }
  bool has_coupon() const { return has(Part::Kind::coupon); }
  /// No placeholder at all: the template is the text itself.
  bool is_literal() const;

  /// What a text holds; views into it. A placeholder that the template lacks is empty.
  struct Found {
    std::string_view user;
    std::string_view coupon;
  };
  /// Unset when the text does not fit as a whole. A user ends and a coupon begins as early as they
  /// can. The number of steps is bounded by the text's length to the number of placeholders.
  std::optional<Found> match(std::string_view text) const;

  /// The glob that finds every text which can fit, as Redis takes it in SCAN … MATCH.
  std::string glob() const;

 private:
  struct Part {
    enum class Kind : std::uint8_t { literal, user, coupon, any };
    Kind kind = Kind::literal;
    std::string text;  ///< of a literal
  };

  bool has(Part::Kind kind) const;
  bool match_from(std::size_t part, std::string_view text, Found& found) const;

  UserText user_ = UserText::digits;
  std::vector<Part> parts_;
};

}  // namespace fairrush::loadgen
