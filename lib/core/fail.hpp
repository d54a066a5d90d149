#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "eigengrad/core/error.hpp"

namespace eigengrad::detail {

/// Throws E with the message `[op] ` followed by the parts.
template <class E, class... Parts>
[[noreturn, gnu::cold, gnu::noinline]] void fail(std::string_view op, const Parts&... parts) {
  std::ostringstream text;
  text << '[' << op << "] ";
  (text << ... << parts);
  throw E(text.str());
}

}  // namespace eigengrad::detail
