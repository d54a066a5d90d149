#include "eigengrad/core/print.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <sstream>
#include <string>

#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "values.hpp"

// Every expected text is what Python's PyTorch 1.13.1 prints with float64 as its default dtype.

namespace eg = eigengrad;
using core_test::message_of;

namespace {

constexpr double kInf = INFINITY;
constexpr double kNan = NAN;

/// 0, scale, 2 scale, ...
eg::Tensor counted(eg::IntArrayRef sizes, double scale = 1) {
  eg::Tensor t = eg::empty(sizes);
  auto* p = t.data_ptr<double>();
  for (std::int64_t i = 0; i < t.numel(); ++i) p[i] = static_cast<double>(i) * scale;
  return t;
}

std::string text(const eg::Tensor& t) { return eg::to_string(t, eg::PrintOptions()); }

}  // namespace

BOOST_AUTO_TEST_SUITE(print)

BOOST_AUTO_TEST_CASE(integers_and_fractions) {
  BOOST_TEST(text(eg::tensor({6.})) == "tensor([6.])");
  BOOST_TEST(text(eg::tensor({4., 5.})) == "tensor([4., 5.])");
  BOOST_TEST(text(eg::tensor(2.5)) == "tensor(2.5000)");
  BOOST_TEST(text(eg::tensor({1.5, -2.25, 100.})) == "tensor([  1.5000,  -2.2500, 100.0000])");
  BOOST_TEST(text(eg::tensor({-0., 0.})) == "tensor([-0., 0.])");
}

BOOST_AUTO_TEST_CASE(powers_of_ten) {
  BOOST_TEST(text(eg::tensor({0.1, 1000., 3.})) == "tensor([1.0000e-01, 1.0000e+03, 3.0000e+00])");
  BOOST_TEST(text(eg::tensor({1e-5, 1.5})) == "tensor([1.0000e-05, 1.5000e+00])");
  BOOST_TEST(text(eg::tensor({1., 1001.})) == "tensor([1.0000e+00, 1.0010e+03])");
  BOOST_TEST(text(eg::tensor({1., 1000.})) == "tensor([   1., 1000.])");
  BOOST_TEST(text(eg::tensor({2e8})) == "tensor([2.0000e+08])");
  BOOST_TEST(text(eg::tensor({1e8})) == "tensor([100000000.])");
  BOOST_TEST(text(eg::tensor({1e-4})) == "tensor([0.0001])");
}

BOOST_AUTO_TEST_CASE(what_is_not_finite_has_no_say) {
  BOOST_TEST(text(eg::tensor({kNan, kInf, -kInf, 1.})) == "tensor([nan, inf, -inf, 1.])");
  BOOST_TEST(text(eg::tensor({kNan, kInf, -kInf, 1.5})) ==
             "tensor([   nan,    inf,   -inf, 1.5000])");
  BOOST_TEST(text(eg::tensor({0., kNan})) == "tensor([0., nan])");
  BOOST_TEST(text(eg::tensor(std::copysign(kNan, -1.))) == "tensor(nan)");
}

BOOST_AUTO_TEST_CASE(other_dtypes) {
  BOOST_TEST(text(eg::tensor(3)) == "tensor(3)");
  BOOST_TEST(text(eg::tensor({1, -200, 3})) == "tensor([   1, -200,    3])");
  BOOST_TEST(text(eg::tensor({std::int64_t{1} << 62})) == "tensor([4611686018427387904])");
  BOOST_TEST(text(eg::tensor({true, false})) == "tensor([ True, False])");
  BOOST_TEST(text(eg::tensor({1.5}, eg::kFloat32)) == "tensor([1.5000], dtype=torch.float32)");
}

BOOST_AUTO_TEST_CASE(nested) {
  BOOST_TEST(text(eg::tensor({{1., -2.}, {30., 4.}})) == R"(tensor([[ 1., -2.],
        [30.,  4.]]))");
  BOOST_TEST(text(counted({2, 2, 2})) == R"(tensor([[[0., 1.],
         [2., 3.]],

        [[4., 5.],
         [6., 7.]]]))");
  BOOST_TEST(text(counted({2, 1, 2, 2})) == R"(tensor([[[[0., 1.],
          [2., 3.]]],


        [[[4., 5.],
          [6., 7.]]]]))");
}

