#include "core/dispatch.hpp"

#include "core/geometry.hpp"
#include "kernels/base/copy.hpp"
#include "kernels/support.hpp"

/// Dispatch on the dtype, conversions, and the geometry helpers.
namespace kernels_test {
namespace {

const eg::ScalarType kAll[] = {eg::kBool, eg::kInt64, eg::kFloat32, eg::kFloat64};

}  // namespace

BOOST_AUTO_TEST_CASE(dispatch_calls_with_the_stored_type) {
  for (const eg::ScalarType t : kAll) {
    const bool right = eg::detail::dispatch(t, [&]<class T>(std::type_identity<T>) {
      return eg::dtype_of<T> == t && static_cast<std::int64_t>(sizeof(T)) == eg::element_size(t);
    });
    BOOST_TEST(right);
  }
}

BOOST_AUTO_TEST_CASE(dispatch_floating_refuses_others) {
  for (const eg::ScalarType t : kAll) {
    const auto size = [&] {
      return eg::detail::dispatch_floating(
          "op", t, []<class T>(std::type_identity<T>) { return sizeof(T); });
    };
    if (eg::is_floating_point(t))
      BOOST_TEST(static_cast<std::int64_t>(size()) == eg::element_size(t));
    else
      BOOST_CHECK_EXCEPTION(size(), eg::DtypeError, Says{"[op] needs a floating point tensor"});
  }
}

BOOST_AUTO_TEST_CASE(copy_between_all_dtypes) {
  const double values[] = {0, 1, 2, 3.75, -1.5};
  const Tensor doubles = eg::tensor(std::vector<double>(values, values + 5));
  for (const eg::ScalarType from : kAll) {
    const Tensor src = eg::empty({5}, from);
    eg::kernels::copy(src, doubles);
    for (const eg::ScalarType to : kAll) {
      const Tensor dst = eg::empty({5}, to);
      eg::kernels::copy(dst, src);
      for (std::int64_t i = 0; i < 5; ++i) {
        double want = values[i];
        if (from == eg::kBool) want = want != 0 ? 1 : 0;
        if (from == eg::kInt64) want = std::trunc(want);
        if (to == eg::kBool) want = want != 0 ? 1 : 0;
        if (to == eg::kInt64) want = std::trunc(want);
        BOOST_TEST(dst[i].item<double>() == want);
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(copy_between_layouts) {
  const Tensor src = eg::arange(6000.0).reshape({60, 100});
  const Tensor column_major = eg::empty({100, 60}).t();
  eg::kernels::copy(column_major, src);
  const Tensor with_gaps = eg::zeros({60, 300}).slice(1, 1, 300, 3);
  eg::kernels::copy(with_gaps, column_major);
  const Tensor back = eg::empty({60, 100}, eg::kFloat32);
  eg::kernels::copy(back, with_gaps);
  BOOST_TEST(back.to(eg::kFloat64).equal(src));
  BOOST_TEST(with_gaps._base().sum().item<double>() == src.sum().item<double>());
  const Tensor repeated = eg::empty({50, 100});
  eg::kernels::copy(repeated, src[7]);
  BOOST_TEST(repeated[0].equal(src[7]));
  BOOST_TEST(repeated[49].equal(src[7]));
}

BOOST_AUTO_TEST_CASE(fill_of_every_layout_and_dtype) {
  for (const eg::ScalarType t : kAll) {
    const Tensor x = eg::zeros({50, 60}, t);
    eg::kernels::fill(x.slice(1, 0, 60, 2), 1);
    BOOST_TEST(x.sum().item<std::int64_t>() == 50 * 30);
    eg::kernels::fill(x, 1);
    BOOST_TEST(x.sum().item<std::int64_t>() == 50 * 60);
  }
}

BOOST_AUTO_TEST_CASE(add_where_elements_share_memory) {
  const Tensor flat = eg::zeros({5});
  eg::kernels::add_into_overlapping(flat.as_strided({3, 3}, {1, 1}),
                                    eg::arange(9.0).reshape({3, 3}));
  BOOST_TEST(flat.equal(eg::tensor({0.0, 1.0 + 3, 2.0 + 4 + 6, 5.0 + 7, 8.0})));
  const Tensor one = eg::zeros({1});
  eg::kernels::add_into_overlapping(one.as_strided({2, 4}, {0, 0}), eg::ones({4, 2}).t());
  BOOST_TEST(one.item<double>() == 8);
  eg::kernels::add_into_overlapping(one.as_strided({0, 4}, {0, 0}), eg::ones({0, 4}));
  BOOST_TEST(one.item<double>() == 8);
  const Tensor number = eg::zeros({});
  eg::kernels::add_into_overlapping(number, eg::ones({}));
  BOOST_TEST(number.item<double>() == 1);
}

BOOST_AUTO_TEST_CASE(geometry_helpers) {
  using namespace eg::detail;
  BOOST_TEST(numel_of({}) == 1);
  BOOST_TEST(numel_of({2, 0, 3}) == 0);
  BOOST_TEST((row_major_strides({2, 3, 4}) == eg::DimVector{12, 4, 1}));
  BOOST_TEST((row_major_strides({2, 0, 4}) == eg::DimVector{4, 4, 1}));
  BOOST_TEST(is_row_major({2, 3}, {3, 1}));
  BOOST_TEST(is_row_major({1, 3}, {77, 1}));
  BOOST_TEST(is_row_major({0, 3}, {5, 9}));
  BOOST_TEST(!is_row_major({2, 3}, {1, 2}));
  BOOST_TEST(!is_row_major({2, 3}, {6, 2}));
  BOOST_TEST(wrap_dim("op", -1, 3) == 2u);
  BOOST_TEST(wrap_dim("op", -1, 0) == 0u);
  BOOST_CHECK_EXCEPTION(wrap_dim("op", 3, 3), eg::IndexError, Says{"Dimension out of range"});
  BOOST_CHECK_EXCEPTION(wrap_dim("op", -4, 3), eg::IndexError, Says{"[op]"});
  BOOST_TEST(wrap_index("op", -2, 0, 5) == 3);
  BOOST_CHECK_EXCEPTION(wrap_index("op", 5, 0, 5), eg::IndexError, Says{"out of range"});
  BOOST_CHECK_EXCEPTION(check_rank("op", eg::DimVector(65, 1)), eg::ShapeError, Says{"64"});
}

}  // namespace kernels_test
