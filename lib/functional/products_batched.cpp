#include "functional/products_batched.hpp"

#include <algorithm>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/batch.hpp"
#include "functional/rows.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

using autograd::DualLevel;

namespace {

/// `leaves` are those that the transform made.
Product finish_batch(std::string_view op, variable_list value, std::vector<LeadingSlices>& slices,
                     const FunctionalOptions& options, const variable_list& leaves) {
  retire(leaves);
  Product p{std::move(value), finish(slices)};
  if (!options.create_graph) {
    make_constant(p.value);
    make_constant(p.product);
    return p;
  }
  if (options.strict) check_recorded(op, p.product);
  for (Tensor& t : p.value) make_constant_if_own(t);
  for (Tensor& t : p.product) make_constant_if_own(t);
  return p;
}

/// Copies of the directions where results are recorded, whose graphs keep them.
Directions kept(Directions directions, const FunctionalOptions& options) {
  if (options.create_graph)
    for (Tensor& v : directions.v) v = v.clone();
  return directions;
}

bool keeps(const FunctionalOptions& options) {
  return options.create_graph || DualLevel::is_open();
}

void add_all(std::vector<LeadingSlices>& slices, std::int64_t i, const variable_list& parts,
             std::string_view op, bool strict, std::string_view by) {
  for (std::size_t j = 0; j < slices.size(); ++j) {
    if (strict && !parts[j].defined()) fail_independent(op, by, j);
    slices[j].add(i, parts[j]);
  }
}

/// The sweeps from `outputs` by the directions, many at once, whose graph serves them all.
void add_sweeps(std::vector<LeadingSlices>& slices, const variable_list& outputs,
                const variable_list& vars, const Directions& directions, std::string_view op,
                const FunctionalOptions& options, std::string_view by, std::size_t graph_bytes) {
  const std::int64_t at_once = options.chunk_size.value_or(
      rows_at_once(total_numel(outputs), total_numel(vars), graph_bytes));
  for (std::int64_t i = 0; i < directions.count; i += at_once) {
    const std::int64_t count = std::min(at_once, directions.count - i);
    const variable_list parts = sweep_again(outputs, vars, directions.from(i, count),
                                            options.create_graph, /*batched=*/true);
    for (std::size_t j = 0; j < slices.size(); ++j) {
      if (options.strict && !parts[j].defined()) fail_independent(op, by, j);
      slices[j].add(i, count, parts[j]);
    }
  }
}

/// One pass with tangents per direction.
Product jvp_by_tangents(ErasedFunction f, const variable_list& x, const Directions& directions,
                        const FunctionalOptions& options) {
  variable_list value;
  std::vector<LeadingSlices> slices;
  for (std::int64_t i = 0; i < directions.count; ++i) {
    const DualLevel level;
    const AutoGradMode recording(options.create_graph);
    const variable_list tangents = directions.at(i);
    variable_list duals, parts;
    for (std::size_t j = 0; j < x.size(); ++j)
      duals.push_back(
          autograd::make_dual(options.create_graph ? x[j] : x[j].detach(), tangents[j]));
    const variable_list results = evaluate("jvp", f, duals);
    for (const Tensor& y : results) parts.push_back(autograd::unpack_dual(y).tangent);
    if (i == 0) {
      for (const Tensor& y : results) value.push_back(autograd::unpack_dual(y).primal);
      slices = slices_like(directions.count, value, keeps(options));
    }
    add_all(slices, i, parts, "jvp", options.strict, "of output");
  }
  return finish_batch("jvp", std::move(value), slices, options, {});
}

/// As jvp() does it by sweeps: by cotangents of a recorded sweep.
Product jvp_by_sweeps(ErasedFunction f, const variable_list& x, const Directions& directions,
                      const FunctionalOptions& options) {
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables("jvp", x, options.create_graph, leaves);
  const MemoryGrowth growth;
  variable_list value = evaluate("jvp", f, vars);
  if (options.strict) check_tracked_outputs("jvp", value);
  variable_list cotangents;
  for (const Tensor& y : value)
    cotangents.push_back(zeros(
        y.sizes(),
        TensorOptions(y.is_floating_point() ? y.dtype() : kDefaultDtype).requires_grad(true)));
  leaves.insert(leaves.end(), cotangents.begin(), cotangents.end());
  const variable_list g = sweep_again(value, vars, cotangents, /*create_graph=*/true);
  std::vector<LeadingSlices> slices = slices_like(directions.count, value, keeps(options));
  add_sweeps(slices, g, cotangents, directions, "jvp", options, "of output", growth.bytes());
  return finish_batch("jvp", std::move(value), slices, options, leaves);
}

Product hvp_by_tangents(ErasedFunction f, const variable_list& x, const Directions& directions,
                        const FunctionalOptions& options) {
  variable_list value, leaves;
  std::vector<LeadingSlices> slices = slices_like(directions.count, x, options.create_graph);
  for (std::int64_t i = 0; i < directions.count; ++i) {
    const DualLevel level;
    const AutoGradMode recording(true);
    const variable_list tangents = directions.at(i);
    variable_list duals;
    for (std::size_t j = 0; j < x.size(); ++j)
      duals.push_back(
          autograd::make_dual(variable(x[j], options.create_graph, leaves), tangents[j]));
    const Tensor y = evaluate_to_one_element("hvp", f, duals);
    if (options.strict) check_tracked_outputs("hvp", {y});
    variable_list parts = sweep({y}, duals, {ones(y.sizes(), y.dtype())}, options.create_graph);
    for (Tensor& g : parts)
      if (g.defined()) g = autograd::unpack_dual(g).tangent;
    if (i == 0) value = as_list(autograd::unpack_dual(y).primal);
    add_all(slices, i, parts, "hvp", options.strict, "by argument");
  }
  return finish_batch("hvp", std::move(value), slices, options, leaves);
}

}  // namespace

