#pragma once

#include <boost/test/unit_test.hpp>
#include <string>
#include <string_view>

namespace support {

/// What stands behind `name=` after `--` in the command line of a test program, or `value`.
inline std::string option(std::string_view name, std::string value) {
  const auto& suite = boost::unit_test::framework::master_test_suite();
  for (int i = 1; i < suite.argc; ++i) {
    const std::string_view argument = suite.argv[i];
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with("="))
      value = argument.substr(name.size() + 1);
  }
  return value;
}

}  // namespace support
