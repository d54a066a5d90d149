#include "regression/data.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "common/bad_input.hpp"
#include "common/columns.hpp"
#include "common/progress.hpp"
#include "common/table.hpp"
#include "data/longley.hpp"
#include "regression/double_double.hpp"
#include "regression/formula.hpp"

namespace apps::regression {
namespace {

using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

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
double value_of(const CsvReader& reader, Reading& r, Missing missing) {
  using Kind = Wanted::Kind;
  double value = 0;
  const CellKind kind = reader.read(r.place, value);
  if (kind == CellKind::Missing) {
    if (missing == Missing::Fail) reader.refuse(r.place, kind, kMissingHint);
    return std::numeric_limits<double>::quiet_NaN();
  }
  if (r.wanted.kind == Kind::Either) {
    if (is_date(reader.trimmed_field(r.place)))
      reader.refuse(r.place, kind, "; --factor takes each date as a level of its own");
    r.wanted.kind = kind == CellKind::Text ? Kind::Text : Kind::Number;
  }
  if (r.wanted.kind == Kind::Number) {
    if (kind != CellKind::Number) reader.refuse(r.place, kind);
    return value;
  }
  const std::string text = reader.text(r.place);
  const std::size_t number = r.levels.number(text);
  if (!r.wanted.levels.empty() && number == r.wanted.levels.size())
    reader.fail(reader.line(r.place), r.place + 1,
                "the level " + in_quotes(text) + " of " + in_quotes(r.wanted.name) +
                    " is not in the data of the model");
  return static_cast<double>(number);
}

}  // namespace

const Column* Table::find(const std::string& name) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const Column& c) { return c.name == name; });
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

Table Source::read(const std::vector<Wanted>& wanted, Missing missing, const std::string& program) {
  CsvReader& reader = *reader_;
  std::vector<Reading> columns;
  for (const Wanted& w : wanted) columns.push_back({w, column("--data", w.name), Levels(w), {}});
  Table table;
  table.source = reader.name();
  table.header = reader.header();
  Progress progress(program);
  std::vector<double> row(columns.size());
  const auto size = input_ == nullptr ? 0 : static_cast<double>(input_->size());
  while (reader.next()) {
    table.last_line = reader.line();
    bool is_complete = true;
    for (std::size_t j = 0; j < columns.size(); ++j) {
      row[j] = value_of(reader, columns[j], missing);
      is_complete = is_complete && row[j] == row[j];
    }
    if (!is_complete) {
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
    Column column{
        r.wanted.name, r.place + 1, r.wanted.kind == Wanted::Kind::Text, std::move(r.numbers), {}};
    if (column.is_text) r.levels.finish(column);
    table.columns.push_back(std::move(column));
  }
  return table;
}

void set_references(Table& table, const std::vector<std::string>& references) {
  std::vector<std::string> seen;
  for (const std::string& reference : references) {
    const auto refuse = [&](const std::string& what) {
      throw BadInput("--reference: " + in_quotes(reference) + ": " + what);
    };
    const std::size_t equals = reference.find('=');
    if (equals == std::string::npos) refuse("write column=level");
    const std::string name = reference.substr(0, equals);
    const std::string level = reference.substr(equals + 1);
    if (contains(seen, name)) refuse("the column " + in_quotes(name) + " has a reference already");
    seen.push_back(name);
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const Column& c) { return c.name == name; });
    if (column == table.columns.end()) refuse("the model has no column " + in_quotes(name));
    if (!column->is_text) refuse("the column is numeric; --factor " + name + " reads it as text");
    std::vector<std::string>& levels = column->levels;
    const auto at = std::find(levels.begin(), levels.end(), level);
    if (at == levels.end())
      refuse("there is no such level; the levels are " + in_quotes(listed(levels)));
    const auto place = static_cast<double>(at - levels.begin());
    std::rotate(levels.begin(), at, at + 1);
    for (double& code : column->numbers) code = code == place ? 0 : code < place ? code + 1 : code;
  }
}

