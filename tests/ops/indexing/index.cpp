// Indexing beyond the table: every form of index against PyTorch, writing through indices and its
// place in the graph, messages.

#include <algorithm>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <ostream>
#include <set>

#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/check/gradcheck.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/error.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/print.hpp"
#include "eigengrad/core/tensor.hpp"
#include "eigengrad/ops/indexing/index.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "support/compare.hpp"
#include "support/says.hpp"
#include "torch_indexing.hpp"

namespace oracle {

std::ostream& operator<<(std::ostream& os, const IndexForm& form) {
  return os << "x[" << form.name << ']';
}

}  // namespace oracle

namespace {

namespace eg = eigengrad;
using eg::Tensor;
using eg::indexing::Ellipsis;
using eg::indexing::None;
using eg::indexing::Slice;
using eg::indexing::TensorIndex;
using oracle::IndexForm;
using support::Array;
using support::check_close;
using support::Layout;
using support::Sizes;
using support::to_array;
using support::to_tensor;

const Sizes kSizes{4, 3, 5};

Array positions(eg::ScalarType dtype = eg::kFloat64) {
  Array x(kSizes);
  x.dtype = dtype;
  for (std::size_t i = 0; i < x.values.size(); ++i)
    x.values[i] = support::stored(static_cast<double>(i), dtype);
  return x;
}

Array picked_by(const IndexForm& form, const Array& x) {
  Array y(form.sizes);
  y.dtype = x.dtype;
  for (std::size_t i = 0; i < y.values.size(); ++i)
    y.values[i] = x.values[static_cast<std::size_t>(form.elements[i])];
  return y;
}

bool picks_twice(const IndexForm& form) {
  return std::set<std::int64_t>(form.elements.begin(), form.elements.end()).size() <
         form.elements.size();
}

/// x with `values` written or added at the elements that the form picks.
Array after_put(const IndexForm& form, Array x, const Array& values, bool accumulate) {
  for (std::size_t i = 0; i < values.values.size(); ++i) {
    double& e = x.values[static_cast<std::size_t>(form.elements[i])];
    e = accumulate ? e + values.values[i] : values.values[i];
  }
  return x;
}

Tensor leaf(const Sizes& sizes, unsigned seed = 1) {
  Tensor x = to_tensor(support::uniform(sizes, -2, 2, seed));
  x.requires_grad_();
  return x;
}

std::string node_of(const Tensor& t) { return t.grad_fn() ? t.grad_fn()->name() : "none"; }

BOOST_AUTO_TEST_SUITE(indexing)

BOOST_DATA_TEST_CASE(picks_what_torch_picks, oracle::kIndexForms, form) {
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32, eg::kInt64, eg::kBool})
    for (const Layout layout :
         {Layout::RowMajor, Layout::ColumnMajor, Layout::Transposed, Layout::Sliced}) {
      BOOST_TEST_INFO_SCOPE(eg::to_string(dtype) << ", " << support::name_of(layout));
      const Array x = positions(dtype);
      const Tensor t = to_tensor(x, layout);
      check_close(t.index(form.indices()), picked_by(form, x));
      check_close(t, x);
    }
}

BOOST_DATA_TEST_CASE(derivatives, oracle::kIndexForms, form) {
  const eg::GradcheckOptions options{.check_forward_ad = true};
  const auto f = [&](const Tensor& x) { return x.index(form.indices()); };
  BOOST_TEST(eg::gradcheck(f, leaf(kSizes), options));
  BOOST_TEST(eg::gradgradcheck([&](const Tensor& x) { return f(x) * f(x); }, leaf({4, 3, 5}),
                               eg::GradcheckOptions{.check_forward_ad = true, .fast_mode = true}));
}

BOOST_DATA_TEST_CASE(writes_and_adds, oracle::kIndexForms, form) {
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32, eg::kInt64})
    for (const Layout layout : {Layout::RowMajor, Layout::Transposed, Layout::Sliced})
      for (const bool accumulate : {false, true}) {
        // Twice the same place through a view is refused, as is any write to expanded memory.
        if (!accumulate && picks_twice(form)) continue;
        BOOST_TEST_INFO_SCOPE(eg::to_string(dtype) << ", " << support::name_of(layout)
                                                   << (accumulate ? ", accumulate" : ""));
        const Array x = positions(dtype);
        const Array v = support::as(support::uniform(form.sizes, 1, 50, 7), dtype);
        Tensor t = to_tensor(x, layout);
        const std::int64_t version = t._version();
        BOOST_TEST(t.index_put_(form.indices(), to_tensor(v), accumulate).is_same(t));
        check_close(t, after_put(form, x, v, accumulate), {.ulps = 1});
        BOOST_TEST(t._version() > version);
      }
}

