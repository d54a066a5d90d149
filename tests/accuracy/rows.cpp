#include <boost/math/special_functions/log1p.hpp>
#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "accuracy/taylor.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/ops/loss/classification.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/softmax.hpp"
#include "eigengrad/ops/reduction/sums.hpp"
#include "eigengrad/ops/shape/views.hpp"

/// Softmax and its kin on rows in which one element outweighs the others more and more: values, gradients and
/// Hessians in every mode. What it leaves to the others is their sum, not 1 minus itself.
namespace accuracy {
namespace {

using eg::Tensor;

/// The probabilities of a row, and what each leaves to the others.
struct Row {
  explicit Row(const Numbers& row)
      : x(row), n(x.size()), top(*std::max_element(x.begin(), x.end())), p(n), left(n) {
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
  /// Of exp over the whole row.
  Digits log_of_sum() const { return top + boost::multiprecision::log(sum); }
  Numbers x;
  std::size_t n;
  double top;
  Digits sum = 0;
  std::vector<Digits> p, left;
};

struct Function {
  std::string name;
  /// Of element k.
  Tensor (*f)(const Tensor& x, std::int64_t k);
  Digits (*value)(const Row& r, std::size_t k);
  Digits (*gradient)(const Row& r, std::size_t k, std::size_t i);
  Digits (*hessian)(const Row& r, std::size_t k, std::size_t i, std::size_t j);
  std::string contract = {};
  /// Whether derivatives are exponentials of a rounded logarithm, whose size they then lose.
  bool by_logarithm = false;
};

/// The row as a column beside others, which the kernels walk in another way.
Tensor as_column(const Tensor& x) { return eg::stack({eg::zeros_like(x), x, eg::ones_like(x)}, 1); }
Tensor index(std::int64_t k) { return eg::tensor(std::vector<std::int64_t>{k}); }

Digits softmax_value(const Row& r, std::size_t k) { return r.p[k]; }
Digits softmax_gradient(const Row& r, std::size_t k, std::size_t i) {
  return r.p[k] * r.rest(k, i);
}
Digits softmax_hessian(const Row& r, std::size_t k, std::size_t i, std::size_t j) {
  return r.p[k] * (r.rest(k, i) * r.rest(k, j) - r.p[i] * r.rest(i, j));
}
Digits log_value(const Row& r, std::size_t k) { return r.log(k); }
Digits log_gradient(const Row& r, std::size_t k, std::size_t i) { return r.rest(k, i); }
Digits log_hessian(const Row& r, std::size_t, std::size_t i, std::size_t j) {
  return -r.p[i] * r.rest(i, j);
}
Digits sum_value(const Row& r, std::size_t) { return r.log_of_sum(); }
Digits sum_gradient(const Row& r, std::size_t, std::size_t i) { return r.p[i]; }
Digits sum_hessian(const Row& r, std::size_t, std::size_t i, std::size_t j) {
  return r.p[i] * r.rest(i, j);
}

const std::vector<Function>& functions() {
  static const std::vector<Function> list{
      {"softmax", [](const Tensor& x, std::int64_t k) { return eg::softmax(x, 0)[k]; },
       softmax_value, softmax_gradient, softmax_hessian},
      {"softmax of columns",
       [](const Tensor& x, std::int64_t k) { return eg::softmax(as_column(x), 0)[k][1]; },
       softmax_value, softmax_gradient, softmax_hessian, "softmax"},
      {"softmin of the negated",
       [](const Tensor& x, std::int64_t k) { return eg::softmin(-x, 0)[k]; }, softmax_value,
       softmax_gradient, softmax_hessian, "softmin"},
      {"log_softmax",
       [](const Tensor& x, std::int64_t k) { return eg::log_softmax(x, 0)[k]; },
       log_value,
       log_gradient,
       log_hessian,
       {},
       true},
      {"log_softmax of columns",
       [](const Tensor& x, std::int64_t k) { return eg::log_softmax(as_column(x), 0)[k][1]; },
       log_value, log_gradient, log_hessian, "log_softmax", true},
      {"cross_entropy_loss",
       [](const Tensor& x, std::int64_t k) { return -eg::cross_entropy_loss(x, index(k)[0]); },
       log_value,
       log_gradient,
       log_hessian,
       {},
       true},
      {"cross_entropy_loss of a batch",
       [](const Tensor& x, std::int64_t k) {
         return -eg::cross_entropy_loss(x.reshape({1, -1}), index(k));
       },
       log_value, log_gradient, log_hessian, "cross_entropy_loss", true},
      {"logsumexp", [](const Tensor& x, std::int64_t) { return eg::logsumexp(x, {0}); }, sum_value,
       sum_gradient, sum_hessian},
      {"logsumexp of a matrix",
       [](const Tensor& x, std::int64_t) {
         return eg::logsumexp(x.reshape({1, -1}), {0, 1});
       },
       sum_value, sum_gradient, sum_hessian, "logsumexp"}};
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

Tensor gradient_of(const Tensor& y, const Tensor& x, bool recorded) {
  return eg::autograd::grad({y}, {x}, {.create_graph = recorded, .allow_unused = true})[0];
}

/// One function on one row, in the dtype of T, and its largest errors by order.
template <class T>
struct Case {
  const Function& f;
  const Row& r;
  std::size_t k;
  Tensor x;
  std::array<Worst, 3>& worst;

  /// In units in the last place, of the smallest normal number below that.
  void add(int order, double got, const Digits& want) const {
    const Digits least = std::numeric_limits<T>::min();
    const double error = ulps_between<T>(got, static_cast<Real>(want),
                                         static_cast<Real>(std::max(Digits(abs(want)), least)));
    const bool is_flushed = got == 0 && abs(want) < least;
    const double lost = f.by_logarithm && order > 0 ? static_cast<double>(-r.log_of_least()) : 0.0;
    worst[static_cast<std::size_t>(order)].add(is_flushed ? 0 : error - lost, r.x);
  }
  Tensor value(const Tensor& at) const { return f.f(at, static_cast<std::int64_t>(k)); }
  Tensor direction(std::size_t i) const {
    Numbers e(r.n, 0.0);
    e[i] = 1;
    return tensor_of<T>(e);
  }

  void check_gradients() const {
    add(0, values_of(value(x))[0], f.value(r, k));
    const Tensor t = x.detach().requires_grad_();
    const Numbers reverse = values_of(gradient_of(value(t), t, false));
    const Numbers recorded = values_of(gradient_of(value(t), t, true).detach());
    for (std::size_t i = 0; i < r.n; ++i) {
      const eg::autograd::DualLevel level;
      const Tensor y = value(eg::autograd::make_dual(x, direction(i)));
      const Digits want = f.gradient(r, k, i);
      add(1, reverse[i], want);
      add(1, recorded[i], want);
      add(1, values_of(eg::autograd::unpack_dual(y).tangent)[0], want);
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
        add(2, twice[j], f.hessian(r, k, i, j));
        add(2, mixed[j], f.hessian(r, k, i, j));
      }
    }
  }
};

template <class T>
void check(const Function& f) {
  std::array<Worst, 3> worst;
  for (const Numbers& x : rows()) {
    const Row r(x);
    for (std::size_t k = 0; k < std::min<std::size_t>(r.n, 4); ++k) {
      const Case<T> c{f, r, k, tensor_of<T>(x), worst};
      c.check_gradients();
      if (r.n <= 4) c.check_hessians();
    }
  }
  for (const int order : {0, 1, 2})
    worst[static_cast<std::size_t>(order)].template check<T>(
        f.name + ", derivative " + std::to_string(order), key_of(f), order);
}
void check_both(const Function& f) {
  check<double>(f);
  check<float>(f);
}
const bool registered =
    add_suite("rows_of_growing_gaps", functions(), check_both, __FILE__, {0, 1, 2});

BOOST_AUTO_TEST_SUITE(accuracy_of_rows)

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
