#include "eigengrad/core/random.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/new_tensor.hpp"
#include "core/philox.hpp"

namespace eigengrad {

using detail::dispatch;
using detail::fail;
using detail::new_tensor;
using detail::new_tensor_like;
using detail::Philox;

namespace {

Generator chosen(const optional<Generator>& generator) {
  return generator.has_value() ? *generator : default_generator();
}

constexpr std::uint64_t word(const Philox::Block& b, std::size_t i) noexcept {
  return std::uint64_t{b[2 * i]} | std::uint64_t{b[2 * i + 1]} << 32;
}

void require_real(const char* op, ScalarType dtype) {
  if (!is_floating_point(dtype))
    fail<DtypeError>(op, "the values are floating point numbers: the dtype asked for is ",
                     to_string(dtype), "; ask for float64 or float32");
}

/// Random values in one block of 128 bits: two doubles, or four floats.
template <class T>
inline constexpr std::size_t kPerBlock = sizeof(std::uint64_t) * 2 / sizeof(T);

/// Fills new memory block by block with `values(block)`, an array of kPerBlock<T>.
template <class T, class Values>
void fill_blocks(const Tensor& t, Generator generator, Values values) {
  const auto n = static_cast<std::size_t>(t.numel());
  const std::size_t blocks = (n + kPerBlock<T> - 1) / kPerBlock<T>;
  const Generator::Position position = generator.take(blocks);
  T* p = t.impl()->data<T>();
  for (std::size_t b = 0; b < blocks; ++b) {
    const std::array<T, kPerBlock<T>> v = values(Philox::block(position.seed, position.block + b));
    const std::size_t at = b * kPerBlock<T>;
    std::copy_n(v.begin(), std::min(kPerBlock<T>, n - at), p + at);
  }
}

constexpr double unit(std::uint64_t bits) noexcept {
  return static_cast<double>(bits >> 11) * 0x1p-53;
}
constexpr float unit(std::uint32_t bits) noexcept {
  return static_cast<float>(bits >> 8) * 0x1p-24F;
}

Tensor uniform(Tensor t, const char* op, const optional<Generator>& generator) {
  require_real(op, t.dtype());
  if (t.dtype() == kFloat32)
    fill_blocks<float>(t, chosen(generator), [](const Philox::Block& b) {
      return std::array{unit(b[0]), unit(b[1]), unit(b[2]), unit(b[3])};
    });
  else
    fill_blocks<double>(t, chosen(generator), [](const Philox::Block& b) {
      return std::array{unit(word(b, 0)), unit(word(b, 1))};
    });
  return t;
}

/// Two independent standard normals from two uniforms, the first in (0, 1].
/// Source: Box and Muller, "A note on the generation of random normal deviates", 1958.
std::array<double, 2> box_muller(double u, double v) {
  const double radius = std::sqrt(-2 * std::log(u));
  const double angle = 2 * std::numbers::pi * v;
  return {radius * std::cos(angle), radius * std::sin(angle)};
}

Tensor gaussian(Tensor t, const char* op, double mean, double std,
                const optional<Generator>& generator) {
  require_real(op, t.dtype());
  const auto scaled = [=](const std::array<double, 2>& z) {
    return std::array{mean + std * z[0], mean + std * z[1]};
  };
  if (t.dtype() == kFloat32)
    fill_blocks<float>(t, chosen(generator), [&](const Philox::Block& b) {
      const auto pair = [&](std::uint32_t u, std::uint32_t v) {
        return scaled(
            box_muller((static_cast<double>(u) + 1) * 0x1p-32, static_cast<double>(v) * 0x1p-32));
      };
      const auto first = pair(b[0], b[1]);
      const auto second = pair(b[2], b[3]);
      return std::array{static_cast<float>(first[0]), static_cast<float>(first[1]),
                        static_cast<float>(second[0]), static_cast<float>(second[1])};
    });
  else
    fill_blocks<double>(t, chosen(generator), [&](const Philox::Block& b) {
      return scaled(box_muller(unit(word(b, 0)) + 0x1p-53, unit(word(b, 1))));
    });
  return t;
}

/// Uniform integers below a bound, the i-th from half a block of its own.
/// Source: Lemire, "Fast random integer generation in an interval", 2019.
class BoundedIntegers {
 public:
  BoundedIntegers(Generator generator, std::int64_t n)
      : position_(generator.take(static_cast<std::uint64_t>(n + 1) / 2)) {}

  /// The i-th random integer in [0, bound).
  std::uint64_t operator()(std::int64_t i, std::uint64_t bound) const {
    const auto index = static_cast<std::uint64_t>(i);
    for (std::uint64_t attempt = 0;; ++attempt) {
      const std::uint64_t x =
          word(Philox::block(position_.seed, position_.block + index / 2, attempt), index % 2);
      const Wide product = Wide{x} * bound;
      const auto below = static_cast<std::uint64_t>(product);
      if (below >= bound || below >= (std::uint64_t{0} - bound) % bound)
        return static_cast<std::uint64_t>(product >> 64);
    }
  }