BOOST_DATA_TEST_CASE(derivatives_of_writing, oracle::kIndexForms, form) {
  for (const bool accumulate : {false, true}) {
    if (!accumulate && picks_twice(form)) continue;
    const auto f = [&](const Tensor& x, const Tensor& v) {
      Tensor y = x * x;
      y.index_put_(form.indices(), v * v, accumulate);
      return y * y;
    };
    const Tensor v = leaf(form.sizes, 5);
    BOOST_TEST(eg::gradcheck(f, leaf(kSizes), v, {.check_forward_ad = true}));
    BOOST_TEST(
        eg::gradgradcheck(f, leaf(kSizes), v, {.check_forward_ad = true, .fast_mode = true}));
  }
}

BOOST_AUTO_TEST_CASE(long_lists_and_masks) {
  const Array x = support::uniform({3, 1000}, -1, 1, 1);
  const Tensor t = to_tensor(x);
  std::vector<std::int64_t> columns;
  for (std::int64_t i = 0; i < 700; ++i) columns.push_back((i * 389) % 1000 - (i % 2) * 1000);
  const auto column = [&](std::int64_t i) {
    return (columns[static_cast<std::size_t>(i)] + 1000) % 1000;
  };
  const Array list = support::generate({3, 700}, [&](const Sizes& i) {
    return x.at({i[0], column(i[1])});
  });
  check_close(t.index({Slice(), eg::tensor(columns)}), list);
  check_close(t.t().index({eg::tensor(columns)}).t(), list);
  check_close(t.index({1, eg::tensor(columns)}), support::generate({700}, [&](const Sizes& i) {
                return x.at({1, column(i[0])});
              }));
  Tensor written = eg::zeros({3, 1000});
  written.index_put_({Slice(), eg::tensor(columns)}, to_tensor(list));
  check_close(written.index({Slice(), eg::tensor(columns)}), list);

  Array positive({0});
  for (const double v : x.values)
    if (v > 0) positive.values.push_back(v);
  positive.sizes[0] = static_cast<std::int64_t>(positive.values.size());
  check_close(t.index({t > 0}), positive);
}

BOOST_AUTO_TEST_CASE(basic_indices_give_views) {
  const Tensor x = leaf({4, 3, 5}) * 1;
  for (const IndexForm& form : oracle::kIndexForms) {
    if (form.name.find("tensor") != std::string_view::npos ||
        form.name.find_first_of("XTF") != std::string_view::npos ||
        form.name.find("zeros") != std::string_view::npos)
      continue;
    BOOST_TEST_INFO_SCOPE(form);
    const Tensor y = x.index(form.indices());
    BOOST_TEST(!y.is_same(x));
    BOOST_TEST(y._base().is_same(x));
  }
  BOOST_TEST(node_of(x.index({1})) == "SelectBackward0");
  BOOST_TEST(node_of(x.index({Slice(1, 2)})) == "SliceBackward0");
  BOOST_TEST(node_of(x.index({None})) == "UnsqueezeBackward0");
  BOOST_TEST(node_of(x.index({"..."})) == "AliasBackward0");
}

BOOST_AUTO_TEST_CASE(tensor_indices_give_copies) {
  const Tensor x = leaf({4, 3});
  const Tensor i = eg::tensor({-1, 0});
  const Tensor y = x.index({i});
  BOOST_TEST(!y.is_view());
  BOOST_TEST(node_of(y) == "IndexBackward0");
  BOOST_TEST(node_of(x[i]) == "IndexBackward0");
  BOOST_TEST(node_of(x.index({0, i})) == "IndexBackward0");
  BOOST_TEST(node_of(x[eg::tensor(1)]) == "SelectBackward0");
  BOOST_TEST(!x.detach().index({i}).requires_grad());
  // Negative ones are counted from the end without being changed, and later changes do not matter.
  Tensor j = i;
  check_close(i, Array({2}, {-1, 0}, eg::kInt64));
  j.fill_(1);
  y.sum().backward();
  check_close(x.grad(), Array({4, 3}, {1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1}));
}

