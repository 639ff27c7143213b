#include "reports/html/parts.hpp"

#include <fmt/format.h>

namespace fairrush::reports {
namespace {

std::string cell_class(ColumnKind kind, Tone tone) {
  const std::string_view align = kind == ColumnKind::number ? "number" : "text";
  return tone == Tone::neutral ? std::string(align) : fmt::format("{} {}", align, tone_class(tone));
}

void add_heading_row(Markup& page, const std::vector<Column>& columns) {
  page.open("thead").open("tr");
  for (const Column& column : columns) {
    page.leaf("th", {{"scope", "col"}, {"class", cell_class(column.kind, Tone::neutral)}},
              column.heading);
  }
  page.close().close();
}

void add_cell(Markup& page, ColumnKind kind, const Cell& cell) {
  page.open("td", {{"class", cell_class(kind, cell.tone)}});
  if (cell.tone != Tone::neutral) page.text(mark_of(cell.tone)).text(" ");
  page.text(cell.text);
  if (!cell.note.empty()) page.leaf("span", {{"class", "note"}}, cell.note);
  page.close();
}

}  // namespace

void add_table(Markup& page, std::string_view name, const std::vector<Column>& columns,
               const std::vector<Row>& rows) {
  // Focusable, so that a keyboard can scroll it.
  page.open("div", {{"class", "scroll"},
                    {"role", "region"},
                    {"aria-label", std::string(name)},
                    {"tabindex", "0"}});
  page.open("table");
  add_heading_row(page, columns);
  page.open("tbody");
  for (const Row& row : rows) {
    page.open("tr");
    for (std::size_t i = 0; i < row.size(); ++i) {
      add_cell(page, columns[i].kind, row[i]);
    }
    page.close();
  }
  page.close().close().close();
}

void add_terms(Markup& page, const std::vector<Term>& terms) {
  page.open("dl");
  for (const Term& term : terms) {
    page.open("div").leaf("dt", term.name).leaf("dd", term.value).close();
  }
  page.close();
}

void add_plot(Markup& page, const Plot& plot) {
  page.open("figure", {{"id", "plot-" + plot.name}});
  page.line("figcaption", plot.caption.title);
  page.open("div", {{"class", "wide"}}).embed(plot.draw(Placement::page)).close();
  page.open("div", {{"class", "narrow"}}).embed(plot.draw(Placement::phone)).close();
  page.close();
}

void open_section(Markup& page, std::string_view id, std::string_view heading) {
  page.open("section", {{"id", std::string(id)}});
  page.line("h2", heading);
  page.open("div", {{"class", "content"}});
}

void close_section(Markup& page) {
  page.close().close();
}

void open_fold(Markup& page, std::string_view summary, Fold fold) {
  if (fold == Fold::down) {
    page.open("details", {{"open", "open"}});
  } else {
    page.open("details");
  }
  page.line("summary", summary);
}

std::string_view tone_class(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "good";
    case Tone::bad:
      return "bad";
    case Tone::open:
      return "open";
    case Tone::neutral:
      break;
  }
  return "neutral";
}

}  // namespace fairrush::reports
