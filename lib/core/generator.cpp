#include "eigengrad/core/generator.hpp"

#include <mutex>
#include <random>

#include "core/fail.hpp"
#include "eigengrad/core/factories.hpp"

namespace eigengrad {

struct Generator::State {
  std::mutex mutex;
  Position next;
};

Generator::Generator(std::uint64_t seed) : state_(std::make_shared<State>()) {
  state_->next = {seed, 0};
}

void Generator::set_current_seed(std::uint64_t seed) {
  const std::lock_guard lock(state_->mutex);
  state_->next = {seed, 0};
}

std::uint64_t Generator::current_seed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->next.seed;
}

std::uint64_t Generator::seed() {
  std::random_device entropy;
  const std::uint64_t seed = std::uint64_t{entropy()} << 32 | entropy();
  set_current_seed(seed);
  return seed;
}

Tensor Generator::get_state() const {
  const std::lock_guard lock(state_->mutex);
  return tensor({static_cast<std::int64_t>(state_->next.seed),
                 static_cast<std::int64_t>(state_->next.block)});
}

void Generator::set_state(const Tensor& state) {
  if (state.dtype() != kInt64)
    detail::fail<DtypeError>("set_state", "a state consists of int64, this tensor of ",
                             to_string(state.dtype()), "; give what get_state() returned");
  if (!(state.sizes() == IntArrayRef({2})))
    detail::fail<ShapeError>("set_state", "a state has shape [2], this tensor ", state.sizes(),
                             "; give what get_state() returned");
  const auto* p = state.data_ptr<std::int64_t>();
  const Position position{static_cast<std::uint64_t>(p[0]),
                          static_cast<std::uint64_t>(p[state.stride(0)])};
  const std::lock_guard lock(state_->mutex);
  state_->next = position;
}

Generator Generator::clone() const {
  Generator copy;
  const std::lock_guard lock(state_->mutex);
  copy.state_->next = state_->next;
  return copy;
}

Generator::Position Generator::take(std::uint64_t blocks) {
  const std::lock_guard lock(state_->mutex);
  const Position position = state_->next;
  state_->next.block += blocks;
  return position;
}

Generator default_generator() {
  static const Generator generator;
  return generator;
}

void manual_seed(std::uint64_t seed) { default_generator().set_current_seed(seed); }

}  // namespace eigengrad
