#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace apps {

/// Whether the bytes are UTF-8.
bool is_utf8(std::string_view text);

/// `text` on one line: control characters, and bytes that are no UTF-8, become '?'.
std::string printable(std::string_view text);

/// The words for a number in a message; empty leaves the message as it is.
using Words = std::function<std::string(std::size_t)>;

/// `message` with `words(k)` for every `before` + k + `after`.
std::string in_words(const std::string& message, std::string_view before, std::string_view after,
                     const Words& words);

/// `x[1]` in what the library says becomes the name of the parameter.
std::string with_names(const std::string& message, const std::vector<std::string>& names);

}  // namespace apps
