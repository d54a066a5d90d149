#define BOOST_TEST_MODULE layers
#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "layers/sources.hpp"

namespace {

using namespace layers;

/// The layers, and how high each stands. What stands equally high does not include each other.
const std::map<std::string, int> height = {{"core", 0},  {"kernels", 1},    {"autograd", 2},
                                           {"ops", 3},   {"functional", 4}, {"optim", 5},
                                           {"check", 5}, {"adapters", 6}};

}  // namespace

BOOST_AUTO_TEST_CASE(every_source_belongs_to_a_layer) {
  int seen = 0;
  for (const fs::path& file : library_sources()) {
    if (is_umbrella(file)) continue;
    ++seen;
    BOOST_TEST(height.count(layer_of(in_layers(file))) == 1, file.string()
                                                                 << " is in no known layer");
  }
  BOOST_TEST(seen > 50);
}

BOOST_AUTO_TEST_CASE(no_layer_includes_a_higher_one) {
  int seen = 0;
  for (const Include& i : library_includes()) {
    if (is_umbrella(i.file)) continue;
    const std::string from = layer_of(in_layers(i.file));
    const std::string to = layer_of(in_layers(i.target));
    BOOST_TEST_REQUIRE(height.count(to) == 1, where(i) << ", which is in no known layer");
    ++seen;
    BOOST_TEST((from == to || height.at(to) < height.at(from)),
               where(i) << ": " << from << " may not know " << to);
  }
  BOOST_TEST(seen > 100);
}

BOOST_AUTO_TEST_CASE(public_headers_include_only_public_headers) {
  for (const fs::path& file : sources(root() / "include"))
    for (const Include& i : own_includes(file))
      BOOST_TEST(i.target.starts_with("eigengrad/"), where(i));
}

BOOST_AUTO_TEST_CASE(public_headers_include_no_heavy_part_of_eigen) {
  static const std::regex eigen(R"re(^\s*#\s*include\s*<((unsupported/)?Eigen/[^>]+)>)re");
  for (const fs::path& file : sources(root() / "include")) {
    std::ifstream in(file);
    std::string text;
    while (std::getline(in, text)) {
      std::smatch match;
      if (std::regex_search(text, match, eigen))
        BOOST_TEST(match[1] == "Eigen/Core", file.string() << " includes " << match[1]);
    }
  }
}

// Adapters include other people's headers, so only those who use them do include them.
BOOST_AUTO_TEST_CASE(the_umbrella_header_reaches_every_public_header_but_adapters) {
  std::vector<std::string> reached{"eigengrad/eigengrad.hpp"};
  for (std::size_t k = 0; k < reached.size(); ++k)
    for (const Include& i : own_includes(root() / "include" / reached[k]))
      if (std::find(reached.begin(), reached.end(), i.target) == reached.end())
        reached.push_back(i.target);
  for (const fs::path& file : sources(root() / "include")) {
    const std::string name = fs::relative(file, root() / "include").string();
    const bool is_adapter = layer_of(in_layers(file)) == "adapters";
    BOOST_TEST(std::count(reached.begin(), reached.end(), name) == (is_adapter ? 0 : 1),
               name << (is_adapter ? " is reached" : " is not reached"));
  }
}
