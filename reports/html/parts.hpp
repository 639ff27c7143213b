#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reports/plots/plot.hpp"
#include "reports/text/markup.hpp"
#include "reports/text/words.hpp"

namespace fairrush::reports {

/// What a column holds: numbers are set flush right.
enum class ColumnKind : std::uint8_t { text, number };
struct Column {
  std::string_view heading;
  ColumnKind kind = ColumnKind::text;
};

/// A table's cell; a tone adds its mark and colour, a note stands below in small.
struct Cell {
  std::string text;
  Tone tone = Tone::neutral;
  std::string note = {};
};
using Row = std::vector<Cell>;

/// A table that scrolls sideways in its own box where the page is narrow. `name` is what a screen
/// reader calls it.
void add_table(Markup& page, std::string_view name, const std::vector<Column>& columns,
               const std::vector<Row>& rows);

/// Names with their values, as a description list.
struct Term {
  std::string name;
  std::string value;
};
void add_terms(Markup& page, const std::vector<Term>& terms);

/// A plot with its title, in the wide and the narrow form.
void add_plot(Markup& page, const Plot& plot);

/// Opens a section with its heading; `close_section` ends it.
void open_section(Markup& page, std::string_view id, std::string_view heading);
void close_section(Markup& page);

/// Opens a part that the reader can fold up and down, under its summary; `page.close()` ends it. In
/// print it is always open.
enum class Fold : std::uint8_t { up, down };
void open_fold(Markup& page, std::string_view summary, Fold fold);

/// The class that gives a tone its colour.
std::string_view tone_class(Tone tone);

}  // namespace fairrush::reports