BOOST_AUTO_TEST_CASE(index_does_not_save_its_input) {
  const Tensor x = leaf({3});
  Tensor y = x * 2;
  const Tensor z = y.index({eg::tensor({0, 2})});
  y.add_(1);
  z.sum().backward();
  check_close(x.grad(), Array({3}, {2, 0, 2}));
}

BOOST_AUTO_TEST_CASE(gradients_of_many_picks_meet_in_one) {
  const Tensor x = leaf({3, 2});
  Tensor sum = x.index({eg::tensor({0, 0})}).sum() + x[1].sum() * 2;
  sum = sum + x.index({Slice(), eg::tensor({1})}).sum() * 3 + (x * x.detach()).sum();
  const Array base = to_array(x);
  sum.backward();
  Array expected({3, 2}, {2, 5, 2, 5, 0, 3});
  for (std::size_t i = 0; i < 6; ++i) expected.values[i] += base.values[i];
  check_close(x.grad(), expected, {.ulps = 2});
}

BOOST_AUTO_TEST_CASE(written_elements_get_no_gradient) {
  const Tensor x = leaf({4});
  const Tensor v = leaf({2}, 3);
  Tensor y = x * 3;
  y.index_put_({eg::tensor({1, 3})}, v);
  BOOST_TEST(node_of(y) == "IndexPutBackward0");
  (y * eg::tensor({1.0, 10.0, 100.0, 1000.0})).sum().backward();
  check_close(x.grad(), Array({4}, {3, 0, 300, 0}));
  check_close(v.grad(), Array({2}, {10, 1000}));
}

BOOST_AUTO_TEST_CASE(values_broadcast_and_their_gradients_sum_up) {
  const Tensor v = leaf({1});
  const Tensor row = leaf({1, 1, 3}, 2);
  const Tensor number = leaf({}, 3);
  Tensor y = eg::zeros({4, 3});
  y.index_put_({eg::tensor({0, 2})}, v);
  y.index_put_({eg::tensor({1})}, row);
  y.index_put_({eg::tensor({3}), eg::tensor({0, 1})}, number);
  y.sum().backward();
  check_close(v.grad(), Array({1}, 6));
  check_close(row.grad(), Array({1, 1, 3}, {1, 1, 1}));
  check_close(number.grad(), Array({}, 2));

  Tensor z = eg::zeros({4, 3});
  z.index_put_({1}, row);
  check_close(z[1], Array({3}, to_array(row).values));
}

BOOST_AUTO_TEST_CASE(of_equal_places_the_last_one_wins) {
  // PyTorch gives every value that was written to a place the gradient of the place.
  const Tensor v = leaf({3});
  Tensor y = eg::zeros({2});
  y.index_put_({eg::tensor({1, 1, 1})}, v);
  BOOST_TEST(y[1].item<double>() == v[2].item<double>());
  (y * eg::tensor({5.0, 7.0})).sum().backward();
  check_close(v.grad(), Array({3}, {7, 7, 7}));

  const Tensor w = leaf({3}, 2);
  Tensor z = eg::zeros({2});
  z.index_put_({eg::tensor({1, 1, 1})}, w, true);
  BOOST_TEST(std::abs((z[1] - w.sum()).item<double>()) < 1e-15);
  (z * eg::tensor({5.0, 7.0})).sum().backward();
  check_close(w.grad(), Array({3}, {7, 7, 7}));
}

BOOST_AUTO_TEST_CASE(masks_write_numbers) {
  Tensor x = to_tensor(Array({2, 3}, {-1, 2, -3, 4, -5, 6}));
  x.index_put_({x < 0}, 0.5);
  check_close(x, Array({2, 3}, {0.5, 2, 0.5, 4, 0.5, 6}));
  x.index_put_({x > 100}, 1);
  check_close(x, Array({2, 3}, {0.5, 2, 0.5, 4, 0.5, 6}));
  x.index_put_({Slice(), 1}, -1, true);
  check_close(x, Array({2, 3}, {0.5, 1, 0.5, 4, -0.5, 6}));
  Tensor n = eg::tensor({1, 2, 3});
  n.index_put_({eg::tensor({true, false, true})}, 2.75);
  check_close(n, Array({3}, {2, 2, 2}, eg::kInt64));
}

