#include "layers/sources.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>

namespace layers {

const fs::path& root() {
  static const fs::path path = EIGENGRAD_SOURCE_DIR;
  return path;
}

std::vector<fs::path> sources(const fs::path& below) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::recursive_directory_iterator(below)) {
    const fs::path extension = entry.path().extension();
    if (extension == ".hpp" || extension == ".cpp") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<fs::path> library_sources() {
  std::vector<fs::path> all = sources(root() / "include");
  for (const fs::path& file : sources(root() / "lib")) all.push_back(file);
  return all;
}

std::string contents(const fs::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<Include> own_includes(const fs::path& file) {
  static const std::regex pattern(R"re(^\s*#\s*include\s*"([^"]+)")re");
  std::vector<Include> found;
  std::ifstream in(file);
  std::string text;
  for (int line = 1; std::getline(in, text); ++line) {
    std::smatch match;
    if (text.find("include") != std::string::npos && std::regex_search(text, match, pattern))
      found.push_back({file, line, match[1]});
  }
  return found;
}

std::vector<Include> library_includes() {
  std::vector<Include> all;
  for (const fs::path& file : library_sources())
    for (Include& i : own_includes(file)) all.push_back(std::move(i));
  return all;
}

fs::path in_layers(const fs::path& file) {
  for (const fs::path& top : {root() / "lib", root() / "include" / "eigengrad"}) {
    const fs::path inside = file.lexically_relative(top);
    if (!inside.empty() && *inside.begin() != "..") return inside;
  }
  return file;
}
fs::path in_layers(const std::string& target) {
  const fs::path path = target;
  return *path.begin() == "eigengrad" ? path.lexically_relative("eigengrad") : path;
}

std::string layer_of(const fs::path& in_layers) { return in_layers.begin()->string(); }

std::string where(const Include& i) {
  return i.file.lexically_relative(root()).string() + ":" + std::to_string(i.line) +
         " includes \"" + i.target + '"';
}

bool is_umbrella(const fs::path& file) { return file.filename() == "eigengrad.hpp"; }

}  // namespace layers
