#include "kernels/indexing/index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "kernels/support.hpp"

/// Kernels that read and write by index against plain loops, in every layout.
namespace kernels_test {
namespace {

using eg::kernels::AlongPlan;
using eg::kernels::Combine;
using eg::kernels::IndexPlan;

/// Random elements, dimensions in the given order in memory, with gaps of NaN between them.
Tensor laid_out(const Dims& sizes, const std::vector<std::size_t>& order, std::int64_t gap,
                unsigned seed) {
  Dims strides = strides_in_order(sizes, order);
  std::int64_t last = 0;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    strides[d] *= gap;
    last += (sizes[d] - 1) * strides[d];
  }
  const std::vector<double> values = random_values(static_cast<std::size_t>(last + 1), seed);
  const Tensor memory = eg::full({last + 1}, std::numeric_limits<double>::quiet_NaN());
  for_positions(sizes, [&](const Dims& at) {
    const auto i = static_cast<std::size_t>(dot(at, strides));
    memory.data_ptr<double>()[i] = values[i];
  });
  return memory.as_strided(sizes, strides);
}

double element(const Tensor& t, const Dims& at) {
  return t.data_ptr<double>()[dot(at, t.strides().vec())];
}

std::int64_t index_at(const Tensor& index, const Dims& at) {
  return index.data_ptr<std::int64_t>()[dot(at, index.strides().vec())];
}

Tensor indices(const Dims& sizes, std::int64_t extent, unsigned seed) {
  std::mt19937_64 engine(seed);
  std::uniform_int_distribution<std::int64_t> uniform(0, extent - 1);
  const Tensor t = eg::empty(sizes, eg::kInt64);
  std::generate_n(t.data_ptr<std::int64_t>(), t.numel(), [&] { return uniform(engine); });
  return t;
}

double combined(Combine combine, double a, double b) {
  switch (combine) {
    case Combine::Write:
      return b;
    case Combine::Add:
      return a + b;
    case Combine::Mul:
      return a * b;
    case Combine::Max:
      return std::max(a, b);
    default:
      return std::min(a, b);
  }
}

constexpr Combine kAll[] = {Combine::Write, Combine::Add, Combine::Mul, Combine::Max, Combine::Min};

/// A plan over several dimensions, and where a position of its result lies in the input.
struct Case {
  IndexPlan plan;
  std::vector<Dims> places;
};

/// `indexed` dimensions of an input of extents `sizes`.
Case make_case(const Dims& sizes, const std::vector<std::size_t>& indexed, const Dims& picked) {
  Case c;
  c.plan.input_sizes = eg::DimVector(sizes);
  c.plan.picked = eg::DimVector(picked);
  unsigned seed = 5;
  for (const std::size_t d : indexed) {
    c.plan.dims.push_back(static_cast<std::int64_t>(d));
    c.plan.indices.push_back(indices(picked, sizes[d], ++seed));
  }
  const bool neighbours = indexed.back() - indexed.front() + 1 == indexed.size();
  Dims before, after;
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (std::find(indexed.begin(), indexed.end(), d) != indexed.end()) continue;
    const bool leads = neighbours && d < indexed.front();
    (leads ? c.plan.before : c.plan.after).push_back(static_cast<std::int64_t>(d));
    (leads ? before : after).push_back(sizes[d]);
  }
  Dims result = before;
  result.insert(result.end(), picked.begin(), picked.end());
  result.insert(result.end(), after.begin(), after.end());
  c.plan.result_sizes = eg::DimVector(result);
  for_positions(result, [&](const Dims& at) {
    Dims place(sizes.size());
    const auto first = at.begin() + static_cast<std::ptrdiff_t>(before.size());
    const Dims pick(first, first + static_cast<std::ptrdiff_t>(picked.size()));
    for (std::size_t k = 0; k < indexed.size(); ++k)
      place[indexed[k]] = index_at(c.plan.indices[k], pick);
    for (std::size_t k = 0; k < before.size(); ++k)
      place[static_cast<std::size_t>(c.plan.before[k])] = at[k];
    for (std::size_t k = 0; k < after.size(); ++k)
      place[static_cast<std::size_t>(c.plan.after[k])] = at[before.size() + picked.size() + k];
    c.places.push_back(place);
  });
  return c;
}

