// Softmax, losses, products and distances at their edges: weights of 0, certain predictions, equal
// points, sequences that cannot be; and the derivatives of second order there.

#include <boost/test/unit_test.hpp>
#include <limits>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/functional/transforms.hpp"
#include "eigengrad/ops/linalg/distances.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/loss/classification.hpp"
#include "eigengrad/ops/loss/ctc.hpp"
#include "eigengrad/ops/loss/pointwise.hpp"
#include "eigengrad/ops/loss/reduction.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/softmax.hpp"
#include "ops/table.hpp"
#include "support/compare.hpp"

namespace table {
namespace {

using eg::Tensor;
using support::check_close;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Tensor tracked(const Tensor& x) { return x.clone().requires_grad_(); }

Tensor gradient(const Tensor& y, const Tensor& x, bool create_graph = false) {
  return eg::autograd::grad({y}, {x}, {.create_graph = create_graph})[0];
}

Array vector_of(std::vector<double> numbers) {
  const auto n = static_cast<std::int64_t>(numbers.size());
  return {{n}, std::move(numbers)};
}

BOOST_AUTO_TEST_SUITE(kinks_of_losses)

BOOST_AUTO_TEST_CASE(softmax_of_impossible_classes) {
  const Tensor x = tracked(eg::tensor({0.0, -kInf, 0.0}));
  check_close(eg::softmax(x, 0).detach(), vector_of({0.5, 0, 0.5}));
  check_close(eg::log_softmax(x, 0).detach(), vector_of({-std::log(2.0), -kInf, -std::log(2.0)}),
              {.ulps = 2});
  const Tensor g = gradient(eg::log_softmax(x, 0)[0], x, true);
  check_close(g.detach(), vector_of({0.5, 0, -0.5}), {.ulps = 2});
  check_close(gradient(g[0], x), vector_of({-0.25, 0, 0.25}), {.ulps = 2});
}

BOOST_AUTO_TEST_CASE(log_softmax_keeps_what_softmax_loses) {
  const Tensor x = tracked(eg::tensor({0.0, -1000.0}));
  check_close(eg::log_softmax(x, 0).detach(), vector_of({0, -1000}));
  check_close(gradient(eg::log_softmax(x, 0)[1], x), vector_of({-1, 1}));
}

BOOST_AUTO_TEST_CASE(cross_entropy_of_certain_predictions) {
  const Tensor x = tracked(eg::tensor({{800.0, -800.0}, {-800.0, 800.0}}));
  const Tensor y = eg::cross_entropy_loss(x, eg::tensor({0, 0}), {}, eg::Reduction::None);
  check_close(y.detach(), vector_of({0, 1600}));
  check_close(gradient(y.sum(), x), Array({2, 2}, {0, 0, -1, 1}));
}

BOOST_AUTO_TEST_CASE(logistic_loss_far_in_the_tails) {
  const Tensor x = tracked(eg::tensor({50.0, -50.0, 700.0}));
  const Tensor t = eg::tensor({1.0, 0.0, 1.0});
  const Tensor y = eg::binary_cross_entropy_with_logits(x, t, {}, {}, eg::Reduction::Sum);
  const Tensor g = gradient(y, x, true);
  const std::vector<double> tails{-std::exp(-50.0), std::exp(-50.0), -std::exp(-700.0)};
  check_close(g.detach(), vector_of(tails), {.ulps = 4});
  check_close(gradient(g.sum(), x), vector_of({std::exp(-50.0), std::exp(-50.0), std::exp(-700.0)}),
              {.ulps = 4});
}

BOOST_AUTO_TEST_CASE(logistic_loss_at_zero_is_smooth) {
  const Tensor x = tracked(eg::zeros({1}));
  const Tensor g = gradient(eg::binary_cross_entropy_with_logits(x, eg::ones({1})), x, true);
  BOOST_TEST(g.item<double>() == -0.5);
  BOOST_TEST(gradient(g, x).item<double>() == 0.25);
}

BOOST_AUTO_TEST_CASE(soft_margin_does_not_overflow) {
  const Tensor x = tracked(eg::tensor({-1000.0}));
  const Tensor y = eg::soft_margin_loss(x, eg::ones({1}));
  BOOST_TEST(y.item<double>() == 1000);
  BOOST_TEST(gradient(y, x).item<double>() == -1);
}

BOOST_AUTO_TEST_CASE(binary_cross_entropy_at_its_bounds) {
  const Tensor x = tracked(eg::tensor({0.0, 1.0, 0.0, 1.0}));
  const Tensor t = eg::tensor({0.0, 1.0, 1.0, 0.0});
  const Tensor y = eg::binary_cross_entropy(x, t, {}, eg::Reduction::None);
  check_close(y.detach(), vector_of({0, 0, 100, 100}));
  check_close(gradient(y.sum(), x), vector_of({1, -1, -1e12, 1e12}));
}

BOOST_AUTO_TEST_CASE(divergence_from_impossible_events) {
  const Tensor x = eg::tensor({-1.0, -2.0});
  const Tensor t = tracked(eg::tensor({0.0, 1.0}));
  const Tensor y = eg::kl_div(x, t, eg::Reduction::None);
  check_close(y.detach(), vector_of({0, 2}));
}

BOOST_AUTO_TEST_CASE(counts_of_zero_have_second_derivatives) {
  const Tensor t = tracked(eg::tensor({0.0, 1.0, 4.0}));
  const Tensor y = eg::poisson_nll_loss(eg::zeros({3}), t, true, true, 1e-8, eg::Reduction::Sum);
  const Tensor g = gradient(y, t, true);
  check_close(g.detach(), vector_of({0, 0, std::log(4.0) + 0.125}), {.ulps = 2});
  check_close(gradient(g.sum(), t), vector_of({0, 0, 0.25 - 0.03125}), {.ulps = 2});
}

BOOST_AUTO_TEST_CASE(nothing_but_ignored_targets) {
  const Tensor x = tracked(eg::ones({2, 3}));
  const Tensor t = eg::tensor({-100, -100});
  BOOST_TEST(std::isnan(eg::cross_entropy_loss(x, t).item<double>()));
  const Tensor y = eg::cross_entropy_loss(x, t, {}, eg::Reduction::Sum);
  BOOST_TEST(y.item<double>() == 0);
  check_close(gradient(y, x), Array({2, 3}));
}

BOOST_AUTO_TEST_CASE(losses_of_nothing) {
  const Tensor none = eg::zeros({0});
  BOOST_TEST(std::isnan(eg::mse_loss(none, none).item<double>()));
  BOOST_TEST(eg::mse_loss(none, none, eg::Reduction::Sum).item<double>() == 0);
}

BOOST_AUTO_TEST_CASE(sequences_that_cannot_be) {
  const auto loss = [](const Tensor& x, bool zero_infinity) {
    return eg::ctc_loss(x, eg::tensor({{1, 1}}), 2, 2, 0, eg::Reduction::Sum, zero_infinity);
  };
  const Tensor x = tracked(eg::log_softmax(eg::zeros({2, 1, 3}), -1));
  BOOST_TEST(loss(x, false).item<double>() == kInf);
  BOOST_TEST(loss(x, true).item<double>() == 0);
  const Tensor g = gradient(loss(x, true), x, true);
  check_close(g.detach(), Array({2, 1, 3}));
}

BOOST_AUTO_TEST_CASE(empty_sequences) {
  const Tensor x = tracked(eg::log_softmax(eg::zeros({2, 2, 3}), -1));
  const Tensor t = eg::zeros({2, 1}, eg::kInt64) + 1;
  // No steps and no symbols; two steps of blanks.
  const Tensor y = eg::ctc_loss(x, t, {0, 2}, {0, 0}, 0, eg::Reduction::None);
  check_close(y.detach(), vector_of({0, 2 * std::log(3.0)}), {.ulps = 2});
  const Tensor g = gradient(y.sum(), x, true);
  check_close(g.detach(), Array({2, 2, 3}, {0, 0, 0, -1, 0, 0, 0, 0, 0, -1, 0, 0}), {.ulps = 4});
}

BOOST_AUTO_TEST_CASE(ctc_gradient_both_ways) {
  // The closed form against the recorded recursion.
  const Tensor x =
      tracked(eg::log_softmax(support::to_tensor(support::uniform({7, 2, 4}, -2, 2, 5)), -1));
  const Tensor y = eg::ctc_loss(x, eg::tensor({{1, 2, 2}, {3, 0, 0}}), {7, 6}, {3, 1});
  const Tensor plain = eg::autograd::grad({y}, {x}, {.retain_graph = true})[0];
  check_close(gradient(y, x, true).detach(), support::to_array(plain),
              {.relative = 1e-12, .scale = 1});
}

BOOST_AUTO_TEST_CASE(sum_without_self_ignores_it) {
  const Tensor self = tracked(eg::full({2, 2}, kNan));
  const Tensor a = eg::ones({2, 3}), b = eg::ones({3, 2});
  const Tensor y = eg::addmm(self, a, b, 0);
  check_close(y.detach(), Array({2, 2}, 3.0));
  check_close(gradient(y.sum(), self), Array({2, 2}));
}

BOOST_AUTO_TEST_CASE(powers_of_a_matrix) {
  const Tensor x = tracked(eg::tensor({{1.0, 2.0}, {3.0, 4.0}}));
  check_close(eg::matrix_power(x, 0), Array({2, 2}, {1, 0, 0, 1}));
  const Tensor y = eg::matrix_power(x, 1);
  BOOST_TEST(!y.is_same(x));
  check_close(gradient(y.sum(), x), Array({2, 2}, 1.0));
}

BOOST_AUTO_TEST_CASE(powers_of_zero) {
  const Tensor x = tracked(eg::zeros({1}));
  const Tensor y = eg::linalg_vander(x, 4);
  check_close(y.detach(), Array({1, 4}, {1, 0, 0, 0}));
  const Tensor g = gradient(y.sum(), x, true);
  BOOST_TEST(g.item<double>() == 1);
  BOOST_TEST(gradient(g, x).item<double>() == 2);
}

BOOST_AUTO_TEST_CASE(einsum_by_a_given_path) {
  const Tensor a = support::to_tensor(support::uniform({2, 3}, -2, 2, 6));
  const Tensor b = support::to_tensor(support::uniform({3, 4}, -2, 2, 7));
  const Tensor c = support::to_tensor(support::uniform({4, 2}, -2, 2, 8));
  const Array wanted = support::to_array(eg::einsum("ij,jk,kl->il", {a, b, c}));
  const support::Tolerance close{.relative = 1e-14, .scale = 1};
  check_close(eg::einsum("ij,jk,kl->il", {a, b, c}, {1, 2, 0, 1}), wanted, close);
  check_close(eg::einsum("ij,jk,kl->il", {a, b, c}, {0, 2, 0, 1}), wanted, close);
}

BOOST_AUTO_TEST_CASE(distances_of_equal_points) {
  for (const double p : {0.5, 1.0, 1.5, 2.0, 3.0, kInf}) {
    BOOST_TEST_INFO_SCOPE("p = " << p);
    const Tensor x = tracked(eg::tensor({{1.0, 2.0}, {0.5, 2.0}}));
    const Tensor g = gradient(eg::cdist(x, x, p).sum(), x, true);
    // Between the two points only the first component differs: 1 for each of two distances.
    check_close(g.detach(), Array({2, 2}, {2, 0, -2, 0}), {.ulps = 4});
    if (!g.requires_grad()) continue;
    const Tensor h = eg::autograd::grad({g.sum()}, {x}, {.allow_unused = true})[0];
    if (h.defined()) check_close(h, Array({2, 2}), {.relative = 1e-14, .scale = 1});
  }
}

BOOST_AUTO_TEST_CASE(distances_of_near_points_are_precise) {
  const Tensor a = eg::tensor({{1e6, 1e6}});
  const Tensor b = eg::tensor({{1e6 + 0x1p-20, 1e6}});
  BOOST_TEST(eg::cdist(a, b).item<double>() == 0x1p-20);
}

BOOST_AUTO_TEST_CASE(directions_of_nothing) {
  const Tensor x = tracked(eg::zeros({1, 2}));
  check_close(eg::normalize(x).detach(), Array({1, 2}));
  BOOST_TEST(eg::cosine_similarity(x, eg::ones({1, 2})).item<double>() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
