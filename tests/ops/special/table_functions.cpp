#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/erf.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/polygamma.hpp>
#include <numbers>

#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/special/functions.hpp"
#include "eigengrad/ops/special/incomplete.hpp"
#include "eigengrad/ops/special/names.hpp"
#include "ops/table.hpp"
#include "reference.hpp"

namespace table {
namespace {

using eg::Scalar;
using eg::Tensor;
using Real = long double;

constexpr Real kInf = std::numeric_limits<Real>::infinity();
constexpr Range kReal{-2, 2};
constexpr Range kPositive{0.3, 5};
constexpr Range kInside{0.1, 0.9};
constexpr const char* kNoDerivative = "PyTorch has no derivative in the first argument";

/// A function of one tensor with its other names.
template <class F, class N>
Row one(std::string name, F f, N naive, Range range, std::vector<Spelling> spellings = {}) {
  return {.name = name,
          .function = std::move(name),
          .call = on1(f),
          .naive = elements(naive),
          .samples = unary_samples(range),
          .spellings = std::move(spellings),
          .elementwise = true};
}
template <class F, class N>
Row two(std::string name, F f, N naive, Range a, Range b, std::vector<Spelling> spellings = {}) {
  return {.name = name,
          .function = std::move(name),
          .call = on2(f),
          .naive = elements(naive),
          .samples = binary_samples(a, b),
          .spellings = std::move(spellings),
          .elementwise = true};
}
/// A row of its own for another form of the function `name`.
Row form_of(const std::string& function, std::string name, Row row) {
  row.function = function;
  row.name = std::move(name);
  return row;
}

template <class F>
Spelling spelling1(std::string name, F f) {
  return {std::move(name), on1(f)};
}
template <class F>
Spelling spelling2(std::string name, F f) {
  return {std::move(name), on2(f)};
}

Real erfcx(double x) { return std::exp(Real(x) * Real(x)) * std::erfc(Real(x)); }
Real ndtr(double x) { return std::erfc(-Real(x) / std::numbers::sqrt2_v<Real>) / 2; }
Real logit(double x) { return std::log(Real(x) / (1 - Real(x))); }
Real erfc_inverse(double x) {
  if (x == 0) return kInf;
  return boost::math::erfc_inv(Real(x), quiet);
}
Real digamma(double x) { return x == 0 ? -kInf : boost::math::digamma(Real(x), quiet); }
Real polygamma(int n, double x) {
  if (x == 0) return n % 2 == 1 ? kInf : -kInf;
  return boost::math::polygamma(n, Real(x), quiet);
}
/// The series, and what Euler and Maclaurin say of its rest.
Real zeta(double s, double q) {
  if (s == 1 || q == 0) return kInf;
  Real sum = 0;
  for (int n = 0; n < 50; ++n) sum += std::pow(Real(q) + n, -Real(s));
  const Real w = Real(q) + 50;
  const Real t = s;
  return sum + std::pow(w, -t) *
                   (w / (t - 1) + 0.5L + t / (12 * w) - t * (t + 1) * (t + 2) / (720 * w * w * w) +
                    t * (t + 1) * (t + 2) * (t + 3) * (t + 4) / (30240 * std::pow(w, 5.0L)));
}

Rows error_rows() {
  return {
      one(
          "erf", [](const Tensor& x) { return eg::erf(x); },
          [](double x) { return std::erf(Real(x)); }, kReal,
          {spelling1("Tensor::erf", [](const Tensor& x) { return x.erf(); }),
           spelling1("special_erf", [](const Tensor& x) { return eg::special_erf(x); }),
           spelling1("erf of special", [](const Tensor& x) { return eg::special::erf(x); })}),
      one(
          "erfc", [](const Tensor& x) { return eg::erfc(x); },
          [](double x) { return std::erfc(Real(x)); }, kReal,
          {spelling1("Tensor::erfc", [](const Tensor& x) { return x.erfc(); }),
           spelling1("special_erfc", [](const Tensor& x) { return eg::special_erfc(x); }),
           spelling1("erfc of special", [](const Tensor& x) { return eg::special::erfc(x); })}),
      one(
          "erfinv", [](const Tensor& x) { return eg::erfinv(x); },
          [](double x) { return boost::math::erf_inv(Real(x), quiet); }, {-0.9, 0.9},
          {spelling1("Tensor::erfinv", [](const Tensor& x) { return x.erfinv(); }),
           spelling1("special_erfinv", [](const Tensor& x) { return eg::special_erfinv(x); }),
           spelling1("erfinv of special", [](const Tensor& x) { return eg::special::erfinv(x); })}),
      one("erfcinv", [](const Tensor& x) { return eg::erfcinv(x); }, erfc_inverse, {0.1, 1.9},
          {spelling1("special_erfcinv", [](const Tensor& x) { return eg::special_erfcinv(x); }),
           spelling1("erfcinv of special",
                     [](const Tensor& x) { return eg::special::erfcinv(x); })}),
      one("special_erfcx", eg::special_erfcx, erfcx, kReal,
          {spelling1("erfcx", [](const Tensor& x) { return eg::special::erfcx(x); })}),
      one("special_ndtr", eg::special_ndtr, ndtr, kReal,
          {spelling1("ndtr", [](const Tensor& x) { return eg::special::ndtr(x); })}),
      one("special_ndtri", eg::special_ndtri,
          [](double p) { return -std::numbers::sqrt2_v<Real> * erfc_inverse(2 * p); }, kInside,
          {spelling1("ndtri", [](const Tensor& x) { return eg::special::ndtri(x); })}),
      one("special_log_ndtr", eg::special_log_ndtr,
          [](double x) { return x < 0 ? std::log(ndtr(x)) : std::log1p(-ndtr(-x)); }, {-5, 3},
          {spelling1("log_ndtr", [](const Tensor& x) { return eg::special::log_ndtr(x); })}),
  };
}

template <int N>
Row polygamma_row() {
  const std::string name = "polygamma_" + std::to_string(N);
  return form_of(
      "polygamma", name,
      one(
          name, [](const Tensor& x) { return eg::polygamma(N, x); },
          [](double x) { return N == 0 ? digamma(x) : polygamma(N, x); }, kPositive,
          {spelling1("Tensor::polygamma", [](const Tensor& x) { return x.polygamma(N); }),
           spelling1("special_polygamma",
                     [](const Tensor& x) { return eg::special_polygamma(N, x); }),
           spelling1("polygamma of special",
                     [](const Tensor& x) { return eg::special::polygamma(N, x); })}));
}

Rows gamma_rows() {
  Rows rows{
      one(
          "lgamma", [](const Tensor& x) { return eg::lgamma(x); },
          [](double x) { return std::lgamma(Real(x)); }, kPositive,
          {spelling1("Tensor::lgamma", [](const Tensor& x) { return x.lgamma(); }),
           spelling1("special_gammaln", [](const Tensor& x) { return eg::special_gammaln(x); }),
           spelling1("gammaln", [](const Tensor& x) { return eg::special::gammaln(x); })}),
      one("digamma", [](const Tensor& x) { return eg::digamma(x); }, digamma, kPositive,
          {spelling1("Tensor::digamma", [](const Tensor& x) { return x.digamma(); }),
           spelling1("special_digamma", [](const Tensor& x) { return eg::special_digamma(x); }),
           spelling1("special_psi", [](const Tensor& x) { return eg::special_psi(x); }),
           spelling1("psi", [](const Tensor& x) { return eg::special::psi(x); }),
           spelling1("digamma of special",
                     [](const Tensor& x) { return eg::special::digamma(x); })}),
      polygamma_row<0>(),
      polygamma_row<1>(),
      polygamma_row<2>(),
      polygamma_row<5>(),
      one(
          "mvlgamma", [](const Tensor& x) { return eg::mvlgamma(x, 3); },
          [](double x) {
            return std::lgamma(Real(x)) + std::lgamma(Real(x) - 0.5L) + std::lgamma(Real(x) - 1) +
                   1.5L * std::log(std::numbers::pi_v<Real>);
          },
          {2.2, 5},
          {spelling1("Tensor::mvlgamma", [](const Tensor& x) { return x.mvlgamma(3); }),
           spelling1("special_multigammaln",
                     [](const Tensor& x) { return eg::special_multigammaln(x, 3); }),
           spelling1("multigammaln",
                     [](const Tensor& x) { return eg::special::multigammaln(x, 3); })}),
      two("special_zeta", [](const Tensor& s, const Tensor& q) { return eg::special_zeta(s, q); },
          zeta, {1.5, 5}, {0.3, 4},
          {spelling2("zeta",
                     [](const Tensor& s, const Tensor& q) { return eg::special::zeta(s, q); })}),
      form_of("special_zeta", "special_zeta_of_number",
              one(
                  "", [](const Tensor& q) { return eg::special_zeta(2.5, q); },
                  [](double q) { return zeta(2.5, q); }, kPositive,
                  {spelling1("zeta of number",
                             [](const Tensor& q) { return eg::special::zeta(2.5, q); })})),
      form_of("special_zeta", "special_zeta_at_number",
              one(
                  "", [](const Tensor& s) { return eg::special_zeta(s, 1.5); },
                  [](double s) { return zeta(s, 1.5); }, {1.5, 5},
                  {spelling1("zeta at number",
                             [](const Tensor& s) { return eg::special::zeta(s, 1.5); })})),
  };
  // The sum of terms of both signs.
  named(rows, "mvlgamma").elementwise = false;
  named(rows, "mvlgamma").more_dtypes = {"bool"};
  // PyTorch's trigamma has an error of some 1e-10.
  for (const char* name : {"lgamma", "digamma", "mvlgamma", "polygamma_0"})
    named(rows, name).oracle_derivatives = 1e-8;
  named(rows, "polygamma_1").without_oracle = "PyTorch's trigamma has an error of some 1e-10";
  for (const char* name : {"special_zeta", "special_zeta_at_number"})
    named(rows, name).without_oracle = kNoDerivative;
  named(rows, "special_zeta_of_number").other_nodes = {"SpecialZetaBackward0"};
  return rows;
}

Real gamma_p(double a, double x) { return boost::math::gamma_p(Real(a), Real(x), quiet); }
Real gamma_q(double a, double x) { return boost::math::gamma_q(Real(a), Real(x), quiet); }
Real ibeta(double a, double b, double x) {
  return boost::math::ibeta(Real(a), Real(b), Real(x), quiet);
}

std::vector<Inputs> beta_samples() {
  std::vector<Inputs> samples;
  for (const std::vector<Sizes>& s : std::vector<std::vector<Sizes>>{
           {{3, 2}, {3, 2}, {3, 2}}, {{2}, {3, 1}, {}}, {{}, {}, {}}, {{0}, {1}, {0}}})
    samples.push_back({support::uniform(s[0], 0.6, 4, 71), support::uniform(s[1], 0.6, 3, 72),
                       support::uniform(s[2], 0.1, 0.9, 73)});
  return samples;
}

Rows incomplete_rows() {
  Rows rows{
      two("igamma", [](const Tensor& a, const Tensor& x) { return eg::igamma(a, x); }, gamma_p,
          {1.1, 4}, {0.2, 5},
          {spelling2("Tensor::igamma",
                     [](const Tensor& a, const Tensor& x) { return a.igamma(x); }),
           spelling2("special_gammainc",
                     [](const Tensor& a, const Tensor& x) { return eg::special_gammainc(a, x); }),
           spelling2("gammainc", [](const Tensor& a,
                                    const Tensor& x) { return eg::special::gammainc(a, x); })}),
      two("igammac", [](const Tensor& a, const Tensor& x) { return eg::igammac(a, x); }, gamma_q,
          {1.1, 4}, {0.2, 5},
          {spelling2("Tensor::igammac",
                     [](const Tensor& a, const Tensor& x) { return a.igammac(x); }),
           spelling2("special_gammaincc",
                     [](const Tensor& a, const Tensor& x) { return eg::special_gammaincc(a, x); }),
           spelling2("gammaincc", [](const Tensor& a,
                                     const Tensor& x) { return eg::special::gammaincc(a, x); })}),
      form_of("igamma", "igamma_at",
              one(
                  "", [](const Tensor& x) { return eg::igamma(eg::tensor(1.75), x); },
                  [](double x) { return gamma_p(1.75, x); }, kPositive)),
      form_of("igammac", "igammac_at",
              one(
                  "", [](const Tensor& x) { return eg::igammac(eg::tensor(1.75), x); },
                  [](double x) { return gamma_q(1.75, x); }, kPositive)),
  };
  rows.push_back(
      {.name = "special_betainc",
       .function = "special_betainc",
       .call = on3([](const Tensor& a, const Tensor& b, const Tensor& x) {
         return eg::special_betainc(a, b, x);
       }),
       .naive = elements(ibeta),
       .samples = beta_samples(),
       .spellings = {{"betainc", on3([](const Tensor& a, const Tensor& b, const Tensor& x) {
                        return eg::special::betainc(a, b, x);
                      })}},
       .elementwise = true,
       .integers = false,
       .bools = false,
       .without_oracle = "PyTorch has no such function"});
  for (const char* name : {"igamma", "igammac"}) named(rows, name).without_oracle = kNoDerivative;
  for (const char* name : {"igamma_at", "igammac_at"})
    named(rows, name).more_dtypes = {"int64", "bool"};
  return rows;
}

Real xlogy(double a, double b) { return a == 0 ? 0 : Real(a) * std::log(Real(b)); }
Real xlog1py(double a, double b) { return a == 0 ? 0 : Real(a) * std::log1p(Real(b)); }

Rows logarithm_rows() {
  Rows rows{
      one(
          "special_expit", [](const Tensor& x) { return eg::special_expit(x); },
          [](double x) { return 1 / (1 + std::exp(-Real(x))); }, kReal,
          {spelling1("expit", [](const Tensor& x) { return eg::special::expit(x); })}),
      one("special_entr", eg::special_entr,
          [](double x) { return x > 0    ? -Real(x) * std::log(Real(x))
                                : x == 0 ? 0
                                         : -kInf; },
          {0.1, 2.5}, {spelling1("entr", [](const Tensor& x) { return eg::special::entr(x); })}),
      one("logit", [](const Tensor& x) { return eg::logit(x); }, logit, kInside,
          {spelling1("Tensor::logit", [](const Tensor& x) { return x.logit(); }),
           spelling1("special_logit", [](const Tensor& x) { return eg::special_logit(x); }),
           spelling1("logit of special", [](const Tensor& x) { return eg::special::logit(x); })}),
      form_of("logit", "logit_clamped",
              one(
                  "", [](const Tensor& x) { return eg::logit(x, 0.25); },
                  [](double x) { return logit(std::min(std::max(x, 0.25), 0.75)); }, kInside,
                  {spelling1("Tensor::logit", [](const Tensor& x) { return x.logit(0.25); })})),
      two("xlogy", [](const Tensor& a, const Tensor& b) { return eg::xlogy(a, b); }, xlogy, kReal,
          kPositive,
          {spelling2("Tensor::xlogy", [](const Tensor& a, const Tensor& b) { return a.xlogy(b); }),
           spelling2("special_xlogy",
                     [](const Tensor& a, const Tensor& b) { return eg::special_xlogy(a, b); }),
           spelling2("xlogy of special",
                     [](const Tensor& a, const Tensor& b) { return eg::special::xlogy(a, b); })}),
      form_of("xlogy", "xlogy_number",
              one(
                  "", [](const Tensor& a) { return eg::xlogy(a, 2.5); },
                  [](double a) { return xlogy(a, 2.5); }, kReal,
                  {spelling1("Tensor::xlogy", [](const Tensor& a) { return a.xlogy(2.5); })})),
      form_of("xlogy", "number_xlogy",
              one(
                  "", [](const Tensor& b) { return eg::xlogy(-1.5, b); },
                  [](double b) { return xlogy(-1.5, b); }, kPositive,
                  {spelling1("special_xlogy",
                             [](const Tensor& b) { return eg::special_xlogy(-1.5, b); })})),
      two("special_xlog1py",
          [](const Tensor& a, const Tensor& b) { return eg::special_xlog1py(a, b); }, xlog1py,
          kReal, {-0.7, 3},
          {spelling2("xlog1py",
                     [](const Tensor& a, const Tensor& b) { return eg::special::xlog1py(a, b); })}),
      form_of("special_xlog1py", "special_xlog1py_number",
              one(
                  "", [](const Tensor& a) { return eg::special_xlog1py(a, 2.5); },
                  [](double a) { return xlog1py(a, 2.5); }, kReal,
                  {spelling1("xlog1py",
                             [](const Tensor& a) { return eg::special::xlog1py(a, 2.5); })})),
      form_of("special_xlog1py", "number_special_xlog1py",
              one(
                  "", [](const Tensor& b) { return eg::special_xlog1py(-1.5, b); },
                  [](double b) { return xlog1py(-1.5, b); }, {-0.7, 3},
                  {spelling1("xlog1py",
                             [](const Tensor& b) { return eg::special::xlog1py(-1.5, b); })})),
  };
  // PyTorch has a node for each place of the number.
  for (const char* name : {"xlogy_number", "number_xlogy"})
    named(rows, name).other_nodes = {"XlogyBackward0"};
  for (const char* name : {"special_xlog1py_number", "number_special_xlog1py"})
    named(rows, name).other_nodes = {"SpecialXlog1PyBackward0"};
  return rows;
}

}  // namespace

Rows special_rows() {
  Rows rows = error_rows();
  const auto append = [&](Rows family, bool slow) {
    for (Row& row : family) {
      row.slow = slow;
      rows.push_back(std::move(row));
    }
  };
  append(gamma_rows(), true);
  append(incomplete_rows(), true);
  append(logarithm_rows(), false);
  named(rows, "erfcinv").without_oracle = "PyTorch has no such function";
  // PyTorch composes it.
  named(rows, "special_ndtr").other_nodes = {"SpecialNdtrBackward0"};
  return rows;
}

}  // namespace table
