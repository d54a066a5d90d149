// Matrix products beyond the table: every path of the kernel at sizes that reach it, layouts, threads,
// names in the graph, messages.

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>
#include <cstring>
#include <ostream>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/check/gradcheck.hpp"
#include "eigengrad/core/array_ref.hpp"
#include "eigengrad/core/dtype.hpp"
#include "eigengrad/core/error.hpp"
#include "eigengrad/core/factories.hpp"
#include "eigengrad/core/print.hpp"
#include "eigengrad/core/threads.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "support/compare.hpp"
#include "support/says.hpp"

namespace {

namespace eg = eigengrad;
using eg::Tensor;
using support::Array;
using support::check_close;
using support::Layout;
using support::Sizes;
using support::to_array;
using support::to_tensor;
using support::Tolerance;

/// Extents of (n k) (k m).
struct Extents {
  std::int64_t n;
  std::int64_t k;
  std::int64_t m;
  friend std::ostream& operator<<(std::ostream& os, const Extents& e) {
    return os << e.n << 'x' << e.k << 'x' << e.m;
  }
};

Array product(const Array& a, const Array& b) {
  const auto n = static_cast<std::size_t>(a.sizes[0]);
  const auto k = static_cast<std::size_t>(a.sizes[1]);
  const auto m = static_cast<std::size_t>(b.sizes[1]);
  Array c({a.sizes[0], b.sizes[1]});
  c.dtype = a.dtype;
  std::vector<long double> row(m);
  for (std::size_t i = 0; i < n; ++i) {
    std::fill(row.begin(), row.end(), 0.0L);
    for (std::size_t p = 0; p < k; ++p)
      for (std::size_t j = 0; j < m; ++j)
        row[j] += static_cast<long double>(a.values[i * k + p]) *
                  static_cast<long double>(b.values[p * m + j]);
    for (std::size_t j = 0; j < m; ++j)
      c.values[i * m + j] = support::stored(static_cast<double>(row[j]), c.dtype);
  }
  return c;
}

/// A sum of k products of numbers below 2 is off by so much at most.
Tolerance tolerance(eg::ScalarType dtype, std::int64_t k) {
  if (dtype == eg::kInt64) return {};
  const double epsilon = dtype == eg::kFloat32 ? 6e-8 : 1.2e-16;
  return {.relative = epsilon * static_cast<double>(k + 2), .scale = 4};
}

Array matrix(std::int64_t rows, std::int64_t cols, unsigned seed, eg::ScalarType dtype) {
  return support::as(support::uniform({rows, cols}, -2, 2, seed), dtype);
}

Tensor leaf(const Sizes& sizes, unsigned seed = 1) {
  Tensor x = to_tensor(support::uniform(sizes, -2, 2, seed));
  x.requires_grad_();
  return x;
}

std::string node_of(const Tensor& t) { return t.grad_fn() ? t.grad_fn()->name() : "none"; }

bool same_bits(const Tensor& a, const Tensor& b) {
  const Tensor x = a.detach().contiguous(), y = b.detach().contiguous();
  return x.sizes() == y.sizes() &&
         std::memcmp(x.data_ptr(), y.data_ptr(), static_cast<std::size_t>(x.nbytes())) == 0;
}

/// As many threads as asked for until the end of the scope.
struct Threads {
  explicit Threads(int n) : before(eg::get_num_threads()) { eg::set_num_threads(n); }
  ~Threads() { eg::set_num_threads(before); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;
  int before;
};

/// Tiles of the register-blocked loop with every kind of remainder; long and flat ones; sizes that go
/// to Eigen or the BLAS, in one piece and in several; vectors.
const std::vector<Extents> kExtents = {
    {2, 2, 2},    {3, 5, 7},    {4, 8, 16},    {5, 3, 17},     {9, 9, 33},     {31, 16, 9},
    {40, 8, 40},  {200, 1, 90}, {300, 7, 64},  {3, 400, 3},    {2, 300, 120},  {120, 300, 2},
    {33, 35, 37}, {64, 64, 64}, {97, 130, 61}, {257, 65, 130}, {1030, 40, 20}, {1, 50, 70},
    {70, 50, 1},  {1, 700, 1},  {1, 1, 300},   {1100, 90, 1},  {1, 90, 1100},  {515, 200, 170}};

BOOST_AUTO_TEST_SUITE(products)

BOOST_DATA_TEST_CASE(every_path_in_every_layout, kExtents, e) {
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32, eg::kInt64}) {
    const Array a = matrix(e.n, e.k, 1, dtype), b = matrix(e.k, e.m, 2, dtype);
    const Array c = product(a, b);
    for (const Layout of_a : {Layout::RowMajor, Layout::Transposed, Layout::Sliced})
      for (const Layout of_b : {Layout::RowMajor, Layout::Transposed, Layout::Sliced}) {
        BOOST_TEST_INFO_SCOPE(eg::to_string(dtype) << ", a " << support::name_of(of_a) << ", b "
                                                   << support::name_of(of_b));
        const Tensor y = eg::matmul(to_tensor(a, of_a), to_tensor(b, of_b));
        BOOST_TEST(y.is_contiguous());
        check_close(y, c, tolerance(dtype, e.k));
      }
  }
}

