#include "eigengrad/core/factories.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <sstream>

#include "support/says.hpp"
#include "values.hpp"

namespace eg = eigengrad;
using core_test::Bools;
using core_test::Doubles;
using core_test::Floats;
using core_test::Longs;
using core_test::message_of;
using core_test::values;

namespace {
eg::Tensor transposed(std::int64_t rows, std::int64_t cols) {
  static double data[64] = {};
  return eg::from_blob(data, {rows, cols}, {1, rows});
}
}  // namespace

BOOST_AUTO_TEST_SUITE(factories)

BOOST_AUTO_TEST_CASE(constants) {
  BOOST_TEST(values<double>(eg::zeros({2, 2})) == Doubles(4, 0.0));
  BOOST_TEST(values<float>(eg::ones({3}, eg::kFloat32)) == Floats(3, 1.0F));
  BOOST_TEST(values<bool>(eg::ones({2}, eg::kBool)) == Bools(2, true));
  BOOST_TEST(values<double>(eg::full({2}, 2.5)) == Doubles(2, 2.5));
  BOOST_TEST(values<std::int64_t>(eg::full({2}, 7)) == Longs(2, 7));
  BOOST_TEST(values<bool>(eg::full({}, true)) == Bools(1, true));
  BOOST_TEST(values<double>(eg::full({2}, 7, eg::kFloat64)) == Doubles(2, 7.0));
  BOOST_TEST(values<double>(eg::eye(2, 3)) == (Doubles{1, 0, 0, 0, 1, 0}));
  BOOST_TEST(values<std::int64_t>(eg::eye(3, eg::kInt64)) == (Longs{1, 0, 0, 0, 1, 0, 0, 0, 1}));
  BOOST_TEST(eg::empty({4, 0, 2}).numel() == 0);
  BOOST_TEST(eg::empty(5).sizes() == eg::IntArrayRef({5}));
  BOOST_TEST(eg::zeros({}).dim() == 0);
  BOOST_TEST(eg::zeros({3}).dtype() == eg::kFloat64);
}

BOOST_AUTO_TEST_CASE(arange_counts_up_and_down) {
  BOOST_TEST(values<std::int64_t>(eg::arange(5)) == (Longs{0, 1, 2, 3, 4}));
  BOOST_TEST(values<std::int64_t>(eg::arange(5, 0, -2)) == (Longs{5, 3, 1}));
  BOOST_TEST(values<std::int64_t>(eg::arange(2, 7, 2)) == (Longs{2, 4, 6}));
  BOOST_TEST(eg::arange(0).numel() == 0);
  BOOST_TEST(values<double>(eg::arange(1.5)) == (Doubles{0, 1}));
  BOOST_TEST(values<double>(eg::arange(1, 3.5, 0.5)) == (Doubles{1, 1.5, 2, 2.5, 3}));
  BOOST_TEST(values<double>(eg::arange(0., 1., 0.3)) == (Doubles{0, 0.3, 0.6, 0.8999999999999999}));
  BOOST_TEST(eg::arange(0, 1, 0.1).numel() == 10);
  BOOST_TEST(values<double>(eg::arange(3, eg::kFloat64)) == (Doubles{0, 1, 2}));
  BOOST_TEST(values<float>(eg::arange(0, 1, 0.4, eg::kFloat32)) == (Floats{0, 0.4F, 0.8F}));
  // An integer dtype truncates the bounds before it counts.
  BOOST_TEST(values<std::int64_t>(eg::arange(0.7, 3.9, 1, eg::kInt64)) == (Longs{0, 1, 2}));
}

BOOST_AUTO_TEST_CASE(arange_at_the_ends_of_int64) {
  constexpr std::int64_t low = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t high = std::numeric_limits<std::int64_t>::max();
  BOOST_TEST(values<std::int64_t>(eg::arange(low, high, high)) == (Longs{low, -1, high - 1}));
  BOOST_TEST(values<std::int64_t>(eg::arange(high, low, low)) == (Longs{high, -1}));
  BOOST_TEST(message_of<eg::ValueError>([&] {
               eg::arange(low, high);
             }).find("[arange] the range has too many values") == 0);
}

