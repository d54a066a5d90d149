#include "kernels/base/copy.hpp"

#include <algorithm>
#include <numeric>
#include <type_traits>

#include "autograd/views.hpp"
#include "kernels/support.hpp"

/// Copies between all layouts, element by element against plain loops.
namespace kernels_test {
namespace {

using Order = std::vector<std::size_t>;

std::vector<Order> all_orders(std::size_t n) {
  Order order(n);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<Order> orders;
  do orders.push_back(order);
  while (std::next_permutation(order.begin(), order.end()));
  return orders;
}

std::int64_t count(const Dims& sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

/// Where the elements of an array lie in memory.
struct Place {
  Dims strides;
  std::int64_t offset = 0;
};

/// Dimensions in the given order, those with a bit in `reversed` backwards.
Place place_of(const Dims& sizes, const Order& order, unsigned reversed) {
  Place p{strides_in_order(sizes, order)};
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if ((reversed >> d & 1u) == 0) continue;
    p.offset += (sizes[d] - 1) * p.strides[d];
    p.strides[d] = -p.strides[d];
  }
  return p;
}

template <class T>
void check_copy(const Dims& sizes, const Place& to, const Place& from) {
  const std::int64_t n = count(sizes);
  const Tensor memory = eg::empty({n}, eg::dtype_of<T>);
  T* const source = memory.data_ptr<T>();
  for (std::int64_t i = 0; i < n; ++i) source[i] = static_cast<T>(i * 7 % 251);
  const Tensor target = eg::zeros({n}, eg::dtype_of<T>);
  eg::kernels::copy(eg::autograd::raw_view(target, sizes, to.strides, to.offset),
                    eg::autograd::raw_view(memory, sizes, from.strides, from.offset));
  const T* const written = target.data_ptr<T>();
  std::int64_t wrong = 0;
  for_positions(sizes, [&](const Dims& at) {
    wrong +=
        written[to.offset + dot(at, to.strides)] != source[from.offset + dot(at, from.strides)];
  });
  BOOST_TEST(wrong == 0);
}

template <class T>
void check_orders(const Dims& sizes) {
  const Order rows = all_orders(sizes.size()).front();
  for (const Order& order : all_orders(sizes.size()))
    for (unsigned reversed = 0; reversed < 1u << sizes.size(); ++reversed) {
      BOOST_TEST_INFO_SCOPE("reversed " << reversed);
      check_copy<T>(sizes, place_of(sizes, rows, 0), place_of(sizes, order, reversed));
      check_copy<T>(sizes, place_of(sizes, order, 0), place_of(sizes, rows, reversed));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(copies)

BOOST_AUTO_TEST_CASE(all_orders_of_dimensions) {
  // Around the side of a square, with rest; short rows; enough for several threads.
  for (const Dims& sizes :
       {Dims{16, 16}, Dims{17, 33}, Dims{40, 3}, Dims{3, 40}, Dims{5, 18, 20}, Dims{2, 3, 4, 5},
        Dims{181, 190}, Dims{19, 50, 36}, Dims{9}, Dims{40000}}) {
    BOOST_TEST_INFO_SCOPE(eg::IntArrayRef(sizes));
    for (const int threads : {1, 2}) {
      const Threads scope(threads);
      check_orders<double>(sizes);
      check_orders<float>(sizes);
    }
    check_orders<std::int64_t>(sizes);
    check_orders<bool>(sizes);
  }
}

BOOST_AUTO_TEST_CASE(repeated_sources) {
  const Tensor x = eg::arange(60.0).reshape({3, 20});
  for (const Dims& sizes : {Dims{4, 3, 20}, Dims{3, 30, 20}, Dims{3, 20, 2}, Dims{3, 20, 40}}) {
    BOOST_TEST_INFO_SCOPE(eg::IntArrayRef(sizes));
    Dims strides(3);
    for (std::size_t d = 0; d < 3; ++d)
      strides[d] = sizes[d] == 3 ? 20 : sizes[d] == 20 && (d == 2 || sizes[1] == 20) ? 1 : 0;
    const Tensor y = eg::zeros(sizes);
    eg::kernels::copy(y, eg::autograd::raw_view(x, sizes, strides, 0));
    std::int64_t k = 0, wrong = 0;
    for_positions(sizes, [&](const Dims& at) {
      wrong += y.data_ptr<double>()[k++] != static_cast<double>(dot(at, strides));
    });
    BOOST_TEST(wrong == 0);
  }
}

BOOST_AUTO_TEST_CASE(sums_where_elements_overlap) {
  struct Row {
    Dims sizes, strides;
  };
  for (const Row& row : {Row{{6, 5}, {1, 1}}, Row{{5, 6}, {2, 1}}, Row{{4, 3, 2}, {1, 0, 2}},
                         Row{{7}, {0}}, Row{{}, {}}, Row{{2, 0}, {1, 1}}}) {
    BOOST_TEST_INFO_SCOPE(eg::IntArrayRef(row.sizes));
    const Tensor x = eg::tensor(random_values(static_cast<std::size_t>(count(row.sizes))));
    const Tensor sum = eg::zeros({20});
    eg::kernels::add_into_overlapping(eg::autograd::raw_view(sum, row.sizes, row.strides, 0),
                                      x.view(row.sizes));
    std::vector<double> wanted(20);
    std::size_t k = 0;
    for_positions(row.sizes, [&](const Dims& at) {
      wanted[static_cast<std::size_t>(dot(at, row.strides))] += x.data_ptr<double>()[k++];
    });
    BOOST_TEST(std::equal(wanted.begin(), wanted.end(), sum.data_ptr<double>()));
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kernels_test
