#pragma once

#include <string>
#include <vector>

namespace fuzz {

/// Something that reads what people bring. It may throw apps::BadInput, and nothing else.
struct Parser {
  const char* name;
  void (*parse)(const std::string& bytes);
};

const std::vector<Parser>& parsers();

}  // namespace fuzz
