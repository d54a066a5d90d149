#include "regression/formula.hpp"

#include <algorithm>
#include <charconv>

#include "common/bad_input.hpp"
#include "common/numbers.hpp"

namespace apps::regression {
namespace {

/// A column, or a power such as x^2.
Variable variable_of(const Source& source, const std::string& text) {
  const std::size_t hat = text.rfind('^');
  if (source.reader().find(text) < 0 && hat != std::string::npos) {
    int power = 0;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(text.data() + hat + 1, last, power);
    if (error != std::errc() || end != last || power < 1 || power > 64)
      throw BadInput("--features: " + in_quotes(text) + ": a power is a number from 1 to 64");
    const std::string name = text.substr(0, hat);
    source.column("--features", name);
    return {name, power};
  }
  source.column("--features", text);
  return {text};
}

Term term_of(const Source& source, const std::string& text) {
  Term term{text, {}};
  if (source.reader().find(text) >= 0) {
    term.variables = {{text}};
    return term;
  }
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(':', at), text.size());
    const Variable variable = variable_of(source, text.substr(at, end - at));
    for (const Variable& other : term.variables)
      if (other.column == variable.column)
        throw BadInput("--features: " + in_quotes(text) + ": " + in_quotes(variable.column) +
                       " is there twice; name it once");
    term.variables.push_back(variable);
    at = end + 1;
  }
  return term;
}

/// Whether the formula has the term, its variables in any order.
bool has_term(const Formula& formula, const Term& term) {
  return std::any_of(formula.terms.begin(), formula.terms.end(), [&](const Term& other) {
    return std::is_permutation(term.variables.begin(), term.variables.end(),
                               other.variables.begin(), other.variables.end());
  });
}

/// The terms of `text`: one, or those of a*b, which are a, b and a:b.
std::vector<Term> terms_of(const Source& source, const std::string& text) {
  if (source.reader().find(text) >= 0 || text.find('*') == std::string::npos)
    return {term_of(source, text)};
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find('*', at), text.size());
    const std::string part(trimmed(std::string_view(text).substr(at, end - at)));
    if (part.empty() || end + 1 == text.size())
      throw BadInput("--features: " + in_quotes(text) + ": a name is missing beside '*'");
    const std::size_t before = names.size();
    names.push_back(part);
    for (std::size_t i = 0; i < before; ++i) names.push_back(names[i] + ':' + part);
    at = end + 1;
  }
  std::vector<Term> terms;
  for (const std::string& name : names) terms.push_back(term_of(source, name));
  return terms;
}

}  // namespace

Formula formula_of(const Source& source, const Selection& s, const std::string& target) {
  Formula formula{s.intercept, {}};
  const std::vector<std::string>& header = source.reader().header();
  if (s.features == "1" && source.reader().find("1") < 0) return formula;
  std::vector<std::string> names;
  if (!s.features.empty()) {
    names = split_names(s.features, "--features");
  } else {
    for (const std::string& name : header)
      if (!name.empty() && name != target && name != s.weights && name != s.offset)
        names.push_back(name);
    if (names.empty())
      throw BadInput(source.reader().name() + ": line 1, column 1: " + in_quotes(header[0]) +
                     " is the only column; a regression needs a target and at least one more");
  }
  for (const std::string& name : names) {
    // A name from the header is a column, whatever characters are in it.
    const std::vector<Term> terms =
        s.features.empty() ? std::vector<Term>{{name, {{name}}}} : terms_of(source, name);
    for (const Term& term : terms) {
      for (const Variable& v : term.variables)
        if (v.column == target)
          throw BadInput("--features: " + in_quotes(v.column) + " is the target; leave it out");
      if (!has_term(formula, term)) formula.terms.push_back(term);
    }
  }
  // Main effects first, so that an interaction adds to them.
  std::stable_sort(formula.terms.begin(), formula.terms.end(), [](const Term& a, const Term& b) {
    return a.variables.size() < b.variables.size();
  });
  return formula;
}

void add_powers(Formula& formula, const Table& table, int degree) {
  std::vector<Term> terms;
  for (const Term& term : formula.terms) {
    terms.push_back(term);
    const Variable& v = term.variables.front();
    if (term.variables.size() > 1 || v.power > 1 || table.at(v.column).is_text) continue;
    for (int power = 2; power <= degree; ++power)
      terms.push_back({v.column + '^' + std::to_string(power), {{v.column, power}}});
  }
  formula.terms = std::move(terms);
}

}  // namespace apps::regression