BOOST_AUTO_TEST_CASE(assignment_through_a_selection) {
  Tensor x = eg::zeros({3, 2});
  x.index({1}) = 5.0;
  x.index({Slice(), 0}) = eg::tensor({1.0, 2.0, 3.0});
  x[2][1] = 7;
  check_close(x, Array({3, 2}, {1, 0, 2, 5, 3, 7}));
  // A copy takes the assignment, as in libtorch.
  x.index({eg::tensor({0})}) = 9.0;
  BOOST_TEST(x[0][0].item<double>() == 1);
}

BOOST_AUTO_TEST_CASE(values_from_the_tensor_itself) {
  const auto shifted = [](auto&& put) {
    Tensor x = eg::tensor({1.0, 2.0, 3.0, 4.0});
    put(x);
    return x;
  };
  check_close(shifted([](Tensor& x) { x.index_put_({Slice(1)}, x.index({Slice(0, 3)})); }),
              Array({4}, {1, 1, 2, 3}));
  check_close(shifted([](Tensor& x) {
                x.index_put_({eg::tensor({1, 2, 3})}, x.index({Slice(0, 3)}));
              }),
              Array({4}, {1, 1, 2, 3}));
  check_close(shifted([](Tensor& x) {
                x.index_put_({eg::tensor({1, 2, 3})}, x.index({Slice(0, 3)}), true);
              }),
              Array({4}, {1, 3, 5, 7}));
}

BOOST_AUTO_TEST_CASE(a_write_to_a_view_reaches_its_base) {
  const Tensor x = leaf({3, 2});
  const Tensor v = leaf({1}, 2);
  Tensor y = x * 2;
  Tensor row = y[1];
  row.index_put_({eg::tensor({0})}, v);
  BOOST_TEST(node_of(y) == "CopySlices");
  BOOST_TEST(y[1][0].item<double>() == v.item<double>());
  (y * y.detach()).sum().backward();
  Array expected = to_array(x);
  for (double& e : expected.values) e *= 4;
  expected.values[2] = 0;
  check_close(x.grad(), expected, {.ulps = 2});
  check_close(v.grad(), to_array(v));

  // So does one through an index that begins with a view.
  Tensor z = leaf({3, 2}) * 2;
  z.index_put_({1, eg::tensor({1})}, v);
  BOOST_TEST(node_of(z) == "CopySlices");
  BOOST_TEST(z[1][1].item<double>() == v.item<double>());
}

BOOST_AUTO_TEST_CASE(an_untracked_tensor_becomes_tracked) {
  for (const auto& form : {oracle::Indices{0}, oracle::Indices{eg::tensor({0})}}) {
    const Tensor v = leaf({2});
    Tensor x = eg::zeros({3, 2});
    BOOST_TEST(x.is_leaf());
    x.index_put_(form, v);
    BOOST_TEST(x.requires_grad());
    BOOST_TEST(!x.is_leaf());
    x.sum().backward();
    check_close(v.grad(), Array({2}, {1, 1}));
  }
}

BOOST_AUTO_TEST_CASE(leaves_are_not_written_to) {
  Tensor x = leaf({3});
  const std::int64_t version = x._version();
  BOOST_CHECK_EXCEPTION(x.index_put_({eg::tensor({0})}, 1.0), eg::GraphError,
                        Says{"a leaf Variable that requires grad is being used in an in-place"});
  BOOST_CHECK_EXCEPTION(x.index_put_({0}, 1.0), eg::GraphError,
                        Says{"a view of a leaf Variable that requires grad"});
  BOOST_TEST(x._version() == version);
  {
    const eg::NoGradGuard off;
    x.index_put_({eg::tensor({0})}, 1.0);
    x.index_put_({1}, 2.0);
  }
  BOOST_TEST(x.is_leaf());
  BOOST_TEST(x._version() == version + 2);
  BOOST_TEST(x[1].item<double>() == 2);
  Tensor wide = eg::zeros({1}).expand({3});
  BOOST_CHECK_EXCEPTION(wide.index_put_({eg::tensor({0})}, 1.0), eg::GraphError,
                        Says{"more than one element of the written-to tensor refers"});
}

