#pragma once

#include <cstddef>

namespace eigengrad::detail {

/// A string literal as a template argument.
template <std::size_t N>
struct FixedString {
  char text[N];
  constexpr FixedString(const char (&s)[N]) {
    for (std::size_t i = 0; i < N; ++i) text[i] = s[i];
  }
};

}  // namespace eigengrad::detail