BOOST_AUTO_TEST_CASE(arange_refuses) {
  BOOST_TEST(message_of<eg::ValueError>([] { eg::arange(0, 5, 0); }) ==
             "[arange] the step is 0; give one that leads to the end");
  BOOST_TEST(message_of<eg::ValueError>([] { eg::arange(0, 5, -1); }) ==
             "[arange] the step leads away from the end: start 0, end 5, step -1; change its sign");
  BOOST_TEST(message_of<eg::ValueError>([] { eg::arange(INFINITY); }) ==
             "[arange] the range is not finite: start 0, end inf, step 1; give finite numbers");
  BOOST_TEST(message_of<eg::ValueError>([] {
               eg::arange(0., 1e300);
             }).find("[arange] the range has too many values") == 0);
  BOOST_TEST(message_of<eg::DtypeError>([] { eg::arange(3, eg::kBool); }) ==
             "[arange] the values are numbers: the dtype asked for is bool; ask for int64, float32 "
             "or float64");
}

BOOST_AUTO_TEST_CASE(linspace_is_symmetric_and_ends_exactly) {
  BOOST_TEST(values<double>(eg::linspace(0, 1, 5)) == (Doubles{0, 0.25, 0.5, 0.75, 1}));
  BOOST_TEST(values<double>(eg::linspace(0, 1, 4)) ==
             (Doubles{0, 0.3333333333333333, 0.6666666666666667, 1}));
  BOOST_TEST(values<double>(eg::linspace(1, 0, 3)) == (Doubles{1, 0.5, 0}));
  BOOST_TEST(values<double>(eg::linspace(3, 10, 1)) == Doubles{3});
  BOOST_TEST(eg::linspace(0, 1, 0).numel() == 0);
  BOOST_TEST(eg::linspace(0, 1).numel() == 100);
  BOOST_TEST(values<std::int64_t>(eg::linspace(0.5, 10.7, 4, eg::kInt64)) == (Longs{0, 3, 6, 10}));
  BOOST_TEST(values<std::int64_t>(eg::linspace(-5, 5, 6, eg::kInt64)) ==
             (Longs{-5, -3, -1, 1, 3, 5}));
  const Doubles x = values<double>(eg::linspace(-0.3, 0.3, 101));
  for (std::size_t i = 0; i < x.size(); ++i) BOOST_TEST(x[i] == -x[100 - i]);
  BOOST_TEST(message_of<eg::ValueError>([] { eg::linspace(0, 1, -1); }) ==
             "[linspace] the number of steps is negative: -1; give 0 or more");
}

BOOST_AUTO_TEST_CASE(logspace_raises_the_base) {
  BOOST_TEST(values<double>(eg::logspace(0, 3, 4)) == (Doubles{1, 10, 100, 1000}));
  BOOST_TEST(values<double>(eg::logspace(-1, 1, 5, 2)) ==
             (Doubles{0.5, 0.7071067811865476, 1, 1.4142135623730951, 2}));
  BOOST_TEST(values<std::int64_t>(eg::logspace(0, 2, 6, 10, eg::kInt64)) ==
             (Longs{1, 2, 6, 15, 39, 100}));
  BOOST_TEST(values<double>(eg::logspace(0, 3, 1)) == Doubles{1});
}

