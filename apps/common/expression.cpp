#include "common/expression.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <numbers>
#include <numeric>
#include <optional>
#include <utility>

#include "common/bad_input.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps {
namespace {

namespace eg = eigengrad;
using eg::Tensor;

/// What a step of an expression works on: a number keeps out of tensors as long as it can.
struct Operand {
  std::optional<Tensor> tensor;
  double number = 0;

  Tensor as_tensor() const { return tensor ? *tensor : eg::tensor(number); }
};

template <class Operator>
Operand combined(const Operand& a, const Operand& b, Operator op) {
  if (a.tensor && b.tensor) return {op(*a.tensor, *b.tensor)};
  if (a.tensor) return {op(*a.tensor, b.number)};
  if (b.tensor) return {op(a.number, *b.tensor)};
  return {std::nullopt, op(eg::tensor(a.number), b.number).template item<double>()};
}

using Arguments = const Operand*;
struct Function {
  std::string_view name;
  std::size_t arity;
  Operand (*apply)(Arguments);
};

template <Tensor (*F)(const Tensor&)>
Operand unary(Arguments a) {
  const Tensor result = F(a[0].as_tensor());
  if (a[0].tensor) return {result};
  return {std::nullopt, result.item<double>()};
}

template <Tensor (*F)(const Tensor&, const Tensor&)>
Operand binary(Arguments a) {
  const Tensor result = F(a[0].as_tensor(), a[1].as_tensor());
  if (a[0].tensor || a[1].tensor) return {result};
  return {std::nullopt, result.item<double>()};
}

Operand negated(Arguments a) {
  if (!a->tensor) return {std::nullopt, -a->number};
  return {-*a->tensor};
}

Operand chosen(Arguments a) {
  if (!a[0].tensor) return a[0].number != 0 ? a[1] : a[2];
  return {eg::where(*a[0].tensor != 0, a[1].as_tensor(), a[2].as_tensor())};
}

Tensor softplus(const Tensor& x) { return eg::softplus(x); }
Tensor logit(const Tensor& x) { return eg::logit(x); }
Tensor normal_density(const Tensor& x) {
  return eg::exp(-0.5 * eg::square(x)) * (std::numbers::inv_sqrtpi / std::numbers::sqrt2);
}
Tensor gamma(const Tensor& x) {
  // Reflected at 1/2, so that the sign of gamma(x) is kept where x < 0.
  const Tensor is_large = x >= 0.5;
  const Tensor large = eg::exp(eg::lgamma(eg::where(is_large, x, 1.0)));
  const Tensor small = eg::where(is_large, 0.25, x);
  return eg::where(
      is_large, large,
      std::numbers::pi / (eg::sin(std::numbers::pi * small) * eg::exp(eg::lgamma(1 - small))));
}

#define EG_ARITHMETIC(symbol)                                                             \
  +[](Arguments a) {                                                                      \
    return combined(a[0], a[1], [](const auto& x, const auto& y) { return x symbol y; }); \
  }
#define EG_COMPARISON(symbol) \
  binary<+[](const Tensor& x, const Tensor& y) { return (x symbol y).to(eg::kFloat64); }>

/// Operators first: their places are the enumerators of Operator.
constexpr Function kFunctions[] = {
    {"+", 2, EG_ARITHMETIC(+)},
    {"-", 2, EG_ARITHMETIC(-)},
    {"*", 2, EG_ARITHMETIC(*)},
    {"/", 2, EG_ARITHMETIC(/)},
    {"^", 2,
     [](Arguments a) {
       return combined(a[0], a[1], [](const auto& x, const auto& y) { return eg::pow(x, y); });
     }},
    {"<", 2, EG_COMPARISON(<)},
    {"<=", 2, EG_COMPARISON(<=)},
    {">", 2, EG_COMPARISON(>)},
    {">=", 2, EG_COMPARISON(>=)},
    {"==", 2, EG_COMPARISON(==)},
    {"!=", 2, EG_COMPARISON(!=)},
    {"negate", 1, negated},
    {"abs", 1, unary<eg::abs>},
    {"acos", 1, unary<eg::acos>},
    {"acosh", 1, unary<eg::acosh>},
    {"arccos", 1, unary<eg::acos>},
    {"arcsin", 1, unary<eg::asin>},
    {"arctan", 1, unary<eg::atan>},
    {"asin", 1, unary<eg::asin>},
    {"asinh", 1, unary<eg::asinh>},
    {"atan", 1, unary<eg::atan>},
    {"atan2", 2, binary<eg::atan2>},
    {"atanh", 1, unary<eg::atanh>},
    {"cos", 1, unary<eg::cos>},
    {"cosh", 1, unary<eg::cosh>},
    {"digamma", 1, unary<eg::digamma>},
    {"dnorm", 1, unary<normal_density>},
    {"erf", 1, unary<eg::erf>},
    {"erfc", 1, unary<eg::erfc>},
    {"exp", 1, unary<eg::exp>},
    {"expm1", 1, unary<eg::expm1>},
    {"gamma", 1, unary<gamma>},
    {"lgamma", 1, unary<eg::lgamma>},
    {"ln", 1, unary<eg::log>},
    {"log", 1, unary<eg::log>},
    {"log10", 1, unary<eg::log10>},
    {"log1p", 1, unary<eg::log1p>},
    {"log2", 1, unary<eg::log2>},
    {"logistic", 1, unary<eg::sigmoid>},
    {"logit", 1, unary<logit>},
    {"max", 2, binary<eg::maximum>},
    {"min", 2, binary<eg::minimum>},
    {"pnorm", 1, unary<eg::special_ndtr>},
    {"qnorm", 1, unary<eg::special_ndtri>},
    {"sigmoid", 1, unary<eg::sigmoid>},
    {"sign", 1, unary<eg::sign>},
    {"sin", 1, unary<eg::sin>},
    {"sinh", 1, unary<eg::sinh>},
    {"softplus", 1, unary<softplus>},
    {"sqrt", 1, unary<eg::sqrt>},
    {"tan", 1, unary<eg::tan>},
    {"tanh", 1, unary<eg::tanh>},
    {"where", 3, chosen},
};
#undef EG_ARITHMETIC
#undef EG_COMPARISON
constexpr std::size_t kFirstNamed = 12;
constexpr std::size_t kNegate = kFirstNamed - 1;

std::size_t function_index(std::string_view name) {
  const auto* found = std::find_if(std::begin(kFunctions), std::end(kFunctions),
                                   [&](const Function& f) { return f.name == name; });
  return static_cast<std::size_t>(found - std::begin(kFunctions));
}

bool begins_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool continues_name(char c) {
  return begins_name(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '.';
}

std::vector<std::string> function_names() {
  std::vector<std::string> names;
  for (std::size_t i = kFirstNamed; i < std::size(kFunctions); ++i)
    names.emplace_back(kFunctions[i].name);
  return names;
}

}  // namespace

/// Recursive descent; appends to the steps of the expression.
class ExpressionParser {
 public:
  ExpressionParser(Expression& e, std::size_t begin, std::size_t end)
      : e_(e), text_(std::string_view(e.text_).substr(0, end)), at_(begin) {}

