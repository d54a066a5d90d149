#include "layers/functions.hpp"

#include <array>
#include <cctype>
#include <fstream>
#include <string_view>
#include <vector>

namespace layers {
namespace {

bool is_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// The lines of a file without comments and macros.
std::vector<std::string> code_of(const fs::path& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  bool in_macro = false;
  for (std::string line; std::getline(in, line);) {
    const bool is_macro = in_macro || line.starts_with("#");
    in_macro = is_macro && line.ends_with('\\');
    // Ends of namespaces are known by their comments.
    if (!line.starts_with("}  // namespace")) line.resize(std::min(line.size(), line.find("//")));
    lines.push_back(is_macro ? "" : line);
  }
  return lines;
}

/// The namespaces that a line is in. Each begins and ends on a line of its own.
class Namespaces {
 public:
  void read(const std::string& line) {
    constexpr std::string_view begin = "namespace ";
    ++lines_inside_;
    // One that holds a single line ends without a comment.
    if (line.starts_with("}  // namespace") || (line == "}" && lines_inside_ == 2)) {
      if (!open_.empty()) open_.pop_back();
    } else if (line.starts_with(begin) && line.ends_with('{')) {
      open_.push_back(line.substr(begin.size(), line.size() - 1 - begin.size()));
      lines_inside_ = 0;
    }
  }
  bool is_anonymous() const {
    for (const std::string& name : open_)
      if (name.empty()) return true;
    return false;
  }
  /// eigengrad::detail::
  std::string prefix() const {
    std::string all;
    for (const std::string& name : open_) all += name.substr(0, name.find(' ')) + "::";
    return all;
  }

 private:
  std::vector<std::string> open_;
  /// Lines since the last one began.
  int lines_inside_ = 0;
};

/// From column `at` of line `k` to the first of `ends` outside of parentheses, which `end` becomes.
std::string statement(const std::vector<std::string>& lines, std::size_t k, std::size_t at,
                      std::string_view ends, char& end) {
  std::string text;
  int depth = 0;
  for (; k < lines.size(); ++k, at = 0) {
    for (std::size_t i = at; i < lines[k].size(); ++i) {
      const char c = lines[k][i];
      if (depth == 0 && ends.find(c) != std::string_view::npos) {
        end = c;
        return text;
      }
      depth += (c == '(') - (c == ')');
      text += c;
    }
    text += ' ';
  }
  end = ';';
  return text;
}

/// The name before the first parenthesis, with its qualifiers; empty for an operator.
std::string name_in(const std::string& text) {
  const std::size_t end = std::min(text.find('('), text.size());
  std::size_t begin = end;
  while (begin > 0 &&
         (is_of_name(text[begin - 1]) || text[begin - 1] == ':' || text[begin - 1] == '~'))
    --begin;
  return text.substr(begin, end - begin);
}

bool begins_no_function(const std::string& line) {
  static constexpr std::array words{"namespace", "using",  "struct", "class", "enum",
                                    "template",  "static", "extern", "union", "typedef"};
  for (const std::string_view word : words)
    if (line.starts_with(word)) return true;
  return line.empty() || !std::isalpha(static_cast<unsigned char>(line[0]));
}

}  // namespace

std::set<std::string> declared_names(const fs::path& header) {
  constexpr std::string_view exported = "EIGENGRAD_API ";
  std::set<std::string> names;
  Namespaces in;
  const std::vector<std::string> lines = code_of(header);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    in.read(lines[k]);
    const std::size_t at = lines[k].find(exported);
    if (at == std::string::npos) continue;
    char end = 0;
    const std::string before = lines[k].substr(0, at);
    std::string name;
    if (before.ends_with("class ") || before.ends_with("struct ")) {
      for (std::size_t i = at + exported.size(); i < lines[k].size() && is_of_name(lines[k][i]);
           ++i)
        name += lines[k][i];
      name += "::";
    } else {
      name = name_in(statement(lines, k, at + exported.size(), ";{=", end));
    }
    if (name.size() > 2 || (name.size() > 0 && is_of_name(name[0])))
      names.insert(in.prefix() + name);
  }
  return names;
}

std::set<std::string> defined_names(const fs::path& source) {
  std::set<std::string> names;
  Namespaces in;
  const std::vector<std::string> lines = code_of(source);
  for (std::size_t k = 0; k < lines.size(); ++k) {
    in.read(lines[k]);
    if (in.is_anonymous() || begins_no_function(lines[k])) continue;
    char end = 0;
    const std::string text = statement(lines, k, 0, ";{", end);
    std::string name = text.find('(') == std::string::npos ? "" : name_in(text);
    if (end != '{' || name.empty() || !is_of_name(name[0])) continue;
    // A member stands for its class.
    if (const std::size_t scope = name.find("::");
        scope != std::string::npos && std::isupper(static_cast<unsigned char>(name[0])))
      name.resize(scope + 2);
    names.insert(in.prefix() + name);
  }
  return names;
}

}  // namespace layers
