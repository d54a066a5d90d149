#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/core/tensor.hpp"
#include "random/reference.hpp"

/// Programs over the operators: what they are, how they are written, and how they are run.
namespace random_programs {

using eg::autograd::variable_list;

struct Row;
class Draft;

/// Whether results are in the graph.
enum class Tracks : std::uint8_t { AsOperands, Never, Always };

/// One line of a program. Variables are numbered: a line defines `results` of them from `result` on.
struct Statement {
  const Row* row = nullptr;
  /// The operator's name with an underscore: the result is written into the first operand.
  bool in_place = false;
  bool no_grad = false;
  /// Whether the line has arguments that may be wrong: only whether it throws is looked at.
  bool attempt = false;
  int result = 0;
  int results = 1;
  std::vector<int> operands;
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
  eg::ScalarType dtype = eg::kFloat64;
  /// Of a new tensor: whether it requires grad and whether it is column-major.
  bool requires_grad = false;
  bool column_major = false;
  /// The function that a line passes on (to checkpoint(), say): its parameter, its lines, its result.
  int parameter = 0;
  std::vector<Statement> body;
};

struct Program {
  std::vector<Statement> statements;
  int variables = 0;
  std::uint64_t seed = 0;
};

/// Whether f holds for a line, or for a line of a function in it.
template <class F>
bool any_statement(const std::vector<Statement>& lines, F&& f) {
  for (const Statement& s : lines)
    if (f(s) || any_statement(s.body, f)) return true;
  return false;
}

/// What an operator gets: tensors of the library, or of the reference.
template <class T>
struct Arguments {
  const std::vector<T>& x;
  const Statement& s;
  std::function<T(const T&)> f = nullptr;

  std::int64_t n(std::size_t i) const { return s.integers[i]; }
  double number(std::size_t i) const { return s.numbers[i]; }
};
using Call = Arguments<eg::Tensor>;
using Reference = Arguments<Value>;

/// An operator, in one place: how its arguments are drawn, how it is written, how the library is
/// called, and what the result is by plain loops.
struct Row {
  const char* name;
  /// In C++; Python's text follows unless `python` says otherwise. %0 is an operand, #0 an integer, #*
  /// the list of them, $0 a number, $b the first number as a bool, %d the dtype, %f the function.
  const char* text;
  std::function<void(Draft&, Statement&)> draw = nullptr;
  std::function<variable_list(const Call&)> call = nullptr;
  std::function<Values(const Reference&)> reference = nullptr;
  /// The form that writes into its first operand, where there is one.
  std::function<void(const Call&)> in_place = nullptr;
  const char* python = nullptr;
  int results = 1;
  /// How often the row is drawn, beside others.
  double weight = 1;
  /// Whether the reference can say what derivatives are; not under hooks that change them.
  bool has_derivatives = true;
  /// Whether the row needs a body, and whether it exists in place only.
  bool has_body = false;
  bool only_in_place = false;
  /// Whether the result may share memory with the first operand, and whether the row speaks to a graph
  /// that reverse mode alone has.
  bool is_view = false;
  bool only_reverse = false;
  /// Whether the first operand itself becomes the result.
  bool reshapes = false;
  Tracks tracks = Tracks::AsOperands;
  /// Whether only backward() runs the program: what hooks see of sweeps of higher order is the
  /// implementation's choice (an expm1 that keeps its input gives other ones than one that keeps its
  /// result).
  bool only_backward = false;
};
using Rows = std::vector<Row>;

/// All rows; the first makes a new tensor.
const Rows& all_rows();
const Row& row(std::string_view name);
Rows elementwise_rows();
Rows binary_rows();
Rows view_rows();
Rows assembly_rows();
Rows reduction_rows();
Rows indexing_rows();
Rows product_rows();
Rows loss_rows();
Rows autograd_rows();
Rows transform_rows();

/// What hooks have seen since it was cleared: the variable and the sum of its gradient, in turn.
std::vector<double>& hook_log();

/// One new tensor: its values as the reference has them, whose derivatives along the directions are
/// those of `variable`.
Value new_value(const Statement& s, int variable);
/// The direction number k at element i of a variable.
double direction(int k, int variable, std::int64_t i);
/// Lets `x`, that element, move along the directions.
void seed(Number& x, int variable, std::int64_t i);
/// What element i of a tensor counts in the loss.
double weight(std::int64_t i);

// ---- Writing.
enum class Language : std::uint8_t { Cpp, Python };
/// `indent` spaces before each line.
std::string text_of(const Statement& s, Language language, int indent = 0);
/// A whole program: in C++ a function, with prelude() before it; Python as replay.py takes it.
std::string text_of(const Program& p, Language language);
/// What programs in C++ call beside the library.
std::string prelude();

}  // namespace random_programs
