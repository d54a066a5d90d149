#include "eigengrad/functional/products.hpp"

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/batch.hpp"
#include "functional/products_batched.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

using autograd::DualLevel;

namespace {

/// `leaves` are those that the transform made.
Product finish(std::string_view op, variable_list value, variable_list product,
               const FunctionalOptions& options, const variable_list& leaves) {
  if (!options.create_graph) {
    make_constant(value);
    make_constant(product);
    return {std::move(value), std::move(product)};
  }
  if (options.strict) check_recorded(op, product);
  if (!leaves.empty()) {
    retire(leaves);
    for (Tensor& t : value) make_constant_if_own(t);
    for (Tensor& t : product) make_constant_if_own(t);
  }
  return {std::move(value), std::move(product)};
}

/// Copies of the directions where the result is recorded: its graph keeps them, and the caller may write to
/// them afterwards.
variable_list kept(variable_list directions, const FunctionalOptions& options) {
  if (options.create_graph)
    for (Tensor& v : directions) v = v.clone();
  return directions;
}

Product jvp_by_tangents(ErasedFunction f, const variable_list& x, const variable_list& v,
                        const FunctionalOptions& options) {
  check_arguments("jvp", x);
  const variable_list tangents = check_vectors("jvp", v, x, "argument");
  const DualLevel level;
  const AutoGradMode recording(options.create_graph);
  variable_list duals;
  for (std::size_t i = 0; i < x.size(); ++i)
    duals.push_back(autograd::make_dual(options.create_graph ? x[i] : x[i].detach(), tangents[i]));

  variable_list value, product;
  for (const Tensor& y : evaluate("jvp", f, duals)) {
    autograd::Dual parts = autograd::unpack_dual(y);
    value.push_back(std::move(parts.primal));
    product.push_back(std::move(parts.tangent));
  }
  fill_in_zeros("jvp", product, value, options.strict, "of output");
  return finish("jvp", std::move(value), std::move(product), options, {});
}

/// The result of a backward sweep is linear in its cotangents, so that a second sweep, by these,
/// gives the transposed product.
Product jvp_by_sweeps(ErasedFunction f, const variable_list& x, const variable_list& v,
                      const FunctionalOptions& options) {
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables("jvp", x, options.create_graph, leaves);
  const variable_list tangents = kept(check_vectors("jvp", v, x, "argument"), options);
  variable_list value = evaluate("jvp", f, vars);
  if (options.strict) check_tracked_outputs("jvp", value);
  variable_list cotangents;
  for (const Tensor& y : value)
    cotangents.push_back(zeros(
        y.sizes(),
        TensorOptions(y.is_floating_point() ? y.dtype() : kDefaultDtype).requires_grad(true)));

  leaves.insert(leaves.end(), cotangents.begin(), cotangents.end());

  const variable_list g = sweep(value, vars, cotangents, /*create_graph=*/true);
  variable_list product = sweep(g, cotangents, tangents, options.create_graph);
  fill_in_zeros("jvp", product, value, options.strict, "of output");
  return finish("jvp", std::move(value), std::move(product), options, leaves);
}

Product hvp_by_tangents(ErasedFunction f, const variable_list& x, const variable_list& v,
                        const FunctionalOptions& options) {
  check_arguments("hvp", x);
  const variable_list tangents = check_vectors("hvp", v, x, "argument");
  const DualLevel level;
  const AutoGradMode recording(true);
  variable_list duals, leaves;
  for (std::size_t i = 0; i < x.size(); ++i)
    duals.push_back(autograd::make_dual(variable(x[i], options.create_graph, leaves), tangents[i]));

  const Tensor y = evaluate_to_one_element("hvp", f, duals);
  if (options.strict) check_tracked_outputs("hvp", {y});
  variable_list product = sweep({y}, duals, {ones(y.sizes(), y.dtype())}, options.create_graph);
  for (Tensor& g : product)
    if (g.defined()) g = autograd::unpack_dual(g).tangent;
  fill_in_zeros("hvp", product, x, options.strict, "by argument");
  return finish("hvp", as_list(autograd::unpack_dual(y).primal), std::move(product), options,
                leaves);
}

Product hvp_by_sweeps(std::string_view op, ErasedFunction f, const variable_list& x,
                      const variable_list& v, const FunctionalOptions& options) {
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables(op, x, options.create_graph, leaves);
  const variable_list cotangents = kept(check_vectors(op, v, x, "argument"), options);
  const Tensor y = evaluate_to_one_element(op, f, vars);
  if (options.strict) check_tracked_outputs(op, {y});
  const variable_list g = sweep({y}, vars, {ones(y.sizes(), y.dtype())}, /*create_graph=*/true);
  variable_list product = sweep(g, vars, cotangents, options.create_graph);
  fill_in_zeros(op, product, x, options.strict, "by argument");
  return finish(op, as_list(y), std::move(product), options, leaves);
}

}  // namespace

Product vjp(ErasedFunction f, const variable_list& x, const variable_list& v,
            const FunctionalOptions& options) {
  check_chunk_size("vjp", options.chunk_size);
  if (options.is_v_batched) return vjp_of_batch(f, x, v, options);
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables("vjp", x, options.create_graph, leaves);
  variable_list value = evaluate("vjp", f, vars);
  if (options.strict) check_tracked_outputs("vjp", value);
  const variable_list cotangents = check_vectors("vjp", v, value, "value");
  variable_list product = sweep(value, vars, cotangents, options.create_graph);
  fill_in_zeros("vjp", product, vars, options.strict, "by argument");
  return finish("vjp", std::move(value), std::move(product), options, leaves);
}

Product jvp(ErasedFunction f, const variable_list& x, const variable_list& v,
            const FunctionalOptions& options) {
  check_chunk_size("jvp", options.chunk_size);
  if (options.is_v_batched) return jvp_of_batch(f, x, v, options);
  return choose_tangents(options) ? jvp_by_tangents(f, x, v, options)
                                  : jvp_by_sweeps(f, x, v, options);
}

Product hvp(ErasedFunction f, const variable_list& x, const variable_list& v,
            const FunctionalOptions& options) {
  check_chunk_size("hvp", options.chunk_size);
  if (options.is_v_batched) return hvp_of_batch("hvp", f, x, v, options);
  return choose_tangents(options) ? hvp_by_tangents(f, x, v, options)
                                  : hvp_by_sweeps("hvp", f, x, v, options);
}

Product vhp(ErasedFunction f, const variable_list& x, const variable_list& v,
            const FunctionalOptions& options) {
  check_chunk_size("vhp", options.chunk_size);
  if (options.is_v_batched) return hvp_of_batch("vhp", f, x, v, options);
  return hvp_by_sweeps("vhp", f, x, v, options);
}

}  // namespace eigengrad::detail
