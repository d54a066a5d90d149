#include "eigengrad/core/error.hpp"

#include <atomic>
#include <cstdio>

#include "core/fail.hpp"

namespace eigengrad {

void detail::throw_empty_function(const char* op) {
  fail<ValueError>(op, "the function is empty; give one that can be called");
}

namespace {

void write_to_stderr(std::string_view message) {
  // One call, so that lines of several threads do not mix.
  std::fprintf(stderr, "eigengrad: warning: %.*s\n", static_cast<int>(message.size()),
               message.data());
}

constinit std::atomic<WarningHandler> current_handler{write_to_stderr};

}  // namespace

WarningHandler set_warning_handler(WarningHandler handler) noexcept {
  return current_handler.exchange(handler != nullptr ? handler : write_to_stderr);
}

void warn(std::string_view message) { current_handler.load()(message); }

}  // namespace eigengrad
