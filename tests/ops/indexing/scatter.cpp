// Gathering and scattering beyond the table: kinks, products with zeros at every order, what a pass
// costs, embeddings.

#include <boost/test/unit_test.hpp>
#include <chrono>
#include <cmath>
#include <limits>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/check/gradcheck.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/indexing/scatter.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "support/compare.hpp"

namespace {

namespace eg = eigengrad;
using eg::Tensor;
using support::Array;
using support::check_close;
using support::to_array;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

Array vector_of(std::vector<double> v) {
  const auto n = static_cast<std::int64_t>(v.size());
  return {{n}, std::move(v)};
}

Tensor leaf(std::vector<double> v) {
  Tensor t = support::to_tensor(vector_of(std::move(v)));
  return t.requires_grad_();
}

/// The gradients of self and src of the summed result, when everything meets at the first element.
void check_gradients(const char* reduce, bool include_self, std::vector<double> self,
                     std::vector<double> src, std::vector<double> of_self,
                     std::vector<double> of_src) {
  const Tensor index = eg::zeros({static_cast<std::int64_t>(src.size())}, eg::kInt64);
  for (const bool by_rows : {false, true}) {
    BOOST_TEST_INFO_SCOPE(reduce << (by_rows ? ", index_reduce" : ", scatter_reduce"));
    const Tensor x = leaf(self);
    const Tensor s = leaf(src);
    const Tensor y = by_rows ? x.index_reduce(0, index, s, reduce, include_self)
                             : x.scatter_reduce(0, index, s, reduce, include_self);
    y.sum().backward();
    check_close(x.grad(), vector_of(of_self));
    check_close(s.grad(), vector_of(of_src));
  }
}

BOOST_AUTO_TEST_SUITE(scattering)

BOOST_AUTO_TEST_CASE(equal_extrema_share) {
  for (const char* reduce : {"amax", "amin"}) {
    check_gradients(reduce, true, {2, 5}, {2, 2}, {1.0 / 3, 1}, {1.0 / 3, 1.0 / 3});
    check_gradients(reduce, false, {9, 5}, {2, 2}, {0, 1}, {0.5, 0.5});
    // PyTorch counts the element of self here, which takes no part.
    check_gradients(reduce, false, {2, 5}, {2, 2}, {0, 1}, {0.5, 0.5});
    check_gradients(reduce, true, {kNan, 5}, {1, kNan}, {0.5, 1}, {0, 0.5});
  }
  check_gradients("amax", true, {1, 5}, {3, -kInf}, {0, 1}, {1, 0});
  check_gradients("amin", true, {1, 5}, {kInf, -3}, {0, 1}, {0, 1});
  check_gradients("amax", true, {-kInf, 5}, {-kInf, -kInf}, {1.0 / 3, 1}, {1.0 / 3, 1.0 / 3});
}

BOOST_AUTO_TEST_CASE(products_with_zeros) {
  check_gradients("prod", true, {2, 5}, {0, 3}, {0, 1}, {6, 0});
  check_gradients("prod", true, {0, 5}, {4, 3}, {12, 1}, {0, 0});
  check_gradients("prod", true, {0, 5}, {0, 3}, {0, 1}, {0, 0});
  check_gradients("prod", true, {2, 5}, {0, 0}, {0, 1}, {0, 0});
  check_gradients("prod", false, {0, 5}, {0, 3}, {0, 1}, {3, 0});
  check_gradients("prod", false, {7, 5}, {0, 0}, {0, 1}, {0, 0});
}

BOOST_AUTO_TEST_CASE(products_with_zeros_at_every_order) {
  const Tensor index = eg::tensor({0, 1, 0, 0, 1, 2, 0});
  const std::vector<std::vector<double>> sources{
      {0.5, 0, 2, 3, -1, 0, 1.5}, {0, 0, 2, 3, 0, 1, 0}, {0, 0, 0, 0, 0, 0, 0}};
  for (const std::vector<double>& first : {std::vector<double>{2, 0.5, 0}, {0, 0, 0}})
    for (const std::vector<double>& src : sources)
      for (const bool include_self : {true, false}) {
        const auto f = [&](const Tensor& x, const Tensor& s) {
          return x.scatter_reduce(0, index, s, "prod", include_self);
        };
        const auto g = [&](const Tensor& x, const Tensor& s) {
          const Tensor y = f(x, s);
          const eg::autograd::GradOptions options{.grad_outputs = {eg::tensor({1.0, 2.0, 3.0})},
                                                  .create_graph = true};
          return eg::autograd::grad({y}, {s}, options)[0];
        };
        const eg::GradcheckOptions options{.check_forward_ad = true};
        BOOST_TEST(eg::gradcheck(f, leaf(first), leaf(src), options));
        BOOST_TEST(eg::gradgradcheck(f, leaf(first), leaf(src), options));
        // The third order, where differences next to 0 have lost digits.
        BOOST_TEST(
            eg::gradgradcheck(g, leaf(first), leaf(src), {.atol = 1e-3, .check_forward_ad = true}));
      }
}

BOOST_AUTO_TEST_CASE(segments_with_ties_and_zeros) {
  const auto gradient = [](std::vector<double> data, const char* reduce,
                           eg::optional<eg::Scalar> initial = eg::nullopt) {
    const Tensor x = leaf(std::move(data));
    const Tensor n = eg::tensor({x.numel()});
    eg::segment_reduce(x, reduce, n, {}, {}, 0, false, initial).sum().backward();
    return to_array(x.grad());
  };
  check_close(gradient({1, 1, 0}, "max"), vector_of({0.5, 0.5, 0}));
  check_close(gradient({1, 1, 0}, "max", 1), vector_of({0.5, 0.5, 0}));
  check_close(gradient({1, 1, 0}, "max", 2), vector_of({0, 0, 0}));
  check_close(gradient({1, 0, 0}, "min"), vector_of({0, 0.5, 0.5}));
  check_close(gradient({2, kNan, 4}, "max"), vector_of({0, 1, 0}));
  check_close(gradient({2, 3, 0}, "prod"), vector_of({0, 0, 6}));
  check_close(gradient({2, 0, 0}, "prod"), vector_of({0, 0, 0}));
  check_close(gradient({2, 3, 4}, "prod", 2), vector_of({24, 16, 12}));
  check_close(gradient({2, 3, 4, 5}, "mean", 2), vector_of({0.25, 0.25, 0.25, 0.25}));
  const auto f = [](const Tensor& x) {
    return eg::segment_reduce(x, "prod", eg::tensor({3, 0, 3}));
  };
  BOOST_TEST(eg::gradgradcheck(f, leaf({2, 0, 0, 3, 0, 4}), {.check_forward_ad = true}));
}

BOOST_AUTO_TEST_CASE(empty_segments) {
  const Tensor x = eg::ones({3});
  const Tensor n = eg::tensor({0, 3, 0});
  const auto reduced = [&](const char* reduce, eg::optional<eg::Scalar> initial = eg::nullopt) {
    return to_array(eg::segment_reduce(x, reduce, n, {}, {}, 0, false, initial));
  };
  check_close(reduced("sum"), vector_of({0, 3, 0}));
  check_close(reduced("mean"), vector_of({kNan, 1, kNan}));
  check_close(reduced("max"), vector_of({-kInf, 1, -kInf}));
  check_close(reduced("min"), vector_of({kInf, 1, kInf}));
  check_close(reduced("prod"), vector_of({1, 1, 1}));
  check_close(reduced("mean", 3), vector_of({3, 2, 3}));
  check_close(reduced("sum", 3), vector_of({3, 6, 3}));
}

BOOST_AUTO_TEST_CASE(means_of_integers_round_down) {
  const Tensor x = eg::tensor({1, 2, 7});
  const Tensor i = eg::tensor({0, 0, 1});
  check_close(x.scatter_reduce(0, i, eg::tensor({4, -10, 3}), "mean"),
              Array({3}, {-2, 2, 7}, eg::kInt64));
  check_close(x.index_reduce(0, i, eg::tensor({4, -9, 3}), "mean", false),
              Array({3}, {-3, 3, 7}, eg::kInt64));
}

BOOST_AUTO_TEST_CASE(what_nothing_meets_is_kept) {
  const Tensor none = eg::zeros({0}, eg::kInt64);
  for (const char* reduce : {"prod", "mean", "amax", "amin"})
    for (const bool include_self : {true, false}) {
      const Tensor x = leaf({kInf, 2, kNan});
      const Tensor y = x.index_reduce(0, none, eg::zeros({0}), reduce, include_self);
      check_close(y, to_array(x));
      (y * eg::tensor({1.0, 2.0, 3.0})).sum().backward();
      check_close(x.grad(), vector_of({1, 2, 3}));
    }
}

BOOST_AUTO_TEST_CASE(infinite_gradients_of_overwritten_elements) {
  // They are replaced, not multiplied by 0.
  const Tensor x = leaf({0, 4});
  const Tensor y = x.sqrt().index_fill(0, eg::tensor({0}), 1);
  y.sum().backward();
  BOOST_TEST(std::isnan(x.grad()[0].item<double>()));  // 0 through the pole of sqrt, as in PyTorch
  const Tensor z = leaf({1, 4});
  (z.index_copy(0, eg::tensor({0}), eg::ones({1})) * eg::tensor({kInf, 1.0})).sum().backward();
  check_close(z.grad(), vector_of({0, 1}));
}

BOOST_AUTO_TEST_CASE(embedding) {
  const Tensor table = support::to_tensor(support::uniform({5, 3}, -1, 1, 4)).requires_grad_();
  const Tensor words = eg::tensor({{4, 0, 4}, {1, 4, 0}});
  const Tensor rows = table.index_select(0, words.reshape({-1})).reshape({2, 3, 3});
  for (std::int64_t i = 0; i < 2; ++i)
    for (std::int64_t j = 0; j < 3; ++j)
      BOOST_TEST(rows[i][j].equal(table[words[i][j].item<std::int64_t>()]));
  rows.sum().backward();
  check_close(table.grad(), Array({5, 3}, {2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 0, 0, 3, 3, 3}));
}

BOOST_AUTO_TEST_CASE(a_loop_of_picks_costs_as_much_as_what_it_picks) {
  // The gradients meet in one tensor; with one of full size each, 1000 picks of 200000 elements would
  // take seconds.
  const Tensor x = eg::zeros({200'000}).requires_grad_();
  const auto time_of = [&](auto pick) {
    Tensor sum = eg::zeros({});
    for (std::int64_t k = 0; k < 1000; ++k) sum = sum + pick(eg::full({2}, k, eg::kInt64)).sum();
    const auto start = std::chrono::steady_clock::now();
    const Tensor g = eg::autograd::grad({sum}, {x})[0];
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    BOOST_TEST(g.sum().item<double>() == 2000);
    return seconds.count();
  };
  BOOST_TEST(time_of([&](const Tensor& i) { return x.index_select(0, i); }) < 0.1);
  BOOST_TEST(time_of([&](const Tensor& i) { return x.gather(0, i); }) < 0.1);
  BOOST_TEST(time_of([&](const Tensor& i) { return x.take(i); }) < 0.1);
  BOOST_TEST(time_of([&](const Tensor& i) { return x.index({i}); }) < 0.1);
}

BOOST_AUTO_TEST_CASE(nothing_is_saved_that_is_not_needed) {
  const Tensor x = leaf({1, 2, 3});
  const Tensor i = eg::tensor({2, 0});
  Tensor a = x * 2;
  Tensor b = eg::tensor({5.0, 6.0}) * x[0];
  const Tensor sum = a.gather(0, i).sum() + a.index_select(0, i).sum() + a.scatter(0, i, b).sum() +
                     a.scatter_add(0, i, b).sum() + a.index_add(0, i, b, 2).sum() +
                     a.index_copy(0, i, b).sum() +
                     a.masked_fill(eg::tensor({true, false, true}), 1).sum() +
                     a.scatter_reduce(0, i, b, "mean").sum() +
                     a.scatter_reduce(0, i, b, "amax").sum() + a.put(i, b).sum();
  a.zero_();
  b.zero_();
  sum.backward();
  BOOST_TEST(x.grad().defined());
}

BOOST_AUTO_TEST_CASE(the_diagonal_goes_on_below) {
  Tensor x = eg::zeros({7, 3});
  x.fill_diagonal_(2, true);
  Array wanted({7, 3});
  for (const std::int64_t r : {0, 1, 2}) wanted.at({r, r}) = wanted.at({r + 4, r}) = 2;
  check_close(x, wanted);
  Tensor cube = eg::zeros({2, 2, 2});
  cube.fill_diagonal_(3);
  check_close(cube, Array({2, 2, 2}, {3, 0, 0, 0, 0, 0, 0, 3}));
  const Tensor v = support::to_tensor(Array({2, 2}, 1)).requires_grad_();
  Tensor y = v * 2;
  y.fill_diagonal_(5);
  BOOST_TEST(y.grad_fn()->name() == "CopySlices");
  y.sum().backward();
  check_close(v.grad(), Array({2, 2}, {0, 2, 2, 0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
