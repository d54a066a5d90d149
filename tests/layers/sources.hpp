#pragma once

#include <filesystem>
#include <string>
#include <vector>

/// The files of the repository and what they include, as the tests of its structure see them.
namespace layers {

namespace fs = std::filesystem;

/// The top of the repository.
const fs::path& root();

struct Include {
  fs::path file;
  int line;
  /// As written between the quotes.
  std::string target;
};

/// Headers and sources below a folder, sorted.
std::vector<fs::path> sources(const fs::path& below);
/// Headers and sources of include/ and lib/.
std::vector<fs::path> library_sources();

/// The text of a file.
std::string contents(const fs::path& file);

/// Includes in quotes; standard and third-party headers stand in angle brackets.
std::vector<Include> own_includes(const fs::path& file);
std::vector<Include> library_includes();

/// A file of ours, or what an include names, from its layer on: ops/linalg/qr.hpp.
fs::path in_layers(const fs::path& file);
fs::path in_layers(const std::string& target);
/// The layer: the first folder of that.
std::string layer_of(const fs::path& in_layers);

/// `file:line includes "target"`.
std::string where(const Include& i);

bool is_umbrella(const fs::path& file);

}  // namespace layers
