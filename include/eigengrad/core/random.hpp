#pragma once

#include <cstdint>

#include "eigengrad/core/generator.hpp"
#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

// Factories of random tensors, each with the default generator or with a given one.
// Throws, all: as the other factories; DtypeError when real numbers are asked for in int64 or bool.

/// Uniform in [0, 1), multiples of 2^-53 (float32: 2^-24).
EIGENGRAD_API Tensor rand(IntArrayRef sizes, TensorOptions o = {});
EIGENGRAD_API Tensor rand(IntArrayRef sizes, const optional<Generator>& generator,
                          TensorOptions o = {});
EIGENGRAD_API Tensor rand_like(const Tensor& like, TensorOptions o = {});

/// Standard normal, by the Box-Muller transform.
EIGENGRAD_API Tensor randn(IntArrayRef sizes, TensorOptions o = {});
EIGENGRAD_API Tensor randn(IntArrayRef sizes, const optional<Generator>& generator,
                           TensorOptions o = {});
EIGENGRAD_API Tensor randn_like(const Tensor& like, TensorOptions o = {});
/// mean + std times a standard normal. Throws: ValueError when `std` is negative.
EIGENGRAD_API Tensor normal(double mean, double std, IntArrayRef sizes,
                            const optional<Generator>& generator = nullopt, TensorOptions o = {});

/// Integers, each of low <= i < high as likely, in int64 unless the options name a dtype.
/// Throws: ValueError unless low < high.
EIGENGRAD_API Tensor randint(std::int64_t high, IntArrayRef sizes, TensorOptions o = {});
EIGENGRAD_API Tensor randint(std::int64_t high, IntArrayRef sizes,
                             const optional<Generator>& generator, TensorOptions o = {});
EIGENGRAD_API Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef sizes,
                             TensorOptions o = {});
EIGENGRAD_API Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef sizes,
                             const optional<Generator>& generator, TensorOptions o = {});
/// In the dtype of `like` unless the options name one.
EIGENGRAD_API Tensor randint_like(const Tensor& like, std::int64_t high, TensorOptions o = {});
EIGENGRAD_API Tensor randint_like(const Tensor& like, std::int64_t low, std::int64_t high,
                                  TensorOptions o = {});

/// The numbers 0 to n - 1 in random order, each order as likely, in int64 unless the options name a
/// dtype. Cost: O(n), in sequence.
EIGENGRAD_API Tensor randperm(std::int64_t n, TensorOptions o = {});
EIGENGRAD_API Tensor randperm(std::int64_t n, const optional<Generator>& generator,
                              TensorOptions o = {});

}  // namespace eigengrad
