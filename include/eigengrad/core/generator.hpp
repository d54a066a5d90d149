#pragma once

#include <cstdint>
#include <memory>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// A source of random numbers: a seed and a position in its sequence.
///
/// Copies of a handle share both; clone() makes one of its own. Threads may share a generator and
/// then draw different numbers, but who gets which depends on chance: for results that can be
/// repeated, give each thread a generator.
///
/// Note [Random numbers]
/// The sequence is that of Philox4x32-10, 128 bits for each value of a counter. A call takes as many values
/// of the counter as it needs at once and computes each element from its own, so its result depends on seed
/// and position only. Integers are drawn without bias (rejection); a rejected element is drawn again from a
/// variant of its counter value, so that the other elements do not change. Numbers are not those of PyTorch,
/// and the same on every machine, except that normal ones go through log, sin and cos.
class EIGENGRAD_API Generator {
 public:
  static constexpr std::uint64_t kDefaultSeed = 67280421310721;

  explicit Generator(std::uint64_t seed = kDefaultSeed);

  /// Starts the sequence of `seed` from its beginning.
  void set_current_seed(std::uint64_t seed);
  std::uint64_t current_seed() const;
  /// Starts the sequence of a seed from the system's entropy, and returns that seed.
  std::uint64_t seed();

  /// Seed and position as two int64.
  Tensor get_state() const;
  /// Throws: ShapeError or DtypeError for what get_state() cannot have returned.
  void set_state(const Tensor& state);
  /// A generator of its own, which starts at the current position.
  Generator clone() const;

  friend bool operator==(const Generator& a, const Generator& b) noexcept {
    return a.state_ == b.state_;
  }

  /// Where a run of blocks of 128 bits starts.
  struct Position {
    std::uint64_t seed;
    std::uint64_t block;
  };
  /// Takes the next `blocks` blocks.
  Position take(std::uint64_t blocks);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// What factories use when they are given no generator: one for the whole process. Starts at the same
/// seed in every run.
EIGENGRAD_API Generator default_generator();
/// Seeds the default generator.
EIGENGRAD_API void manual_seed(std::uint64_t seed);

}  // namespace eigengrad
