#include "check/subject.hpp"

#include <algorithm>
#include <sstream>

#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"

namespace eigengrad::detail {
namespace {

/// Whether different indices may refer to the same element: true unless each stride exceeds the reach of all
/// smaller ones.
bool may_overlap(const Tensor& t) {
  std::vector<std::size_t> order;
  for (std::size_t d = 0; d < t.sizes().size(); ++d)
    if (t.sizes()[d] > 1) order.push_back(d);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return t.strides()[a] < t.strides()[b]; });
  std::int64_t reach = 0;
  for (const std::size_t d : order) {
    if (t.strides()[d] <= reach) return true;
    reach += t.strides()[d] * (t.sizes()[d] - 1);
  }
  return false;
}

/// A copy of `x`, which is row-major, with these strides; a leaf.
Tensor laid_out(const Tensor& x, IntArrayRef strides) {
  const NoGradGuard plain;
  if (x.numel() == 0 || is_row_major(x.sizes(), strides)) return x.clone();
  std::int64_t extent = 1;
  for (std::size_t d = 0; d < strides.size(); ++d) extent += strides[d] * (x.sizes()[d] - 1);
  const Tensor memory = zeros({extent}, x.dtype());
  memory.as_strided(x.sizes(), strides, 0).copy_(x);
  return memory.as_strided(x.sizes(), strides, 0).detach();
}

}  // namespace

// SplitMix64: Steele, Lea and Flood, Fast splittable pseudorandom number generators (2014).
double FixedRandom::next() noexcept {
  std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-52 - 1.0;
}

std::vector<double> FixedRandom::vector(std::int64_t n) {
  std::vector<double> v(static_cast<std::size_t>(n));
  std::generate(v.begin(), v.end(), [this] { return next(); });
  return v;
}

std::vector<double> to_doubles(const Tensor& t) {
  const Tensor dense = t.detach().to(kFloat64).contiguous();
  const double* p = dense.data_ptr<double>();
  return std::vector<double>(p, p + dense.numel());
}

Tensor from_doubles(const std::vector<double>& values, const Tensor& like) {
  return tensor(values).to(like.dtype()).reshape(like.sizes());
}

Subject::Subject(std::string_view op, ErasedFunction f, const variable_list& inputs)
    : op_(op), f_(f) {
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Tensor& x = inputs[i];
    if (!x.defined()) {
      values_.emplace_back();
      strides_.emplace_back();
      continue;
    }
    const bool overlaps = may_overlap(x);
    values_.push_back(x.detach().contiguous().clone());
    strides_.push_back(overlaps ? row_major_strides(x.sizes()) : DimVector(x.strides()));
    if (!x.requires_grad()) continue;
    checked_inputs_.push_back(i);
    if (overlaps)
      fail<GradcheckError>(
          op_, "several elements of input ", i, " share memory: it has sizes ", x.sizes(),
          " and strides ", x.strides(),
          "; a dimension with stride 0 cannot be perturbed element by element, call "
          "contiguous() on it");
    if (x.dtype() != kFloat64) {
      std::ostringstream text;
      text << '[' << op_ << "] input " << i << " has dtype " << to_string(x.dtype())
           << ": differences are too rough there and the check will likely fail; use float64";
      warn(text.str());
    }
  }
  if (checked_inputs_.empty())
    fail<ValueError>(op_, "expects at least one input tensor to require gradient: none of ",
                     inputs.size(), " does; call requires_grad_() on those to check");

  variable_list checked;
  const variable_list all = call({}, checked);
  num_all_outputs_ = all.size();
  for (const Tensor& y : all) any_tracked_ = any_tracked_ || (y.defined() && y.requires_grad());
  for (std::size_t k = 0; k < all.size(); ++k) {
    if (!all[k].defined() || !all[k].is_floating_point()) continue;
    if (any_tracked_ && !all[k].requires_grad()) continue;
    checked_outputs_.push_back(k);
    outputs_.push_back(all[k].detach());
  }
}

double Subject::coordinate(std::size_t i, std::int64_t element) const {
  return dispatch(input(i).dtype(), [&]<class T>(std::type_identity<T>) {
    return static_cast<double>(input(i).impl()->data<T>()[element]);
  });
}

void Subject::set_coordinate(std::size_t i, std::int64_t element, double value) {
  dispatch(input(i).dtype(), [&]<class T>(std::type_identity<T>) {
    input(i).impl()->data<T>()[element] = static_cast<T>(value);
  });
}

variable_list Subject::call(const variable_list& tangents, variable_list& checked) const {
  variable_list arguments;
  for (std::size_t i = 0; i < values_.size(); ++i)
    arguments.push_back(values_[i].defined() ? laid_out(values_[i], strides_[i]) : Tensor());
  for (std::size_t i = 0; i < checked_inputs_.size(); ++i) {
    Tensor& x = arguments[checked_inputs_[i]];
    x.requires_grad_();
    if (i < tangents.size() && tangents[i].defined()) x = autograd::make_dual(x, tangents[i]);
    checked.push_back(x);
  }
  const AutoGradMode recording(true);
  return f_(arguments);
}

Evaluation Subject::evaluate(const variable_list& tangents) const {
  Evaluation e;
  const variable_list all = call(tangents, e.inputs);
  if (all.size() != num_all_outputs_)
    fail<GradcheckError>(op_, "the number of outputs changed from ", num_all_outputs_, " to ",
                         all.size(), " between calls; make it the same for all inputs");
  for (std::size_t k = 0; k < checked_outputs_.size(); ++k) {
    const std::size_t n = checked_outputs_[k];
    const Tensor& before = outputs_[k];
    const Tensor& now = all[n];
    if (!(now.sizes() == before.sizes()) || now.dtype() != before.dtype())
      fail<GradcheckError>(op_, "output ", n, " changed when inputs are perturbed: sizes ",
                           before.sizes(), " and dtype ", to_string(before.dtype()), " became ",
                           now.sizes(), " and ", to_string(now.dtype()),
                           "; make it the same for all inputs");
    e.outputs.push_back(now);
  }
  return e;
}

}  // namespace eigengrad::detail
