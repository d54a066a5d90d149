#include "linalg/matrix_functions.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include "support.hpp"

/// Functions of matrices that are far from normal, and their derivatives, against many digits.
namespace linalg_test {
namespace {

using Function = Tensor (*)(const Tensor&);

Function function_of(std::string_view name) {
  if (name == "exp") return [](const Tensor& x) { return eg::linalg_matrix_exp(x); };
  if (name == "sqrt") return [](const Tensor& x) { return eg::sqrtm(x); };
  return [](const Tensor& x) { return eg::logm(x); };
}

Tensor square(const std::vector<double>& elements) {
  const auto n = static_cast<std::int64_t>(std::lround(std::sqrt(elements.size())));
  return eg::tensor(elements).view({n, n});
}

/// Row by row and column by column the largest error over what is largest there, the smaller of the two:
/// rows and columns of these matrices are of many sizes.
double error_of(const Tensor& got, const std::vector<double>& elements) {
  const Tensor want = square(elements), off = (got.detach() - want).abs();
  const Tensor sizes = want.abs();
  double worst = 0;
  for (std::int64_t i = 0; i < want.size(0); ++i)
    for (std::int64_t j = 0; j < want.size(1); ++j) {
      const double size = std::min(largest(sizes[i]), largest(sizes.select(1, j)));
      const double error = off[i][j].item<double>();
      if (!(error == 0)) worst = std::max(worst, size > 0 ? error / size : INFINITY);
      if (std::isnan(error)) worst = INFINITY;
    }
  return worst;
}

/// The derivative at A along E is the gradient at A^T from E.
std::string failures(const MatrixFunctionCase& c) {
  const Function f = function_of(c.function);
  std::string report;
  const auto check = [&](const char* what, const Tensor& got, const std::vector<double>& want,
                         double factor) {
    if (const double error = error_of(got, want); !(error <= c.tolerance * factor))
      report += "\n  " + std::string(what) + " off by " + std::to_string(error / c.tolerance) +
                " tolerances";
  };
  const Tensor a = square(c.a), e = square(c.e), g = square(c.f);
  check("value", f(a), c.value, 1);
  check("value at the transpose", f(a.t().contiguous()).t(), c.value, 1);
  const Tensor x = a.t().contiguous().requires_grad_();
  const auto gradient = [&](const Tensor& at, bool again) {
    return eg::autograd::grad({f(at)}, {at}, {.grad_outputs = {e}, .create_graph = again})[0];
  };
  check("reverse", gradient(x, false), c.first, 4);
  const Tensor again = gradient(x, true);
  check("recorded reverse", again, c.first, 4);
  check("reverse over reverse",
        eg::autograd::grad({again}, {x},
                           {.grad_outputs = {g.t().contiguous()}, .retain_graph = true})[0],
        c.second, 16);
  const eg::autograd::DualLevel level;
  check("forward", eg::autograd::unpack_dual(f(eg::autograd::make_dual(a, e))).tangent, c.first, 4);
  const Tensor dual =
      eg::autograd::make_dual(x.detach().clone().requires_grad_(), g.t().contiguous());
  check("forward over reverse", eg::autograd::unpack_dual(gradient(dual, true)).tangent, c.second,
        16);
  return report;
}

BOOST_AUTO_TEST_SUITE(matrix_functions)

BOOST_AUTO_TEST_CASE(far_from_normal) {
  for (const MatrixFunctionCase& c : matrix_function_cases()) {
    std::string report;
    try {
      report = failures(c);
    } catch (const eg::Error& e) {
      report = e.what();
    }
    BOOST_TEST(report.empty(), c.function << " of " << c.name << report);
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
