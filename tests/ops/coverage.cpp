#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "table.hpp"

/// Every operator that a header declares has a row.
namespace table {
namespace {

/// Declared names that have no row, and why.
const std::map<std::string, std::string>& without_row() {
  static const std::map<std::string, std::string> names{
      {"sparse_matmul", "takes a sparse matrix: tests/sparse"},
      {"sparse_solve", "takes a sparse matrix: tests/sparse"},
      {"Tensor::new_empty", "a factory"},
      {"Tensor::new_zeros", "a factory"},
      {"Tensor::new_ones", "a factory"},
      {"Tensor::new_full", "a factory"},
      {"Tensor::logical_and_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::logical_or_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::logical_xor_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::logical_not_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::bitwise_and_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::bitwise_or_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::bitwise_xor_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::bitwise_not_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::operator&=", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::operator|=", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::operator^=", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::nextafter_", "has no derivative: suite unrecorded_in_place"},
      {"Tensor::float_power_", "takes float64 only: suite unrecorded_in_place"},
      {"Tensor::t_", "changes no element: inplace.cpp, suite metadata"},
      {"Tensor::transpose_", "changes no element: inplace.cpp, suite metadata"},
      {"Tensor::squeeze_", "changes no element: inplace.cpp, suite metadata"},
      {"Tensor::unsqueeze_", "changes no element: inplace.cpp, suite metadata"},
      {"Tensor::swapaxes_", "changes no element: inplace.cpp, suite metadata"},
      {"Tensor::swapdims_", "changes no element: inplace.cpp, suite metadata"},
      {"Tensor::as_strided_", "changes no element: inplace.cpp, suite metadata"}};
  return names;
}

/// The file without comments.
std::string read(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  std::ostringstream text;
  for (std::string line; std::getline(file, line);) text << line.substr(0, line.find("//")) << '\n';
  return text.str();
}

/// Group 1 of every match.
std::vector<std::string> found(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::string> names;
  for (std::sregex_iterator i(text.begin(), text.end(), regex), end; i != end; ++i)
    names.push_back((*i)[1]);
  return names;
}

constexpr const char* kName = R"((operator\s*[^\s(a-z]{1,2}|[A-Za-z_]\w*))";

std::string without_macros(const std::string& text) {
  return std::regex_replace(text, std::regex(R"(#define(.*\\\n)*.*\n)"), "");
}

std::string whole(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

/// The functions in the list of those with four forms.
std::vector<std::string> listed_names() {
  return found(whole(EIGENGRAD_SOURCE_DIR "/include/eigengrad/core/members/unary.inc"),
               R"(\nEIGENGRAD_UNARY\((\w+),)");
}

std::set<std::string> declared_functions() {
  std::set<std::string> names;
  const std::filesystem::path headers = EIGENGRAD_SOURCE_DIR "/include/eigengrad/ops";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(headers)) {
    if (!entry.is_regular_file()) continue;
    std::string text = read(entry.path());
    for (const std::string& op : found(text, R"(\bEIGENGRAD_OPERATOR\(([^a-z)])\))"))
      names.insert("operator" + op);
    text = without_macros(text);
    const std::string pattern =
        std::string(R"((?:EIGENGRAD_API|inline)\s[\w\s:&*<>,]*?\b)") + kName + R"(\s*\()";
    for (const std::string& name : found(text, pattern)) names.insert(name);
  }
  for (const std::string& name : listed_names()) names.insert(name + "_");
  return names;
}

/// Members of Tensor from the conversions on, what comes before computes nothing; and those of the
/// families.
std::set<std::string> declared_members() {
  const std::filesystem::path core = EIGENGRAD_SOURCE_DIR "/include/eigengrad/core";
  const std::string text = whole(core / "tensor.hpp");
  const std::size_t begin = text.find("// ---- Conversion and copies.");
  const std::size_t end = text.find("/// Prints as", begin);
  BOOST_REQUIRE(begin != std::string::npos);
  BOOST_REQUIRE(end != std::string::npos);
  std::string members = text.substr(begin, end - begin);
  for (const auto& entry : std::filesystem::directory_iterator(core / "members"))
    members += whole(entry.path());
  members = without_macros(members);
  std::set<std::string> names;
  const std::string pattern =
      std::string(R"(\n *(?:Tensor&?|bool|std::\S+<.*>) )") + R"((operator[^(]*(?:\(\))?|\w+)\()";
  for (const std::string& name : found(members, pattern)) names.insert("Tensor::" + name);
  for (const std::string& name : listed_names())
    for (const char* form : {"", "_"}) names.insert("Tensor::" + name + form);
  return names;
}

std::set<std::string> covered() {
  std::set<std::string> names;
  for (const Row& row : all_rows()) {
    names.insert(row.function);
    for (const Spelling& s : row.spellings) names.insert(s.name.substr(0, s.name.find(' ')));
  }
  for (const InplaceRow& row : inplace_rows()) {
    names.insert("Tensor::" + row.function);
    names.insert(row.function);
  }
  return names;
}

/// Functions of a header, and whether a contract (`///`) stands right before one of the overloads.
std::map<std::string, bool> contracts(const std::filesystem::path& header) {
  static const std::regex declaration(
      R"(^\s*(?:EIGENGRAD_API|inline)\s[\w\s:&*<>,]*?\b([A-Za-z_]\w*)\s*\(.*)");
  std::map<std::string, bool> found;
  std::ifstream file(header);
  bool documented = false;
  for (std::string line; std::getline(file, line);) {
    std::smatch match;
    if (line.find_first_not_of(' ') == line.find("///") && !line.empty())
      documented = true;
    else if (std::regex_match(line, match, declaration) && match[1] != "operator")
      found[match[1]] = found[match[1]] || documented;
    if (line.empty() || line.ends_with(';') || line.ends_with('}')) documented = false;
  }
  return found;
}

void check_covered(const std::set<std::string>& declared) {
  const std::set<std::string> rows = covered();
  for (const std::string& name : declared)
    BOOST_CHECK_MESSAGE(rows.contains(name) || without_row().contains(name),
                        name << " is declared and has no row in the table");
}

// ---- The names that OPERATORS.md asks for.

/// Groups of OPERATORS.md whose operators exist.
const std::set<std::string> kGroups{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"};

/// Names that stand for something else here, and what; empty for those that do not exist, and why.
std::string name_here(const std::string& name) {
  static const std::map<std::string, std::string> others{
      // Operators with a number on the left, in C++ overloads.
      {"__radd__", "operator+"},
      {"__rdiv__", "operator/"},
      {"__rmod__", "remainder"},
      {"__rmul__", "operator*"},
      {"__rpow__", "pow"},
      {"__rsub__", "operator-"},
      {"__rmatmul__", "matmul"},
      {"__getitem__", "index"},
      // Of libtorch in Python only: the form of the factors that linalg_lu() gives.
      {"lu", "linalg_lu"},
      // Attributes in Python.
      {"H", "Tensor::mH"},
      {"T", "Tensor::numpy_T"},
      {"mH", "Tensor::mH"},
      {"mT", "Tensor::mT"},
      // Conversions.
      {"double", "Tensor::to"},
      {"float", "Tensor::to"},
      // libtorch's names.
      {"nn.functional.logsigmoid", "log_sigmoid"},
      {"nn.functional.cross_entropy", "cross_entropy_loss"},
      {"nn.functional.unfold", "im2col"},
      {"zero_", "Tensor::zero_"},
      {"index_put", "Tensor::index_put"},
      {"view", "Tensor::view"},
      {"view_as", "Tensor::view_as"},
      {"reshape_as", "Tensor::reshape_as"},
      {"expand_as", "Tensor::expand_as"}};
  if (const auto found = others.find(name); found != others.end()) return found->second;
  std::string here = name;
  if (here.starts_with("nn.functional.")) here = here.substr(14);
  std::replace(here.begin(), here.end(), '.', '_');
  return here;
}

/// The names of the groups above.
std::set<std::string> specified_names(std::istream& spec) {
  static const std::regex heading(R"(## (\w+) .*)");
  std::set<std::string> names;
  bool inside = false;
  for (std::string line; std::getline(spec, line);) {
    std::smatch match;
    if (line.starts_with("## "))
      inside = std::regex_match(line, match, heading) && kGroups.contains(match[1]);
    if (!inside || line.starts_with("#") || line.starts_with("no ")) continue;
    std::istringstream words(line);
    for (std::string word; words >> word;) names.insert(word);
  }
  return names;
}

BOOST_AUTO_TEST_SUITE(coverage)

BOOST_AUTO_TEST_CASE(names_of_the_specification) {
  std::ifstream spec(EIGENGRAD_SHARED_DIR "/spec/OPERATORS.md");
  if (!spec) {
    BOOST_TEST_MESSAGE("skipped: there is no ../shared/spec/OPERATORS.md beside the repository");
    return;
  }
  std::set<std::string> declared = declared_functions();
  declared.merge(declared_members());
  const std::set<std::string> names = specified_names(spec);
  BOOST_TEST(names.size() > 250);
  for (const std::string& name : names) {
    const std::string here = name_here(name);
    BOOST_CHECK_MESSAGE(declared.contains(here) || declared.contains("Tensor::" + here),
                        name << " is specified, and nothing is declared as " << here);
  }
}

BOOST_AUTO_TEST_CASE(functions) {
  const std::set<std::string> declared = declared_functions();
  BOOST_TEST(declared.size() > 90);
  BOOST_TEST(declared.contains("operator*"));
  BOOST_TEST(declared.contains("split_with_sizes"));
  check_covered(declared);
}

BOOST_AUTO_TEST_CASE(members) {
  const std::set<std::string> declared = declared_members();
  BOOST_TEST(declared.size() > 110);
  BOOST_TEST(declared.contains("Tensor::operator*="));
  BOOST_TEST(declared.contains("Tensor::unbind"));
  check_covered(declared);
}

BOOST_AUTO_TEST_CASE(every_function_has_a_contract) {
  const std::filesystem::path headers = EIGENGRAD_SOURCE_DIR "/include/eigengrad/ops";
  std::size_t functions = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(headers)) {
    if (!entry.is_regular_file()) continue;
    for (const auto& [name, documented] : contracts(entry.path())) {
      ++functions;
      BOOST_CHECK_MESSAGE(documented,
                          name << " in " << entry.path() << " is declared without a contract");
    }
  }
  BOOST_TEST(functions > 90);
}

BOOST_AUTO_TEST_CASE(rows_name_what_exists) {
  std::set<std::string> declared = declared_functions();
  declared.merge(declared_members());
  for (const Row& row : all_rows())
    BOOST_CHECK_MESSAGE(declared.contains(row.function), "row " << row.name << " covers "
                                                                << row.function
                                                                << ", which no header declares");
  for (const auto& [name, reason] : without_row())
    BOOST_CHECK_MESSAGE(declared.contains(name), name << " is excepted and not declared");
}

BOOST_AUTO_TEST_CASE(names_of_rows_are_unique) {
  std::set<std::string> names;
  for (const Row& row : all_rows())
    BOOST_CHECK_MESSAGE(names.insert(row.name).second, row.name << " names two rows");
  for (const InplaceRow& row : inplace_rows())
    BOOST_CHECK_MESSAGE(names.insert(row.name).second, row.name << " names two rows");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