/// What a position of `index` picks along `d`.
Case along_case(const Dims& sizes, std::size_t d, const Tensor& index) {
  Case c;
  for_positions(index.sizes().vec(), [&](const Dims& at) {
    Dims place = at;
    place[d] = index_at(index, at);
    c.places.push_back(place);
  });
  BOOST_REQUIRE(sizes.size() == static_cast<std::size_t>(index.dim()));
  return c;
}

/// gather, put in every way and fill_picked through `plan`, over `sizes` in every layout.
template <class Plan>
void check_plan(const Plan& plan, const std::vector<Dims>& places, const Dims& sizes,
                const Dims& result) {
  std::vector<std::size_t> order(sizes.size());
  for (std::size_t d = 0; d < order.size(); ++d) order[d] = d;
  const Tensor values = eg::tensor(random_values(places.size(), 9)).reshape(result);
  do
    for (const std::int64_t gap : {1, 3}) {
      const Tensor src = laid_out(sizes, order, gap, 1);
      const Tensor read = eg::empty(result);
      eg::kernels::gather(plan, read, src);
      std::size_t wrong = 0;
      for (std::size_t k = 0; k < places.size(); ++k)
        wrong += read.data_ptr<double>()[k] == element(src, places[k]) ? 0 : 1;
      BOOST_TEST(wrong == 0U);
      for (const Combine combine : kAll) {
        const Tensor dst = laid_out(sizes, order, gap, 1);
        std::map<Dims, double> want;
        for_positions(sizes, [&](const Dims& at) { want[at] = element(dst, at); });
        for (std::size_t k = 0; k < places.size(); ++k)
          want[places[k]] = combined(combine, want[places[k]], values.data_ptr<double>()[k]);
        eg::kernels::put(plan, dst, values, combine);
        for (const auto& [at, v] : want) wrong += element(dst, at) == v ? 0 : 1;
      }
      BOOST_TEST(wrong == 0U);
      const Tensor filled = laid_out(sizes, order, gap, 1);
      eg::kernels::fill_picked(plan, filled, 4.5);
      std::map<Dims, double> want;
      for_positions(sizes, [&](const Dims& at) { want[at] = element(src, at); });
      for (const Dims& at : places) want[at] = 4.5;
      for (const auto& [at, v] : want) wrong += element(filled, at) == v ? 0 : 1;
      BOOST_TEST(wrong == 0U);
    }
  while (std::next_permutation(order.begin(), order.end()));
}

void check_lists(const Dims& sizes, const std::vector<std::size_t>& indexed, const Dims& picked) {
  BOOST_TEST_CONTEXT("sizes " << eg::IntArrayRef(sizes) << " indexed from " << indexed.front()) {
    const Case c = make_case(sizes, indexed, picked);
    check_plan(c.plan, c.places, sizes, eg::IntArrayRef(c.plan.result_sizes).vec());
  }
}

void check_along(const Dims& sizes, std::size_t d, const Dims& picked) {
  BOOST_TEST_CONTEXT("sizes " << eg::IntArrayRef(sizes) << " along " << d << " index "
                              << eg::IntArrayRef(picked)) {
    const AlongPlan plan{eg::DimVector(sizes), d, indices(picked, sizes[d], 3)};
    check_plan(plan, along_case(sizes, d, plan.index).places, sizes, picked);
  }
}

}  // namespace

