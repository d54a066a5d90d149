#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "eigengrad/core/config.hpp"

namespace eigengrad {

/// Base of everything that eigengrad throws. Messages read `[op] what is wrong: the values; what to
/// do`. An operator that throws has changed nothing.
class EIGENGRAD_API Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value of an argument is outside what the operator accepts.
class EIGENGRAD_API ValueError : public Error {
 public:
  using Error::Error;
};

/// Extents that do not fit together, or a wrong number of dimensions or elements.
class EIGENGRAD_API ShapeError : public ValueError {
 public:
  using ValueError::ValueError;
};

/// A dtype that the operator does not take, or a result that does not fit its destination.
class EIGENGRAD_API DtypeError : public Error {
 public:
  using Error::Error;
};

/// A dimension or an index out of range.
class EIGENGRAD_API IndexError : public Error {
 public:
  using Error::Error;
};

/// A request that the recorded graph cannot serve: freed values, untracked roots, forbidden in-place.
class EIGENGRAD_API GraphError : public Error {
 public:
  using Error::Error;
};

/// A computation without a finite or defined answer: singular, indefinite, not converging.
class EIGENGRAD_API NumericError : public Error {
 public:
  using Error::Error;
};

/// Something that exists by name only, such as the derivative of an operation that has none.
class EIGENGRAD_API NotImplementedError : public Error {
 public:
  using Error::Error;
};

using TypeError = DtypeError;
using LinAlgError = NumericError;

/// Receives the text of every warning; the default handler writes one line to stderr.
using WarningHandler = void (*)(std::string_view message);

/// Installs `handler` for all threads and returns the one before it. nullptr restores the default.
EIGENGRAD_API WarningHandler set_warning_handler(WarningHandler handler) noexcept;

/// Hands `message` to the warning handler.
EIGENGRAD_API void warn(std::string_view message);

namespace detail {
/// Throws: ValueError that says, in the name of `op`, that a function is empty.
[[noreturn]] EIGENGRAD_API void throw_empty_function(const char* op);
}  // namespace detail

}  // namespace eigengrad