BOOST_AUTO_TEST_CASE(a_saved_value_must_not_be_written_to) {
  const Tensor x = leaf({3});
  Tensor y = x * 2;
  const Tensor z = y * y;
  y.index_put_({eg::tensor({0})}, 1.0);
  BOOST_CHECK_EXCEPTION(z.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_AUTO_TEST_CASE(a_failed_write_changes_nothing) {
  Tensor x = eg::ones({3, 2});
  const std::int64_t version = x._version();
  const auto fails = [&](const oracle::Indices& indices, const Tensor& values) {
    try {
      x.index_put_(indices, values);
      return false;
    } catch (const eg::Error&) {
      return true;
    }
  };
  BOOST_TEST(fails({eg::tensor({0, 3})}, eg::zeros({2})));
  BOOST_TEST(fails({eg::tensor({0, 1})}, eg::zeros({3})));
  BOOST_TEST(fails({eg::tensor({0, 1})}, eg::zeros({2}, eg::kInt64)));
  BOOST_TEST(fails({0}, eg::zeros({3})));
  check_close(x, Array({3, 2}, 1));
  BOOST_TEST(x._version() == version);
}

BOOST_AUTO_TEST_CASE(messages) {
  const Tensor x = leaf({4, 3});
  const auto refuses = [&](const oracle::Indices& indices, std::string_view phrase) {
    BOOST_TEST_INFO_SCOPE(phrase);
    BOOST_CHECK_EXCEPTION(x.index(indices), eg::IndexError, Says{phrase});
  };
  refuses({4}, "index 4 is out of range for dimension 0 of extent 4");
  refuses({0, -4}, "index -4 is out of range for dimension 1 of extent 3");
  refuses({0, eg::tensor(3)}, "index 3 is out of range for dimension 1 of extent 3");
  refuses({0, eg::tensor({3})}, "index 3 is out of range for dimension 1 of extent 3");
  refuses({None, Ellipsis, eg::tensor({3})}, "index 3 is out of range for dimension 1 of extent 3");
  refuses({eg::tensor({0, 4})}, "index 4 is out of range for dimension 0 of extent 4");
  refuses({Slice(), eg::tensor({-5, -4})}, "index -5 is out of range for dimension 1 of extent 3");
  refuses({0, 0, 0}, "too many indices for tensor of dimension 2: 3");
  refuses({eg::zeros({4, 3, 1}, eg::kBool)}, "too many indices for tensor of dimension 2: 3");
  refuses({Ellipsis, 0, Ellipsis}, "an index can only have a single ellipsis");
  refuses({eg::tensor({0, 1}), eg::tensor({0, 1, 2})},
          "shape mismatch: indexing tensors could not be broadcast together");
  refuses({eg::tensor({true, false})},
          "the shape of the mask [2] at index 0 does not match the shape of the indexed tensor [4, "
          "3] at index 0");
  refuses({eg::tensor({0.0})}, "tensors used as indices must be int64 or bool, got float64");
  BOOST_CHECK_EXCEPTION(TensorIndex("."), eg::IndexError, Says{"can only be \"...\""});
  BOOST_CHECK_EXCEPTION(x.index({Slice(0, 2, 0)}), eg::ValueError, Says{"step must be positive"});
  BOOST_CHECK_EXCEPTION(eg::zeros({0}).index({eg::tensor({0})}), eg::IndexError,
                        Says{"index 0 is out of range for dimension 0 of extent 0"});
  BOOST_CHECK_EXCEPTION(eg::zeros({}).index({0}), eg::IndexError, Says{"too many indices"});

  Tensor y = eg::zeros({4, 3});
  BOOST_CHECK_EXCEPTION(
      y.index_put_({eg::tensor({0, 1})}, eg::zeros({2})), eg::ShapeError,
      Says{"shape mismatch: value tensor of shape [2] cannot be broadcast to indexing result of "
           "shape [2, 3]"});
  BOOST_CHECK_EXCEPTION(y.index_put_({eg::tensor({0})}, eg::zeros({3}, eg::kFloat32)),
                        eg::DtypeError, Says{"source and destination dtypes must match"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