BOOST_AUTO_TEST_CASE(integers_wrap_around) {
  const std::int64_t big = std::numeric_limits<std::int64_t>::max();
  const Tensor a = eg::tensor({{big, big}}), b = eg::tensor({{2}, {1}});
  BOOST_TEST(eg::matmul(a, b).item<std::int64_t>() == big - 2);
  BOOST_TEST(eg::dot(a[0], a[0]).item<std::int64_t>() == 2);
}

BOOST_AUTO_TEST_CASE(nan_and_infinity_pass_through_but_old_memory_does_not) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::int64_t n : {4, 50}) {
    // Memory that the result may come to lie in.
    { const Tensor spoilt = eg::full({n, n}, nan); }
    Tensor a = eg::ones({n, n}), b = eg::ones({n, n});
    b[0][1] = nan;
    b[0][2] = inf;
    const Tensor y = eg::mm(a, b);
    BOOST_TEST(y[0][0].item<double>() == static_cast<double>(n));
    BOOST_TEST(std::isnan(y[n - 1][1].item<double>()));
    BOOST_TEST(y[n - 1][2].item<double>() == inf);
  }
}

BOOST_DATA_TEST_CASE(threads_do_not_change_a_bit, kExtents, e) {
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32}) {
    const Tensor a = to_tensor(matrix(e.n, e.k, 1, dtype)),
                 b = to_tensor(matrix(e.k, e.m, 2, dtype));
    const Tensor bt = b.t().contiguous().t();
    Tensor one, one_t;
    {
      const Threads single(1);
      one = eg::matmul(a, b);
      one_t = eg::matmul(a, bt);
    }
    for (const int n : {2, 3, 7}) {
      const Threads several(n);
      BOOST_TEST(same_bits(eg::matmul(a, b), one));
      BOOST_TEST(same_bits(eg::matmul(a, bt), one_t));
    }
  }
}

BOOST_DATA_TEST_CASE(alignment_does_not_change_a_bit, kExtents, e) {
  const auto shifted = [](const Tensor& x) {
    const Tensor memory = eg::empty({x.numel() + 1}, x.dtype());
    Tensor y = memory.slice(0, 1).view(x.sizes());
    y.copy_(x);
    return y;
  };
  for (const eg::ScalarType dtype : {eg::kFloat64, eg::kFloat32}) {
    const Tensor a = to_tensor(matrix(e.n, e.k, 1, dtype)),
                 b = to_tensor(matrix(e.k, e.m, 2, dtype));
    BOOST_TEST(same_bits(eg::matmul(shifted(a), shifted(b)), eg::matmul(a, b)));
  }
}

BOOST_AUTO_TEST_CASE(a_long_dot_is_a_pairwise_sum) {
  // Summed up one by one in float32 these would be off by about 1e-3.
  const std::int64_t n = 1 << 21;
  const Tensor a = eg::full({n}, 0.1, eg::kFloat32), b = eg::full({n}, 0.7, eg::kFloat32);
  const double exact =
      static_cast<double>(n) * static_cast<double>(0.1F) * static_cast<double>(0.7F);
  BOOST_TEST(std::abs(eg::dot(a, b).item<double>() / exact - 1) < 1e-6);
  Tensor once;
  for (const int threads : {1, 2, 5}) {
    const Threads scope(threads);
    const Tensor y = eg::dot(a, b);
    if (!once.defined()) once = y;
    BOOST_TEST(same_bits(y, once));
  }
}

