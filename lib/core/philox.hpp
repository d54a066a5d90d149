#pragma once

#include <array>
#include <cstdint>

namespace eigengrad::detail {

/// Philox4x32-10: 128 random bits as a function of a counter and a key, so that any position of the sequence
/// is reached at once.
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
class Philox {
 public:
  using Block = std::array<std::uint32_t, 4>;
  using Key = std::array<std::uint32_t, 2>;

  static constexpr Block block(Block c, Key k) noexcept {
    for (int round = 0; round < 10; ++round) {
      const std::uint64_t p = std::uint64_t{0xD2511F53} * c[0];
      const std::uint64_t q = std::uint64_t{0xCD9E8D57} * c[2];
      c = {high(q) ^ c[1] ^ k[0], low(q), high(p) ^ c[3] ^ k[1], low(p)};
      k[0] += 0x9E3779B9;  // the golden ratio
      k[1] += 0xBB67AE85;  // sqrt(3) - 1
    }
    return c;
  }

  /// Block `index` of the sequence of `seed`, of which there are 2^64 variants.
  static constexpr Block block(std::uint64_t seed, std::uint64_t index,
                               std::uint64_t variant = 0) noexcept {
    return block(Block{low(index), high(index), low(variant), high(variant)},
                 Key{low(seed), high(seed)});
  }

 private:
  static constexpr std::uint32_t low(std::uint64_t x) noexcept {
    return static_cast<std::uint32_t>(x);
  }
  static constexpr std::uint32_t high(std::uint64_t x) noexcept {
    return static_cast<std::uint32_t>(x >> 32);
  }
};

}  // namespace eigengrad::detail
