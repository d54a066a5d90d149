#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "autograd/saved_value.hpp"
#include "eigengrad/autograd/function.hpp"

namespace eigengrad::autograd {

/// A recorded call of a Function.
class CustomNode final : public Node {
 public:
  /// `is_tensor` has a flag for each argument of the call, `edges` and `inputs` an entry for each that
  /// is a tensor.
  CustomNode(const detail::FunctionInfo& info, std::unique_ptr<AutogradContext> context,
             std::vector<Edge> edges, std::vector<bool> is_tensor, const variable_list& inputs,
             std::size_t outputs);

  std::string name() const override { return std::string(info_.name) + "Backward"; }
  void backward(BackwardCall& call) override;

  /// `returned` is what forward() returned, `outputs` what became of it.
  struct Call {
    const variable_list& inputs;
    const variable_list& returned;
    const variable_list& outputs;
    const std::vector<bool>& differentiable;
    bool has_input(const Tensor& t) const noexcept;
  };
  /// Takes over what the context has collected.
  void finish(const Call& call);
  variable_list saved();
  bool needs(std::size_t edge) const;

 private:
  struct Extents {
    DimVector sizes;
    ScalarType dtype = kFloat64;
    bool defined = false;
    static Extents of(const Tensor& t);
  };
  /// A tensor of saved_data with a history: the context has only its data.
  struct Kept {
    const detail::TensorImpl* data;
    Edge edge;
    std::uint32_t output_nr;
    bool is_output;
  };
  /// The evaluation that runs on this thread.
  struct Running;
  static constexpr std::uint32_t kNone = ~std::uint32_t{0};

  friend Tensor recall(const Tensor& t);
  static std::uint32_t output_index(const Tensor& t, const Call& call);
  variable_list evaluate(variable_list& grads);
  variable_list evaluate_once(variable_list& grads);
  void hand_over(variable_list&& gradients, BackwardCall& call) const;
  Tensor fit(const Tensor& g, std::size_t argument, const Extents& x) const;
  Tensor with_history(const Kept& kept, const Tensor& data);

  detail::FunctionInfo info_;
  std::unique_ptr<AutogradContext> context_;
  void save(const Call& call);
  void keep(const Call& call);
  /// Edges of the inputs, then those of saved tensors that are not inputs.
  std::vector<Edge> edges_;
  std::vector<bool> is_tensor_;
  std::vector<Extents> inputs_;
  std::vector<Extents> outputs_;
  std::vector<SavedValue> saved_;
  std::vector<Kept> kept_;
  /// Held during backward(), which may write to the context: one thread at a time.
  std::recursive_mutex turn_;
};

/// `t`, which was read from saved_data, with the history that it had when it was put in.
Tensor recall(const Tensor& t);

}  // namespace eigengrad::autograd
