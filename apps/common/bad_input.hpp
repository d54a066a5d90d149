#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

namespace apps {

/// A mistake in what the user gave. The text names the file with line and column, or the option.
class BadInput : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// `text` between quotes on one line: what is not printable becomes '?', long text is cut.
std::string in_quotes(std::string_view text);

}  // namespace apps