namespace {

/// Whether the text column `which` of a term is coded by contrasts, see Note [Treatment contrasts].
bool by_contrasts(const Formula& formula, const Table& table, std::size_t term, std::size_t which) {
  const auto is_text = [&](const Variable& v) { return table.at(v.column).is_text; };
  std::vector<Variable> margin = formula.terms[term].variables;
  margin.erase(margin.begin() + static_cast<std::ptrdiff_t>(which));
  if (margin.empty()) {
    if (formula.intercept) return true;
    for (std::size_t t = 0; t < term; ++t)
      if (formula.terms[t].variables.size() == 1 && is_text(formula.terms[t].variables[0]))
        return true;
    return false;
  }
  return std::any_of(formula.terms.begin(), formula.terms.end(), [&](const Term& other) {
    return std::is_permutation(margin.begin(), margin.end(), other.variables.begin(),
                               other.variables.end());
  });
}

/// Columns of the matrix while they are made.
struct Block {
  std::vector<std::string> names;
  std::vector<std::vector<DoubleDouble>> columns;
};

Block block_of(const Column& column, const Variable& v, bool contrasts, const std::string& name) {
  Block block;
  if (!column.is_text) {
    block.names = {name};
    block.columns.emplace_back();
    for (const double x : column.numbers) {
      DoubleDouble power = x;
      for (int k = 1; k < v.power; ++k) power = power * x;
      block.columns.back().push_back(power);
    }
    return block;
  }
  if (v.power > 1)
    throw BadInput("--features: " + in_quotes(name) +
                   ": the column is text, it has no powers; name it without one");
  for (std::size_t level = contrasts ? 1 : 0; level < column.levels.size(); ++level) {
    block.names.push_back(name + column.levels[level]);
    block.columns.emplace_back();
    for (const double code : column.numbers)
      block.columns.back().emplace_back(code == static_cast<double>(level) ? 1.0 : 0.0);
  }
  return block;
}

/// All products, columns of `a` fastest.
Block product(const Block& a, const Block& b) {
  Block all;
  for (std::size_t j = 0; j < b.columns.size(); ++j)
    for (std::size_t i = 0; i < a.columns.size(); ++i) {
      all.names.push_back(a.names[i] + ':' + b.names[j]);
      all.columns.push_back(a.columns[i]);
      std::transform(a.columns[i].begin(), a.columns[i].end(), b.columns[j].begin(),
                     all.columns.back().begin(), std::multiplies<>());
    }
  return all;
}

std::string name_of(const Variable& v) {
  return v.power == 1 ? v.column : v.column + '^' + std::to_string(v.power);
}

Design design_of(const Formula& formula, const Table& table) {
  Design d;
  std::vector<std::vector<DoubleDouble>> columns;
  for (std::size_t t = 0; t < formula.terms.size(); ++t) {
    Block block;
    const std::vector<Variable>& variables = formula.terms[t].variables;
    for (std::size_t k = 0; k < variables.size(); ++k) {
      const Column& column = table.at(variables[k].column);
      Block next =
          block_of(column, variables[k], by_contrasts(formula, table, t, k), name_of(variables[k]));
      block = k == 0 ? std::move(next) : product(block, next);
    }
    for (std::size_t j = 0; j < block.columns.size(); ++j) {
      d.names.push_back(block.names[j]);
      d.term.push_back(t);
      d.place.push_back(table.at(variables.front().column).place);
      columns.push_back(std::move(block.columns[j]));
    }
  }
  d.x.resize(static_cast<Index>(table.rows), static_cast<Index>(columns.size()));
  d.x_low.resizeLike(d.x);
  for (Index j = 0; j < d.x.cols(); ++j)
    for (Index i = 0; i < d.x.rows(); ++i) {
      const DoubleDouble& x = columns[static_cast<std::size_t>(j)][static_cast<std::size_t>(i)];
      d.x(i, j) = x.high;
      d.x_low(i, j) = x.low;
    }
  return d;
}

VectorXd numbers_of(const Table& table, const std::string& name, double otherwise) {
  if (name.empty()) return VectorXd::Constant(static_cast<Index>(table.rows), otherwise);
  const std::vector<double>& v = table.at(name).numbers;
  return Eigen::Map<const VectorXd>(v.data(), static_cast<Index>(v.size()));
}

/// What is wrong with a value of the target, or nothing.
const char* complaint(Model model, double y, bool has_weights) {
  switch (model) {
    case Model::Binomial:
      if (has_weights && y >= 0 && y <= 1) return nullptr;
      if (has_weights) return "with weights a binomial model needs shares from 0 to 1";
      return y == 0 || y == 1 ? nullptr : "a logistic model needs 0 or 1";
    case Model::Poisson:
    case Model::NegativeBinomial:
      return y >= 0 && y == std::floor(y) ? nullptr : "a model of counts needs 0, 1, 2, ...";
    case Model::Gamma:
      return y > 0 ? nullptr : "a gamma model needs numbers above 0";
    default:
      return nullptr;
  }
}

void check_target(const Table& table, const Data& data, Model model) {
  const Column& target = table.at(data.target);
  if (model == Model::Binomial && target.is_text && target.levels.size() > 2)
    throw BadInput(table.source + ": line 1, column " + std::to_string(target.place) +
                   ": the target " + in_quotes(target.name) + " has " +
                   std::to_string(target.levels.size()) +
                   " classes; a logistic model needs 2, --model multinomial takes more");
  for (std::size_t i = 0; i < table.rows; ++i) {
    const char* what = complaint(model, target.numbers[i], data.has_weights);
    if (what != nullptr)
      throw BadInput(table.source + ": line " + std::to_string(table.lines[i]) + ", column " +
                     std::to_string(target.place) + ": the target " + in_quotes(target.name) +
                     " is " + in_quotes(number(target.numbers[i], 6)) + "; " + what);
  }
}

/// A target without variation leaves nothing to explain; most models have no maximum there.
void check_variation(const Table& table, const Data& data, Model model) {
  const Column& target = table.at(data.target);
  const auto& y = data.y;
  const bool constant = (y.array() == y[0]).all();
  const bool counts = model == Model::Poisson || model == Model::NegativeBinomial;
  if (!constant || model == Model::Gamma || (counts && y[0] != 0)) return;
  // Without an intercept a constant column has its use: it is one.
  if (model == Model::Linear && !data.formula.intercept && y[0] != 0) return;
  throw BadInput(table.source + ": lines 2 to " + std::to_string(table.last_line) + ", column " +
                 std::to_string(target.place) + ": the column " + in_quotes(target.name) +
                 " is constant; choose a target that varies");
}

void check_weights(const Table& table, const std::string& name) {
  if (name.empty()) return;
  const Column& weights = table.at(name);
  if (table.rows > 0 &&
      std::all_of(weights.numbers.begin(), weights.numbers.end(), [](double w) { return w == 0; }))
    throw BadInput("--weights: " + table.source + ": line 1, column " +
                   std::to_string(weights.place) + ": all are 0; give one above 0");
  for (std::size_t i = 0; i < table.rows; ++i)
    if (weights.numbers[i] < 0)
      throw BadInput("--weights: " + table.source + ": line " + std::to_string(table.lines[i]) +
                     ", column " + std::to_string(weights.place) + ": a weight is negative: " +
                     number(weights.numbers[i], 6) + "; give 0 or more");
}

/// Rows of weight 0 say nothing; they are left out.
void leave_out_weightless(Data& data) {
  std::vector<Index> kept;
  for (Index i = 0; i < data.weights.size(); ++i)
    if (data.weights[i] > 0) kept.push_back(i);
  data.rows_without_weight = static_cast<std::size_t>(data.weights.size()) - kept.size();
  if (data.rows_without_weight == 0) return;
  data.y = data.y(kept).eval();
  data.weights = data.weights(kept).eval();
  data.offset = data.offset(kept).eval();
  data.design.x = data.design.x(kept, Eigen::all).eval();
  data.design.x_low = data.design.x_low(kept, Eigen::all).eval();
}

std::vector<Wanted> wanted_columns(const Source& source, const Selection& s, Model model,
                                   const Formula& formula, const std::string& target) {
  using Kind = Wanted::Kind;
  std::vector<std::string> factors;
  if (!s.factors.empty()) factors = split_names(s.factors, "--factor");
  for (const std::string& name : factors) source.column("--factor", name);
  const auto is_factor = [&](const std::string& name) {
    return std::find(factors.begin(), factors.end(), name) != factors.end();
  };
  std::vector<Wanted> wanted;
  const auto want = [&](const std::string& name, Kind kind) {
    const bool there =
        std::any_of(wanted.begin(), wanted.end(), [&](const Wanted& w) { return w.name == name; });
    if (!there) wanted.push_back({name, is_factor(name) ? Kind::Text : kind, {}});
  };
  for (const Term& term : formula.terms)
    for (const Variable& v : term.variables) want(v.column, Kind::Either);
  want(target, model == Model::Multinomial ? Kind::Text
               : model == Model::Binomial  ? Kind::Either
                                           : Kind::Number);
  for (const std::string* name : {&s.weights, &s.offset})
    if (!name->empty()) want(*name, Kind::Number);
  return wanted;
}

/// Throws: BadInput where fewer rows are left than the model needs, or it has no coefficients.
void check_size(const Table& table, const Data& data, bool intercept, bool needs_rows) {
  const auto rows = static_cast<std::size_t>(data.y.size());
  const std::size_t coefficients = data.design.names.size() + (intercept ? 1 : 0);
  if (rows < (needs_rows ? coefficients : 2))
    throw BadInput(
        table.source + ": line " + std::to_string(table.last_line) +
        ", column 1: the file ends after " + std::to_string(rows) + " rows" +
        (table.rows_dropped > 0
             ? " without missing values (" + std::to_string(table.rows_dropped) + " were dropped)"
             : "") +
        "; " + std::to_string(coefficients) + " coefficients need at least as many");
  if (coefficients == 0)
    throw BadInput(
        "--features: a model without coefficients; name a feature, or keep the intercept");
}

}  // namespace

