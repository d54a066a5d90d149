#include <boost/test/unit_test.hpp>
#include <cmath>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/options.hpp"
#include "eigengrad/core/random.hpp"
#include "eigengrad/core/threads.hpp"
#include "eigengrad/functional/jacobian.hpp"
#include "eigengrad/functional/transforms.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/extrema.hpp"
#include "eigengrad/ops/reduction/norms.hpp"
#include "eigengrad/ops/reduction/sorting.hpp"
#include "eigengrad/ops/reduction/statistics.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "ops/kinks.hpp"
#include "support/compare.hpp"

namespace table {

using eg::Tensor;

std::vector<Kink> reduction_kinks() {
  const Call max = on1([](const Tensor& x) { return eg::max(x); });
  const Call min = on1([](const Tensor& x) { return eg::min(x); });
  const Call prod = on1([](const Tensor& x) { return eg::prod(x); });
  const Call var = on1([](const Tensor& x) { return eg::var(x); });
  const Call std = on1([](const Tensor& x) { return eg::std(x); });
  const Call max_along = on1([](const Tensor& x) { return std::get<0>(eg::max(x, 0)); });
  const Call min_along = on1([](const Tensor& x) { return std::get<0>(eg::min(x, 0)); });
  const Call amax = on1([](const Tensor& x) { return eg::amax(x); });
  const Call amin = on1([](const Tensor& x) { return eg::amin(x); });
  const Call lse = on1([](const Tensor& x) { return eg::logsumexp(x, 0); });
  return {
      {"max_of_two_equal", max, {{3, 1, 3}}, {3}, {{0.5, 0, 0.5}}},
      {"max_of_all_equal", max, {{2, 2, 2, 2, 2}}, {2}, {{0.2, 0.2, 0.2, 0.2, 0.2}}},
      {"max_of_nan", max, {{1, kNan, 3, kNan}}, {kNan}, {{0, 0.5, 0, 0.5}}},
      {"min_of_two_equal", min, {{3, 1, 1}}, {1}, {{0, 0.5, 0.5}}},
      {"min_of_nan", min, {{1, kNan}}, {kNan}, {{0, 1}}},
      {"max_along_takes_first", max_along, {{3, 1, 3}}, {3}, {{1, 0, 0}}},
      {"max_along_takes_nan", max_along, {{3, kNan, kNan}}, {kNan}, {{0, 1, 0}}},
      {"min_along_takes_first", min_along, {{3, 1, 1}}, {1}, {{0, 1, 0}}},
      {"prod_with_a_zero", prod, {{0, 2, 3}}, {0}, {{6, 0, 0}}},
      {"prod_with_zeros", prod, {{0, 2, 0}}, {0}, {{0, 0, 0}}},
      {"prod_with_inf", prod, {{kInf, 2}}, {kInf}, {{2, kInf}}},
      {"prod_that_underflows", prod, {{1e-200, 1e-200}}, {0}, {{1e-200, 1e-200}}},
      {"prod_of_nothing", prod, {{}}, {1}, {{}}},
      {"sum_of_nothing", on1([](const Tensor& x) { return eg::sum(x); }), {{}}, {0}, {{}}},
      {"mean_of_nothing", on1([](const Tensor& x) { return eg::mean(x); }), {{}}, {kNan}, {{}}},
      {"var_of_one", var, {{5}}, {kNan}, {{kNan}}},
      {"var_of_equal", var, {{4, 4, 4}}, {0}, {{0, 0, 0}}},
      {"std_of_one", std, {{5}}, {kNan}, {{kNan}}},
      {"std_of_equal", std, {{4, 4, 4}}, {0}, {{0, 0, 0}}},
      {"std_of_tiny",
       std,
       {{0x1p-700, 3 * 0x1p-700}},
       {std::sqrt(2.0) * 0x1p-700},
       {{-std::sqrt(0.5), std::sqrt(0.5)}}},
      {"std_of_huge",
       std,
       {{0x1p700, 3 * 0x1p700}},
       {std::sqrt(2.0) * 0x1p700},
       {{-std::sqrt(0.5), std::sqrt(0.5)}}},
      {"amax_shares", amax, {{3, 1, 3}}, {3}, {{0.5, 0, 0.5}}},
      {"amin_shares", amin, {{1, 1, 3}}, {1}, {{0.5, 0.5, 0}}},
      {"amax_of_nan", amax, {{1, kNan, 3, kNan}}, {kNan}, {{0, 0.5, 0, 0.5}}},
      {"amax_of_inf", amax, {{-kInf, kInf, kInf}}, {kInf}, {{0, 0.5, 0.5}}},
      {"aminmax_shares",
       on1([](const Tensor& x) {
         const auto [low, high] = eg::aminmax(x);
         return low + high * 2;
       }),
       {{1, 1, 3, 2}},
       {7},
       {{0.5, 0.5, 2, 0}}},
      {"nansum", on1([](const Tensor& x) { return eg::nansum(x); }), {{1, kNan}}, {1}, {{1, 0}}},
      {"nanmean",
       on1([](const Tensor& x) { return eg::nanmean(x); }),
       {{1, kNan, 3}},
       {2},
       {{0.5, 0, 0.5}}},
      {"logsumexp_of_minus_inf", lse, {{-kInf, -kInf}}, {-kInf}, {{0, 0}}},
      {"logsumexp_with_minus_inf", lse, {{-kInf, 2}}, {2}, {{0, 1}}},
      {"logsumexp_of_inf", lse, {{kInf, 2}}, {kInf}, {{1, 0}}},
      {"logsumexp_of_large", lse, {{1000, 1000}}, {1000 + std::log(2.0)}, {{0.5, 0.5}}},
      {"logsumexp_of_small", lse, {{-1000, -1000}}, {-1000 + std::log(2.0)}, {{0.5, 0.5}}}};
}

std::vector<Kink> norm_kinks() {
  const auto of = [](double p) { return on1([p](const Tensor& x) { return eg::norm(x, p); }); };
  const double half = std::sqrt(0.5);
  std::vector<Kink> kinks{
      {"norm_with_zero", of(2), {{0, 3, 4}}, {5}, {{0, 0.6, 0.8}}},
      {"norm_of_tiny", of(2), {{3 * 0x1p-700, -4 * 0x1p-700}}, {5 * 0x1p-700}, {{0.6, -0.8}}},
      {"norm_of_huge", of(2), {{3 * 0x1p700, -4 * 0x1p700}}, {5 * 0x1p700}, {{0.6, -0.8}}},
      {"norm_of_inf", of(2), {{kInf, 1}}, {kInf}, {{kNan, 0}}},
      {"norm_of_nan", of(2), {{kNan, 1}}, {kNan}, {{kNan, kNan}}},
      {"norm_3_of_huge",
       of(3),
       {{3 * 0x1p700, 4 * 0x1p700, 5 * 0x1p700}},
       {6 * 0x1p700},
       {{1.0 / 4, 4.0 / 9, 25.0 / 36}},
       4},
      {"norm_minus_1_of_tiny", of(-1), {{0x1p-1040, 0x1p-1040}}, {0x1p-1041}, {{0.25, 0.25}}},
      {"norm_minus_1_with_zero", of(-1), {{0, 2}}, {0}, {{0, 0}}},
      {"norm_half_with_zero", of(0.5), {{0, 4, 4}}, {16}, {{0, 2, 2}}},
      {"norm_1_with_zero", of(1), {{0, -0.0, -2, 3}}, {5}, {{0, 0, -1, 1}}},
      {"norm_0", of(0), {{0, -0.0, -2, kNan}}, {2}, {{0, 0, 0, 0}}},
      {"norm_inf_shares", of(kInf), {{-2, 2, 1}}, {2}, {{-0.5, 0.5, 0}}},
      {"norm_least_shares", of(-kInf), {{-2, 2, 3}}, {2}, {{-0.5, 0.5, 0}}},
      {"dist_of_equal",
       on2([](const Tensor& a, const Tensor& b) { return eg::dist(a, b); }),
       {{1, 2}, {1, 2}},
       {0},
       {{0, 0}, {0, 0}}},
      {"dist",
       on2([](const Tensor& a, const Tensor& b) { return eg::dist(a, b); }),
       {{1, 2}, {0, 1}},
       {std::sqrt(2.0)},
       {{half, half}, {-half, -half}}},
      {"renorm_of_zeros",
       on1([](const Tensor& x) {
         return eg::renorm(x.reshape({1, -1}), 2, 0, 1);
       }),
       {{0, 0}},
       {0, 0},
       {{1, 1}}}};
  for (const double p : {0.0, 0.5, 1.0, 1.5, 2.0, 3.0, kInf, -kInf, -1.0})
    kinks.push_back({"norm_of_zeros_" + std::to_string(p), of(p), {{0, 0}}, {0}, {{0, 0}}});
  return kinks;
}

std::vector<Kink> order_kinks() {
  const Call sort = on1([](const Tensor& x) {
    return std::get<0>(eg::sort(x)) * eg::tensor({1.0, 2.0, 3.0, 4.0});
  });
  const Call median = on1([](const Tensor& x) { return eg::median(x); });
  const Call nanmedian = on1([](const Tensor& x) { return eg::nanmedian(x); });
  const auto at = [](double q) { return on1([q](const Tensor& x) { return eg::quantile(x, q); }); };
  return {
      {"sort_of_ties_and_nan", sort, {{kNan, 1, -kInf, 1}}, {-kInf, 2, 3, kNan}, {{4, 2, 1, 3}}},
      {"median_of_ties", median, {{2, 2, 1, 3}}, {2}, {{0.5, 0.5, 0, 0}}},
      {"median_of_nan", median, {{2, kNan, kNan, 3}}, {kNan}, {{0, 0.5, 0.5, 0}}},
      {"median_of_nothing", median, {{}}, {kNan}, {{}}},
      {"nanmedian_of_nan", nanmedian, {{2, kNan, kNan, 3}}, {2}, {{1, 0, 0, 0}}},
      {"nanmedian_of_all_nan", nanmedian, {{kNan, kNan}}, {kNan}, {{0.5, 0.5}}},
      {"quantile_at_an_infinity", at(1), {{1, 2, kInf}}, {kInf}, {{0, 0, 1}}},
      {"quantile_beside_an_infinity", at(0.5), {{1, 2, kInf}}, {2}, {{0, 1, 0}}},
      {"quantile_before_an_infinity", at(0.75), {{0, kInf}}, {kInf}, {{0.25, 0.75}}},
      {"quantile_behind_an_infinity", at(0.25), {{-kInf, 3}}, {-kInf}, {{0.75, 0.25}}},
      {"quantile_between_infinities", at(0.75), {{kInf, kInf}}, {kInf}, {{0, 1}}},
      {"quantile_of_one", at(0.3), {{5}}, {5}, {{1}}}};
}

namespace {

using support::check_close;

BOOST_AUTO_TEST_SUITE(kinks_of_reductions)

BOOST_AUTO_TEST_CASE(places_of_extrema) {
  const auto place = [](const Tensor& i) { return i.item<std::int64_t>(); };
  BOOST_TEST(place(eg::argmax(eg::tensor({1.0, 3.0, 3.0}))) == 1);
  BOOST_TEST(place(eg::argmin(eg::tensor({1.0, 0.0, 0.0}))) == 1);
  BOOST_TEST(place(eg::argmax(eg::tensor({1.0, kNan, 3.0, kNan}))) == 1);
  BOOST_TEST(place(eg::argmin(eg::tensor({1.0, kNan, 3.0, kNan}))) == 1);
  BOOST_TEST(place(std::get<1>(eg::max(eg::tensor({2.0, 2.0}), 0))) == 0);
  BOOST_TEST(place(std::get<1>(eg::min(eg::tensor({2.0, kNan}), 0))) == 1);
}

BOOST_AUTO_TEST_CASE(truth_of_nothing) {
  BOOST_TEST(eg::all(eg::zeros({0})).item<bool>());
  BOOST_TEST(!eg::any(eg::zeros({0})).item<bool>());
}

/// The Hessian of a norm times a vector, near 0 and at it.
BOOST_AUTO_TEST_CASE(second_derivatives_of_norms) {
  const auto hessian = [](double p, const Tensor& x) {
    return eg::hessian([p](const Tensor& v) { return eg::norm(v, p); }, x);
  };
  // (I - u u^T) / |x| with u = (0.6, 0.8).
  for (const double scale : {1.0, 1e-200, 1e-300, 1e200}) {
    BOOST_TEST_INFO_SCOPE("scale " << scale);
    const double n = 5 * scale;
    check_close(hessian(2, eg::tensor({3.0, 4.0}) * scale),
                Array({2, 2}, {0.64 / n, -0.48 / n, -0.48 / n, 0.36 / n}),
                {.relative = 1e-14, .scale = 1 / n});
  }
  for (const double p : {0.5, 1.0, 1.5, 2.0, 3.0, kInf, -kInf, -1.0}) {
    BOOST_TEST_INFO_SCOPE("p = " << p);
    check_close(hessian(p, eg::zeros({2})), Array(Sizes{2, 2}));
  }
  const Array with_zero = support::to_array(hessian(1.5, eg::tensor({0.0, 2.0})));
  BOOST_TEST(with_zero.values == Numbers({0, 0, 0, 0}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(second_derivative_of_std_of_equal_elements) {
  const auto f = [](const Tensor& x) { return eg::std(x); };
  check_close(eg::hessian(f, eg::full({3}, 4.0)), Array(Sizes{3, 3}));
  const auto g = [](const Tensor& x) { return std::get<0>(eg::std_mean(x, {0}, false)).sum(); };
  check_close(eg::hessian(g, eg::full({2, 1}, 4.0)).reshape({2, 2}), Array(Sizes{2, 2}));
}

BOOST_AUTO_TEST_CASE(second_derivative_of_logsumexp_of_minus_inf) {
  const auto f = [](const Tensor& x) { return eg::logsumexp(x, 0); };
  check_close(eg::hessian(f, eg::full({2}, -kInf)), Array(Sizes{2, 2}));
}

BOOST_AUTO_TEST_CASE(long_product_with_zeros) {
  // Of order n: with n^2 elements this would take 80 GB.
  Tensor x = eg::ones({100001}, eg::requires_grad());
  {
    const eg::NoGradGuard off;
    x[7].fill_(0);
    x[99998].fill_(0);
  }
  const Tensor g = eg::autograd::grad({eg::prod(x)}, {x}, {.create_graph = true})[0];
  BOOST_TEST(g.abs().sum().item<double>() == 0);
  const Tensor h = eg::autograd::grad({g[7]}, {x})[0];
  BOOST_TEST(h.sum().item<double>() == 1);
  BOOST_TEST(h[99998].item<double>() == 1);
}

/// Several layouts, each large enough for several threads.
BOOST_AUTO_TEST_CASE(results_do_not_depend_on_the_number_of_threads) {
  const Tensor a = eg::rand({90, 130, 19}), b = eg::rand({401, 503}), c = eg::rand({70001, 3});
  const auto all = [](const Tensor& x) {
    variable_list y{eg::sum(x), eg::norm(x, 3), eg::amax(x), eg::var(x)};
    for (std::int64_t d = 0; d < x.dim(); ++d)
      for (const Tensor& t :
           {eg::sum(x, d), eg::logsumexp(x, d), eg::prod(x, d), std::get<1>(eg::max(x, d)),
            std::get<1>(eg::sort(x, d)), eg::any(x, d), eg::norm(x, 2, eg::IntArrayRef(d))})
        y.push_back(t);
    return y;
  };
  const int threads = eg::get_num_threads();
  for (const Tensor& x : {a, b, c, b.t(), a.transpose(0, 2)}) {
    eg::set_num_threads(1);
    const variable_list alone = all(x);
    eg::set_num_threads(3);
    const variable_list shared = all(x);
    for (std::size_t k = 0; k < alone.size(); ++k) BOOST_TEST(alone[k].equal(shared[k]));
  }
  eg::set_num_threads(threads);
}

BOOST_AUTO_TEST_CASE(counts_at_edges) {
  BOOST_TEST(eg::count_nonzero(eg::tensor({kNan, 0.0, -0.0, 1.0})).item<std::int64_t>() == 2);
  check_close(eg::histc(eg::tensor({1.0, kNan, 3.0, -1.0, 0.0, 2.0}), 2, 0, 2), Array({2}, {1, 2}));
  check_close(eg::histc(eg::tensor({1.0, 1.0}), 4), Array({4}, {0, 0, 2, 0}));
  BOOST_TEST(eg::median(eg::zeros({0}, eg::kInt64)).item<std::int64_t>() ==
             std::numeric_limits<std::int64_t>::min());
}

BOOST_AUTO_TEST_CASE(var_with_large_correction) {
  const Tensor x = eg::tensor({5.0, 6.0});
  const eg::optional<std::int64_t> three = 3;
  BOOST_TEST(eg::var(x, eg::nullopt, three).item<double>() == kInf);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
