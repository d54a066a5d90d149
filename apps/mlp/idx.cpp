#include "mlp/idx.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "common/bad_input.hpp"

namespace apps::mlp {
namespace {

[[noreturn]] void fail(const Input& input, std::size_t byte, const std::string& what) {
  throw BadInput(input.name() + ": byte " + std::to_string(byte) + ": " + what);
}

}  // namespace

IdxArray read_idx(Input& input) {
  std::istream& in = input.stream();
  std::array<char, 4> word{};
  std::size_t at = 0;
  const auto next_word = [&] {
    if (!in.read(word.data(), 4))
      fail(input, at, "the file ends within its header; this is no IDX file");
    at += 4;
    std::uint32_t value = 0;
    for (const char c : word) value = value << 8 | static_cast<unsigned char>(c);
    return value;
  };
  const std::uint32_t magic = next_word();
  constexpr std::uint32_t kBytes = 0x0800;
  const std::uint32_t dimensions = magic & 0xff;
  if ((magic & ~0xffU) != kBytes || dimensions == 0 || dimensions > 4)
    fail(input, 0,
         "this is no IDX file of unsigned bytes (0, 0, 8 and 1 to 4 dimensions at its head)");
  IdxArray array;
  std::int64_t count = 1;
  for (std::uint32_t d = 0; d < dimensions; ++d) {
    const auto size = static_cast<std::int64_t>(next_word());
    constexpr std::int64_t kMost = std::int64_t{1} << 33;
    if (size == 0 || count > kMost / size)
      fail(input, at - 4, "the size " + std::to_string(size) + " is impossible");
    count *= size;
    array.sizes.push_back(size);
  }
  constexpr std::int64_t kBlock = 1 << 20;
  while (static_cast<std::int64_t>(array.elements.size()) < count) {
    const std::size_t had = array.elements.size();
    const std::int64_t wanted = std::min(kBlock, count - static_cast<std::int64_t>(had));
    array.elements.resize(had + static_cast<std::size_t>(wanted));
    in.read(reinterpret_cast<char*>(array.elements.data() + had), wanted);
    if (in.gcount() != wanted)
      fail(input, at + had + static_cast<std::size_t>(in.gcount()),
           "the file ends after " + std::to_string(had + static_cast<std::size_t>(in.gcount())) +
               " of " + std::to_string(count) + " elements");
  }
  if (in.peek() != std::char_traits<char>::eof())
    fail(input, at + array.elements.size(),
         "there is more than the " + std::to_string(count) + " elements");
  return array;
}

}  // namespace apps::mlp
