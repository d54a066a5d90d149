#include "eigengrad/functional/traces.hpp"

#include <algorithm>

#include "core/fail.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/batch.hpp"
#include "functional/rows.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

using autograd::DualLevel;

namespace {

/// A sum of elements of tensors.
class Trace {
 public:
  /// With `keep` the elements keep their graphs and tangents.
  Trace(ScalarType dtype, bool keep) : dtype_(dtype), keep_(keep) {}

  /// Element `i`, in row-major order, of `t`; an undefined one stands for zero.
  void add(const Tensor& t, std::int64_t i) {
    if (!t.defined()) return;
    const AutoGradMode mode(keep_);
    const Tensor element = t.reshape({-1}).select(0, i);
    if (keep_)
      sum_ = sum_.defined() ? sum_ + element.to(dtype_) : element.to(dtype_);
    else
      total_ += element.item<double>();
  }
  Tensor finish(std::string_view op, const FunctionalOptions& options,
                const variable_list& leaves) {
    retire(leaves);
    Tensor result = keep_ && sum_.defined() ? sum_ : full({}, total_, dtype_);
    if (!options.create_graph) return constant(result);
    if (options.strict) check_recorded(op, {result});
    make_constant_if_own(result);
    return result;
  }

 private:
  ScalarType dtype_;
  bool keep_;
  double total_ = 0;
  Tensor sum_;
};

/// Adds the diagonal elements of the derivatives of `of` by `vars`.
void add_rows(Trace& trace, std::string_view op, const variable_list& of, const variable_list& vars,
              const FunctionalOptions& options, std::size_t graph_bytes) {
  for (std::size_t j = 0; j < vars.size(); ++j) {
    const std::int64_t n = vars[j].numel();
    const std::int64_t at_once = options.chunk_size.value_or(rows_at_once(n, n, graph_bytes));
    for (std::int64_t i = 0; i < n; i += at_once) {
      const std::int64_t count = std::min(at_once, n - i);
      const Tensor rows = sweep_again({of[j]}, {vars[j]}, {units(vars[j], i, count)},
                                      options.create_graph, /*batched=*/true)[0];
      if (options.strict && !rows.defined()) fail_independent(op, "by argument", j);
      for (std::int64_t k = 0; rows.defined() && k < count; ++k)
        trace.add(rows.select(0, k), i + k);
    }
  }
}

enum class Of : std::uint8_t { Value, Gradient };

void check_alike(const variable_list& value, const variable_list& x) {
  if (value.size() != x.size())
    fail<ShapeError>("divergence", "the function must return as many tensors as it takes: got ",
                     value.size(), " for ", x.size(), "; use jacobian for other functions");
  for (std::size_t i = 0; i < x.size(); ++i)
    if (!(value[i].sizes() == x[i].sizes()))
      fail<ShapeError>("divergence", "output ", i, " of the function must have the sizes ",
                       x[i].sizes(), " of its argument: got ", value[i].sizes(),
                       "; use jacobian for other functions");
}

/// An evaluation with a tangent per element of `x`: of f, or of f and its gradient.
Tensor by_columns(std::string_view op, ErasedFunction f, const variable_list& x,
                  const FunctionalOptions& options, Of of) {
  Trace trace(x[0].dtype(), options.create_graph);
  variable_list leaves;
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (std::int64_t i = 0; i < x[j].numel(); ++i) {
      const DualLevel level;
      const AutoGradMode recording(options.create_graph || of == Of::Gradient);
      variable_list arguments;
      for (const Tensor& t : x)
        arguments.push_back(of == Of::Gradient ? variable(t, options.create_graph, leaves)
                                               : (options.create_graph ? t : t.detach()));
      arguments[j] = autograd::make_dual(arguments[j], unit(x[j], i));
      variable_list results;
      if (of == Of::Value) {
        results = evaluate(op, f, arguments);
        check_alike(results, x);
      } else {
        const Tensor y = evaluate_to_one_element(op, f, arguments);
        if (options.strict) check_tracked_outputs(op, {y});
        results = sweep({y}, arguments, {ones(y.sizes(), y.dtype())}, options.create_graph);
      }
      Tensor column;
      if (results[j].defined()) column = autograd::unpack_dual(results[j]).tangent;
      if (options.strict && !column.defined()) fail_independent(op, "by argument", j);
      trace.add(column, i);
    }
  }
  return trace.finish(op, options, leaves);
}

bool goes_forward(const FunctionalOptions& options, const variable_list& x) {
  if (strategy_of(options, Strategy::Reverse) != Strategy::Forward) return false;
  // Without columns f would not be evaluated.
  for (const Tensor& t : x)
    if (t.numel() > 0) return true;
  return false;
}

}  // namespace

Tensor laplacian(ErasedFunction f, const variable_list& x, const FunctionalOptions& options) {
  constexpr std::string_view op = "laplacian";
  check_arguments(op, x);
  check_chunk_size(op, options.chunk_size);
  if (goes_forward(options, x)) return by_columns(op, f, x, options, Of::Gradient);
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables(op, x, options.create_graph, leaves);
  const MemoryGrowth growth;
  const Tensor y = evaluate_to_one_element(op, f, vars);
  if (options.strict) check_tracked_outputs(op, {y});
  const variable_list g = sweep({y}, vars, {ones(y.sizes(), y.dtype())}, /*create_graph=*/true);
  Trace trace(x[0].dtype(), options.create_graph || DualLevel::is_open());
  add_rows(trace, op, g, vars, options, growth.bytes());
  return trace.finish(op, options, leaves);
}

Tensor divergence(ErasedFunction f, const variable_list& x, const FunctionalOptions& options) {
  constexpr std::string_view op = "divergence";
  check_arguments(op, x);
  check_chunk_size(op, options.chunk_size);
  if (goes_forward(options, x)) return by_columns(op, f, x, options, Of::Value);
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables(op, x, options.create_graph, leaves);
  const MemoryGrowth growth;
  const variable_list value = evaluate(op, f, vars);
  check_alike(value, x);
  if (options.strict) check_tracked_outputs(op, value);
  Trace trace(x[0].dtype(), options.create_graph || DualLevel::is_open());
  add_rows(trace, op, value, vars, options, growth.bytes());
  return trace.finish(op, options, leaves);
}

}  // namespace eigengrad::detail