BOOST_AUTO_TEST_CASE(lists_for_every_set_of_dimensions) {
  const Dims sizes{3, 4, 5};
  for (const std::vector<std::size_t>& indexed :
       {std::vector<std::size_t>{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 2}, {0, 1, 2}}) {
    check_lists(sizes, indexed, {7});
    check_lists(sizes, indexed, {2, 3});
    check_lists(sizes, indexed, {0});
  }
}

BOOST_AUTO_TEST_CASE(rows_of_every_length) {
  // Short rows are copied in other ways than long ones.
  for (std::int64_t n = 1; n < 80; ++n) check_lists({3, n}, {0}, {5});
}

BOOST_AUTO_TEST_CASE(long_lists) {
  check_lists({1000}, {0}, {700});
  check_lists({30, 40}, {0, 1}, {1000});
  check_lists({2, 500, 3}, {1}, {600});
}

BOOST_AUTO_TEST_CASE(along_every_dimension) {
  for (std::size_t d = 0; d < 3; ++d) {
    check_along({3, 4, 5}, d, {3, 4, 5});
    check_along({3, 4, 5}, d, {2, 3, 2});
    check_along({3, 4, 5}, d, {1, 4, 1});
    check_along({3, 1, 5}, d, {2, 1, 5});
  }
  check_along({3, 4, 5}, 1, {2, 9, 5});
  check_along({3, 4, 5}, 2, {0, 4, 5});
  check_along({6}, 0, {20});
  check_along({2, 3, 2, 3}, 2, {2, 2, 4, 3});
}

BOOST_AUTO_TEST_CASE(along_a_tensor_without_dimensions) {
  const Tensor x = eg::tensor(2.5);
  const AlongPlan list{{}, 0, eg::zeros({3}, eg::kInt64)};
  const Tensor y = eg::empty({3});
  eg::kernels::gather(list, y, x);
  BOOST_TEST(y.eq(2.5).all().item<bool>());
  const AlongPlan number{eg::DimVector{4}, 0, eg::tensor(2)};
  const Tensor z = eg::empty({});
  eg::kernels::gather(number, z, eg::arange(4, eg::kFloat64));
  BOOST_TEST(z.item<double>() == 2);
}

BOOST_AUTO_TEST_CASE(every_dtype) {
  const AlongPlan plan{eg::DimVector{3}, 0, eg::tensor({2, 0, 2})};
  for (const eg::ScalarType dtype : {eg::kBool, eg::kInt64, eg::kFloat32, eg::kFloat64}) {
    const Tensor y = eg::empty({3}, dtype);
    eg::kernels::gather(plan, y, eg::tensor({0, 1, 1}).to(dtype));
    BOOST_TEST(y.equal(eg::tensor({1, 0, 1}).to(dtype)));
    const Tensor sum = eg::zeros({3}, dtype);
    eg::kernels::put(plan, sum, eg::ones({3}, dtype), Combine::Add);
    BOOST_TEST(sum.equal(eg::tensor({1, 0, 2}).to(dtype)));
  }
}

BOOST_AUTO_TEST_CASE(extrema_keep_nan) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const AlongPlan plan{eg::DimVector{2}, 0, eg::tensor({0, 0, 1, 1})};
  for (const Combine combine : {Combine::Max, Combine::Min}) {
    const Tensor x = eg::zeros({2});
    eg::kernels::put(plan, x, eg::tensor({nan, 1.0, 1.0, nan}), combine);
    BOOST_TEST(x.isnan().all().item<bool>());
  }
}

BOOST_AUTO_TEST_CASE(sums_do_not_depend_on_the_number_of_threads) {
  const std::int64_t n = 200'000;
  const Tensor values = eg::tensor(random_values(static_cast<std::size_t>(n)));
  const AlongPlan plan{eg::DimVector{10}, 0, indices({n}, 10, 4)};
  std::vector<std::vector<std::byte>> results;
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    const Tensor x = eg::zeros({10});
    eg::kernels::put(plan, x, values, Combine::Add);
    results.push_back(bytes_of(x));
  }
  BOOST_TEST((results[1] == results[0]));
  BOOST_TEST((results[2] == results[0]));
}