 private:
  __extension__ using Wide = unsigned __int128;
  Generator::Position position_;
};

Tensor integers(Tensor t, const char* op, std::int64_t low, std::int64_t high,
                const optional<Generator>& generator) {
  if (low >= high)
    fail<ValueError>(op, "there is no integer in the range: low ", low, ", high ", high,
                     "; give low < high");
  const auto first = static_cast<std::uint64_t>(low);
  const std::uint64_t bound = static_cast<std::uint64_t>(high) - first;
  const BoundedIntegers draw(chosen(generator), t.numel());
  dispatch(t.dtype(), [&]<class T>(std::type_identity<T>) {
    T* p = t.impl()->data<T>();
    for (std::int64_t i = 0; i < t.numel(); ++i)
      p[i] = static_cast<T>(static_cast<std::int64_t>(first + draw(i, bound)));
  });
  return t;
}

}  // namespace

Tensor rand(IntArrayRef sizes, TensorOptions o) { return rand(sizes, nullopt, o); }

Tensor rand(IntArrayRef sizes, const optional<Generator>& generator, TensorOptions o) {
  return uniform(new_tensor("rand", sizes, o.dtype(), o), "rand", generator);
}

Tensor rand_like(const Tensor& like, TensorOptions o) {
  return uniform(new_tensor_like("rand_like", like, o), "rand_like", nullopt);
}

Tensor randn(IntArrayRef sizes, TensorOptions o) { return randn(sizes, nullopt, o); }

Tensor randn(IntArrayRef sizes, const optional<Generator>& generator, TensorOptions o) {
  return gaussian(new_tensor("randn", sizes, o.dtype(), o), "randn", 0, 1, generator);
}

Tensor randn_like(const Tensor& like, TensorOptions o) {
  return gaussian(new_tensor_like("randn_like", like, o), "randn_like", 0, 1, nullopt);
}

Tensor normal(double mean, double std, IntArrayRef sizes, const optional<Generator>& generator,
              TensorOptions o) {
  if (!(std >= 0))
    fail<ValueError>("normal", "the standard deviation is negative: ", std, "; give 0 or more");
  return gaussian(new_tensor("normal", sizes, o.dtype(), o), "normal", mean, std, generator);
}

Tensor randint(std::int64_t high, IntArrayRef sizes, TensorOptions o) {
  return randint(0, high, sizes, nullopt, o);
}

Tensor randint(std::int64_t high, IntArrayRef sizes, const optional<Generator>& generator,
               TensorOptions o) {
  return randint(0, high, sizes, generator, o);
}

Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef sizes, TensorOptions o) {
  return randint(low, high, sizes, nullopt, o);
}

Tensor randint(std::int64_t low, std::int64_t high, IntArrayRef sizes,
               const optional<Generator>& generator, TensorOptions o) {
  return integers(new_tensor("randint", sizes, o.dtype_opt().value_or(kInt64), o), "randint", low,
                  high, generator);
}

Tensor randint_like(const Tensor& like, std::int64_t high, TensorOptions o) {
  return randint_like(like, 0, high, o);
}

Tensor randint_like(const Tensor& like, std::int64_t low, std::int64_t high, TensorOptions o) {
  return integers(new_tensor_like("randint_like", like, o), "randint_like", low, high, nullopt);
}

Tensor randperm(std::int64_t n, TensorOptions o) { return randperm(n, nullopt, o); }

Tensor randperm(std::int64_t n, const optional<Generator>& generator, TensorOptions o) {
  if (n < 0)
    fail<ValueError>("randperm", "the number of values is negative: ", n, "; give 0 or more");
  const ScalarType dtype = o.dtype_opt().value_or(kInt64);
  if (dtype == kBool)
    fail<DtypeError>("randperm",
                     "the values are numbers: the dtype asked for is bool; "
                     "ask for int64, float32 or float64");
  Tensor t = new_tensor("randperm", {n}, dtype, o);
  const BoundedIntegers draw(chosen(generator), n);
  dispatch(dtype, [&]<class T>(std::type_identity<T>) {
    T* p = t.impl()->data<T>();
    for (std::int64_t i = 0; i < n; ++i) p[i] = static_cast<T>(i);
    // Fisher-Yates shuffle from the front: element i is swapped with a random one of elements 0 to i.
    for (std::int64_t i = 1; i < n; ++i)
      std::swap(p[i], p[draw(i, static_cast<std::uint64_t>(i) + 1)]);
  });
  return t;
}

}  // namespace eigengrad