BOOST_AUTO_TEST_CASE(batches_equal_their_matrices) {
  const auto check = [](const Tensor& a, const Tensor& b) {
    BOOST_TEST_INFO_SCOPE(a.sizes()
                          << ' ' << a.strides() << " and " << b.sizes() << ' ' << b.strides());
    const Tensor y = eg::matmul(a, b);
    std::vector<std::int64_t> lead(y.sizes().begin(), y.sizes().end() - 2);
    const auto whole = [&](const Tensor& x) {
      std::vector<std::int64_t> sizes = lead;
      sizes.push_back(x.size(-2));
      sizes.push_back(x.size(-1));
      return x.expand(sizes);
    };
    const Tensor u = whole(a), v = whole(b);
    support::for_each_index(lead, [&](const Sizes& index) {
      Tensor p = u, q = v, r = y;
      for (const std::int64_t i : index) {
        p = p[i];
        q = q[i];
        r = r[i];
      }
      check_close(r, product(to_array(p), to_array(q)), tolerance(eg::kFloat64, p.size(1)));
    });
  };
  const Tensor a = leaf({3, 2, 4, 5}).detach(), b = leaf({3, 2, 5, 6}, 2).detach();
  check(a, b);
  check(a, b[0]);
  check(a[0][0], b);
  check(a, b[0][0]);
  check(a.transpose(0, 1), b.transpose(0, 1));
  check(a.transpose(1, 2), b[0][0]);
  check(a.select(1, 0), b[0][0]);
  check(a.slice(2, 0, 4, 2), b[0][0]);
  check(a.slice(1, 0, 1), b.slice(0, 1, 2));
  check(a.mT(), leaf({1, 4, 6}, 3).detach());
  check(a, b.transpose(2, 3).contiguous().transpose(2, 3));
}

BOOST_AUTO_TEST_CASE(without_elements) {
  const auto zeros = [](const Tensor& y, const Sizes& sizes) { check_close(y, Array(sizes)); };
  zeros(eg::matmul(eg::ones({2, 0}), eg::ones({0, 3})), {2, 3});
  zeros(eg::matmul(eg::ones({0, 2}), eg::ones({2, 3})), {0, 3});
  zeros(eg::matmul(eg::ones({0}), eg::ones({0})), {});
  zeros(eg::matmul(eg::ones({2, 0}), eg::ones({0})), {2});
  zeros(eg::matmul(eg::ones({0}), eg::ones({0, 2})), {2});
  zeros(eg::matmul(eg::ones({2, 3, 0}), eg::ones({0, 4})), {2, 3, 4});
  zeros(eg::matmul(eg::ones({0, 3, 2}), eg::ones({2, 4})), {0, 3, 4});
  zeros(eg::matmul(eg::ones({0, 3, 2}), eg::ones({2})), {0, 3});

  const Tensor a = leaf({2, 0}), b = leaf({0, 3});
  eg::mm(a, b).sum().backward();
  check_close(a.grad(), Array({2, 0}));
  check_close(b.grad(), Array({0, 3}));
}

BOOST_AUTO_TEST_CASE(names_in_the_graph) {
  const Tensor v = leaf({3}), m = leaf({3, 3}), t = leaf({2, 3, 3});
  BOOST_TEST(node_of(eg::dot(v, v)) == "DotBackward0");
  BOOST_TEST(node_of(eg::matmul(v, v)) == "DotBackward0");
  BOOST_TEST(node_of(eg::mv(m, v)) == "MvBackward0");
  BOOST_TEST(node_of(eg::matmul(m, v)) == "MvBackward0");
  BOOST_TEST(node_of(eg::matmul(v, m)) == "MvBackward0");
  BOOST_TEST(node_of(eg::mm(m, m)) == "MmBackward0");
  BOOST_TEST(node_of(eg::matmul(m, m)) == "MmBackward0");
  BOOST_TEST(node_of(eg::bmm(t, t)) == "BmmBackward0");
  BOOST_TEST(node_of(eg::matmul(t, m)) == "BmmBackward0");
  BOOST_TEST(node_of(eg::outer(v, v)) == "MulBackward0");
  BOOST_TEST(node_of(eg::mm(m.detach(), m.detach())) == "none");
}

BOOST_AUTO_TEST_CASE(results_are_no_views) {
  for (const auto& [a, b] : std::vector<std::pair<Sizes, Sizes>>{{{3}, {3}},
                                                                 {{2, 3}, {3}},
                                                                 {{3}, {3, 2}},
                                                                 {{2, 3}, {3, 2}},
                                                                 {{2, 2, 3}, {3, 2}},
                                                                 {{3}, {2, 3, 2}},
                                                                 {{2, 2, 3}, {3}}}) {
    Tensor y = eg::matmul(leaf(a), leaf(b));
    BOOST_TEST(!y.is_view());
    y.add_(1);
    y.sum().backward();
  }
}

