#include "regression/data.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "common/bad_input.hpp"
#include "common/progress.hpp"
#include "data/longley.hpp"

namespace apps::regression {
namespace {

std::string listed(const std::vector<std::string>& names) {
  std::string all;
  for (const std::string& name : names) all += (all.empty() ? "" : ", ") + name;
  return all;
}

/// Text values numbered in the order in which they come.
class Levels {
 public:
  explicit Levels(const Wanted& wanted) : fixed_(!wanted.levels.empty()), names_(wanted.levels) {
    for (std::size_t i = 0; i < names_.size(); ++i) number_[names_[i]] = i;
  }

  /// The number of `text`; of one that is not among fixed levels, their count.
  std::size_t number(const std::string& text) {
    const auto [at, is_new] = number_.try_emplace(text, names_.size());
    if (is_new && fixed_) {
      number_.erase(at);
      return names_.size();
    }
    if (is_new) names_.push_back(text);
    return at->second;
  }

  /// Sorts the levels, as numbers where all are, and renumbers `codes`. What no row has is left out.
  void finish(Column& column) const {
    column.levels = names_;
    if (fixed_) return;
    std::vector<std::size_t> order;
    const std::set<double> used(column.numbers.begin(), column.numbers.end());
    for (std::size_t i = 0; i < names_.size(); ++i)
      if (used.contains(static_cast<double>(i))) order.push_back(i);
    const auto number = [](const std::string& s) {
      char* end = nullptr;
      const double value = std::strtod(s.c_str(), &end);
      return std::pair(!s.empty() && *end == '\0', value);
    };
    const bool all_numbers = std::all_of(names_.begin(), names_.end(),
                                         [&](const std::string& s) { return number(s).first; });
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return all_numbers ? number(names_[a]).second < number(names_[b]).second
                         : names_[a] < names_[b];
    });
    std::vector<double> place(names_.size());
    column.levels.clear();
    for (const std::size_t old : order) {
      place[old] = static_cast<double>(column.levels.size());
      column.levels.push_back(names_[old]);
    }
    for (double& code : column.numbers) code = place[static_cast<std::size_t>(code)];
  }

 private:
  bool fixed_;
  std::vector<std::string> names_;
  std::map<std::string, std::size_t> number_;
};

/// One column while it is read.
struct Reading {
  Wanted wanted;
  std::size_t place;
  Levels levels;
  std::vector<double> numbers;
};

/// The number of the field, or of its level. NaN when it is missing.
double value_of(const CsvReader& reader, Reading& r, bool drop_missing) {
  using Kind = Wanted::Kind;
  double value = 0;
  const CellKind kind = reader.read(r.place, value);
  if (kind == CellKind::Missing) {
    if (!drop_missing)
      reader.refuse(r.place, kind, "; --missing drop leaves out rows with missing values");
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (r.wanted.kind == Kind::Either)
    r.wanted.kind = kind == CellKind::Text ? Kind::Text : Kind::Number;
  if (r.wanted.kind == Kind::Number) {
    if (kind != CellKind::Number) reader.refuse(r.place, kind);
    return value;
  }
  const std::string text(reader.trimmed_field(r.place));
  const std::size_t number = r.levels.number(text);
  if (!r.wanted.levels.empty() && number == r.wanted.levels.size())
    reader.fail(reader.line(r.place), r.place + 1,
                "the level " + in_quotes(text) + " of " + in_quotes(r.wanted.name) +
                    " is not in the data of the model");
  return static_cast<double>(number);
}

}  // namespace

const Column* Table::find(const std::string& name) const {
  const auto found = std::find_if(columns.begin(), columns.end(),
                                  [&](const Column& c) { return c.name == name; });
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> split_names(const std::string& list, const std::string& option) {
  std::istringstream in(list);
  return CsvReader(in, option, {',', '.'}).header();
}

Source::Source(const std::string& file, const CsvFormat& format, const std::string& option) {
  if (file.empty()) {
    carried_.str(std::string(kLongleyCsv));
    reader_ = std::make_unique<CsvReader>(carried_, "the bundled Longley data (NIST StRD)", format);
  } else {
    input_ = std::make_unique<Input>(file, option);
    reader_ = std::make_unique<CsvReader>(input_->stream(), input_->name(), format);
  }
}

std::size_t Source::column(const std::string& option, const std::string& name) const {
  const std::ptrdiff_t i = reader_->find(name);
  if (i < 0)
    throw BadInput(option + ": " + reader_->name() + ": line 1 has no column " + in_quotes(name) +
                   "; the columns are " + in_quotes(listed(reader_->header())));
  return static_cast<std::size_t>(i);
}

Table Source::read(const std::vector<Wanted>& wanted, bool drop_missing,
                   const std::string& program) {
  CsvReader& reader = *reader_;
  std::vector<Reading> columns;
  for (const Wanted& w : wanted)
    columns.push_back({w, column("--data", w.name), Levels(w), {}});
  Table table;
  table.source = reader.name();
  table.header = reader.header();
  Progress progress(program);
  std::vector<double> row(columns.size());
  const auto size = input_ == nullptr ? 0 : static_cast<double>(input_->size());
  while (reader.next()) {
    table.last_line = reader.line();
    bool missing = false;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      row[j] = value_of(reader, columns[j], drop_missing);
      missing = missing || row[j] != row[j];
    }
    if (missing) {
      ++table.rows_dropped;
      continue;
    }
    for (std::size_t j = 0; j < columns.size(); ++j) columns[j].numbers.push_back(row[j]);
    table.lines.push_back(reader.line());
    if (++table.rows % 1000 == 0)
      progress.update(size > 0 ? static_cast<double>(reader.bytes_read()) / size : -1,
                      "reading " + reader.name() + ", row " + std::to_string(table.rows));
  }
  for (Reading& r : columns) {
    Column column{r.wanted.name, r.place + 1, r.wanted.kind == Wanted::Kind::Text,
                  std::move(r.numbers), {}};
    if (column.is_text) r.levels.finish(column);
    table.columns.push_back(std::move(column));
  }
  return table;
}

void set_references(Table& table, const std::vector<std::string>& references) {
  for (const std::string& reference : references) {
    const auto refuse = [&](const std::string& what) {
      throw BadInput("--reference: " + in_quotes(reference) + ": " + what);
    };
    const std::size_t equals = reference.find('=');
    if (equals == std::string::npos) refuse("write column=level");
    const std::string name = reference.substr(0, equals);
    const std::string level = reference.substr(equals + 1);
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const Column& c) { return c.name == name; });
    if (column == table.columns.end()) refuse("the model has no column " + in_quotes(name));
    if (!column->is_text)
      refuse("the column is numeric; --factor " + name + " reads it as text");
    std::vector<std::string>& levels = column->levels;
    const auto at = std::find(levels.begin(), levels.end(), level);
    if (at == levels.end())
      refuse("there is no such level; the levels are " + in_quotes(listed(levels)));
    const auto place = static_cast<double>(at - levels.begin());
    std::rotate(levels.begin(), at, at + 1);
    for (double& code : column->numbers)
      code = code == place ? 0 : code < place ? code + 1 : code;
  }
}

}  // namespace apps::regression