BOOST_AUTO_TEST_CASE(like_keeps_dtype_and_order_in_memory) {
  const eg::Tensor m = transposed(3, 4);
  BOOST_TEST(eg::zeros_like(m).strides() == eg::IntArrayRef({1, 3}));
  BOOST_TEST(values<double>(eg::ones_like(m)) == Doubles(12, 1.0));
  BOOST_TEST(eg::empty_like(eg::zeros({2, 3}, eg::kInt64)).dtype() == eg::kInt64);
  BOOST_TEST(values<float>(eg::full_like(m, 3, eg::kFloat32)) == Floats(12, 3.0F));
  double data[24] = {};
  const eg::Tensor gaps = eg::from_blob(data, {4, 3}, {1, 8});
  BOOST_TEST(eg::zeros_like(gaps).strides() == eg::IntArrayRef({1, 4}));
  const eg::Tensor expanded = eg::from_blob(data, {3, 4}, {0, 1});
  BOOST_TEST(eg::zeros_like(expanded).strides() == eg::IntArrayRef({4, 1}));
}

BOOST_AUTO_TEST_CASE(new_tensors_take_the_dtype) {
  const eg::Tensor like = eg::zeros({2}, eg::kFloat32);
  BOOST_TEST(values<float>(like.new_zeros({2, 1})) == Floats(2, 0.F));
  BOOST_TEST(values<float>(like.new_ones({1})) == Floats{1.F});
  BOOST_TEST(values<float>(like.new_full({1}, 2.5)) == Floats{2.5F});
  BOOST_TEST(like.new_empty({0, 4}).dtype() == eg::kFloat32);
  BOOST_TEST(values<std::int64_t>(like.new_full({1}, 2, eg::kInt64)) == Longs{2});
  BOOST_TEST(message_of<eg::ShapeError>([&] { like.new_zeros({-2}); }).find("[new_zeros]") == 0);
}

BOOST_AUTO_TEST_CASE(tensor_from_braces) {
  const eg::Tensor scalar = eg::tensor(2.5);
  BOOST_TEST(scalar.dim() == 0);
  BOOST_TEST(values<double>(scalar) == Doubles{2.5});
  BOOST_TEST(eg::tensor(3).dtype() == eg::kInt64);
  BOOST_TEST(eg::tensor(true).dtype() == eg::kBool);
  BOOST_TEST(eg::tensor(3, eg::kFloat32).dtype() == eg::kFloat32);

  BOOST_TEST(values<std::int64_t>(eg::tensor({1, 2, 3})) == (Longs{1, 2, 3}));
  BOOST_TEST(values<bool>(eg::tensor({true, false})) == (Bools{true, false}));
  BOOST_TEST(values<double>(eg::tensor({1., 2.5})) == (Doubles{1, 2.5}));
  BOOST_CHECK_EXCEPTION(eg::tensor({1, 2.5}), eg::DtypeError,
                        Says{"all elements of the tensor to have the same scalar type"});
  BOOST_CHECK_EXCEPTION(eg::tensor({{1., 2.}, {3., true}}, eg::kFloat32), eg::DtypeError,
                        Says{"the list[1][1] of bool"});
  BOOST_TEST(values<double>(eg::tensor({1.F})) == Doubles{1});
  BOOST_TEST(values<float>(eg::tensor({1, 2}, eg::kFloat32)) == (Floats{1, 2}));

  const eg::Tensor m = eg::tensor({{1., 2., 3.}, {4., 5., 6.}});
  BOOST_TEST(m.sizes() == eg::IntArrayRef({2, 3}));
  BOOST_TEST(values<double>(m) == (Doubles{1, 2, 3, 4, 5, 6}));
  const eg::Tensor cube = eg::tensor({{{1, 2}}, {{3, 4}}, {{5, 6}}});
  BOOST_TEST(cube.sizes() == eg::IntArrayRef({3, 1, 2}));
  BOOST_TEST(eg::tensor({{{{{7}}}}}).dim() == 5);

  BOOST_TEST(eg::tensor({}).sizes() == eg::IntArrayRef({0}));
  BOOST_TEST(eg::tensor({}).dtype() == eg::kFloat64);
  BOOST_TEST(eg::tensor({{}, {}}).sizes() == eg::IntArrayRef({2, 0}));
}

