#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cctype>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "layers/sources.hpp"

/// The glossary: words that the library once had for itself, and the field's words for them. A newcomer who
/// knows PyTorch, Eigen and LAPACK should meet no other.
namespace {

using namespace layers;

enum class In { Code, CodeAndComments };

/// Text in which a banned word is meant in another sense.
struct Context {
  /// Files whose path, from the layer on, begins so.
  std::string file;
  /// The text around the word; empty for whole lines.
  std::string text;
};

struct Entry {
  /// A part of names (slope in SigmoidSlope and slope_a), or a phrase if it has a blank.
  std::vector<std::string> words;
  std::string field_word;
  In where = In::CodeAndComments;
  /// Files of the library that the entry is about, as in Context.
  std::string files = {};
  std::vector<Context> allowed = {};
};

const std::vector<Entry>& glossary() {
  static const std::vector<Entry> entries = {
      {{"slope", "slopes"},
       "derivative, partial, gradient (along a line: slope)",
       In::CodeAndComments,
       "",
       {// The directional derivative in searches along a line or a direction.
        {"optim/line_search", ""},
        {"optim/lbfgs", ""},
        {"optim/minimize/", ""},
        // PyTorch's argument of leaky_relu, and what rrelu draws for it.
        {"ops/pointwise/activations", "drawn_negative_slopes"},
        {"ops/pointwise/activations", "negative_slope"},
        {"ops/pointwise/activations", "leaky_relu with a slope"}}},
      {{"twofold", "any_sum_of"}, "double-double, TwoSum, TwoProduct"},
      {{"place", "places"},
       "index, position, buffer, sparsity pattern",
       In::Code,
       "",
       {{"", "in_place"}, {"", "InPlace"}}},
      {{"in the place of"}, "in place of, instead of"},
      {{"number", "numbers"},
       "index of one of several, scalar beside a tensor",
       In::Code,
       "",
       {{"", "std::numbers"},
        {"", "<numbers>"},
        // PyTorch's name, and other libraries'.
        {"", "wrapped_number"},
        {"adapters/", "Number"},
        {"adapters/", "adapters/numbers.hpp"},
        {"kernels/linalg/", "EIGEN_ARCH_DEFAULT_NUMBER_OF_REGISTERS"},
        // To number; not NaN.
        {"autograd/inspect", "number_leaves"},
        {"ops/pointwise/binary", "is_number"}}},
      {{"slope number", "step number", "input number", "slice number", "row number"},
       "the noun alone, or its index: step `i`"},
      {{"exchange", "exchanges"},
       "row interchange, swap",
       In::CodeAndComments,
       "",
       {{"", "std::exchange"},
        {"", "compare_exchange"},
        {"autograd/", "->exchange("},
        {"core/", ".exchange("},
        // What transpose does with two dimensions.
        {"ops/shape/", "exchanges the first two dimensions"}}},
      {{"by rows", "by_rows"}, "row-major; reverse mode"},
      {{"by parts"}, "piecewise"},
      {{"lies by columns", "contiguous by columns", "lies_by_columns"}, "column-major"},
      {{"neutral", "neutral element"}, "identity of a reducer"},
      {{"join", "joined"}, "combine of a reducer", In::CodeAndComments, "kernels/reduction/"},
      {{"normal distribution function", "normal_density", "normal_tail"},
       "normal cdf, normal pdf"}};
  return entries;
}

/// A line without string literals, and without its comment if only code is asked for.
std::string read_part(const std::string& line, In where) {
  std::string text;
  const bool is_include = line.starts_with("#include");
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.compare(i, 2, "//") == 0) return where == In::Code ? text : text + line.substr(i);
    text += line[i];
    if (line[i] != '"' || is_include) continue;
    for (++i; i < line.size() && line[i] != '"'; ++i)
      if (line[i] == '\\') ++i;
  }
  return text;
}

/// Names divided into their parts, lower case, one blank between: SigmoidSlope(slope_a) becomes
/// " sigmoid slope slope a ".
std::string words_of(std::string_view text) {
  std::string words(1, ' ');
  char before = ' ';
  for (const char c : text) {
    const auto u = static_cast<unsigned char>(c);
    const bool begins = std::isupper(u) && std::islower(static_cast<unsigned char>(before)) != 0;
    if ((begins || !std::isalnum(u)) && words.back() != ' ') words += ' ';
    if (std::isalnum(u)) words += static_cast<char>(std::tolower(u));
    before = c;
  }
  if (words.back() != ' ') words += ' ';
  return words;
}

bool has_any(const std::string& words, const Entry& e) {
  return std::any_of(e.words.begin(), e.words.end(), [&](const std::string& w) {
    return words.find(words_of(w)) != std::string::npos;
  });
}

/// Takes out every occurrence of what `c` allows; returns whether there was one.
bool take_out(std::string& text, const Context& c) {
  if (c.text.empty()) {
    text.clear();
    return true;
  }
  bool found = false;
  for (std::size_t at = 0; (at = text.find(c.text, at)) != std::string::npos; found = true)
    text.replace(at, c.text.size(), " ");
  return found;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(words)

BOOST_AUTO_TEST_CASE(names_are_divided_into_words) {
  BOOST_TEST(words_of("SigmoidSlope(slope_a)") == " sigmoid slope slope a ");
  BOOST_TEST(words_of("  // By rows.") == " by rows ");
  BOOST_TEST(read_part("f(\"a \\\" slope\");  // slope", In::Code) == "f(\");  ");
  BOOST_TEST(read_part("f(\"slope\");  // slope", In::CodeAndComments) == "f(\");  // slope");
}

BOOST_AUTO_TEST_CASE(the_library_speaks_as_its_field_does) {
  std::vector<std::vector<bool>> used;
  for (const Entry& e : glossary()) used.emplace_back(e.allowed.size());
  for (const fs::path& file : library_sources()) {
    const std::string inside = in_layers(file).string();
    std::ifstream in(file);
    std::string line;
    for (int k = 1; std::getline(in, line); ++k) {
      const std::string all = words_of(line);
      for (std::size_t n = 0; n < glossary().size(); ++n) {
        const Entry& e = glossary()[n];
        if (!inside.starts_with(e.files) || !has_any(all, e)) continue;
        std::string text = read_part(line, e.where);
        for (std::size_t c = 0; c < e.allowed.size(); ++c)
          if (inside.starts_with(e.allowed[c].file) && has_any(words_of(text), e) &&
              take_out(text, e.allowed[c]))
            used[n][c] = true;
        BOOST_TEST(!has_any(words_of(text), e), inside << ':' << k << " has \"" << e.words[0]
                                                       << "\"; the field says " << e.field_word
                                                       << ": " << line);
      }
    }
  }
  for (std::size_t n = 0; n < used.size(); ++n)
    for (std::size_t c = 0; c < used[n].size(); ++c)
      BOOST_TEST(used[n][c], "\"" << glossary()[n].words[0] << "\" in \""
                                  << glossary()[n].allowed[c].text << "\" of "
                                  << glossary()[n].allowed[c].file
                                  << " is found no more: take it off the list");
}

BOOST_AUTO_TEST_SUITE_END()
