#include <boost/test/unit_test.hpp>
#include <regex>
#include <set>
#include <string>

#include "layers/sources.hpp"

/// Errors say what to do: `[op] what is wrong: the values; what to do`.
namespace layers {
namespace {

/// The call of detail::fail() that begins at `first`, as far as its closing parenthesis.
std::string call_at(const std::string& code, std::size_t first) {
  std::size_t i = code.find('(', first);
  bool quoted = false;
  for (int depth = 0; i < code.size(); ++i) {
    const char c = code[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"' && !(code[i - 1] == '\'' && code[i + 1] == '\'')) {
      quoted = !quoted;
    } else if (!quoted && c == '(') {
      ++depth;
    } else if (!quoted && c == ')' && --depth == 0) {
      break;
    }
  }
  return code.substr(first, i - first);
}

/// The text of the string literals of a call, one after the other.
std::string text_of(const std::string& call) {
  static const std::regex literal(R"re("((?:[^"\\]|\\.)*)")re");
  std::string text;
  for (std::sregex_iterator i(call.begin(), call.end(), literal), end; i != end; ++i)
    text += (*i)[1].str() + ' ';
  return text;
}

/// A clause of its own, or a requirement that names the values that would be right. "needs" alone names a shape or
/// a dtype, but not how to come by it; nor does the name of the right dtype.
bool has_remedy(const std::string& text) {
  static const std::regex pattern(
      ";|must|[Ee]xpect|should|has to|takes |only|at most|[Gg]ive |[Ss]et "
      "|implement|Specify|name the |open an ");
  static const std::regex names_dtype("int64|float64|dtype|floating");
  if (text.find(';') == text.npos && std::regex_search(text, names_dtype)) return false;
  return std::regex_search(text, pattern);
}

/// Files with messages of which another function, or the caller, says the rest; in the first of them one
/// remedy is missing.
const std::set<std::string> kPassedOn = {
    "lib/autograd/saved_tensor_hooks.cpp",
    "lib/ops/linalg/products.cpp",
    "lib/ops/linalg/products_contractions.cpp",
    "lib/optim/odeint/integrate.cpp",
};

}  // namespace

BOOST_AUTO_TEST_SUITE(remedies)

BOOST_AUTO_TEST_CASE(every_error_says_what_to_do) {
  static const std::regex begin(R"(\bfail<\w+>\()");
  std::size_t calls = 0;
  for (const fs::path& file : library_sources()) {
    const std::string name = file.lexically_relative(root()).generic_string();
    if (kPassedOn.contains(name)) continue;
    const std::string code = contents(file);
    for (std::sregex_iterator i(code.begin(), code.end(), begin), end; i != end; ++i) {
      const std::string text = text_of(call_at(code, static_cast<std::size_t>(i->position())));
      ++calls;
      BOOST_TEST(has_remedy(text), name << ": \"" << text << "\" says no remedy");
    }
  }
  BOOST_TEST(calls > 600u);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace layers