BOOST_AUTO_TEST_CASE(ragged_braces_name_the_place) {
  BOOST_TEST(message_of<eg::ShapeError>([] {
               eg::tensor({{1, 2}, {3}});
             }) ==
             "[tensor] the list is ragged: the list[1] is a list of 1 element where a list of 2 "
             "elements was expected; give all lists of one level the same length");
  BOOST_TEST(message_of<eg::ShapeError>([] {
               eg::tensor({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8, 9}}});
             }).find("the list[1][1] is a list of 3 elements where a list of 2") !=
             std::string::npos);
  BOOST_TEST(message_of<eg::ShapeError>([] {
               eg::tensor({{1, 2}, 3});
             }).find("the list[1] is a number where a list of 2") != std::string::npos);
  BOOST_TEST(message_of<eg::ShapeError>([] {
               eg::tensor({1, {2, 3}});
             }).find("the list[1] is a list of 2 elements where a number") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(tensor_from_vectors) {
  BOOST_TEST(values<double>(eg::tensor(std::vector<double>{1, 2})) == (Doubles{1, 2}));
  BOOST_TEST(values<double>(eg::tensor(std::vector<float>{1, 2})) == (Doubles{1, 2}));
  BOOST_TEST(values<std::int64_t>(eg::tensor(std::vector<int>{1, 2})) == (Longs{1, 2}));
  BOOST_TEST(values<std::int64_t>(eg::tensor(std::vector<std::int64_t>{5})) == Longs{5});
  BOOST_TEST(values<bool>(eg::tensor(std::vector<bool>{true, false})) == (Bools{true, false}));
  BOOST_TEST(values<float>(eg::tensor(std::vector<double>{0.1}, eg::kFloat32)) == Floats{0.1F});
  BOOST_TEST(values<std::int64_t>(eg::tensor(eg::zeros({4, 2}).sizes())) == (Longs{4, 2}));
  BOOST_TEST(eg::tensor(std::vector<double>{}).numel() == 0);
}

BOOST_AUTO_TEST_CASE(requires_grad_needs_a_floating_point_dtype) {
  BOOST_TEST(eg::tensor({1.0}, eg::requires_grad()).requires_grad());
  BOOST_TEST(eg::zeros({2}, eg::dtype(eg::kFloat32).requires_grad(true)).requires_grad());
  BOOST_TEST(!eg::zeros({2}).requires_grad());
  BOOST_TEST(message_of<eg::DtypeError>([] {
               eg::tensor({1, 2}, eg::requires_grad());
             }) ==
             "[tensor] only floating point tensors can require gradients: the dtype is int64; ask "
             "for float64 or float32");
  BOOST_TEST(message_of<eg::DtypeError>([] {
               bool b = false;
               eg::from_blob(&b, {1}, eg::dtype(eg::kBool).requires_grad(true));
             }).find("[from_blob] only floating point") == 0);
}

BOOST_AUTO_TEST_CASE(extents_must_not_be_negative) {
  BOOST_TEST(message_of<eg::ShapeError>([] {
               eg::zeros({2, -1});
             }) ==
             "[zeros] an extent is negative: the sizes are [2, -1]; give extents of 0 or more");
  BOOST_CHECK_THROW(eg::eye(-1), eg::ShapeError);
}

BOOST_AUTO_TEST_CASE(from_blob_refers_to_the_memory) {
  double data[6] = {1, 2, 3, 4, 5, 6};
  const eg::Tensor rows = eg::from_blob(data, {2, 3});
  const eg::Tensor columns = eg::from_blob(data, {2, 3}, {1, 2});
  BOOST_TEST(values<double>(rows) == (Doubles{1, 2, 3, 4, 5, 6}));
  BOOST_TEST(values<double>(columns) == (Doubles{1, 3, 5, 2, 4, 6}));
  data[0] = 9;
  BOOST_TEST(values<double>(rows)[0] == 9);
  BOOST_TEST(rows.data_ptr<double>() == data);
  std::int64_t n = 4;
  BOOST_TEST(values<std::int64_t>(eg::from_blob(&n, {}, eg::kInt64)) == Longs{4});
  BOOST_TEST(message_of<eg::ShapeError>([&] {
               eg::from_blob(data, {2, 3}, {1});
             }) ==
             "[from_blob] sizes and strides differ in number: [2, 3] and [1]; give one stride per "
             "dimension");
}

BOOST_AUTO_TEST_CASE(from_blob_deleter_runs_once_after_the_last_tensor) {
  int runs = 0;
  auto* data = new double[3]{1, 2, 3};
  const auto deleter = [&runs](void* p) {
    ++runs;
    delete[] static_cast<double*>(p);
  };
  {
    eg::Tensor other;
    {
      const eg::Tensor t = eg::from_blob(data, {3}, deleter);
      other = t;
    }
    BOOST_TEST(runs == 0);
    BOOST_TEST(values<double>(other) == (Doubles{1, 2, 3}));
  }
  BOOST_TEST(runs == 1);

  double kept[2] = {};
  int refused = 0;
  const auto count = [&refused](void*) { ++refused; };
  BOOST_CHECK_THROW(eg::from_blob(kept, {2}, {1, 1}, count), eg::ShapeError);
  BOOST_TEST(refused == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(small_types)

BOOST_AUTO_TEST_CASE(dim_vector_grows_beyond_its_own_room) {
  eg::DimVector v;
  for (std::int64_t i = 0; i < 20; ++i) v.push_back(i);
  BOOST_TEST(v.size() == 20U);
  v.insert(3, 100);
  BOOST_TEST(v[3] == 100);
  BOOST_TEST(v[4] == 3);
  BOOST_TEST(v.back() == 19);
  v.erase(0);
  BOOST_TEST(v[0] == 1);
  BOOST_TEST(v[2] == 100);
  const eg::DimVector copy(v);
  BOOST_TEST((copy == v));
  const eg::DimVector moved(std::move(v));
  BOOST_TEST((copy == moved));
  eg::DimVector part{1, 2, 3, 4};
  part.assign(eg::IntArrayRef(part.data() + 1, 2));
  BOOST_TEST((part == eg::DimVector{2, 3}));
  part.assign(9, 7);
  BOOST_TEST(part.size() == 9U);
  BOOST_TEST(part[8] == 7);
}

BOOST_AUTO_TEST_CASE(text_of_small_types) {
  std::ostringstream out;
  out << eg::IntArrayRef({2, 3}) << ' ' << eg::IntArrayRef() << ' ' << eg::kFloat64 << ' '
      << eg::kFloat32 << ' ' << eg::kInt64 << ' ' << eg::kBool << ' ' << eg::Scalar(2.5) << ' '
      << eg::Scalar(3) << ' ' << eg::Scalar(true);
  BOOST_TEST(out.str() == "[2, 3] [] Double Float Long Bool 2.5 3 true");
  BOOST_TEST(eg::to_string(eg::kFloat64) == "float64");
  BOOST_TEST(eg::to_string(eg::kFloat32) == "float32");
  BOOST_TEST(eg::to_string(eg::kInt64) == "int64");
  BOOST_TEST(eg::to_string(eg::kBool) == "bool");
}

namespace {
std::string last_warning;
}

BOOST_AUTO_TEST_CASE(warnings_go_to_the_handler) {
  const eg::WarningHandler before =
      eg::set_warning_handler([](std::string_view text) { last_warning = text; });
  eg::warn("look out");
  const eg::WarningHandler mine = eg::set_warning_handler(nullptr);
  BOOST_TEST(last_warning == "look out");
  BOOST_TEST((mine != before));
  BOOST_TEST((eg::set_warning_handler(before) == before));
}

BOOST_AUTO_TEST_SUITE_END()
