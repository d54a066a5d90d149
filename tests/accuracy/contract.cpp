#include "accuracy/contract.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace accuracy {
namespace {

namespace fs = std::filesystem;

/// What is left of a line to be parsed.
class Text {
 public:
  explicit Text(std::string_view line) : line_(line), rest_(line) {}

  bool accept(std::string_view word) {
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  void expect(std::string_view word) {
    if (!accept(word)) fail('"' + std::string(word) + '"');
  }
  std::string until(std::string_view ends) {
    const std::size_t end = rest_.find_first_of(ends);
    if (end == 0 || end == rest_.npos) fail("a word");
    const std::string word(rest_.substr(0, end));
    rest_.remove_prefix(end);
    return word;
  }
  double number() {
    std::size_t used = 0;
    double value = 0;
    try {
      value = std::stod(std::string(rest_), &used);
    } catch (const std::logic_error&) {
      fail("a number");
    }
    // The full stop of the line.
    if (rest_[used - 1] == '.') --used;
    rest_.remove_prefix(used);
    return value;
  }
  bool empty() const { return rest_.empty(); }
  [[noreturn]] void fail(const std::string& expected) const {
    throw std::invalid_argument('"' + std::string(line_) + "\": " + expected +
                                " is expected before \"" + std::string(rest_) + '"');
  }

 private:
  std::string_view line_, rest_;
};

/// A scale and a range hold for the bounds behind it, too.
void parse_bound(Text& text, Bound& bound, bool is_first) {
  bound.ulps = text.number();
  if (is_first) text.expect(" ulp");
  if (text.accept(" of the ")) bound.scale = text.until(" ,;.");
  if (!text.accept(" on [")) return;
  bound.low = text.number();
  text.expect(", ");
  bound.high = text.number();
  text.expect("]");
}

/// What separates the bounds of two orders, by the second of them.
constexpr const char* kSeparators[] = {"", "; first derivative ", ", second "};

/// The function that a line of a header declares for others to call, empty where it declares none.
std::string declared_function(const std::string& line) {
  const std::size_t end = line.find('(');
  if (!line.starts_with("EIGENGRAD_API ") || line.starts_with("EIGENGRAD_API Tensor& ") ||
      end == line.npos)
    return {};
  std::size_t begin = end;
  while (std::isalnum(line[begin - 1]) != 0 || line[begin - 1] == '_') --begin;
  return line.substr(begin, end - begin);
}

AccuracyLine parse_line_of(const std::string& header, const std::string& line) {
  try {
    return parse_accuracy(line);
  } catch (const std::invalid_argument& e) {
    throw std::invalid_argument(header + ": " + e.what());
  }
}

}  // namespace

AccuracyLine parse_accuracy(const std::string& line) {
  Text text(line);
  AccuracyLine result;
  text.expect("Accuracy");
  if (text.accept(" (")) {
    result.variant = text.until(")");
    text.expect(")");
  }
  text.expect(": ");
  if (text.accept("exact")) {
    result.bounds[0] = {};
  } else {
    Bound bound;
    for (int order = text.accept("first derivative ") ? 1 : 0; order <= 2; ++order) {
      const bool is_first = result.bounds.empty();
      if (!is_first && !text.accept(kSeparators[order])) break;
      parse_bound(text, bound, is_first);
      result.bounds[order] = bound;
    }
  }
  text.expect(".");
  if (!text.empty()) text.fail("the end");
  return result;
}

std::vector<Contract> contracts_of(std::istream& text, const std::string& header) {
  std::vector<Contract> found;
  std::vector<AccuracyLine> lines;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("/// Accuracy")) {
      lines.push_back(parse_line_of(header, line.substr(4)));
    } else if (const std::string name = declared_function(line); !name.empty()) {
      auto here = std::find_if(found.begin(), found.end(),
                               [&](const Contract& c) { return c.function == name; });
      if (here == found.end()) here = found.insert(found.end(), {header, name});
      here->lines.insert(here->lines.end(), lines.begin(), lines.end());
      lines.clear();
    } else if (!line.starts_with("///")) {
      lines.clear();
    }
  }
  return found;
}

const std::vector<Contract>& contracts() {
  static const std::vector<Contract> list = [] {
    std::vector<Contract> all;
    const fs::path headers = EIGENGRAD_SOURCE_DIR "/include/eigengrad/ops";
    for (const auto& entry : fs::recursive_directory_iterator(headers)) {
      if (entry.path().extension() != ".hpp") continue;
      std::ifstream file(entry.path());
      for (Contract& c :
           contracts_of(file, entry.path().lexically_relative(headers).generic_string()))
        all.push_back(std::move(c));
    }
    return all;
  }();
  return list;
}

std::string key_of(const Contract& contract, const AccuracyLine& line) {
  return line.variant.empty() ? contract.function : contract.function + " (" + line.variant + ")";
}

const Bound& bound_of(const std::string& key, int order) {
  const std::string function = key.substr(0, key.find(' '));
  std::string headers;
  for (const Contract& c : contracts()) {
    if (c.function != function) continue;
    for (const AccuracyLine& line : c.lines)
      if (key_of(c, line) == key && line.bounds.contains(order)) return line.bounds.at(order);
    headers += (headers.empty() ? "" : ", ") + c.header;
  }
  if (headers.empty()) throw std::invalid_argument("no header declares " + function);
  throw std::invalid_argument(
      "in " + headers + " no Accuracy line of " + key + " bounds its " +
      std::vector<std::string>{"value", "first derivative", "second derivative"}.at(
          static_cast<std::size_t>(order)));
}

std::map<std::string, std::set<int>>& checked_orders() {
  static std::map<std::string, std::set<int>> orders;
  return orders;
}

}  // namespace accuracy
