#include "nlfit/nist.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "common/bad_input.hpp"
#include "common/input.hpp"
#include "common/numbers.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::nlfit {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

struct Line {
  std::size_t number;
  std::vector<std::string> words;
};

/// The lines of a file, and messages that name them.
class Reader {
 public:
  Reader(std::istream& in, std::string name) : name_(std::move(name)) {
    std::size_t number = 0;
    for (std::string text; std::getline(in, text);) {
      std::istringstream words(text);
      lines_.push_back({++number, {}});
      for (std::string word; words >> word;) lines_.back().words.push_back(word);
    }
  }

  const std::vector<Line>& lines() const noexcept { return lines_; }
  std::string at(const Line& line) const { return name_ + ": line " + std::to_string(line.number); }
  [[noreturn]] void fail(const std::string& what) const {
    throw BadInput(name_ + ": " + what +
                   "; this is not a file of NIST's nonlinear regression sets");
  }

  /// The last (`Data:` stands in the description, too) line that begins with `word`.
  const Line& last(const std::string& word) const {
    const auto found = std::find_if(lines_.rbegin(), lines_.rend(), [&](const Line& line) {
      return !line.words.empty() && line.words[0] == word;
    });
    if (found == lines_.rend()) fail("no line begins with " + in_quotes(word));
    return *found;
  }

  /// The number at the end of the line that begins with `words`.
  double number_behind(const std::vector<std::string>& words) const {
    for (const Line& line : lines_)
      if (line.words.size() == words.size() + 1 &&
          std::equal(words.begin(), words.end(), line.words.begin()))
        return parse_number(line.words.back(), at(line));
    fail("no line says " + in_quotes(words.front() + ' ' + words.back()));
  }

 private:
  std::string name_;
  std::vector<Line> lines_;
};

struct Formula {
  std::string response;
  std::string model;
  std::string origin;
};

/// What stands between the number of parameters and the starting values, as `response = model + e`.
Formula formula_of(const Reader& reader) {
  const std::vector<Line>& lines = reader.lines();
  std::size_t i = reader.last("Model:").number;
  const auto has_word = [&](const char* word) {
    return std::find(lines[i].words.begin(), lines[i].words.end(), word) != lines[i].words.end();
  };
  while (i < lines.size() && !has_word("Parameters") && !has_word("Parameter")) ++i;
  Formula f;
  std::string text;
  for (++i; i < lines.size() && !has_word("Starting"); ++i) {
    const std::vector<std::string>& words = lines[i].words;
    if (words.empty() || words[0] == "pi") continue;  // Some files say what pi is.
    if (f.origin.empty()) f.origin = reader.at(lines[i]);
    for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  }
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) reader.fail("there is no formula below 'Model:'");
  f.response = text.substr(0, equals);
  f.model = text.substr(equals + 1);
  // The error term at the end.
  const std::size_t plus = f.model.find_last_of('+');
  if (plus != std::string::npos && f.model.find_first_not_of(" e", plus + 1) == std::string::npos)
    f.model.erase(plus);
  for (std::string* s : {&f.response, &f.model}) {
    s->erase(0, s->find_first_not_of(' '));
    s->erase(s->find_last_not_of(' ') + 1);
  }
  return f;
}

/// Name, two starts, certified value and standard deviation: `b1 = 500 250 2.3E+02 2.7E+00`.
void read_parameters(const Reader& reader, NistSet& set, std::vector<std::string>& names) {
  for (const Line& line : reader.lines()) {
    const std::vector<std::string>& w = line.words;
    if (w.size() != 6 || w[1] != "=" || w[0][0] != 'b') continue;
    names.push_back(w[0]);
    const std::string at = reader.at(line);
    set.starts[0].push_back(parse_number(w[2], at));
    set.starts[1].push_back(parse_number(w[3], at));
    set.estimates.push_back(parse_number(w[4], at));
    set.std_errors.push_back(parse_number(w[5], at));
  }
  if (names.empty()) reader.fail("there are no lines with starts and certified values");
}

/// The columns below the last line that begins with `Data:`, which has their names.
std::vector<std::pair<std::string, Tensor>> read_columns(const Reader& reader) {
  const Line& header = reader.last("Data:");
  const std::size_t count = header.words.size() - 1;
  std::vector<std::vector<double>> values(count);
  for (std::size_t i = header.number; i < reader.lines().size(); ++i) {
    const Line& line = reader.lines()[i];
    if (line.words.empty()) continue;
    if (line.words.size() != count)
      throw BadInput(reader.at(line) + ": the row has " + std::to_string(line.words.size()) +
                     " numbers, the line above the data has " + std::to_string(count) + " names");
    for (std::size_t k = 0; k < count; ++k)
      values[k].push_back(parse_number(line.words[k], reader.at(line)));
  }
  if (count == 0 || values[0].empty()) reader.fail("there are no rows behind 'Data:'");
  std::vector<std::pair<std::string, Tensor>> columns;
  for (std::size_t k = 0; k < count; ++k)
    columns.emplace_back(header.words[k + 1], eg::tensor(values[k]));
  return columns;
}

}  // namespace

NistSet load_nist(const std::string& file) {
  Input input(file, "--nist");
  const Reader reader(input.stream(), input.name());
  const Formula formula = formula_of(reader);
  const auto columns = read_columns(reader);
  const auto column = [&](const Expression& e, std::size_t i) {
    for (const auto& [name, values] : columns)
      if (name == e.names()[i]) return values;
    e.refuse_name(i, in_quotes(e.names()[i]) + " is neither a column nor a parameter");
  };

  const Expression response(formula.response, formula.origin);
  std::vector<Tensor> response_columns;
  for (std::size_t i = 0; i < response.names().size(); ++i)
    response_columns.push_back(column(response, i));
  NistSet set{std::filesystem::path(input.name()).stem().string(),
              {Model(Expression("0", ""), {}),
               formula.response,
               response(response_columns),
               {},
               {},
               {},
               {},
               {},
               input.name(),
               0},
              {},
              {},
              {},
              0,
              0};
  std::vector<std::string> names;
  read_parameters(reader, set, names);
  Expression model(formula.model, formula.origin);
  for (std::size_t i = 0; i < model.names().size(); ++i)
    if (std::find(names.begin(), names.end(), model.names()[i]) == names.end())
      set.problem.variables.push_back(column(model, i));
  set.problem.model = Model(std::move(model), names);
  set.problem.start = set.starts[0];
  set.problem.lower.assign(names.size(), -std::numeric_limits<double>::infinity());
  set.problem.upper.assign(names.size(), std::numeric_limits<double>::infinity());
  set.rss = reader.number_behind({"Residual", "Sum", "of", "Squares:"});
  set.residual_sd = reader.number_behind({"Residual", "Standard", "Deviation:"});
  return set;
}

double agreeing_digits(double value, double certified) {
  constexpr double kCertified = 11;
  const double error = std::abs(value - certified) / (certified == 0 ? 1 : std::abs(certified));
  if (std::isnan(error)) return 0;
  return error == 0 ? kCertified : std::clamp(-std::log10(error), 0.0, kCertified);
}

}  // namespace apps::nlfit
