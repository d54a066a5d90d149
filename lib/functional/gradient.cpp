#include "eigengrad/functional/gradient.hpp"

#include "autograd/accumulate_grad.hpp"
#include "autograd/sweep.hpp"
#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

namespace {

bool is_tracked_leaf(const autograd::Node& node) {
  return node.is_accumulator() && !static_cast<const autograd::AccumulateGrad&>(node).is_retired();
}

/// Gradients of `value`, and whether they are recorded: where the graph ends at a leaf that is not retired.
///
/// Note [Search for captured tensors]
/// A sweep walks the graph before it runs, to count what arrives where. That walk meets every leaf which the value
/// depends on, so that nothing else has to look for tracked tensors that a function captured. Targets that are
/// leaves, as those of a transform are, make the walk a complete one.
struct Swept {
  variable_list gradients;
  bool recorded = false;
};
Swept sweep_and_look(const Tensor& value, const variable_list& vars) {
  const autograd::Edge root =
      value.requires_grad() ? autograd::gradient_edge(value) : autograd::Edge();
  const Tensor tangent = find_tangent(value);
  if (!root.is_valid() || tangent.defined()) {
    const bool record = depends_on_tracked(value);
    return {sweep({value}, vars, {ones(value.sizes(), value.dtype())}, record), record};
  }
  autograd::Sweep sweep(/*keep_graph=*/false, /*create_graph=*/false);
  sweep.add_root(root, ones(value.sizes(), value.dtype()));
  for (const Tensor& v : vars) sweep.add_target(autograd::gradient_edge(v));
  sweep.prepare();
  const bool record = sweep.met(is_tracked_leaf);
  if (record) sweep.record();
  return {sweep.run(), record};
}

}  // namespace

ValueAndGradients value_and_gradients(std::string_view op, ErasedFunction f, const variable_list& x,
                                      ArrayRef<std::size_t> argnums,
                                      const GradTransformOptions& options) {
  const bool may_record = options.create_graph.value_or(GradMode::is_enabled());
  const AutoGradMode recording(true);

  variable_list arguments = x, vars, leaves;
  bool connected = false;
  const auto differentiate_by = [&](std::size_t i) {
    check_argument(op, i, x[i]);
    connected = connected || x[i].requires_grad();
    arguments[i] = variable(x[i], may_record, leaves);
    vars.push_back(arguments[i]);
  };
  if (x.empty()) check_arguments(op, x);
  for (const std::size_t i : argnums) {
    if (i >= x.size())
      fail<IndexError>(op, "argument number ", i, " is out of range for ", x.size(),
                       " argument(s); count from 0");
    differentiate_by(i);
  }
  if (argnums.empty())
    for (std::size_t i = 0; i < x.size(); ++i) differentiate_by(i);

  Tensor value = evaluate_to_one_element(op, f, arguments);
  if (options.strict) check_tracked_outputs(op, {value});
  retire(leaves);
  // Captured tensors need to be looked for only where nothing else has decided.
  const bool look = may_record && !connected && !options.create_graph;
  auto [g, record] =
      look ? sweep_and_look(value, vars)
           : Swept{sweep({value}, vars, {ones(value.sizes(), value.dtype())}, may_record),
                   may_record};
  fill_in_zeros(op, g, vars, options.strict, "by argument");
  if (!record) {
    value = constant(value);
    make_constant(g);
  } else if (!leaves.empty()) {
    make_constant_if_own(value);
    for (Tensor& t : g) make_constant_if_own(t);
  }
  return {std::move(value), std::move(g)};
}

void throw_gradient_shape(std::int64_t rows, std::int64_t cols, std::int64_t x_rows,
                          std::int64_t x_cols) {
  fail<ShapeError>("value_and_grad", "the memory for the gradient has ", rows, " x ", cols,
                   " elements and the argument ", x_rows, " x ", x_cols, "; give it the same");
}

Tensor value_and_gradients_into(ErasedFunction f, const variable_list& x, const variable_list& into,
                                bool strict) {
  constexpr std::string_view op = "value_and_grad";
  if (into.size() != x.size())
    fail<ShapeError>(op, "there are ", into.size(), " tensor(s) for gradients and ", x.size(),
                     " argument(s); give one for each");
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (!into[i].defined() || !(into[i].sizes() == x[i].sizes()))
      fail<ShapeError>(op, "the memory for gradient ", i, " has sizes ",
                       into[i].defined() ? into[i].sizes() : IntArrayRef(), " and the argument ",
                       x[i].sizes(), "; give it the same");
    if (into[i].requires_grad())
      fail<GraphError>(op, "the memory for gradient ", i,
                       " requires grad; give a tensor that is not tracked");
  }
  GradTransformOptions options;
  options.create_graph = false;
  options.strict = strict;
  ValueAndGradients r = value_and_gradients(op, f, x, {}, options);
  const NoGradGuard copy_only;
  for (std::size_t i = 0; i < x.size(); ++i) Tensor(into[i]).copy_(r.gradients[i]);
  return std::move(r.value);
}

}  // namespace eigengrad::detail
