#include "eigengrad/functional/gauss_newton.hpp"

#include "core/fail.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/functional/jacobian_transforms.hpp"
#include "eigengrad/functional/products.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/batch.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

using autograd::DualLevel;

namespace {

constexpr std::string_view kOp = "gauss_newton";

Recording recording_of(const MatrixTransformOptions& options) {
  return options.create_graph ? Recording::AsOptionsSay : Recording::WhereNeeded;
}

void check_single(const variable_list& value) {
  if (value.size() != 1)
    fail<ShapeError>(kOp, "the function must return a single tensor: got ", value.size(),
                     "; combine them");
}

/// H J for the `m` times `n` matrix J, where H is the Hessian of `loss` at `y`.
Tensor hessian_times(ErasedFunction loss, const Tensor& y, const Tensor& j,
                     const MatrixTransformOptions& options) {
  const std::int64_t m = j.size(0), n = j.size(1);
  FunctionalOptions all = functional_options(options);
  if (m < n) {
    const Tensor h =
        value_and_hessian(kOp, loss, as_list(y), all, recording_of(options)).blocks[0][0];
    return h.reshape({m, m}).matmul(j);
  }
  DimVector sizes{n};
  for (const std::int64_t s : y.sizes()) sizes.push_back(s);
  all.is_v_batched = true;
  // The loss may have captured a tracked tensor as well, so that its history is recorded where anything can be.
  all.create_graph = options.create_graph.value_or(GradMode::is_enabled());
  all.strict = false;
  const Product p = hvp(loss, as_list(y), as_list(j.t().reshape(sizes)), all);
  return p.product[0].reshape({n, m}).t();
}

/// J^T H J, cut into the blocks of `x`.
DerivativeBlocks blocks_of(const Tensor& matrix, const variable_list& x) {
  DerivativeBlocks blocks(x.size());
  std::int64_t row = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::int64_t column = 0;
    for (const Tensor& t : x) {
      DimVector sizes(x[i].sizes());
      for (const std::int64_t s : t.sizes()) sizes.push_back(s);
      blocks[i].push_back(
          matrix.narrow(0, row, x[i].numel()).narrow(1, column, t.numel()).reshape(sizes));
      column += t.numel();
    }
    row += x[i].numel();
  }
  return blocks;
}

/// What is left of a product when y = f(x), recorded by `vars`, and J v are known.
variable_list pull_back_curvature(ErasedFunction loss, const Tensor& y, const Tensor& jv,
                                  const variable_list& vars, bool record) {
  FunctionalOptions options;
  options.create_graph = record;
  const Tensor at = record ? y : constant(y);
  const Product p = hvp(loss, as_list(at), as_list(jv), options);
  return sweep({y}, vars, p.product, record);
}

/// J v beside the value of `f` at `vars`, by a tangent. The level is closed behind it, so that sweeps carry none.
std::pair<Tensor, Tensor> push_forward(ErasedFunction f, const variable_list& vars,
                                       const variable_list& v) {
  const DualLevel level;
  variable_list duals;
  for (std::size_t i = 0; i < vars.size(); ++i) duals.push_back(autograd::make_dual(vars[i], v[i]));
  const variable_list value = evaluate(kOp, f, duals);
  check_single(value);
  const autograd::Dual parts = autograd::unpack_dual(value[0]);
  return {parts.primal,
          parts.tangent.defined() ? parts.tangent : zeros(value[0].sizes(), value[0].dtype())};
}

/// The same by two sweeps, where another level is open.
std::pair<Tensor, Tensor> push_forward_by_sweeps(ErasedFunction f, const variable_list& vars,
                                                 const variable_list& v, variable_list& leaves,
                                                 bool record) {
  variable_list value = evaluate(kOp, f, vars);
  check_single(value);
  const Tensor& y = value[0];
  const Tensor cotangent = zeros(y.sizes(), TensorOptions(y.dtype()).requires_grad(true));
  leaves.push_back(cotangent);
  const variable_list g = sweep_again(value, vars, {cotangent}, /*create_graph=*/true);
  variable_list jv = sweep_again(g, {cotangent}, v, record);
  fill_in_zeros(kOp, jv, value, /*strict=*/false, "by argument");
  return {y, jv[0]};
}

}  // namespace

DerivativeBlocks gauss_newton(ErasedFunction f, ErasedFunction loss, const variable_list& x,
                              const MatrixTransformOptions& options) {
  Derivatives d = value_and_jacobian(kOp, f, x, functional_options(options), recording_of(options));
  check_single(d.value);
  const AutoGradMode recording(options.create_graph.value_or(GradMode::is_enabled()));
  const Tensor& y = d.value[0];
  variable_list columns;
  for (std::size_t i = 0; i < x.size(); ++i)
    columns.push_back(d.blocks[0][i].reshape({y.numel(), x[i].numel()}).to(x[0].dtype()));
  const Tensor j = columns.size() == 1 ? columns[0] : cat(columns, 1);
  const Tensor hj = hessian_times(loss, y, j, options);
  return blocks_of(j.t().matmul(hj), x);
}

variable_list gauss_newton_product(ErasedFunction f, ErasedFunction loss, const variable_list& x,
                                   const variable_list& v, const MatrixTransformOptions& options) {
  const bool may_record = options.create_graph.value_or(GradMode::is_enabled());
  const AutoGradMode recording(true);
  variable_list leaves;
  const variable_list vars = variables(kOp, x, may_record, leaves);
  const variable_list directions = check_vectors(kOp, v, x, "argument");
  const auto [y, jv] = DualLevel::is_open()
                           ? push_forward_by_sweeps(f, vars, directions, leaves, may_record)
                           : push_forward(f, vars, directions);
  // Whatever either function captured may be wanted in the history; a constant one is dropped below.
  variable_list product = pull_back_curvature(loss, y, jv, vars, may_record);
  fill_in_zeros(kOp, product, x, options.strict, "by argument");
  retire(leaves);
  if (!may_record)
    make_constant(product);
  else
    for (Tensor& t : product) make_constant_if_own(t);
  return product;
}

}  // namespace eigengrad::detail
