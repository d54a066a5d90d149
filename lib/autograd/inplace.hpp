#pragma once

#include <memory>
#include <string_view>

#include "autograd/tracking.hpp"

namespace eigengrad::autograd {

/// The node and output that will have computed `self` after an in-place write. It is made before the write, so
/// that nothing can fail once the first element has changed.
class NextHistory {
 public:
  /// The history after a write that is not recorded: none.
  NextHistory() noexcept = default;
  /// Output `output_nr` of `node`, through the base when `self` is a view, which only the one output of
  /// a node may be. `self` is input `input_nr` of the write.
  NextHistory(const Tensor& self, std::shared_ptr<Node> node, std::uint32_t output_nr = 0,
              std::size_t input_nr = 0);
  /// What is recorded for a view that takes the geometry of `view`, another one of the same memory.
  static NextHistory of_view(const Tensor& self, const Tensor& view);
  /// The elements of `self`, once they are written, with that history.
  Tensor result(const Tensor& self) const;
  /// Takes effect, once the storage's version counts the write.
  void commit(const Tensor& self) noexcept;

 private:
  std::shared_ptr<Node> node_;
  std::shared_ptr<Node> of_base_;
  std::uint32_t output_nr_ = 0;
};

/// Undoes an in-place write unless it is told to keep it: for writes of which something that can fail
/// comes after the first element has changed, as what needs the result does.
class Undo {
 public:
  explicit Undo(const Tensor& self);
  ~Undo();
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;
  void keep() noexcept { before_.reset(); }

 private:
  const Tensor& self_;
  Tensor before_;
  std::uint32_t version_;
};

/// Gives `self`, after an in-place write, the tangent of what was written: into the tangent that it
/// has, or into that of its base, so that views of the same memory see it.
void write_tangent(const Tensor& self, const Tensor& tangent);

/// Refuses an in-place write that memory or the graph cannot represent.
void check_inplace(std::string_view op, const Tensor& self, bool will_record);
/// Refuses new sizes and strides for `self` that memory or the graph cannot represent. No element is written.
void check_new_geometry(std::string_view op, const Tensor& self);

}  // namespace eigengrad::autograd
