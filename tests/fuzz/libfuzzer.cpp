#include <cstddef>
#include <cstdint>
#include <string_view>

#include "common/bad_input.hpp"
#include "fuzz/parsers.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  for (const fuzz::Parser& parser : fuzz::parsers()) {
    if (std::string_view(parser.name) != EIGENGRAD_PARSER) continue;
    try {
      parser.parse(std::string(reinterpret_cast<const char*>(data), size));
    } catch (const apps::BadInput&) {
    }
  }
  return 0;
}