BOOST_AUTO_TEST_CASE(indices_outside_are_found) {
  constexpr std::int64_t least = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();
  for (const std::int64_t extent : {std::int64_t{1}, std::int64_t{7}, largest}) {
    Tensor index = indices({1000}, extent, 8);
    BOOST_TEST(eg::kernels::find_outside(index, extent) == nullptr);
    for (const std::int64_t bad : {std::int64_t{-1}, least, extent, largest}) {
      std::int64_t* const place = index.data_ptr<std::int64_t>() + 777;
      const std::int64_t kept = *place;
      *place = bad;
      BOOST_TEST(eg::kernels::find_outside(index, extent) == place);
      *place = kept;
    }
  }
  const Tensor zero = eg::zeros({1}, eg::kInt64);
  BOOST_TEST(eg::kernels::find_outside(zero, 0) == zero.data_ptr<std::int64_t>());
  BOOST_TEST(eg::kernels::find_outside(eg::zeros({0}, eg::kInt64), 0) == nullptr);
}

BOOST_AUTO_TEST_CASE(positions_as_coordinates) {
  const Dims sizes{3, 4, 5};
  const std::vector<Tensor> parts = eg::kernels::unravel(eg::arange(60, eg::kInt64), sizes);
  BOOST_REQUIRE(parts.size() == 3U);
  const Tensor back = parts[0] * 20 + parts[1] * 5 + parts[2];
  BOOST_TEST(back.equal(eg::arange(60, eg::kInt64)));
  BOOST_TEST(parts[1].lt(4).all().item<bool>());
}

BOOST_AUTO_TEST_CASE(true_elements_in_order) {
  std::mt19937 engine(3);
  for (const Dims& sizes : {Dims{1000}, Dims{3, 700}, Dims{4, 5, 6}, Dims{2, 0}, Dims{1, 1}}) {
    const Tensor mask = eg::empty(sizes, eg::kBool);
    for (std::int64_t i = 0; i < mask.numel(); ++i) mask.data_ptr<bool>()[i] = engine() % 3 == 0;
    const std::vector<Tensor> found = eg::kernels::true_positions(mask);
    BOOST_REQUIRE(found.size() == sizes.size());
    std::int64_t n = 0;
    bool same = true;
    for_positions(sizes, [&](const Dims& at) {
      if (!mask.data_ptr<bool>()[dot(at, mask.strides().vec())]) return;
      for (std::size_t d = 0; d < at.size(); ++d)
        same = same && n < found[d].numel() && found[d].data_ptr<std::int64_t>()[n] == at[d];
      ++n;
    });
    BOOST_TEST(same);
    BOOST_TEST(found[0].numel() == n);
  }
}

BOOST_AUTO_TEST_CASE(masked_fill_in_every_layout) {
  const Dims sizes{7, 300};
  for (const std::vector<std::size_t>& order : {std::vector<std::size_t>{0, 1}, {1, 0}})
    for (const std::int64_t gap : {1, 2}) {
      const Tensor src = laid_out(sizes, order, gap, 1);
      const Tensor column =
          eg::tensor({true, false, false, true, true, false, true}).reshape({7, 1});
      Tensor dst = laid_out(sizes, order, gap, 2);
      eg::kernels::masked_fill(dst, src, column, -3.5);
      Tensor inplace = laid_out(sizes, order, gap, 1);
      eg::kernels::masked_fill(inplace, inplace, column, -3.5);
      std::size_t wrong = 0;
      for_positions(sizes, [&](const Dims& at) {
        const double want =
            element(column.to(eg::kFloat64), {at[0], 0}) != 0 ? -3.5 : element(src, at);
        wrong += element(dst, at) == want && element(inplace, at) == want ? 0 : 1;
      });
      BOOST_TEST(wrong == 0U);
    }
}

}  // namespace kernels_test
