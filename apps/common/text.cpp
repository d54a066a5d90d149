#include "common/text.hpp"

#include <charconv>

namespace apps {
namespace {

/// The length of the character at the front, in bytes; 0 when there is none in UTF-8.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  // Longer than it need be, half of a pair of UTF-16, or beyond the last character.
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
  if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
  return length;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    if (length == 0 || first < 0x20 || first == 0x7f)
      out += '?';
    else
      out += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string in_words(const std::string& message, std::string_view before, std::string_view after,
                     const Words& words) {
  std::string out;
  const std::string_view all = message;
  for (std::size_t at = 0; at < all.size();) {
    std::size_t index = 0;
    const std::string_view rest = all.substr(at);
    if (rest.starts_with(before)) {
      const char* digits = rest.data() + before.size();
      const auto [stop, error] = std::from_chars(digits, all.data() + all.size(), index);
      const auto end = static_cast<std::size_t>(stop - all.data());
      if (error == std::errc() && all.substr(end).starts_with(after)) {
        const std::string word = words(index);
        if (!word.empty()) {
          out += word;
          at = end + after.size();
          continue;
        }
      }
    }
    out += all[at++];
  }
  return out;
}

std::string with_names(const std::string& message, const std::vector<std::string>& names) {
  return in_words(message, "x[", "]",
                  [&](std::size_t k) { return k < names.size() ? names[k] : std::string(); });
}

}  // namespace apps
