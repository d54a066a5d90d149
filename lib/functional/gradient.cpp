#include "eigengrad/functional/gradient.hpp"

#include "core/fail.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {
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
  const bool record = look ? depends_on_tracked(value) : may_record;

  variable_list g = sweep({value}, vars, {ones(value.sizes(), value.dtype())}, record);
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

}  // namespace eigengrad::detail
