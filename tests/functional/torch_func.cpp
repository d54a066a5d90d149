#include "functional/torch_func.hpp"

#include <boost/test/unit_test.hpp>

#include "functional/support.hpp"

using namespace functional_test;

namespace {

const eg::Tensor kW = eg::linspace(-1.0, 1.2, 12).reshape({3, 4}).sin();
const eg::Tensor kV = eg::linspace(0.3, -0.8, 8).reshape({4, 2});
const eg::Tensor kX = eg::linspace(-0.9, 1.4, 15).reshape({5, 3});
const eg::Tensor kY = eg::linspace(0.2, -0.6, 10).reshape({5, 2});

eg::Tensor network(const eg::Tensor& w, const eg::Tensor& x) {
  return x.matmul(w).tanh().matmul(kV);
}
eg::Tensor misfit(const eg::Tensor& z, const eg::Tensor& y) {
  return (z - y).square().sum() + z.exp().prod();
}
eg::Tensor loss(const eg::Tensor& w, const eg::Tensor& x, const eg::Tensor& y) {
  return misfit(network(w, x), y);
}

void check(const eg::Tensor& got, const std::vector<double>& want, eg::IntArrayRef sizes) {
  check_close(got, eg::tensor(want).reshape(sizes), 1e-13);
}

}  // namespace

// What torch.func gives for the same network; see tests/oracle/functional.py.
BOOST_AUTO_TEST_SUITE(torch_func)

BOOST_AUTO_TEST_CASE(matrices) {
  const eg::Tensor x = kX[0], y = kY[0];
  check(eg::jacrev<0>(network)(kW, x), oracle::jacrev, {2, 3, 4});
  check(eg::jacfwd<0>(network)(kW, x), oracle::jacrev, {2, 3, 4});
  check(eg::jacfwd<1>(network)(kW, x), oracle::jacfwd_of_x, {2, 3});
  check(eg::hessian<1>(loss)(kW, x, y), oracle::hessian_of_x, {3, 3});
}

BOOST_AUTO_TEST_CASE(nested) {
  const eg::Tensor x = kX[0];
  check(eg::jacfwd<1>(eg::jacrev<1>(network))(kW, x), oracle::jacfwd_of_jacrev, {2, 3, 3});
  check(eg::jacrev<1>(eg::jacrev<1>(network))(kW, x), oracle::jacfwd_of_jacrev, {2, 3, 3});
  check(eg::jacfwd<0>(eg::jacfwd<1>(network))(kW, x), oracle::jacfwd_of_jacfwd, {2, 3, 3, 4});
  check(eg::jacrev<0>(eg::jacfwd<1>(network))(kW, x), oracle::jacfwd_of_jacfwd, {2, 3, 3, 4});
}

BOOST_AUTO_TEST_CASE(batches) {
  const eg::Tensor x = kX[0], y = kY[0];
  check(eg::per_sample_grad(loss)(kW, kX, kY), oracle::per_sample, {5, 3, 4});
  const auto of_w = [&](const eg::Tensor& w) { return network(w, x); };
  check(eg::vjp(of_w, kW, kY, {.is_v_batched = true}).second, oracle::vjp_batch, {5, 3, 4});
  const auto f = [&](const eg::Tensor& w) { return loss(w, x, y); };
  const eg::Tensor directions = eg::stack({kW, kW * kW, 1 - kW});
  for (const eg::Strategy s : {eg::Strategy::Reverse, eg::Strategy::Forward})
    check(eg::hvp(f, kW, directions, {.strategy = s, .is_v_batched = true}).second,
          oracle::hvp_batch, {3, 3, 4});
}

BOOST_AUTO_TEST_CASE(curvature) {
  const eg::Tensor x = kX[0], y = kY[0];
  const auto f = [&](const eg::Tensor& w) { return loss(w, x, y); };
  check(eg::laplacian(f, kW), oracle::laplacian, {});
  const auto of_w = [&](const eg::Tensor& w) { return network(w, x); };
  const auto outer = [&](const eg::Tensor& z) { return misfit(z, y); };
  check(eg::gauss_newton(of_w, outer)(kW), oracle::gauss_newton, {3, 4, 3, 4});
}

BOOST_AUTO_TEST_SUITE_END()
