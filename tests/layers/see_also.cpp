#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "layers/sources.hpp"

/// `See also:` in contracts: what to use instead, by the names of public functions.
namespace layers {
namespace {

/// A contract: the comment with three slashes before a declaration.
struct Contract {
  std::string where;
  /// Its lines without slashes, joined by blanks.
  std::string text;
  /// The first line of the declaration.
  std::string declaration;

  bool has(const std::string& key) const { return text.find(' ' + key + ": ") != text.npos; }
};

std::vector<Contract> contracts_of(const fs::path& header) {
  std::vector<Contract> found;
  std::ifstream in(header);
  Contract contract;
  int k = 1;
  for (std::string line; std::getline(in, line); ++k) {
    const std::size_t at = line.find_first_not_of(' ');
    if (at != line.npos && line.compare(at, 3, "///") == 0) {
      contract.text += line.substr(at + 3);
    } else if (!contract.text.empty()) {
      contract.where = header.lexically_relative(root()).string() + ':' + std::to_string(k);
      contract.declaration = line;
      found.push_back(contract);
      contract = {};
    }
  }
  return found;
}

/// What a contract says from `See also:` on.
std::string see_also(const Contract& c) {
  const std::size_t at = c.text.find(" See also: ");
  return at == c.text.npos ? "" : c.text.substr(at);
}

/// Names of functions that public headers declare outside of classes.
std::set<std::string> public_functions() {
  static const std::regex declaration(
      R"(^(?:EIGENGRAD_API|inline|constexpr|auto|[A-Z]\w*|std::\w+)[\w:<>,&* ]* (\w+)\()");
  std::set<std::string> names;
  for (const fs::path& header : sources(root() / "include")) {
    std::ifstream in(header);
    std::smatch match;
    for (std::string line; std::getline(in, line);)
      if (std::regex_search(line, match, declaration)) names.insert(match[1]);
  }
  return names;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(see_also_in_contracts)

BOOST_AUTO_TEST_CASE(names_public_functions) {
  static const std::regex name(R"((\w+)\(\))");
  const std::set<std::string> functions = public_functions();
  BOOST_TEST(functions.contains("linalg_solve"));
  BOOST_TEST(!functions.contains("linalg_solves"));
  int named = 0;
  for (const fs::path& header : sources(root() / "include"))
    for (const Contract& c : contracts_of(header)) {
      const std::string text = see_also(c);
      const std::sregex_iterator begin(text.begin(), text.end(), name), end;
      if (!text.empty()) BOOST_TEST((begin != end), c.where << " sees no function");
      for (auto i = begin; i != end; ++i, ++named) {
        const std::string other = (*i)[1];
        BOOST_TEST(functions.contains(other), c.where << " sees " << other << "(), which is none");
        BOOST_TEST(c.declaration.find(' ' + other + '(') == std::string::npos,
                   c.where << " sees itself");
      }
    }
  BOOST_TEST(named > 80);
}

/// An algorithm is a function whose contract states its cost or its source.
BOOST_AUTO_TEST_CASE(every_algorithm_of_linear_algebra_has_one) {
  int algorithms = 0;
  for (const fs::path& header : sources(root() / "include/eigengrad/ops/linalg"))
    for (const Contract& c : contracts_of(header))
      if (c.has("Cost") || c.has("Source")) {
        ++algorithms;
        BOOST_TEST(c.has("See also"), c.where << " says no alternative: " << c.declaration);
      }
  BOOST_TEST(algorithms > 25);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace layers
