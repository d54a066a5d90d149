#include "common/expression.hpp"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <numbers>

#include "common/bad_input.hpp"
#include "eigengrad/eigengrad.hpp"

using apps::Expression;
namespace eg = eigengrad;

namespace {

/// The value where every name stands for a tensor: x is 0.7, all others 2.
double value_of(const std::string& text) {
  const Expression e(text, "--model");
  std::vector<eg::Tensor> values;
  for (const std::string& name : e.names()) values.push_back(eg::tensor(name == "x" ? 0.7 : 2.0));
  return e(values).item<double>();
}

std::string complaint_about(const std::string& text) {
  try {
    const Expression e(text, "--model");
    return "nothing";
  } catch (const apps::BadInput& e) {
    return e.what();
  }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(expressions)

BOOST_AUTO_TEST_CASE(values) {
  constexpr double x = 0.7;
  struct Case {
    const char* text;
    double value;
  };
  const Case cases[] = {
      {"2+3*4^2", 50},
      {"-x^2", -x * x},
      {"2^-1", 0.5},
      {"2^3^2", 512},
      {"2**3**2", 512},
      {"10-4-3", 3},
      {"16/4/2", 2},
      {"2*-x", -2 * x},
      {"--x", x},
      {"+x", x},
      {"-2^2", -4},
      {"(x+1)*[x-1]", (x + 1) * (x - 1)},
      {".5e1*x", 5 * x},
      {"1E-2", 0.01},
      {"pi", std::numbers::pi},
      {"2*pi*x", 2 * std::numbers::pi * x},
      {"`my column`*x", 2 * x},
      {"a.b_1+x", 2 + x},
      {"exp(x)", std::exp(x)},
      {"expm1(x)", std::expm1(x)},
      {"log(x)", std::log(x)},
      {"ln(x)", std::log(x)},
      {"log10(x)", std::log10(x)},
      {"log2(x)", std::log2(x)},
      {"log1p(x)", std::log1p(x)},
      {"sqrt(x)", std::sqrt(x)},
      {"abs(-x)", x},
      {"sign(-x)", -1},
      {"sin(x)", std::sin(x)},
      {"cos(x)", std::cos(x)},
      {"tan(x)", std::tan(x)},
      {"asin(x)", std::asin(x)},
      {"arcsin(x)", std::asin(x)},
      {"acos(x)", std::acos(x)},
      {"arccos(x)", std::acos(x)},
      {"atan(x)", std::atan(x)},
      {"arctan[x]", std::atan(x)},
      {"atan2(x,-1)", std::atan2(x, -1)},
      {"sinh(x)", std::sinh(x)},
      {"cosh(x)", std::cosh(x)},
      {"tanh(x)", std::tanh(x)},
      {"asinh(x)", std::asinh(x)},
      {"acosh(1+x)", std::acosh(1 + x)},
      {"atanh(x)", std::atanh(x)},
      {"erf(x)", std::erf(x)},
      {"erfc(x)", std::erfc(x)},
      {"gamma(x)", std::tgamma(x)},
      {"gamma(-x)", std::tgamma(-x)},
      {"gamma(5)", 24},
      {"lgamma(x)", std::lgamma(x)},
      {"digamma(1)", -std::numbers::egamma},
      {"sigmoid(x)", 1 / (1 + std::exp(-x))},
      {"logistic(x)", 1 / (1 + std::exp(-x))},
      {"logit(x)", std::log(x / (1 - x))},
      {"softplus(x)", std::log1p(std::exp(x))},
      {"pnorm(x)", 0.5 * std::erfc(-x / std::numbers::sqrt2)},
      {"qnorm(pnorm(x))", x},
      {"dnorm(x)", std::exp(-0.5 * x * x) / std::sqrt(2 * std::numbers::pi)},
      {"max(x,1)", 1},
      {"min(x,1)", x},
      {"max(1,2)", 2},
      {"where(x<1, x, 5)", x},
      {"where(x>=1, x, 5)", 5},
      {"where(2>1, x, 5)", x},
      {"where(x, 3, 4)", 3},
      {"(x==0.7)+(x!=0.7)+(x<=1)+(x>1)", 2},
      {"1e-400", 0},
  };
  for (const Case& c : cases)
    if (!(std::abs(value_of(c.text) - c.value) <= 4e-15 * std::abs(c.value)))
      BOOST_ERROR(c.text << " is " << value_of(c.text) << ", not " << c.value);
}

BOOST_AUTO_TEST_CASE(broadcasts_and_is_differentiable_twice) {
  const Expression e("b1*(1-exp(-b2*x))", "--model");
  BOOST_TEST((e.names() == std::vector<std::string>{"b1", "b2", "x"}));
  const eg::Tensor x = eg::tensor({1.0, 2.0});
  const auto f = [&](const eg::Tensor& b) {
    const std::vector<eg::Tensor> values = {b[0], b[1], x};
    return e(values);
  };
  BOOST_TEST((f(eg::tensor({2.0, 0.5})).sizes() == std::vector<std::int64_t>{2}));
  BOOST_TEST(eg::gradgradcheck(f, eg::tensor({2.0, 0.5}, eg::requires_grad())));
}

BOOST_AUTO_TEST_CASE(mistakes_are_pointed_at) {
  struct Case {
    std::string text;
    const char* phrase;
  };
  const Case cases[] = {
      {"", "column 1: the expression ends where a value should stand"},
      {"1+", "column 3: the expression ends where a value should stand: 1+ ^ "},
      {"2x", "column 2: an operator is missing here, * perhaps: 2 ^ x"},
      {"a b", "an operator is missing"},
      {"(1+2", "column 1: the '(' is not closed"},
      {"(1+2]", "column 5: an operator or ')' should stand here"},
      {"1+2)", "column 4: ')' does not belong here"},
      {"sen(x)", "column 1: 'sen' is not a function; did you mean 'sin'?"},
      {"foobarbaz(x)", "is not a function; the functions are abs, acos"},
      {"atan2(x)", "'atan2' takes 2 values, not 1"},
      {"exp(x,x)", "'exp' takes 1 value, not 2"},
      {"exp()", "column 5: ')' stands where a value should"},
      {"*x", "column 1: '*' stands where a value should"},
      {"x==1==1", "does not belong here"},
      {"x=1", "'=' does not belong here"},
      {"1e999", "the number is too large"},
      {".", "no number"},
      {"`x", "the backquote is not closed"},
      {"``", "no name between the backquotes"},
      {"x\n$", "column 3"},
      {std::string(100000, '('), "nested too deeply"},
      {std::string(100000, '-') + "x", "nested too deeply"},
      {"\xff", "column 1"},
  };
  for (const Case& c : cases) {
    const std::string said = complaint_about(c.text);
    if (said.find(c.phrase) == std::string::npos || said.find("--model: ") != 0 ||
        said.find(" ^ ") == std::string::npos || said.find('\n') != std::string::npos)
      BOOST_ERROR(c.text.substr(0, 40) << ": " << said);
  }
}

BOOST_AUTO_TEST_CASE(long_sums_are_no_burden) {
  std::string sum = "x";
  for (int i = 0; i < 20000; ++i) sum += "+x";
  BOOST_TEST(std::abs(value_of(sum) - 20001 * 0.7) < 1e-6);
}

BOOST_AUTO_TEST_CASE(relations) {
  const apps::Relation r = apps::parse_relation("where(x<1, x, 2) + y >= 3*x", "--subject-to");
  BOOST_TEST((r.kind == apps::Relation::Kind::GreaterEqual));
  BOOST_TEST((r.left.names() == std::vector<std::string>{"x", "y"}));
  BOOST_TEST((r.right.names() == std::vector<std::string>{"x"}));
  BOOST_TEST((apps::parse_relation("x=1", "").kind == apps::Relation::Kind::Equal));
  BOOST_TEST((apps::parse_relation("x<1", "").kind == apps::Relation::Kind::LessEqual));
  for (const char* text : {"x+1", "x<=1<=2", "x<=", "<=x", "(x<=1)"})
    BOOST_CHECK_THROW(apps::parse_relation(text, ""), apps::BadInput);
}

BOOST_AUTO_TEST_SUITE_END()
