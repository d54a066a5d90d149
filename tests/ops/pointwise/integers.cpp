#include <boost/test/unit_test.hpp>
#include <cstdint>

#include "eigengrad/autograd/node.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"

/// Integers that double does not hold.
namespace {

namespace eg = eigengrad;

constexpr std::int64_t kLarge = (std::int64_t{1} << 53) + 1;

BOOST_AUTO_TEST_SUITE(large_integers)

BOOST_AUTO_TEST_CASE(are_exact_as_alpha) {
  const eg::Tensor a = eg::full({2}, std::int64_t{5}, eg::kInt64);
  const eg::Tensor b = eg::full({2}, std::int64_t{3}, eg::kInt64);
  BOOST_TEST(eg::add(a, b, kLarge)[1].item<std::int64_t>() == 5 + 3 * kLarge);
  BOOST_TEST(eg::sub(a, b, kLarge)[1].item<std::int64_t>() == 5 - 3 * kLarge);
  BOOST_TEST(a.clone().add_(b, kLarge)[0].item<std::int64_t>() == 5 + 3 * kLarge);
  BOOST_TEST(a.clone().sub_(b, kLarge)[0].item<std::int64_t>() == 5 - 3 * kLarge);
}

BOOST_AUTO_TEST_CASE(are_alpha_of_real_numbers) {
  const eg::Tensor a = eg::zeros({1});
  const eg::Tensor b = eg::full({1}, std::int64_t{16}, eg::kInt64);
  constexpr std::int64_t alpha = std::int64_t{1} << 60;
  BOOST_TEST(eg::add(a, b, alpha).item<double>() == 0x1p64);
  BOOST_TEST(eg::sub(a, b, alpha).item<double>() == -0x1p64);
  BOOST_TEST(a.clone().add_(b, alpha).item<double>() == 0x1p64);
  BOOST_TEST(a.clone().sub_(b, alpha).item<double>() == -0x1p64);
  const eg::Tensor x = eg::ones({2}, eg::requires_grad());
  BOOST_TEST(eg::sub(x, x, alpha).grad_fn()->next_edge(1).function->is_accumulator());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