BOOST_AUTO_TEST_CASE(strides_do_not_show) {
  double data[] = {1, 30, -2, 4};
  BOOST_TEST(text(eg::from_blob(data, {2, 2}, {1, 2})) == R"(tensor([[ 1., -2.],
        [30.,  4.]]))");
}

BOOST_AUTO_TEST_CASE(long_lines_are_broken) {
  BOOST_TEST(text(counted({30})) ==
             R"(tensor([ 0.,  1.,  2.,  3.,  4.,  5.,  6.,  7.,  8.,  9., 10., 11., 12., 13.,
        14., 15., 16., 17., 18., 19., 20., 21., 22., 23., 24., 25., 26., 27.,
        28., 29.]))");
  BOOST_TEST(text(counted({30}, 1. / 7)) ==
             R"(tensor([0.0000, 0.1429, 0.2857, 0.4286, 0.5714, 0.7143, 0.8571, 1.0000, 1.1429,
        1.2857, 1.4286, 1.5714, 1.7143, 1.8571, 2.0000, 2.1429, 2.2857, 2.4286,
        2.5714, 2.7143, 2.8571, 3.0000, 3.1429, 3.2857, 3.4286, 3.5714, 3.7143,
        3.8571, 4.0000, 4.1429]))");
}

BOOST_AUTO_TEST_CASE(large_tensors_are_shortened) {
  BOOST_TEST(text(eg::zeros({1001})) == "tensor([0., 0., 0.,  ..., 0., 0., 0.])");
  BOOST_TEST(text(eg::zeros({40, 30})) == R"(tensor([[0., 0., 0.,  ..., 0., 0., 0.],
        [0., 0., 0.,  ..., 0., 0., 0.],
        [0., 0., 0.,  ..., 0., 0., 0.],
        ...,
        [0., 0., 0.,  ..., 0., 0., 0.],
        [0., 0., 0.,  ..., 0., 0., 0.],
        [0., 0., 0.,  ..., 0., 0., 0.]]))");
  // What is left out has no part in the choice of the notation.
  eg::Tensor t = eg::ones({1200});
  t.data_ptr<double>()[600] = 1e9;
  BOOST_TEST(text(t) == "tensor([1., 1., 1.,  ..., 1., 1., 1.])");
}

BOOST_AUTO_TEST_CASE(shortened_dimensions_of_three) {
  BOOST_TEST(eg::to_string(counted({5, 1, 5}), {.threshold = 10, .edgeitems = 1}) ==
             R"(tensor([[[ 0.,  ...,  4.]],

        ...,

        [[20.,  ..., 24.]]]))");
}

BOOST_AUTO_TEST_CASE(empty_tensors) {
  BOOST_TEST(text(eg::zeros({0})) == "tensor([])");
  BOOST_TEST(text(eg::zeros({0, 3})) == "tensor([], size=(0, 3))");
  BOOST_TEST(text(eg::zeros({2, 0}, eg::kFloat32)) ==
             "tensor([], size=(2, 0), dtype=torch.float32)");
  BOOST_TEST(text(eg::zeros({0}, eg::kInt64)) == "tensor([], dtype=torch.int64)");
  BOOST_TEST(text(eg::zeros({0, 2}, eg::kBool)) == "tensor([], size=(0, 2), dtype=torch.bool)");
  BOOST_TEST(text(eg::Tensor()) == "tensor(undefined)");
}

BOOST_AUTO_TEST_CASE(suffixes) {
  const eg::Tensor x = eg::ones({2}, eg::requires_grad());
  BOOST_TEST(text(x) == "tensor([1., 1.], requires_grad=True)");
  BOOST_TEST(text(x * 2) == "tensor([2., 2.], grad_fn=<MulBackward0>)");
  BOOST_TEST(text(eg::ones({2, 2}, eg::dtype(eg::kFloat32).requires_grad(true))) ==
             R"(tensor([[1., 1.],
        [1., 1.]], dtype=torch.float32, requires_grad=True))");
  BOOST_TEST(text(eg::zeros({0, 3}, eg::requires_grad())) ==
             "tensor([], size=(0, 3), requires_grad=True)");
  // A suffix that does not fit starts a line.
  BOOST_TEST(text(eg::full({16}, 1.5, eg::requires_grad())) ==
             R"(tensor([1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000,
        1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000],
       requires_grad=True))");
  BOOST_TEST(text(eg::full({7}, 1.5, eg::dtype(eg::kFloat32).requires_grad(true))) ==
             R"(tensor([1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000, 1.5000],
       dtype=torch.float32, requires_grad=True))");
}

