#include <boost/test/unit_test.hpp>
#include <fstream>
#include <map>
#include <regex>
#include <string>

#include "layers/sources.hpp"

/// Every operator has a forward that is reached through its kind (autograd/kinds.hpp): what is computed before the kind
/// is entered can be neither replayed nor batched.
namespace {

using namespace layers;

/// Files of lib/ops that record results which they computed themselves, and how often. The list may only become shorter,
/// and its numbers smaller.
const std::map<std::string, int> recorded_afterwards = {
    // Writes into a copy of a tensor. The definition counts too.
    {"ops/indexing/indexed.hpp", 1},
    {"ops/indexing/gather.cpp", 2},
    {"ops/indexing/index.cpp", 1},
    {"ops/indexing/scatter.cpp", 3},
    {"ops/indexing/scatter_reduce.cpp", 3}};

int count_of_records(const fs::path& file) {
  static const std::regex pattern(R"re(\brecord_(general|many|results|written)\()re");
  std::ifstream in(file);
  int count = 0;
  for (std::string line; std::getline(in, line);)
    if (line.find("record_") != std::string::npos && std::regex_search(line, pattern)) ++count;
  return count;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(kinds)

BOOST_AUTO_TEST_CASE(operators_compute_in_their_forward) {
  std::map<std::string, int> found;
  for (const fs::path& file : sources(root() / "lib" / "ops"))
    if (const int count = count_of_records(file); count > 0)
      found[in_layers(file).string()] = count;
  for (const auto& [file, count] : found) {
    const auto listed = recorded_afterwards.find(file);
    BOOST_TEST(
        (listed != recorded_afterwards.end() && count <= listed->second),
        file << " records results " << count
             << " times: compute them in a forward, and call apply_general() or apply_many()");
  }
  for (const auto& [file, count] : recorded_afterwards)
    BOOST_TEST(found[file] == count,
               file << " is better by now: correct its number, or take it off the list");
}

BOOST_AUTO_TEST_SUITE_END()
