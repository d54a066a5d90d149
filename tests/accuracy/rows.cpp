#include <boost/math/special_functions/log1p.hpp>
#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "accuracy/taylor.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/ops/arithmetic.hpp"
#include "eigengrad/ops/losses.hpp"
#include "eigengrad/ops/reductions.hpp"
#include "eigengrad/ops/shape.hpp"
#include "eigengrad/ops/softmax.hpp"

/// Softmax and its kin on rows in which one element outweighs the others more and more: values, gradients and
/// Hessians in every mode. What it leaves to the others is their sum, not 1 minus itself.
namespace accuracy {
namespace {

using eg::Tensor;

/// The probabilities of a row, and what each leaves to the others.
struct Row {
  explicit Row(const Numbers& x) : n(x.size()), p(n), left(n) {
    const double top = *std::max_element(x.begin(), x.end());
    for (const double v : x) sum += exp(Digits(v) - Digits(top));
    for (std::size_t i = 0; i < n; ++i) p[i] = exp(Digits(x[i]) - Digits(top)) / sum;
    for (std::size_t i = 0; i < n; ++i)
      for (std::size_t j = 0; j < n; ++j)
        if (i != j) left[i] += p[j];
  }
  /// [i = j] - p[j].
  Digits rest(std::size_t i, std::size_t j) const { return i == j ? left[j] : Digits(-p[j]); }
  /// log p[i].
  Digits log(std::size_t i) const {
    using std::log;
    return p[i] > 0.5 ? Digits(boost::math::log1p(Digits(-left[i]))) : Digits(log(p[i]));
  }
  Digits log_of_least() const {
    return Digits(boost::multiprecision::log(*std::min_element(p.begin(), p.end())));
  }
  std::size_t n;
  Digits sum = 0;
  std::vector<Digits> p, left;
};

struct Function {
  std::string name;
  /// Of element k.
  Tensor (*f)(const Tensor& x, std::int64_t k);
  Digits (*gradient)(const Row& r, std::size_t k, std::size_t i);
  Digits (*hessian)(const Row& r, std::size_t k, std::size_t i, std::size_t j);
};

/// The row as a column beside others, which the kernels walk in another way.
Tensor as_column(const Tensor& x) { return eg::stack({eg::zeros_like(x), x, eg::ones_like(x)}, 1); }

const std::vector<Function>& functions() {
  const auto softmax_gradient = [](const Row& r, std::size_t k, std::size_t i) {
    return Digits(r.p[k] * r.rest(k, i));
  };
  const auto softmax_hessian = [](const Row& r, std::size_t k, std::size_t i, std::size_t j) {
    return Digits(r.p[k] * (r.rest(k, i) * r.rest(k, j) - r.p[i] * r.rest(i, j)));
  };
  const auto log_gradient = [](const Row& r, std::size_t k, std::size_t i) { return r.rest(k, i); };
  const auto log_hessian = [](const Row& r, std::size_t, std::size_t i, std::size_t j) {
    return Digits(-r.p[i] * r.rest(i, j));
  };
  static const std::vector<Function> list{
      {"softmax", [](const Tensor& x, std::int64_t k) { return eg::softmax(x, 0)[k]; },
       softmax_gradient, softmax_hessian},
      {"softmax of columns",
       [](const Tensor& x, std::int64_t k) { return eg::softmax(as_column(x), 0)[k][1]; },
       softmax_gradient, softmax_hessian},
      {"log_softmax", [](const Tensor& x, std::int64_t k) { return eg::log_softmax(x, 0)[k]; },
       log_gradient, log_hessian},
      {"log_softmax of columns",
       [](const Tensor& x, std::int64_t k) { return eg::log_softmax(as_column(x), 0)[k][1]; },
       log_gradient, log_hessian},
      {"cross_entropy_loss",
       [](const Tensor& x, std::int64_t k) {
         return -eg::cross_entropy_loss(x, eg::tensor(std::vector<std::int64_t>{k})[0]);
       },
       log_gradient, log_hessian},
      {"cross_entropy_loss of a batch",
       [](const Tensor& x, std::int64_t k) {
         return -eg::cross_entropy_loss(x.reshape({1, -1}),
                                        eg::tensor(std::vector<std::int64_t>{k}));
       },
       log_gradient, log_hessian},
      {"logsumexp", [](const Tensor& x, std::int64_t) { return eg::logsumexp(x, {0}); },
       [](const Row& r, std::size_t, std::size_t i) { return r.p[i]; },
       [](const Row& r, std::size_t, std::size_t i, std::size_t j) {
         return Digits(r.p[i] * r.rest(i, j));
       }},
      {"logsumexp of a matrix",
       [](const Tensor& x, std::int64_t) {
         return eg::logsumexp(x.reshape({1, -1}), {0, 1});
       },
       [](const Row& r, std::size_t, std::size_t i) { return r.p[i]; },
       [](const Row& r, std::size_t, std::size_t i, std::size_t j) {
         return Digits(r.p[i] * r.rest(i, j));
       }}};
  return list;
}

/// Gaps between numbers whose differences are exact, so that rounding of these does not count.
const std::vector<Numbers>& rows() {
  static const std::vector<Numbers> list{
      {0.5, 0.25, -0.75},
      {0, 0},
      {0, 0, 0, -30},
      {-3, 37},
      {40, 0, -7.5},
      {0, -1, -40, -300},
      {-700.5, 0, 3},
      {1000, 1036},
      {5, 4, -100},
      {7},
      {-60, -50, 0, -55, -70, -45, -52, -38, -41, -36, -37, -39, -40, -64, -63, -62, -61, -60}};
  return list;
}

/// Relative, where a number is normal; a logarithm that is rounded leaves its size in units of the last place.
bool is_close(double got, const Digits& want, const Row& r) {
  const double size = static_cast<double>(-r.log_of_least());
  const double relative = 1e-14 + size * std::numeric_limits<double>::epsilon();
  const Digits error = abs(Digits(got) - want);
  return error <= abs(want) * Digits(relative) + Digits(std::numeric_limits<double>::min());
}

Tensor gradient_of(const Tensor& y, const Tensor& x, bool recorded) {
  return eg::autograd::grad({y}, {x}, {.create_graph = recorded, .allow_unused = true})[0];
}

struct Case {
  const Function& f;
  const Row& r;
  std::size_t k;
  Tensor x;

