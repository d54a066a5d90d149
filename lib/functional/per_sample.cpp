#include "eigengrad/functional/per_sample.hpp"

#include <algorithm>

#include "core/fail.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "functional/batch.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

namespace {

constexpr std::string_view kOp = "per_sample_grad";

/// How many samples there are.
std::int64_t check_batch(const variable_list& batch) {
  if (batch.empty())
    fail<ValueError>(kOp,
                     "no batch was given; pass the tensors whose dimension 0 counts samples behind "
                     "the parameters, or use grad");
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch[i].defined())
      fail<ValueError>(kOp, "batch tensor ", i, " is undefined; give it a value");
    if (batch[i].dim() == 0)
      fail<ShapeError>(kOp, "batch tensor ", i,
                       " has no dimension; give it one that counts samples, in front");
    if (batch[i].size(0) != batch[0].size(0))
      fail<ShapeError>(kOp, "batch tensor 0 has ", batch[0].size(0), " sample(s) and batch tensor ",
                       i, " has ", batch[i].size(0), "; give as many in dimension 0 of each");
  }
  return batch[0].size(0);
}

bool any_tracked(const variable_list& list) {
  return std::any_of(list.begin(), list.end(), [](const Tensor& t) { return t.requires_grad(); });
}

/// One sample after the other.
class Samples {
 public:
  Samples(ErasedFunction f, const variable_list& params, const variable_list& batch,
          const MatrixTransformOptions& options)
      : f_(f),
        params_(params),
        batch_(batch),
        strict_(options.strict),
        may_record_(options.create_graph.value_or(GradMode::is_enabled())),
        decided_(!may_record_ || options.create_graph || any_tracked(params) ||
                 any_tracked(batch)) {}

  variable_list gradients(std::int64_t count) {
    const AutoGradMode recording(true);
    keeps_ = (may_record_ && decided_) || autograd::DualLevel::is_open();
    std::vector<LeadingSlices> slices = slices_like(count, params_, keeps_);
    for (std::int64_t i = 0; i < count; ++i) {
      const variable_list g = gradient_at(i, slices);
      for (std::size_t j = 0; j < slices.size(); ++j) slices[j].add(i, g[j]);
    }
    variable_list results = finish(slices);
    if (!records_)
      make_constant(results);
    else
      for (Tensor& t : results) make_constant_if_own(t);
    return results;
  }

 private:
  variable_list gradient_at(std::int64_t i, std::vector<LeadingSlices>& slices) {
    // Variables of the sample's own: those of the last one are retired.
    variable_list leaves;
    const variable_list vars = variables(kOp, params_, may_record_, leaves);
    variable_list arguments = vars;
    arguments.reserve(vars.size() + batch_.size());
    for (const Tensor& b : batch_)
      arguments.push_back((may_record_ || !b.requires_grad() ? b : b.detach()).select(0, i));
    const Tensor value = evaluate_to_one_element(kOp, f_, arguments);
    if (strict_) check_tracked_outputs(kOp, {value});
    retire(leaves);
    // As in Note [Nested transforms]: a tensor that f captured may need the gradient's history.
    const bool record = may_record_ && (decided_ || depends_on_tracked(value));
    if (record && !keeps_) {
      for (LeadingSlices& s : slices) s.keep_from(i);
      keeps_ = true;
    }
    records_ = records_ || record;
    variable_list g = sweep({value}, vars, {ones(value.sizes(), value.dtype())}, record);
    for (std::size_t j = 0; strict_ && j < g.size(); ++j)
      if (!g[j].defined()) fail_independent(kOp, "by argument", j);
    return g;
  }

  ErasedFunction f_;
  const variable_list& params_;
  const variable_list& batch_;
  bool strict_;
  bool may_record_;
  /// Whether `may_record_` says all, without a look at what f captured.
  bool decided_;
  bool keeps_ = false;
  bool records_ = false;
};

}  // namespace

variable_list per_sample_gradients(ErasedFunction f, const variable_list& params,
                                   const variable_list& batch,
                                   const MatrixTransformOptions& options) {
  check_arguments(kOp, params);
  check_chunk_size(kOp, options.chunk_size);
  const std::int64_t count = check_batch(batch);
  return Samples(f, params, batch, options).gradients(count);
}

}  // namespace eigengrad::detail
