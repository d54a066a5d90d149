#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <sstream>
#include <stdexcept>

#include "accuracy/contract.hpp"

/// Every elementwise and special function states its accuracy, and every number that a contract states
/// is checked by a row.
namespace accuracy {
namespace {

/// Functions whose line no row can check, and why.
const std::map<std::string, std::string>& without_row() {
  static const std::map<std::string, std::string> functions{
      {"nextafter", "a step in the last place of its dtype, which no reference in 50 digits has"}};
  return functions;
}

/// Headers in which every function has a line. In others those functions have one that have a row.
const std::set<std::string>& elementwise_headers() {
  static const std::set<std::string> names{
      "pointwise/activations.hpp", "pointwise/arithmetic.hpp", "special/bessel.hpp",
      "pointwise/binary.hpp",      "pointwise/division.hpp",   "pointwise/unary.hpp",
      "special/polynomials.hpp",   "pointwise/rounding.hpp",   "reduction/softmax.hpp",
      "special/functions.hpp",     "special/incomplete.hpp"};
  return names;
}

BOOST_AUTO_TEST_SUITE(accuracy_coverage)

BOOST_AUTO_TEST_CASE(every_elementwise_function_has_a_line) {
  std::set<std::string> seen;
  for (const Contract& c : contracts()) {
    seen.insert(c.header);
    if (elementwise_headers().contains(c.header))
      BOOST_CHECK_MESSAGE(!c.lines.empty(),
                          c.function << " in " << c.header << " has no Accuracy line");
  }
  for (const std::string& header : elementwise_headers())
    BOOST_CHECK_MESSAGE(seen.contains(header), "include/eigengrad/ops has no " << header);
}

BOOST_AUTO_TEST_CASE(every_number_has_a_row) {
  const char* const names[] = {"value", "first derivative", "second derivative"};
  for (const Contract& c : contracts())
    for (const AccuracyLine& line : c.lines)
      for (const auto& [order, bound] : line.bounds)
        BOOST_CHECK_MESSAGE(
            without_row().contains(c.function) || checked_orders()[key_of(c, line)].contains(order),
            "no row checks the " << names[order] << " of " << key_of(c, line) << " in "
                                 << c.header);
}

BOOST_AUTO_TEST_CASE(keys_are_unique) {
  std::set<std::string> keys;
  for (const Contract& c : contracts())
    for (const AccuracyLine& line : c.lines)
      BOOST_CHECK_MESSAGE(keys.insert(key_of(c, line)).second, key_of(c, line)
                                                                   << " has two Accuracy lines");
}

BOOST_AUTO_TEST_CASE(grammar) {
  const AccuracyLine whole = parse_accuracy(
      "Accuracy (tanh): 2.5 ulp of the terms on [-1, 2e3]; first derivative 8, second 16 on [0, "
      "1].");
  BOOST_TEST(whole.variant == "tanh");
  BOOST_REQUIRE(whole.bounds.size() == 3);
  BOOST_TEST((whole.bounds.at(0).ulps == 2.5 && whole.bounds.at(0).scale == "terms"));
  BOOST_TEST((whole.bounds.at(0).low == -1 && whole.bounds.at(0).high == 2e3));
  BOOST_TEST((whole.bounds.at(1).ulps == 8 && whole.bounds.at(2).ulps == 16));
  BOOST_TEST((whole.bounds.at(1).scale == "terms" && whole.bounds.at(1).high == 2e3));
  BOOST_TEST((whole.bounds.at(2).low == 0 && whole.bounds.at(2).high == 1));
  BOOST_TEST(parse_accuracy("Accuracy: exact.").bounds.at(0).ulps == 0);
  BOOST_TEST(parse_accuracy("Accuracy: 2 ulp; first derivative 8.").bounds.size() == 2);
  const AccuracyLine derivative =
      parse_accuracy("Accuracy (in a): first derivative 1e2 ulp, second 3.");
  BOOST_TEST((!derivative.bounds.contains(0) && derivative.bounds.at(1).ulps == 100));
  BOOST_TEST(derivative.bounds.at(2).ulps == 3);
  for (const char* wrong :
       {"Accuracy: 2.", "Accuracy 2 ulp.", "Accuracy: 2 ulp", "Accuracy: 2 ulp. Cost: none.",
        "Accuracy: good.", "Accuracy: 2 ulp; second 3.", "Accuracy: 2 ulp; first derivative 3 ulp.",
        "Accuracy: 2 ulp on [1, 2."})
    BOOST_CHECK_THROW(parse_accuracy(wrong), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(lines_belong_to_the_functions_below) {
  std::istringstream header(R"(
/// Of one.
/// Accuracy: exact.
EIGENGRAD_API Tensor one(const Tensor& x);
EIGENGRAD_API Tensor one(const Scalar& x);
/// In place.
EIGENGRAD_API Tensor& one_(Tensor& x);
/// Of several.
/// Accuracy (far): 3 ulp.
EIGENGRAD_API std::tuple<Tensor, Tensor> one(const Tensor& a, const Tensor& b,
                                             bool c);
/// Without.
EIGENGRAD_API Tensor two(const Tensor& x);
/// one().
inline Tensor synonym(const Tensor& x) { return one(x); }
)");
  const std::vector<Contract> found = contracts_of(header, "a.hpp");
  BOOST_REQUIRE(found.size() == 2);
  BOOST_REQUIRE(found[0].lines.size() == 2);
  BOOST_TEST(key_of(found[0], found[0].lines[0]) == "one");
  BOOST_TEST(key_of(found[0], found[0].lines[1]) == "one (far)");
  BOOST_TEST(found[1].function == "two");
  BOOST_TEST(found[1].lines.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace accuracy