  void run() {
    comparison();
    skip_blanks();
    if (at_ == text_.size()) return;
    if (begins_name(text_[at_]) || text_[at_] == '(' || is_digit(text_[at_]))
      e_.fail(at_, "an operator is missing here, * perhaps");
    e_.fail(at_, in_quotes(text_.substr(at_, 1)) + " does not belong here");
  }

 private:
  static bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

  void skip_blanks() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
  }

  bool take(std::string_view symbol) {
    skip_blanks();
    if (!text_.substr(at_).starts_with(symbol)) return false;
    at_ += symbol.size();
    return true;
  }

  void comparison() {
    sum();
    for (const std::string_view symbol : {"<=", ">=", "==", "!=", "<", ">"})
      if (take(symbol)) {
        sum();
        call(function_index(symbol));
        return;
      }
  }

  void sum() {
    product();
    for (;;) {
      const bool plus = take("+");
      if (!plus && !take("-")) return;
      product();
      call(function_index(plus ? "+" : "-"));
    }
  }

  void product() {
    factor();
    for (;;) {
      const bool times = take("*");
      if (!times && !take("/")) return;
      factor();
      call(function_index(times ? "*" : "/"));
    }
  }

  void factor() {
    constexpr int kDeepest = 200;
    if (++depth_ > kDeepest) e_.fail(at_, "the expression is nested too deeply here");
    if (take("-")) {
      factor();
      call(kNegate);
    } else if (take("+")) {
      factor();
    } else {
      primary();
      if (take("^") || take("**")) {
        factor();
        call(function_index("^"));
      }
    }
    --depth_;
  }