BOOST_AUTO_TEST_CASE(a_factor_is_saved_only_for_the_other) {
  const Tensor w = leaf({3, 2});
  Tensor x = to_tensor(support::uniform({2, 3}, -1, 1, 2)), c = to_tensor(Array({3, 2}, 1));
  // x is constant, so w is not needed and may be written to.
  Tensor scaled = w * 1;
  const Tensor y = eg::mm(x, scaled);
  scaled.add_(1);
  y.sum().backward();
  check_close(w.grad(), product(to_array(x.t()), Array({2, 2}, 1)), {.ulps = 4});
  const Tensor z = eg::mm(x, w);
  x.add_(1);
  BOOST_CHECK_EXCEPTION(z.sum().backward(), eg::GraphError,
                        Says{"modified by an inplace operation"});
}

BOOST_AUTO_TEST_CASE(gradients_lie_as_their_leaves) {
  const auto by_columns = [](unsigned seed) {
    Tensor x = to_tensor(support::uniform({3, 4}, -1, 1, seed), Layout::ColumnMajor);
    x.requires_grad_();
    return x;
  };
  const Tensor a = by_columns(1), b = by_columns(2), v = leaf({4}, 3);
  eg::mm(a, b.t()).sum().backward();
  BOOST_TEST(a.grad().strides() == a.strides());
  BOOST_TEST(b.grad().strides() == b.strides());
  check_close(a.grad(), product(Array({3, 3}, 1), to_array(b)), {.relative = 1e-15, .scale = 1});
  check_close(b.grad(), product(Array({3, 3}, 1), to_array(a)), {.relative = 1e-15, .scale = 1});
  const Tensor c = by_columns(4);
  eg::mv(c, v).sum().backward();
  BOOST_TEST(c.grad().strides() == c.strides());
  check_close(c.grad(),
              support::generate({3, 4}, [&](const Sizes& i) { return to_array(v).at({i[1]}); }));
}

BOOST_AUTO_TEST_CASE(one_tensor_as_both_factors) {
  const eg::GradcheckOptions options{.check_forward_ad = true};
  const auto square = [](const Tensor& x) { return eg::matmul(x, x); };
  for (const Sizes& sizes : {Sizes{3}, Sizes{3, 3}, Sizes{2, 3, 3}}) {
    BOOST_TEST(eg::gradcheck(square, leaf(sizes), options));
    BOOST_TEST(eg::gradgradcheck(square, leaf(sizes), options));
  }
  const auto gram = [](const Tensor& x) { return eg::matmul(x.mT(), x); };
  BOOST_TEST(eg::gradcheck(gram, leaf({2, 3, 2}), options));
}

BOOST_AUTO_TEST_CASE(large_gradients) {
  // The table checks small ones by differences; these go through the kernels for large matrices.
  const Tensor a = leaf({70, 90}), b = leaf({90, 80}, 2);
  const Array g = support::uniform({70, 80}, -1, 1, 3);
  const auto grads = eg::autograd::grad({eg::mm(a, b)}, {a, b}, {to_tensor(g)});
  check_close(grads[0], product(g, to_array(b.t())), tolerance(eg::kFloat64, 80));
  check_close(grads[1], product(to_array(a.t()), g), tolerance(eg::kFloat64, 70));

  const Tensor u = leaf({6, 20, 30}), v = leaf({30, 40}, 2);
  const Array h = support::uniform({6, 20, 40}, -1, 1, 3);
  const auto folded = eg::autograd::grad({eg::matmul(u, v)}, {u, v}, {to_tensor(h)});
  Array h_rows({120, 40}, h.values);
  check_close(folded[0].view({120, 30}), product(h_rows, to_array(v.t())),
              tolerance(eg::kFloat64, 40));
  check_close(folded[1], product(to_array(u.view({120, 30}).t()), h_rows),
              tolerance(eg::kFloat64, 120));
}