Data load(const Selection& s, Model model, bool needs_rows, const std::string& program) {
  Source source(s.file, s.format, "--data");
  Data data;
  data.source = source.reader().name();
  data.target = s.target;
  // The last column that has no other part to play.
  for (const std::string& column : source.reader().header())
    if (s.target.empty() && column != s.weights && column != s.offset) data.target = column;
  source.column("--target", data.target);
  for (const auto& [option, column] :
       {std::pair("--weights", s.weights), std::pair("--offset", s.offset)})
    if (column == data.target)
      throw BadInput(std::string(option) + ": " + in_quotes(column) +
                     " is the target; choose another column");
  if (!s.weights.empty()) source.column("--weights", s.weights);
  if (!s.offset.empty()) source.column("--offset", s.offset);
  data.formula = formula_of(source, s, data.target);
  data.has_weights = !s.weights.empty();
  data.has_offset = !s.offset.empty();

  Table table =
      source.read(wanted_columns(source, s, model, data.formula, data.target), s.missing, program);
  set_references(table, s.references);
  check_target(table, data, model);
  check_weights(table, s.weights);
  add_powers(data.formula, table, s.degree);
  data.rows_dropped = table.rows_dropped;
  data.last_line = table.last_line;
  data.design = design_of(data.formula, table);
  data.y = numbers_of(table, data.target, 0);
  data.weights = numbers_of(table, s.weights, 1);
  data.offset = numbers_of(table, s.offset, 0);
  data.classes = table.at(data.target).levels;
  data.columns = table.columns;
  for (Column& column : data.columns) column.numbers.clear();
  leave_out_weightless(data);
  check_size(table, data, s.intercept, needs_rows);
  check_variation(table, data, model);
  return data;
}

NewData load_more(const std::string& file, const Data& data, const Selection& s,
                  const std::string& program) {
  Source source(file, s.format, "--predict");
  std::vector<Wanted> wanted;
  for (const Column& column : data.columns) {
    const bool used =
        std::any_of(data.formula.terms.begin(), data.formula.terms.end(), [&](const Term& term) {
          return std::any_of(term.variables.begin(), term.variables.end(),
                             [&](const Variable& v) { return v.column == column.name; });
        });
    if (!used && column.name != s.offset) continue;
    source.column("--predict", column.name);
    wanted.push_back(
        {column.name, column.is_text ? Wanted::Kind::Text : Wanted::Kind::Number, column.levels});
  }
  const Table table = source.read(wanted, s.missing, program);
  return {design_of(data.formula, table), numbers_of(table, s.offset, 0)};
}

std::string formula_text(const Data& data) {
  std::string text = data.target + " ~ ";
  if (!data.formula.intercept) text += "0";
  for (const Term& term : data.formula.terms)
    text += (text.ends_with("~ ") ? "" : " + ") + term.name;
  if (text.ends_with("~ ")) text += "1";
  return text;
}

}  // namespace apps::regression
