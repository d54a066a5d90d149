#include "eigengrad/optim/optimizer.hpp"

#include <algorithm>
#include <typeinfo>

#include "core/fail.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/autograd/tensor.hpp"

namespace eigengrad::optim {

using eigengrad::detail::fail;

OptimizerParamState::~OptimizerParamState() = default;
OptimizerOptions::~OptimizerOptions() = default;
Optimizer::~Optimizer() = default;

void OptimizerParamState::archive(OptimizerArchive&) {
  fail<NotImplementedError>("Optimizer",
                            "states of this kind cannot be saved; override archive() for them");
}

void OptimizerOptions::archive(OptimizerArchive&) {
  fail<NotImplementedError>("Optimizer",
                            "options of this kind cannot be saved; override archive() for them");
}

std::unique_ptr<OptimizerParamState> Optimizer::new_state() const {
  fail<NotImplementedError>(
      "Optimizer", "states of this optimizer cannot be loaded; override new_state() for it");
}

const OptimizerOptions& OptimizerParamGroup::options() const {
  if (options_ == nullptr)
    fail<ValueError>("OptimizerParamGroup",
                     "the group has no options yet; give some or add it to an optimizer");
  return *options_;
}

OptimizerOptions& OptimizerParamGroup::options() {
  return const_cast<OptimizerOptions&>(std::as_const(*this).options());
}

Optimizer::Optimizer(std::vector<OptimizerParamGroup> groups,
                     std::unique_ptr<OptimizerOptions> defaults)
    : defaults_(std::move(defaults)) {
  defaults_->check();
  if (groups.empty()) fail<ValueError>("Optimizer", "there is no group of parameters; give one");
  for (const OptimizerParamGroup& group : groups) add_param_group(group);
}

void Optimizer::check_parameter(const Tensor& p) const {
  if (!p.defined()) fail<ValueError>("Optimizer", "a parameter is undefined; leave it out");
  if (!p.is_floating_point())
    fail<ValueError>("Optimizer", "a parameter has dtype ", to_string(p.dtype()),
                     "; parameters are float64 or float32");
  if (!p.is_leaf())
    fail<ValueError>("Optimizer", "can't optimize a non-leaf Tensor: a parameter of sizes ",
                     p.sizes(), " was computed from others; give those, or detach() it");
  for (const OptimizerParamGroup& group : param_groups_)
    for (const Tensor& known : group.params())
      if (known.is_same(p))
        fail<ValueError>("Optimizer", "a parameter of sizes ", p.sizes(),
                         " appears twice; a parameter is in one group, once");
}

void Optimizer::add_param_group(const OptimizerParamGroup& group) {
  OptimizerParamGroup added(std::vector<Tensor>{},
                            group.has_options() ? group.options().clone() : defaults_->clone());
  const OptimizerOptions& given = added.options();
  const OptimizerOptions& own = *defaults_;
  if (typeid(given) != typeid(own))
    fail<ValueError>("Optimizer",
                     "the options of a group belong to another optimizer; "
                     "give those of this one");
  given.check();
  param_groups_.push_back(std::move(added));
  try {
    for (const Tensor& p : group.params()) {
      check_parameter(p);
      param_groups_.back().params().push_back(p);
    }
  } catch (...) {
    param_groups_.pop_back();
    throw;
  }
}

void Optimizer::add_parameters(const std::vector<Tensor>& parameters) {
  std::vector<Tensor>& first = param_groups_.front().params();
  const std::size_t before = first.size();
  try {
    for (const Tensor& p : parameters) {
      check_parameter(p);
      first.push_back(p);
    }
  } catch (...) {
    first.resize(before);
    throw;
  }
}

void Optimizer::zero_grad(bool set_to_none) {
  for (OptimizerParamGroup& group : param_groups_)
    for (const Tensor& p : group.params()) {
      GradSlot grad = p.mutable_grad();
      if (!grad.defined()) continue;
      if (set_to_none)
        grad.reset();
      else
        grad.zero_();
    }
}

std::size_t Optimizer::size() const noexcept {
  std::size_t n = 0;
  for (const OptimizerParamGroup& group : param_groups_) n += group.params().size();
  return n;
}

Tensor Optimizer::evaluate(const LossClosure& closure) {
  if (!closure) return {};
  const AutoGradMode recording(true);
  return closure();
}

}  // namespace eigengrad::optim
