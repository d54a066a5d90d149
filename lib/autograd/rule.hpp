#pragma once

#include <array>
#include <cstddef>

#include "core/fixed_string.hpp"

/// Note [Names of rules]
/// An elementwise operator derives from Unary, Binary or Ternary of its name: struct Exp : Unary<"exp">. The
/// name is what messages say. PyTorch's name of the node, ExpBackward0, follows from it; a rule whose node
/// has another name there declares its own `node_name`, which hides this one. Where a rule has parameters, the
/// first braces of its initializer are those of the base: AddScaled{{}, alpha}.
namespace eigengrad::autograd {

using detail::FixedString;

/// "LogSigmoidBackward0" for "log_sigmoid" and "Log1PBackward0" for "log1p": a letter at the beginning, behind an
/// underscore or behind a digit becomes a capital.
template <FixedString name>
inline constexpr auto kNodeName = [] {
  constexpr char suffix[] = "Backward0";
  std::array<char, sizeof name.text + sizeof suffix> text{};
  std::size_t n = 0;
  bool capital = true;
  for (const char c : name.text) {
    const bool is_letter = c >= 'a' && c <= 'z';
    if (is_letter || (c >= '0' && c <= '9'))
      text[n++] = is_letter && capital ? static_cast<char>(c - 'a' + 'A') : c;
    capital = !is_letter;
  }
  for (const char c : suffix) text[n++] = c;
  return text;
}();

template <int inputs, FixedString name>
struct Rule {
  static constexpr int arity = inputs;
  static constexpr const char* op_name = name.text;
  static constexpr const char* node_name = kNodeName<name>.data();
};
template <FixedString name>
using Unary = Rule<1, name>;
template <FixedString name>
using Binary = Rule<2, name>;
template <FixedString name>
using Ternary = Rule<3, name>;

}  // namespace eigengrad::autograd
