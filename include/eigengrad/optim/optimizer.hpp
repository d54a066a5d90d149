#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "eigengrad/core/tensor.hpp"

/// An option with libtorch's accessors: `o.name()` reads, `o.name(value)` writes and returns `o`.
/// The initial value follows the macro: `EIGENGRAD_OPTION(double, lr) = 0.1;`
#define EIGENGRAD_OPTION(T, name)                    \
 public:                                             \
  auto name(T value)->decltype(*this) {              \
    name##_ = std::move(value);                      \
    return *this;                                    \
  }                                                  \
  const T& name() const noexcept { return name##_; } \
  T& name() noexcept { return name##_; }             \
                                                     \
 private:                                            \
  T name##_

namespace eigengrad::optim {

class OptimizerArchive;

/// What an optimiser remembers about one parameter.
class EIGENGRAD_API OptimizerParamState {
 public:
  virtual ~OptimizerParamState();
  virtual std::unique_ptr<OptimizerParamState> clone() const = 0;
  /// Hands every field to `archive`: save() and load(), in serialize.hpp.
  /// Throws: NotImplementedError where a class does not say how.
  virtual void archive(OptimizerArchive& archive);
};

template <class Derived>
class OptimizerCloneableParamState : public OptimizerParamState {
 public:
  std::unique_ptr<OptimizerParamState> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
};

/// The settings of one group of parameters.
class EIGENGRAD_API OptimizerOptions {
 public:
  virtual ~OptimizerOptions();
  virtual std::unique_ptr<OptimizerOptions> clone() const = 0;
  virtual double get_lr() const = 0;
  virtual void set_lr(double lr) = 0;
  /// Throws: ValueError when a setting is outside its range.
  virtual void check() const = 0;
  /// Names the options for saving and loading, as OptimizerParamState::archive() does the state.
  virtual void archive(OptimizerArchive& archive);
};

template <class Derived>
class OptimizerCloneableOptions : public OptimizerOptions {
 public:
  std::unique_ptr<OptimizerOptions> clone() const override {
    return std::make_unique<Derived>(static_cast<const Derived&>(*this));
  }
  double get_lr() const override { return static_cast<const Derived&>(*this).lr(); }
  void set_lr(double lr) override { static_cast<Derived&>(*this).lr(lr); }
};

/// Parameters with settings of their own. Without any, the optimiser's defaults hold.
class EIGENGRAD_API OptimizerParamGroup {
 public:
  OptimizerParamGroup(std::vector<Tensor> params) : params_(std::move(params)) {}
  OptimizerParamGroup(std::vector<Tensor> params, std::unique_ptr<OptimizerOptions> options)
      : params_(std::move(params)), options_(std::move(options)) {}
  OptimizerParamGroup(const OptimizerParamGroup& o)
      : params_(o.params_), options_(o.has_options() ? o.options_->clone() : nullptr) {}
  OptimizerParamGroup(OptimizerParamGroup&&) noexcept = default;
  OptimizerParamGroup& operator=(OptimizerParamGroup o) noexcept {
    params_ = std::move(o.params_);
    options_ = std::move(o.options_);
    return *this;
  }
  ~OptimizerParamGroup() = default;

  bool has_options() const noexcept { return options_ != nullptr; }
  /// Throws: ValueError when the group has none yet.
  OptimizerOptions& options();
  const OptimizerOptions& options() const;
  void set_options(std::unique_ptr<OptimizerOptions> options) noexcept {
    options_ = std::move(options);
  }
  std::vector<Tensor>& params() noexcept { return params_; }
  const std::vector<Tensor>& params() const noexcept { return params_; }

 private:
  std::vector<Tensor> params_;
  std::unique_ptr<OptimizerOptions> options_;
};

/// Base of the optimisers that change parameters in place from their `.grad`.
///
/// Parameters are leaves; those without a gradient are passed over. The state of a parameter is
/// found under the address of its TensorImpl, and made at its first step.
class EIGENGRAD_API Optimizer {
 public:
  using LossClosure = std::function<Tensor()>;

  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;
  virtual ~Optimizer();

  /// Changes every parameter once. `closure`, when given, is called first with grad mode on; it
  /// computes the loss and its gradients, and what it returns is returned (undefined without one).
  virtual Tensor step(LossClosure closure = nullptr) = 0;

  /// Makes the gradients of all parameters undefined, or zero without `set_to_none`.
  void zero_grad(bool set_to_none = true);

  /// Throws: ValueError for a parameter that is not a leaf, is not floating point or is in a group
  /// already, and for options out of range or of another optimiser.
  void add_param_group(const OptimizerParamGroup& group);
  /// Adds to the first group.
  void add_parameters(const std::vector<Tensor>& parameters);

  /// The parameters of the first group.
  const std::vector<Tensor>& parameters() const noexcept { return param_groups_.front().params(); }
  std::vector<Tensor>& parameters() noexcept { return param_groups_.front().params(); }
  /// Parameters in all groups.
  std::size_t size() const noexcept;

  OptimizerOptions& defaults() noexcept { return *defaults_; }
  const OptimizerOptions& defaults() const noexcept { return *defaults_; }
  std::vector<OptimizerParamGroup>& param_groups() noexcept { return param_groups_; }
  const std::vector<OptimizerParamGroup>& param_groups() const noexcept { return param_groups_; }

  using State = std::unordered_map<const void*, std::unique_ptr<OptimizerParamState>>;
  /// An empty state of the kind that the optimiser gives its parameters, for load().
  /// Throws: NotImplementedError where a class does not say which.
  virtual std::unique_ptr<OptimizerParamState> new_state() const;
  State& state() noexcept { return state_; }
  const State& state() const noexcept { return state_; }

 protected:
  Optimizer(std::vector<OptimizerParamGroup> groups, std::unique_ptr<OptimizerOptions> defaults);

  /// Throws: as add_param_group().
  void check_parameter(const Tensor& p) const;
  static Tensor evaluate(const LossClosure& closure);
  /// Calls `f(options, parameter)` for every parameter with a gradient.
  template <class Options, class F>
  void for_each_gradient(F&& f) {
    for (const OptimizerParamGroup& group : param_groups_)
      for (const Tensor& p : group.params())
        if (p.grad().defined()) f(static_cast<const Options&>(group.options()), p);
  }
  template <class S>
  S& state_of(const Tensor& p) {
    std::unique_ptr<OptimizerParamState>& slot = state_[p.impl()];
    if (slot == nullptr) slot = std::make_unique<S>();
    return static_cast<S&>(*slot);
  }

 private:
  std::vector<OptimizerParamGroup> param_groups_;
  State state_;
  std::unique_ptr<OptimizerOptions> defaults_;
};

}  // namespace eigengrad::optim
