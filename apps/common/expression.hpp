#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace apps {

struct Relation;

/// A formula over tensors, as a user types it: `b1*(1-exp(-b2*x))`.
///
/// Numbers, names, + - * / and ^ (or **, to the right first, and before a minus in front of it),
/// comparisons < <= > >= == != (for where()), parentheses or brackets, the constant pi, and the
/// functions that functions() lists. A name is letters, digits, '_' and '.', not beginning with a digit,
/// or anything between backquotes.
class Expression {
 public:
  /// `origin` stands in front of messages: an option, or a file with its line.
  /// Throws: BadInput with the column and a caret before the place for everything else.
  Expression(std::string text, std::string origin);

  const std::string& text() const noexcept { return text_; }
  /// In the order of their first use.
  const std::vector<std::string>& names() const noexcept { return names_; }

  /// `values` are those of names(), and broadcast against each other; differentiable in all of them. A
  /// comparison is 1 or 0.
  eigengrad::Tensor operator()(std::span<const eigengrad::Tensor> values) const;

  /// Throws: BadInput that points at the first use of a name.
  [[noreturn]] void refuse_name(std::size_t name, const std::string& what) const;

  /// The names of the functions, for help and messages.
  static std::string functions();

 private:
  friend class ExpressionParser;
  friend Relation parse_relation(const std::string& text, const std::string& origin);

  /// Of text[begin, end).
  Expression(std::string text, std::string origin, std::size_t begin, std::size_t end);

  /// One step of a stack machine: pushes a number or the value of a name, or replaces the last values
  /// by a function of them.
  struct Step {
    enum class Kind : std::uint8_t { Number, Name, Call };
    Kind kind = Kind::Number;
    double number = 0;
    /// Of the name, or of the function.
    std::size_t index = 0;
  };

  [[noreturn]] void fail(std::size_t position, const std::string& what) const;

  std::string text_;
  std::string origin_;
  std::vector<std::string> names_;
  /// Where each name is used first.
  std::vector<std::size_t> positions_;
  std::vector<Step> steps_;
};

/// `left <= right`, `left >= right` or `left = right`.
struct Relation {
  enum class Kind : std::uint8_t { LessEqual, GreaterEqual, Equal };
  Expression left;
  Kind kind;
  Expression right;
};

/// Throws: BadInput, also when there is no relation or more than one.
Relation parse_relation(const std::string& text, const std::string& origin);

/// Of the words, the one that `word` was probably meant to be; empty when none is near.
std::string nearest_word(std::string_view word, std::span<const std::string> words);

}  // namespace apps