  void primary() {
    skip_blanks();
    if (at_ == text_.size()) e_.fail(at_, "the expression ends where a value should stand");
    const std::size_t begin = at_;
    const char c = text_[at_];
    if (is_digit(c) || c == '.') return number();
    if (c == '`') return quoted_name();
    if (c == '(' || c == '[') {
      ++at_;
      comparison();
      return close(begin);
    }
    if (!begins_name(c))
      e_.fail(at_, in_quotes(text_.substr(at_, 1)) + " stands where a value should");
    while (at_ < text_.size() && continues_name(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    skip_blanks();
    if (at_ < text_.size() && (text_[at_] == '(' || text_[at_] == '['))
      return function(word, begin);
    if (word == "pi") return push(std::numbers::pi);
    name(std::string(word), begin);
  }

  void number() {
    double value = 0;
    const char* first = text_.data() + at_;
    const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
    if (error == std::errc::invalid_argument) e_.fail(at_, "a '.' without digits is no number");
    // Too large, or too small: the latter is the nearest number.
    if (error != std::errc()) value = std::strtod(std::string(first, end).c_str(), nullptr);
    if (!std::isfinite(value)) e_.fail(at_, "the number is too large");
    at_ += static_cast<std::size_t>(end - first);
    push(value);
  }

  void quoted_name() {
    const std::size_t begin = at_;
    const std::size_t end = text_.find('`', begin + 1);
    if (end == std::string_view::npos) e_.fail(begin, "the backquote is not closed");
    if (end == begin + 1) e_.fail(begin, "there is no name between the backquotes");
    at_ = end + 1;
    name(std::string(text_.substr(begin + 1, end - begin - 1)), begin);
  }

  /// The closing partner of the parenthesis or bracket at `open`.
  void close(std::size_t open) {
    const bool round = text_[open] == '(';
    if (take(round ? ")" : "]")) return;
    if (at_ == text_.size())
      e_.fail(open, round ? "the '(' is not closed" : "the '[' is not closed");
    e_.fail(at_, std::string("an operator or '") + (round ? ')' : ']') + "' should stand here");
  }

  void function(std::string_view word, std::size_t begin) {
    const std::size_t f = function_index(word);
    if (f == std::size(kFunctions)) {
      const std::string nearest = nearest_word(word, function_names());
      e_.fail(begin, in_quotes(word) + " is not a function" +
                         (nearest.empty() ? "; the functions are " + Expression::functions()
                                          : "; did you mean " + in_quotes(nearest) + '?'));
    }
    const std::size_t open = at_++;
    std::size_t given = 0;
    do {
      comparison();
      ++given;
    } while (take(","));
    if (given != kFunctions[f].arity)
      e_.fail(begin, in_quotes(word) + " takes " + std::to_string(kFunctions[f].arity) +
                         (kFunctions[f].arity == 1 ? " value, not " : " values, not ") +
                         std::to_string(given));
    close(open);
    call(f);
  }

  void name(std::string text, std::size_t position) {
    const auto found = std::find(e_.names_.begin(), e_.names_.end(), text);
    const auto index = static_cast<std::size_t>(found - e_.names_.begin());
    if (found == e_.names_.end()) {
      e_.names_.push_back(std::move(text));
      e_.positions_.push_back(position);
    }
    e_.steps_.push_back({Expression::Step::Kind::Name, 0, index});
  }

  void push(double value) { e_.steps_.push_back({Expression::Step::Kind::Number, value, 0}); }

  /// A function of numbers only is a number at once.
  void call(std::size_t f) {
    const std::size_t arity = kFunctions[f].arity;
    std::array<Operand, 3> arguments;
    bool all_numbers = true;
    for (std::size_t i = 0; i < arity; ++i) {
      const Expression::Step& step = e_.steps_[e_.steps_.size() - arity + i];
      all_numbers = all_numbers && step.kind == Expression::Step::Kind::Number;
      arguments[i].number = step.number;
    }
    if (!all_numbers) {
      e_.steps_.push_back({Expression::Step::Kind::Call, 0, f});
      return;
    }
    e_.steps_.resize(e_.steps_.size() - arity);
    push(kFunctions[f].apply(arguments.data()).number);
  }

  Expression& e_;
  std::string_view text_;
  std::size_t at_;
  int depth_ = 0;
};

Expression::Expression(std::string text, std::string origin)
    : text_(std::move(text)), origin_(std::move(origin)) {
  ExpressionParser(*this, 0, text_.size()).run();
}

Expression::Expression(std::string text, std::string origin, std::size_t begin, std::size_t end)
    : text_(std::move(text)), origin_(std::move(origin)) {
  ExpressionParser(*this, begin, end).run();
}

Tensor Expression::operator()(std::span<const Tensor> values) const {
  std::vector<Operand> stack;
  for (const Step& step : steps_) {
    if (step.kind == Step::Kind::Number) {
      stack.push_back({std::nullopt, step.number});
    } else if (step.kind == Step::Kind::Name) {
      stack.push_back({values[step.index]});
    } else {
      const Function& f = kFunctions[step.index];
      Operand result = f.apply(&stack[stack.size() - f.arity]);
      stack.resize(stack.size() - f.arity);
      stack.push_back(std::move(result));
    }
  }
  return stack.back().as_tensor();
}

void Expression::refuse_name(std::size_t name, const std::string& what) const {
  fail(positions_[name], what);
}

std::string Expression::functions() {
  std::string all;
  for (const std::string& name : function_names()) all += (all.empty() ? "" : ", ") + name;
  return all;
}

void Expression::fail(std::size_t position, const std::string& what) const {
  constexpr std::size_t kAround = 40;
  const std::size_t begin = position > kAround ? position - kAround : 0;
  std::string before = text_.substr(begin, position - begin);
  std::string after = text_.substr(position, kAround);
  for (std::string* part : {&before, &after})
    for (char& c : *part)
      if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  throw BadInput(origin_ + ": column " + std::to_string(position + 1) + ": " + what + ": " +
                 (begin > 0 ? "..." : "") + before + " ^ " + after +
                 (position + kAround < text_.size() ? "..." : ""));
}

Relation parse_relation(const std::string& text, const std::string& origin) {
  // Where the relation stands: outside of all parentheses, whose comparisons are values.
  std::vector<std::size_t> places;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '(' || c == '[') ++depth;
    if (c == ')' || c == ']') --depth;
    const bool is_second_half = i > 0 && !places.empty() && places.back() == i - 1 && c == '=';
    if (depth == 0 && (c == '<' || c == '>' || c == '=') && !is_second_half) places.push_back(i);
  }
  if (places.size() != 1)
    throw BadInput(origin + ": " + in_quotes(text) + " has " + std::to_string(places.size()) +
                   " of <=, >= and =; it needs one");
  const std::size_t at = places.front();
  const Relation::Kind kind = text[at] == '<'   ? Relation::Kind::LessEqual
                              : text[at] == '>' ? Relation::Kind::GreaterEqual
                                                : Relation::Kind::Equal;
  const bool two = at + 1 < text.size() && text[at + 1] == '=';
  return {Expression(text, origin, 0, at), kind,
          Expression(text, origin, at + (two ? 2 : 1), text.size())};
}

std::string nearest_word(std::string_view word, std::span<const std::string> words) {
  constexpr std::size_t kFarthest = 2;
  std::string nearest;
  std::size_t best = std::min(kFarthest, word.size() - 1) + 1;
  for (const std::string& candidate : words) {
    // Levenshtein's distance, by rows of the table of prefixes.
    std::vector<std::size_t> row(candidate.size() + 1);
    std::iota(row.begin(), row.end(), 0U);
    for (std::size_t i = 1; i <= word.size(); ++i) {
      std::size_t diagonal = std::exchange(row[0], i);
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        const std::size_t changed = diagonal + (word[i - 1] == candidate[j - 1] ? 0 : 1);
        diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, changed}));
      }
    }
    if (row.back() < best) {
      best = row.back();
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace apps
