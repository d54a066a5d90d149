#pragma once

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>

namespace conformance {

/// What libtorch gave: the file of that name in the repository, or in the folder that
/// EIGENGRAD_CONFORMANCE_DIR names.
inline std::ifstream open_fixture(const char* repository, const std::string& name) {
  const char* const fresh = std::getenv("EIGENGRAD_CONFORMANCE_DIR");
  const std::string folder =
      fresh != nullptr ? fresh : std::string(repository) + "/tests/conformance";
  std::ifstream file(folder + '/' + name);
  if (!file) throw std::runtime_error(folder + '/' + name + " cannot be read");
  return file;
}

}  // namespace conformance
