#include <boost/test/unit_test.hpp>

#include "accuracy/accuracy.hpp"
#include "eigengrad/ops/arithmetic.hpp"

/// As accuracy.cpp, for functions of two numbers.
namespace accuracy {
namespace {

using eg::Tensor;

struct Binary {
  std::string name;
  Tensor (*f)(const Tensor&, const Tensor&);
  Real (*exact)(const Real&, const Real&);
  Domain first = {};
  Domain second = {};
  double ulps = 2;
};

constexpr double kMost = std::numeric_limits<double>::max();

const std::vector<Binary>& functions() {
  static const std::vector<Binary> list{
      {"mul",
       [](const Tensor& a, const Tensor& b) { return a * b; },
       [](const Real& a, const Real& b) { return Real(a * b); },
       {},
       {},
       0.5},
      {"div",
       [](const Tensor& a, const Tensor& b) { return a / b; },
       [](const Real& a, const Real& b) { return Real(a / b); },
       {},
       {},
       0.5},
      {"pow",
       [](const Tensor& a, const Tensor& b) { return eg::pow(a, b); },
       [](const Real& a, const Real& b) { return Real(pow(a, b)); },
       {0, kMost, 0, 4},
       {-50, 50, -50, 50},
       1}};
  return list;
}

/// Each argument beside others in turn, and beside one of its own size.
template <class T>
void pair_up(const Binary& f, std::size_t n, Numbers& a, Numbers& b) {
  const Numbers x = arguments<T>(f.first, n, 21);
  const Numbers y = arguments<T>(f.second, n, 22);
  for (std::size_t i = 0; i < x.size(); ++i)
    for (const std::size_t step : {7u, 31u}) {
      a.push_back(x[i]);
      b.push_back(y[(i * step + 3) % y.size()]);
    }
}

template <class T>
void check(const Binary& f, std::size_t n) {
  Numbers a, b;
  pair_up<T>(f, n, a, b);
  const Numbers y = values_of(f.f(tensor_of<T>(a), tensor_of<T>(b)));
  Worst worst;
  for (std::size_t i = 0; i < a.size(); ++i)
    worst.add(ulps_between<T>(y[i], f.exact(Real(a[i]), Real(b[i]))), {a[i], b[i]});
  worst.check<T>(f.name, f.ulps);
}

void check_both(const Binary& f) {
  check<double>(f, 80);
  check<float>(f, 60);
}
const bool registered = add_suite("accuracy_of_two", functions(), check_both, __FILE__);

}  // namespace
}  // namespace accuracy