  void expect(const char* mode, std::size_t i, double got, const Digits& want) const {
    BOOST_CHECK_MESSAGE(is_close(got, want, r), f.name << " " << k << " by " << mode << ", place "
                                                       << i << ": " << std::setprecision(17) << got
                                                       << " instead of " << want.str(17));
  }
  Tensor value(const Tensor& at) const { return f.f(at, static_cast<std::int64_t>(k)); }
  Tensor direction(std::size_t i) const {
    Numbers e(r.n, 0.0);
    e[i] = 1;
    return eg::tensor(e);
  }

  void check_gradients() const {
    const Tensor t = x.detach().requires_grad_();
    const Numbers reverse = values_of(gradient_of(value(t), t, false));
    const Numbers recorded = values_of(gradient_of(value(t), t, true).detach());
    for (std::size_t i = 0; i < r.n; ++i) {
      const eg::autograd::DualLevel level;
      const Tensor y = value(eg::autograd::make_dual(x, direction(i)));
      const Digits want = f.gradient(r, k, i);
      expect("reverse", i, reverse[i], want);
      expect("recorded", i, recorded[i], want);
      expect("forward", i, eg::autograd::unpack_dual(y).tangent.item<double>(), want);
    }
  }
  void check_hessians() const {
    for (std::size_t i = 0; i < r.n; ++i) {
      const Tensor t = x.detach().requires_grad_();
      const Tensor g = gradient_of(value(t), t, true);
      const Numbers twice = values_of(gradient_of(g[static_cast<std::int64_t>(i)], t, false));
      const eg::autograd::DualLevel level;
      const Tensor u = x.detach().requires_grad_();
      const Tensor h = gradient_of(value(eg::autograd::make_dual(u, direction(i))), u, true);
      const Numbers mixed = values_of(eg::autograd::unpack_dual(h).tangent.detach());
      for (std::size_t j = 0; j < r.n; ++j) {
        expect("reverse of reverse", i * r.n + j, twice[j], f.hessian(r, k, i, j));
        expect("forward of reverse", i * r.n + j, mixed[j], f.hessian(r, k, i, j));
      }
    }
  }
};

BOOST_AUTO_TEST_SUITE(rows_of_growing_gaps)

BOOST_AUTO_TEST_CASE(derivatives) {
  for (const Function& f : functions())
    for (const Numbers& x : rows()) {
      const Row r(x);
      for (std::size_t k = 0; k < std::min<std::size_t>(r.n, 4); ++k) {
        const Case c{f, r, k, eg::tensor(x)};
        c.check_gradients();
        if (r.n <= 4) c.check_hessians();
      }
    }
}

BOOST_AUTO_TEST_CASE(logarithms) {
  for (const Numbers& x : rows()) {
    const Row r(x);
    const Numbers by_row = values_of(eg::log_softmax(eg::tensor(x), 0));
    const Numbers by_column =
        values_of(eg::log_softmax(as_column(eg::tensor(x)), 0).select(1, 1).contiguous());
    for (std::size_t i = 0; i < r.n; ++i) {
      BOOST_TEST(is_close(by_row[i], r.log(i), r));
      BOOST_TEST(is_close(by_column[i], r.log(i), r));
    }
  }
}

BOOST_AUTO_TEST_CASE(weights_below_the_normal_numbers_are_zero) {
  const Tensor x = eg::tensor({0.0, -708.0, -709.0, -740.0});
  for (const Tensor& y : {eg::softmax(x, 0), eg::softmax(as_column(x), 0).select(1, 1)}) {
    const Numbers v = values_of(y);
    BOOST_TEST(v[1] > 0);
    BOOST_TEST((Numbers{v[2], v[3]} == Numbers{0, 0}));
  }
}

BOOST_AUTO_TEST_CASE(infinite_elements_of_logsumexp) {
  const auto gradient = [](const Numbers& x) {
    const Tensor t = eg::tensor(x).requires_grad_();
    return values_of(gradient_of(eg::logsumexp(t, {0}), t, false));
  };
  BOOST_TEST((gradient({1, kInf}) == Numbers{0, 1}));
  BOOST_TEST((gradient({kInf, -2, kInf}) == Numbers{0.5, 0, 0.5}));
  BOOST_TEST((gradient({-kInf, 3}) == Numbers{0, 1}));
  BOOST_TEST((gradient({-kInf, -kInf}) == Numbers{0, 0}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace accuracy