BOOST_AUTO_TEST_CASE(tangents) {
  const eg::autograd::DualLevel level;
  const eg::Tensor dual = eg::autograd::make_dual(eg::tensor({1., 2.}), eg::tensor({3., 4.}));
  BOOST_TEST(text(dual) == "tensor([1., 2.], tangent=tensor([3., 4.]))");
  const eg::Tensor square = eg::autograd::make_dual(eg::ones({3, 3}), eg::ones({3, 3}));
  BOOST_TEST(text(square) == R"(tensor([[1., 1., 1.],
        [1., 1., 1.],
        [1., 1., 1.]],
       tangent=tensor([[1., 1., 1.],
        [1., 1., 1.],
        [1., 1., 1.]])))");
}

BOOST_AUTO_TEST_CASE(printing_changes_nothing) {
  const eg::Tensor x = eg::ones({2}, eg::requires_grad());
  const eg::Tensor y = x * 2;
  const auto node = y.grad_fn();
  std::ostringstream out;
  out << y;
  BOOST_TEST(out.str() == "tensor([2., 2.], grad_fn=<MulBackward0>)");
  BOOST_TEST(y._version() == 0);
  BOOST_TEST(y.grad_fn() == node);
  BOOST_TEST(x.is_leaf());
}

BOOST_AUTO_TEST_CASE(options) {
  const eg::Tensor t = eg::tensor({1.5, 1234.5678});
  BOOST_TEST(eg::to_string(t, {.precision = 2}) == "tensor([   1.50, 1234.57])");
  BOOST_TEST(eg::to_string(t, {.precision = 2, .sci_mode = true}) ==
             "tensor([1.50e+00, 1.23e+03])");
  BOOST_TEST(eg::to_string(eg::tensor({1e-6, 1.}), {.sci_mode = false}) ==
             "tensor([    0.0000,     1.0000])");
  BOOST_TEST(eg::to_string(counted({6}), {.linewidth = 20}) == R"(tensor([0., 1., 2.,
        3., 4., 5.]))");
  BOOST_TEST(eg::to_string(counted({12}), {.threshold = 10}) ==
             "tensor([ 0.,  1.,  2.,  ...,  9., 10., 11.])");
  BOOST_TEST(eg::to_string(counted({12}), {.threshold = 10, .edgeitems = 1}) ==
             "tensor([ 0.,  ..., 11.])");

  const eg::PrintOptions before = eg::get_print_options();
  eg::set_print_options(eg::PrintOptions::profile("short"));
  BOOST_TEST(t.to_string() == "tensor([   1.50, 1234.57])");
  eg::set_print_options(before);
  BOOST_TEST(eg::PrintOptions::profile("short").edgeitems == 2);
  const std::string full = eg::to_string(eg::zeros({2000}), eg::PrintOptions::profile("full"));
  BOOST_TEST(full.find("...") == std::string::npos);
  BOOST_TEST(eg::PrintOptions::profile("default").precision == 4);
}

BOOST_AUTO_TEST_CASE(options_out_of_range_are_refused) {
  BOOST_TEST(message_of<eg::ValueError>([] { eg::PrintOptions::profile("tiny"); }) ==
             "[print] there is no profile 'tiny'; use default, short or full");
  BOOST_TEST(message_of<eg::ValueError>([] { eg::set_print_options({.edgeitems = 0}); }) ==
             "[print] the options are out of range: precision 4, threshold 1000, edgeitems 0, "
             "linewidth 80; precision is 0 to 100, threshold at least 0, the others at least 1");
  BOOST_CHECK_THROW(eg::set_print_options({.precision = -1}), eg::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
