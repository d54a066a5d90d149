#include "eigengrad/functional/jacobian_transforms.hpp"

#include "core/fail.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

namespace {

struct Transform {
  std::string_view op;
  decltype(&value_and_jacobian) derivatives;
  Strategy strategy;
};

Transform transform_of(Matrix which) {
  // One level of forward mode can be open at a time.
  const Strategy columns = autograd::DualLevel::is_open() ? Strategy::Reverse : Strategy::Forward;
  if (which == Matrix::ReverseJacobian) return {"jacrev", &value_and_jacobian, Strategy::Reverse};
  if (which == Matrix::ForwardJacobian) return {"jacfwd", &value_and_jacobian, columns};
  return {"hessian", &value_and_hessian, Strategy::Auto};
}

}  // namespace

FunctionalOptions functional_options(const MatrixTransformOptions& options) {
  FunctionalOptions all;
  all.create_graph = options.create_graph.value_or(false);
  all.strict = options.strict;
  all.chunk_size = options.chunk_size;
  return all;
}

DerivativeBlocks matrix_of(Matrix which, ErasedFunction f, const variable_list& x,
                           ArrayRef<std::size_t> argnums, const MatrixTransformOptions& options) {
  const Transform t = transform_of(which);
  FunctionalOptions all = functional_options(options);
  all.strategy = t.strategy;
  const Recording recording =
      options.create_graph ? Recording::AsOptionsSay : Recording::WhereNeeded;
  if (argnums.empty()) return t.derivatives(t.op, f, x, all, recording).blocks;

  variable_list by;
  for (const std::size_t i : argnums) {
    if (i >= x.size())
      fail<IndexError>(t.op, "argument number ", i, " is out of range for ", x.size(),
                       " argument(s); count from 0");
    check_argument(t.op, i, x[i]);
    by.push_back(x[i]);
  }
  const auto of_those = [&](const variable_list& v) {
    variable_list arguments = x;
    for (std::size_t i = 0; i < argnums.size(); ++i) arguments[argnums[i]] = v[i];
    return f(arguments);
  };
  return t.derivatives(t.op, of_those, by, all, recording).blocks;
}

}  // namespace eigengrad::detail