Product vjp_of_batch(ErasedFunction f, const variable_list& x, const variable_list& v,
                     const FunctionalOptions& options) {
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables("vjp", x, options.create_graph, leaves);
  const MemoryGrowth growth;
  variable_list value = evaluate("vjp", f, vars);
  if (options.strict) check_tracked_outputs("vjp", value);
  const Directions directions = kept(check_directions("vjp", v, value, "value"), options);
  std::vector<LeadingSlices> slices = slices_like(directions.count, vars, keeps(options));
  add_sweeps(slices, value, vars, directions, "vjp", options, "by argument", growth.bytes());
  return finish_batch("vjp", std::move(value), slices, options, leaves);
}

Product jvp_of_batch(ErasedFunction f, const variable_list& x, const variable_list& v,
                     const FunctionalOptions& options) {
  check_arguments("jvp", x);
  const Directions directions = kept(check_directions("jvp", v, x, "argument"), options);
  // Without directions a pass with tangents would not evaluate f.
  return choose_tangents(options) && directions.count > 0
             ? jvp_by_tangents(f, x, directions, options)
             : jvp_by_sweeps(f, x, directions, options);
}

Product hvp_of_batch(std::string_view op, ErasedFunction f, const variable_list& x,
                     const variable_list& v, const FunctionalOptions& options) {
  check_arguments(op, x);
  const Directions directions = kept(check_directions(op, v, x, "argument"), options);
  if (op == "hvp" && strategy_of(options, Strategy::Reverse) == Strategy::Forward &&
      directions.count > 0)
    return hvp_by_tangents(f, x, directions, options);
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables(op, x, options.create_graph, leaves);
  const MemoryGrowth growth;
  const Tensor y = evaluate_to_one_element(op, f, vars);
  if (options.strict) check_tracked_outputs(op, {y});
  const variable_list g = sweep({y}, vars, {ones(y.sizes(), y.dtype())}, /*create_graph=*/true);
  std::vector<LeadingSlices> slices = slices_like(directions.count, vars, keeps(options));
  add_sweeps(slices, g, vars, directions, op, options, "by argument", growth.bytes());
  return finish_batch(op, as_list(y), slices, options, leaves);
}

}  // namespace eigengrad::detail