/// Every rule where extents are 0: batches, rows, columns, and what is summed over.
BOOST_AUTO_TEST_CASE(empty_dimensions) {
  const eg::GradcheckOptions options{.check_forward_ad = true};
  const auto check = [&](const char* name, auto f, const std::vector<Sizes>& shapes) {
    std::string text = name;
    std::vector<Tensor> x;
    for (const Sizes& s : shapes) {
      text += ' ' + support::text(s);
      x.push_back(to_tensor(support::uniform(s, -1, 1, x.size())).requires_grad_());
    }
    BOOST_TEST_INFO_SCOPE(text);
    const auto call = [&](const std::vector<Tensor>& v) {
      return std::apply(f, std::tie(v[0], v[1]));
    };
    BOOST_TEST(eg::gradcheck(call, x, options));
    BOOST_TEST(eg::gradgradcheck(call, x, {}, options));
    for (const Tensor& t : x)
      BOOST_TEST((eg::autograd::grad({call(x).sum()}, {t})[0].sizes() == t.sizes()));
  };
  const auto matmul = [](const Tensor& a, const Tensor& b) { return a.matmul(b); };
  for (int mask = 0; mask < 16; ++mask) {
    const auto extent = [&](int bit) -> std::int64_t { return (mask >> bit & 1) != 0 ? 0 : 2; };
    const std::int64_t n = extent(0), k = extent(1), m = extent(2), b = extent(3);
    check("matmul", matmul, {{b, n, k}, {k, m}});
    check("matmul", matmul, {{b, n, k}, {b, k, m}});
    check("matmul", matmul, {{n, k}, {b, k, m}});
    check("matmul", matmul, {{b, n, k}, {k}});
    check("matmul", matmul, {{k}, {b, k, m}});
    check("linear", [](const Tensor& x, const Tensor& w) { return eg::linear(x, w); },
          {{b, n, k}, {m, k}});
    check("einsum",
          [](const Tensor& x, const Tensor& y) {
            return eg::einsum("bik,bkj->ij", {x, y});
          },
          {{b, n, k}, {b, k, m}});
    check("tensordot",
          [](const Tensor& x, const Tensor& y) {
            return eg::tensordot(x, y, {0, 2}, {0, 1});
          },
          {{b, n, k}, {b, k, m}});
    if (b != 0) continue;
    check("matmul", matmul, {{n, k}, {k, m}});
    check("matmul", matmul, {{n, k}, {k}});
    check("matmul", matmul, {{k}, {k}});
    check("outer", [](const Tensor& x, const Tensor& y) { return eg::outer(x, y); }, {{n}, {m}});
    check("kron", [](const Tensor& x, const Tensor& y) { return eg::kron(x, y); },
          {{n, k}, {m, 2}});
  }
}

BOOST_AUTO_TEST_CASE(messages) {
  const auto ones = [](const Sizes& sizes) { return eg::ones(sizes); };
  const auto refuses = [&](auto f, const Sizes& a, const Sizes& b, std::string_view phrase) {
    BOOST_TEST_INFO_SCOPE(phrase);
    BOOST_CHECK_EXCEPTION(f(ones(a), ones(b)), eg::ShapeError, Says{phrase});
  };
  refuses(eg::mm, {2, 3}, {4, 5}, "[mm] shapes [2, 3] and [4, 5] cannot be multiplied");
  refuses(eg::mm, {2, 3}, {3},
          "[mm] shapes [2, 3] and [3] cannot be multiplied: it takes a tensor "
          "of 2 and one of 2 dimensions");
  refuses(eg::mv, {2, 3}, {2}, "[mv] shapes [2, 3] and [2] cannot be multiplied");
  refuses(eg::dot, {2}, {3}, "[dot] shapes [2] and [3] cannot be multiplied");
  refuses(eg::dot, {2, 2}, {2, 2}, "[dot] shapes [2, 2] and [2, 2] cannot be multiplied");
  refuses(eg::outer, {2, 2}, {2}, "[outer] shapes [2, 2] and [2] cannot be multiplied");
  refuses(eg::bmm, {2, 3, 4}, {3, 4, 5},
          "[bmm] shapes [2, 3, 4] and [3, 4, 5] cannot be multiplied");
  refuses(eg::bmm, {2, 3, 4}, {2, 3, 5}, "the inner extents must be equal");
  refuses(eg::matmul, {2, 3}, {2, 3}, "[matmul] shapes [2, 3] and [2, 3] cannot be multiplied");
  refuses(eg::matmul, {3}, {2, 4}, "[matmul] shapes [3] and [2, 4] cannot be multiplied");
  refuses(eg::matmul, {2, 3, 4}, {3}, "[matmul] shapes [2, 3, 4] and [3] cannot be multiplied");
  refuses(eg::matmul, {}, {2}, "both need at least one dimension");
  refuses(eg::matmul, {2, 3, 4}, {3, 4, 5}, "must match the size of tensor b");

  const auto of = [](eg::ScalarType t) { return eg::ones({2, 2}, t); };
  BOOST_CHECK_EXCEPTION(eg::mm(of(eg::kFloat64), of(eg::kFloat32)), eg::DtypeError,
                        Says{"same dtype, got float64 and float32"});
  BOOST_CHECK_EXCEPTION(eg::matmul(of(eg::kInt64), of(eg::kFloat64)), eg::DtypeError,
                        Says{"same dtype, got int64 and float64"});
  BOOST_CHECK_EXCEPTION(eg::matmul(of(eg::kBool), of(eg::kBool)), eg::DtypeError,
                        Says{"not defined for bool tensors"});
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
