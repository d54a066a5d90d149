#include <boost/test/unit_test.hpp>
#include <fstream>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "layers/sources.hpp"

/// No function of the library is longer than a reader keeps in view.
namespace {

using namespace layers;

constexpr int kLongest = 45;

/// Functions that may be longer. This list may only become shorter.
const std::set<std::string> longer = {
    // One loop nest over the elements that indices pick; in parts, the compiler would read its bounds again
    // behind every store.
    "kernels/indexing/index.cpp: for_picked"};

struct Function {
  std::string name;
  int lines;
};

/// The functions of a file as clang-format lays them out: a head that ends in `) {`, perhaps with `const` and the like
/// between, and the first line behind it that is a closing brace in the column of the head.
std::vector<Function> functions_of(const fs::path& file) {
  static const std::regex head_end(
      R"(\)( (const|noexcept|override|final|mutable)|&&?)*( -> [^;{]*)? \{$)");
  static const std::regex control(
      R"(^ *(\}? ?else|if|for|while|switch|do|catch|return|namespace|\}|#|//|\(|\[)\b.*|^ *[({\[].*)");
  static const std::regex name(R"(([A-Za-z_~]\w*|operator[^\s(]+)\()");
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  std::vector<Function> found;
  const auto indent = [&](std::size_t i) { return lines[i].find_first_not_of(' '); };
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!std::regex_search(lines[i], head_end)) continue;
    // The head begins at the first line above whose neighbour ends something.
    std::size_t first = i;
    while (first > 0 && !lines[first - 1].empty() && lines[first - 1].back() != ';' &&
           lines[first - 1].back() != '}' && lines[first - 1].back() != '{' &&
           lines[first - 1].back() != ':' && lines[first - 1].find("//") == std::string::npos &&
           lines[first - 1][0] != '#')
      --first;
    const std::size_t column = indent(first);
    std::smatch match;
    // Deeper heads, and what is assigned, are lambdas and calls inside of functions.
    if (column > 2 || std::regex_match(lines[first], control) ||
        lines[first].find(" = ") < lines[first].find('('))
      continue;
    std::string head;
    for (std::size_t k = first; k <= i; ++k) head += lines[k] + ' ';
    if (!std::regex_search(head, match, name)) continue;
    const std::string end = std::string(column, ' ') + '}';
    std::size_t last = i + 1;
    while (last < lines.size() && lines[last].rfind(end, 0) != 0) ++last;
    found.push_back({match[1], static_cast<int>(last - first) + 1});
  }
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lengths)

BOOST_AUTO_TEST_CASE(no_function_is_longer_than_45_lines) {
  int functions = 0;
  std::set<std::string> seen;
  for (const fs::path& file : sources(root() / "lib"))
    for (const Function& f : functions_of(file)) {
      ++functions;
      if (f.lines <= kLongest) continue;
      const std::string name = in_layers(file).string() + ": " + f.name;
      seen.insert(name);
      BOOST_TEST(longer.contains(name), name << " has " << f.lines << " lines; divide it");
    }
  BOOST_TEST(functions > 3000);
  for (const std::string& name : longer)
    BOOST_TEST(seen.contains(name), name << " is short enough by now: take it off the list");
}

BOOST_AUTO_TEST_SUITE_END()
