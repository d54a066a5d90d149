#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "eigengrad/check/gradcheck.hpp"

namespace eigengrad::detail {

/// Numbers in [-1, 1) that are the same in every run and leave the default generator alone.
class FixedRandom {
 public:
  double next() noexcept;
  std::vector<double> vector(std::int64_t n);

 private:
  std::uint64_t state_ = 0x853c49e6748fea9bULL;
};

/// The elements in row-major order, and back.
std::vector<double> to_doubles(const Tensor& t);
Tensor from_doubles(const std::vector<double>& values, const Tensor& like);

/// One call: the inputs to differentiate by and the outputs to differentiate, both in order.
struct Evaluation {
  variable_list inputs;
  variable_list outputs;
};

/// The function that is checked, at a point that can be moved.
class Subject {
 public:
  /// Copies the inputs; those that require grad are the checked ones. The tracked outputs are the
  /// checked ones, or all floating outputs when none is tracked.
  /// Throws: ValueError when no input requires grad; GradcheckError when elements share memory.
  Subject(std::string_view op, ErasedFunction f, const variable_list& inputs);

  /// Name of the operator that checks, for messages.
  std::string_view op() const noexcept { return op_; }
  std::size_t num_inputs() const noexcept { return checked_inputs_.size(); }
  std::size_t num_outputs() const noexcept { return checked_outputs_.size(); }
  /// Indices of the checked ones among all inputs and outputs, for messages.
  std::size_t input_index(std::size_t i) const noexcept { return checked_inputs_[i]; }
  std::size_t output_index(std::size_t k) const noexcept { return checked_outputs_[k]; }
  const Tensor& input(std::size_t i) const noexcept { return values_[checked_inputs_[i]]; }
  /// Output `k` at the original inputs, without its graph.
  const Tensor& output(std::size_t k) const noexcept { return outputs_[k]; }
  bool any_tracked() const noexcept { return any_tracked_; }

  double coordinate(std::size_t i, std::int64_t element) const;
  /// Sets one element of input `i`; the value is rounded to the dtype of the input.
  void set_coordinate(std::size_t i, std::int64_t element, double value);

  /// Calls the function on fresh leaves laid out like the original inputs. `tangents`, one per checked
  /// input, undefined for none, need an open DualLevel.
  /// Throws: GradcheckError when outputs changed in number, sizes or dtype.
  Evaluation evaluate(const variable_list& tangents = {}) const;

 private:
  variable_list call(const variable_list& tangents, variable_list& checked) const;

  std::string_view op_;
  ErasedFunction f_;
  /// Row-major copies, and the strides that the function gets to see.
  variable_list values_;
  std::vector<DimVector> strides_;
  std::vector<std::size_t> checked_inputs_;
  variable_list outputs_;
  std::vector<std::size_t> checked_outputs_;
  std::size_t num_all_outputs_ = 0;
  bool any_tracked_ = false;
};

}  // namespace eigengrad::detail
