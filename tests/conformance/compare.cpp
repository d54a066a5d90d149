#define BOOST_TEST_MODULE conformance
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <map>
#include <sstream>
#include <stdexcept>

#include "calls.hpp"
#include "fixture.hpp"
#include "support/tolerance.hpp"

/// Calls that libtorch's users write, against what libtorch gave (libtorch.txt, by libtorch/write_calls.cpp).
namespace conformance {
namespace {

std::vector<Result> read_fixture() {
  std::ifstream file = open_fixture(EIGENGRAD_SOURCE_DIR, "libtorch.txt");
  std::vector<Result> results;
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    Result::Value v;
    std::size_t dims = 0;
    line >> v.dtype;
    if (v.dtype == "call") {
      results.push_back({text.substr(5), {}, {}});
      continue;
    }
    line >> dims;
    v.sizes.resize(dims);
    for (std::int64_t& s : v.sizes) line >> s;
    for (std::string word; line >> word;) v.elements.push_back(std::strtod(word.c_str(), nullptr));
    results.back().values.push_back(std::move(v));
  }
  return results;
}

const Result& of_eigengrad(const std::string& call) {
  static const std::map<std::string, Result> results = [] {
    std::map<std::string, Result> all;
    for (Result& r : all_results()) all.emplace(r.call, std::move(r));
    return all;
  }();
  const auto found = results.find(call);
  if (found == results.end())
    throw std::runtime_error(call + " is in the fixture only: run libtorch/write_calls.cpp");
  return found->second;
}

/// Functions that libtorch 1.13 computes with fewer digits, and to how many: against 50 digits
/// (tests/accuracy/special.cpp) eigengrad's are right to some units in the last place.
double relative_error_of_libtorch(const std::string& call) {
  static const std::pair<const char*, double> less_precise[] = {
      {"polygamma", 1e-8}, {"bessel", 1e-9}, {"airy_ai", 1e-4}};
  for (const auto& [part, error] : less_precise)
    if (call.find(part) != std::string::npos) return error;
  return 1e-12;
}

void check(const Result& wanted) {
  const Result& actual = of_eigengrad(wanted.call);
  BOOST_REQUIRE_MESSAGE(actual.error.empty(), actual.error);
  BOOST_REQUIRE_EQUAL(actual.values.size(), wanted.values.size());
  for (std::size_t k = 0; k < wanted.values.size(); ++k) {
    const Result::Value &a = actual.values[k], &w = wanted.values[k];
    BOOST_TEST_INFO_SCOPE(wanted.call << ", output " << k);
    BOOST_TEST(a.dtype == w.dtype);
    BOOST_TEST(a.sizes == w.sizes, boost::test_tools::per_element());
    BOOST_REQUIRE_EQUAL(a.elements.size(), w.elements.size());
    const support::Tolerance tolerance{.relative = relative_error_of_libtorch(wanted.call),
                                       .scale = 1e-3};
    for (std::size_t i = 0; i < w.elements.size(); ++i)
      BOOST_CHECK_MESSAGE(
          tolerance.accepts(a.elements[i], w.elements[i], torch::kFloat64),
          "element " << i << ": " << a.elements[i] << " instead of " << w.elements[i]);
  }
}

/// The call as a name that --run_test understands.
std::string name_of(const std::string& call) {
  std::string name;
  for (const char c : call)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      name += c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  return name;
}

const bool registered = [] {
  auto* const suite = BOOST_TEST_SUITE("calls");
  std::map<std::string, int> uses;
  static const std::vector<Result> fixture = read_fixture();
  for (const Result& wanted : fixture) {
    std::string name = name_of(wanted.call);
    if (const int n = uses[name]++; n > 0) name += std::to_string(n + 1);
    suite->add(
        boost::unit_test::make_test_case([&wanted] { check(wanted); }, name, __FILE__, __LINE__));
  }
  boost::unit_test::framework::master_test_suite().add(suite);
  return true;
}();

BOOST_AUTO_TEST_CASE(every_call_is_in_the_fixture) {
  std::map<std::string, bool> known;
  for (const Result& r : read_fixture()) known[r.call] = true;
  BOOST_TEST(known.size() > 450);
  for (const Result& r : all_results())
    BOOST_CHECK_MESSAGE(known.contains(r.call), r.call << " is not in libtorch.txt");
}

}  // namespace
}  // namespace conformance
