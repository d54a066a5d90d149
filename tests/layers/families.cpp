#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "layers/sources.hpp"

namespace {

using namespace layers;

/// A family of a layer, and the families of the same layer that its files include.
struct Family {
  std::string name;
  std::set<std::string> below;
};

/// Families form no cycle, because each stands behind those that it includes.
const std::map<std::string, std::vector<Family>> families = {
    {"kernels",
     {{"base", {}},
      {"pointwise", {"base"}},
      {"shape", {"base"}},
      {"indexing", {"base"}},
      {"reduction", {"base"}},
      {"linalg", {"base", "shape"}},
      {"special", {"base", "pointwise"}},
      {"loss", {"base"}}}},
    {"ops",
     {{"shape", {}},
      {"pointwise", {"shape"}},
      {"indexing", {"shape", "pointwise"}},
      {"reduction", {"shape", "pointwise", "indexing"}},
      {"linalg", {"shape", "pointwise", "indexing", "reduction"}},
      {"special", {"pointwise", "reduction"}},
      {"loss", {"shape", "pointwise", "reduction", "linalg"}}}}};

/// The second folder of a file of a layer with families, "" for a file beside them.
std::string family_of(const fs::path& in_layers) {
  auto part = ++in_layers.begin();
  return std::next(part) == in_layers.end() ? "" : part->string();
}

const Family* find(const std::string& layer, const std::string& name) {
  for (const Family& f : families.at(layer))
    if (f.name == name) return &f;
  return nullptr;
}

/// Includes from one family of a layer into another.
std::vector<Include> includes_across() {
  std::vector<Include> across;
  for (const Include& i : library_includes()) {
    const fs::path from = in_layers(i.file), to = in_layers(i.target);
    if (families.contains(layer_of(from)) && layer_of(from) == layer_of(to) &&
        family_of(from) != family_of(to))
      across.push_back(i);
  }
  return across;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(families_of_layers)

BOOST_AUTO_TEST_CASE(each_stands_on_those_before_it) {
  for (const auto& [layer, list] : families) {
    std::set<std::string> before;
    for (const Family& f : list) {
      for (const std::string& b : f.below)
        BOOST_TEST(before.contains(b), layer << ": " << f.name << " stands before " << b);
      before.insert(f.name);
    }
  }
}

BOOST_AUTO_TEST_CASE(every_file_is_in_one) {
  int seen = 0;
  for (const fs::path& file : library_sources()) {
    const fs::path inside = in_layers(file);
    if (!families.contains(layer_of(inside))) continue;
    ++seen;
    BOOST_TEST(std::distance(inside.begin(), inside.end()) == 3,
               inside.string() << " is not <layer>/<family>/<name>");
    BOOST_TEST(find(layer_of(inside), family_of(inside)), inside.string() << " is in no family");
  }
  BOOST_TEST(seen > 150);
  // The tests are divided alike.
  for (const fs::path& file : sources(root() / "tests" / "ops")) {
    const std::string family = family_of(file.lexically_relative(root() / "tests"));
    BOOST_TEST((family.empty() || find("ops", family)), file.string() << " is in no family");
  }
}

BOOST_AUTO_TEST_CASE(none_includes_another_that_it_does_not_stand_on) {
  std::set<std::string> used;
  for (const Include& i : includes_across()) {
    const fs::path from = in_layers(i.file);
    const std::string to = family_of(in_layers(i.target));
    const Family* family = find(layer_of(from), family_of(from));
    if (!family) continue;
    used.insert(layer_of(from) + '/' + family->name + " on " + to);
    BOOST_TEST(family->below.contains(to),
               where(i) << ": " << layer_of(from) << '/' << family->name << " may not know " << to);
  }
  for (const auto& [layer, list] : families)
    for (const Family& f : list)
      for (const std::string& b : f.below)
        BOOST_TEST(
            used.contains(layer + '/' + f.name + " on " + b),
            layer << '/' << f.name << " includes nothing of " << b << ": take it off the list");
}

BOOST_AUTO_TEST_CASE(no_folder_holds_more_than_40_files) {
  for (const char* top : {"include", "lib", "apps", "tests", "benchmarks"}) {
    std::map<fs::path, int> files;
    for (const auto& entry : fs::recursive_directory_iterator(root() / top))
      if (entry.is_regular_file()) ++files[entry.path().parent_path()];
    for (const auto& [folder, n] : files)
      BOOST_TEST(n <= 40, folder.string() << " holds " << n << " files; divide it");
  }
}

BOOST_AUTO_TEST_SUITE_END()
