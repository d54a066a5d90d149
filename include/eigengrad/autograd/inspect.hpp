#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <vector>

#include "eigengrad/core/tensor.hpp"

namespace eigengrad {

/// The graphs behind `ys`, which may share parts, as text for Graphviz:
/// `std::ofstream("y.dot") << to_dot(y);`, then `dot -Tsvg y.dot -o y.svg`.
///
/// Arrows go the way the values went, from leaves to `ys`; gradients go the other way along them. An
/// arrow is labelled with the shape of what it stands for where the graph knows it (from a leaf, a
/// saved value, or an elementwise operator next to one). Boxes: operators with the name of their node,
/// the label of their Scope, the number and bytes of the values that they save, hooks and retained
/// gradients; leaves with shape, dtype and bytes, of the gradient too when they have one.
/// Operators are numbered n0, n1, ... from the newest to the oldest, leaves x0, x1, ... as the operators
/// in that order lead to them, `ys` y0, y1, ... in their order; so one program gives one text.
/// At the edge: memory that several values share is counted where it first comes up in that order;
/// values packed by hooks are counted without bytes; constants that an operator holds (indices) are not
/// counted.
/// Throws: ValueError for an undefined tensor.
/// Cost: linear in the size of the graph; no recursion.
EIGENGRAD_API std::string to_dot(TensorList ys);

/// What a graph consists of and holds.
struct EIGENGRAD_API GraphSummary {
  /// Operators of one name in one Scope.
  struct Row {
    std::string name;
    std::string scope;
    std::size_t count = 0;
    std::size_t saved_values = 0;
    std::size_t saved_bytes = 0;
  };
  /// Sorted by bytes, then count, then name.
  std::vector<Row> rows;
  std::size_t operators = 0;
  std::size_t leaves = 0;
  std::size_t edges = 0;
  std::size_t saved_values = 0;
  /// How many of the saved values hooks have packed.
  std::size_t packed_values = 0;
  /// Bytes of memory that saved values keep alive, each piece counted once.
  std::size_t saved_bytes = 0;
  /// Bytes of the leaves, and of their gradients.
  std::size_t leaf_bytes = 0;
  std::size_t gradient_bytes = 0;

  /// Writes the summary as a table.
  EIGENGRAD_API friend std::ostream& operator<<(std::ostream& os, const GraphSummary& summary);
};

/// Counts the operators behind `ys` and what they hold; counted as in to_dot().
/// Throws: ValueError for an undefined tensor.
/// Cost: linear in the size of the graph; no recursion.
EIGENGRAD_API GraphSummary graph_summary(TensorList ys);

}  // namespace eigengrad
