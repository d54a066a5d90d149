#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>

#include "layers/sources.hpp"

/// lib/README.md is true: what it names exists, and its diffs apply to the sources of today.
namespace layers {
namespace {

/// The sources as the page's diffs leave them, applied one after the other.
class Patched {
 public:
  /// Begins with the changes of a file, of a new one where it says so.
  void file(std::string path) {
    constexpr std::string_view is_new = " (new)";
    name_ = path.substr(0, path.find(is_new));
    const bool exists = fs::exists(root() / name_) || text_.contains(name_);
    BOOST_TEST(exists != path.ends_with(is_new), path << " exists: " << exists);
    if (!text_.contains(name_)) text_[name_] = exists ? contents(root() / name_) : "";
  }
  void line(const std::string& line) {
    if (line[0] != '+') before_ += line.substr(1) + '\n';
    if (line[0] != '-') after_ += line.substr(1) + '\n';
  }
  /// Ends a hunk: what it says was there is replaced.
  void end_hunk() {
    if (before_.empty() && after_.empty()) return;
    std::string& text = text_[name_];
    const std::size_t at = text.find(before_);
    BOOST_TEST((at != std::string::npos), name_ << " does not contain\n" << before_);
    if (at != std::string::npos) text.replace(at, before_.size(), after_);
    ++hunks_;
    before_.clear();
    after_.clear();
  }
  bool has(const std::string& path) const { return text_.contains(path); }
  int hunks() const { return hunks_; }

 private:
  std::string name_, before_, after_;
  std::map<std::string, std::string> text_;
  int hunks_ = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(how_to_add)

BOOST_AUTO_TEST_CASE(diffs_apply_and_paths_exist) {
  const std::string page = contents(root() / "lib" / "README.md");
  BOOST_TEST(std::count(page.begin(), page.end(), '\n') <= 330);
  std::istringstream lines(page);
  Patched patched;
  std::string prose;
  bool in_diff = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("```")) {
      if (in_diff) patched.end_hunk();
      in_diff = line == "```diff";
    } else if (!in_diff) {
      prose += line + '\n';
    } else if (line.starts_with("+++ b/")) {
      patched.end_hunk();
      patched.file(line.substr(6));
    } else if (line == "@@") {
      patched.end_hunk();
    } else if (!line.empty()) {
      patched.line(line);
    }
  }
  BOOST_TEST(patched.hunks() > 15);
  // In prose a path stands between backquotes, and has a slash or ends as a file does.
  static const std::regex quoted(R"(`((?:[\w.-]+/)+[\w.-]*|\w+\.(?:md|hpp|cpp|py))`)");
  int paths = 0;
  for (std::sregex_iterator i(prose.begin(), prose.end(), quoted), end; i != end; ++i, ++paths) {
    const std::string path = (*i)[1];
    const bool exists = fs::exists(root() / path) || patched.has(path + "/main.cpp");
    BOOST_TEST(exists, "lib/README.md names " << path);
  }
  BOOST_TEST(paths > 20);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace layers
