#include "eigengrad/autograd/inspect.hpp"

#include <algorithm>
#include <iomanip>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "autograd/accumulate_grad.hpp"
#include "autograd/annotation.hpp"
#include "autograd/hooks.hpp"
#include "autograd/saved_value.hpp"
#include "autograd/tracking.hpp"
#include "core/fail.hpp"
#include "core/text.hpp"

namespace eigengrad {
namespace {

using autograd::AccumulateGrad;
using autograd::Edge;
using autograd::Node;
using autograd::NodeExtra;
using autograd::NodeHooks;
using autograd::SavedValue;

std::size_t bytes_of(const detail::TensorImpl& t) noexcept {
  return static_cast<std::size_t>(t.numel()) * static_cast<std::size_t>(element_size(t.dtype()));
}

Tensor gradient_of(const detail::TensorImpl& leaf) {
  detail::AutogradExtra* const extra = leaf.extra();
  if (extra == nullptr) return {};
  const detail::SpinLock lock(extra->lock);
  return extra->grad;
}

/// The values that a node saved.
struct Saved {
  std::size_t values = 0;
  std::size_t packed = 0;
  std::size_t bytes = 0;
};

/// The nodes behind some tensors: operators from the newest to the oldest, then leaves as these lead to
/// them.
class Graph {
 public:
  Graph(const char* op, TensorList ys) {
    for (const Tensor& y : ys) {
      if (!y.defined()) detail::fail<ValueError>(op, "a tensor is undefined; give computed ones");
      roots.push_back(y.requires_grad() ? autograd::gradient_edge(y) : Edge());
      if (roots.back().is_valid()) discover(*roots.back().function);
    }
    for (std::size_t i = 0; i < nodes.size(); ++i)
      for (const Edge& e : nodes[i]->edges())
        if (e.is_valid()) discover(*e.function);
    std::stable_sort(nodes.begin(), nodes.end(), [](const Node* a, const Node* b) {
      if (a->is_accumulator() || b->is_accumulator())
        return !a->is_accumulator() && b->is_accumulator();
      return a->sequence_nr() > b->sequence_nr();
    });
    const auto is_leaf = [](const Node* n) { return n->is_accumulator(); };
    operators =
        static_cast<std::size_t>(std::find_if(nodes.begin(), nodes.end(), is_leaf) - nodes.begin());
    number_leaves();
  }

  std::size_t index(const Node& node) const { return indices_.at(&node); }

  std::vector<Edge> roots;
  std::vector<Node*> nodes;
  std::size_t operators = 0;

 private:
  void discover(Node& node) {
    if (indices_.try_emplace(&node, 0).second) nodes.push_back(&node);
  }

  void number_leaves() {
    std::size_t next = nodes.size();
    for (auto& [node, index] : indices_) index = next;
    next = operators;
    for (std::size_t i = 0; i < operators; ++i) indices_[nodes[i]] = i;
    const auto enter = [&](const Edge& e) {
      if (!e.is_valid() || indices_[e.function.get()] != nodes.size()) return;
      indices_[e.function.get()] = next;
      nodes[next++] = e.function.get();
    };
    for (std::size_t i = 0; i < operators; ++i)
      for (const Edge& e : nodes[i]->edges()) enter(e);
    for (const Edge& e : roots) enter(e);
  }

  std::unordered_map<const Node*, std::size_t> indices_;
};

/// Counts saved values, node by node, and memory that they share once.
class Counter final : public autograd::SavedVisitor {
 public:
  Saved count(Node& node) {
    saved_ = {};
    node.visit_saved(*this);
    return saved_;
  }
  void visit(SavedValue& value, Node&) override {
    if (!value.holds()) return;
    ++saved_.values;
    if (value.is_packed())
      ++saved_.packed;
    else if (const Storage& s = value.held()->storage(); seen_.insert(&s).second)
      saved_.bytes += s.bytes();
  }

 private:
  Saved saved_;
  std::unordered_set<const Storage*> seen_;
};

/// Shapes of the results of all nodes, as far as they can be told.
class Shapes final : public autograd::SavedVisitor, public autograd::ShapeVisitor {
 public:
  Shapes(const Graph& graph, TensorList ys) : graph_(graph), keeps_(graph.nodes.size()) {
    for (const Node* node : graph.nodes) {
      first_.push_back(shapes_.size());
      shapes_.resize(shapes_.size() + node->num_inputs());
    }
    for (std::size_t i = 0; i < ys.size(); ++i) input_sizes(graph.roots[i], ys[i].sizes());
    for (current_ = 0; current_ < graph.nodes.size(); ++current_) {
      Node& node = *graph.nodes[current_];
      node.visit_saved(*this);
      node.visit_shapes(*this);
      if (node.is_accumulator())
        learn(shapes_[first_[current_]], static_cast<AccumulateGrad&>(node).leaf().sizes());
    }
    // Along chains of operators that keep the shape: from the newest, from the oldest, and once more
    // for what branches off.
    for (std::size_t i = 0; i < graph.operators; ++i) pass_down(i);
    for (std::size_t i = graph.operators; i-- > 0;) pass_up(i);
    for (std::size_t i = 0; i < graph.operators; ++i) pass_down(i);
  }

  std::string label(const Edge& edge) const {
    const optional<DimVector>& sizes = shapes_[index(edge)];
    detail::Text os;
    if (sizes) os << IntArrayRef(*sizes);
    return os.str();
  }

  void visit(SavedValue& value, Node& owner) override {
    // The values of a node inside another one (CopySlices) are no inputs and outputs of the graph's nodes.
    if (!value.holds() || &owner != graph_.nodes[current_]) return;
    if (value.is_output())
      learn(shapes_[first_[current_] + value.output_nr()], value.held()->sizes());
    else if (const Edge* const edge = value.edge(owner); edge != nullptr)
      input_sizes(*edge, value.held()->sizes());
  }
  void input_sizes(const Edge& edge, IntArrayRef sizes) override {
    if (edge.is_valid()) learn(shapes_[index(edge)], sizes);
  }
  void keeps_shape() override { keeps_[current_] = true; }

 private:
  std::size_t index(const Edge& e) const { return first_[graph_.index(*e.function)] + e.input_nr; }
  static void learn(optional<DimVector>& shape, IntArrayRef sizes) {
    if (!shape) shape.emplace(sizes);
  }
  void pass_down(std::size_t i) {
    const optional<DimVector> own = shapes_[first_[i]];
    if (!keeps_[i] || !own) return;
    for (const Edge& e : graph_.nodes[i]->edges()) input_sizes(e, *own);
  }
  void pass_up(std::size_t i) {
    if (!keeps_[i] || shapes_[first_[i]]) return;
    for (const Edge& e : graph_.nodes[i]->edges())
      if (e.is_valid() && shapes_[index(e)]) shapes_[first_[i]] = shapes_[index(e)];
  }

  const Graph& graph_;
  std::vector<bool> keeps_;
  std::vector<std::size_t> first_;
  std::vector<optional<DimVector>> shapes_;
  std::size_t current_ = 0;
};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n')
      out += "\\n";
    else
      out += c;
  }
  return out;
}

std::string numbered(char kind, std::size_t n) {
  return std::string(1, kind).append(std::to_string(n));
}

std::string described(const detail::TensorImpl& t) {
  detail::Text os;
  os << t.sizes() << ' ' << to_string(t.dtype()) << ", " << bytes_of(t) << " bytes";
  return os.str();
}

/// Writes one graph.
class DotWriter {
 public:
  DotWriter(const Graph& graph, TensorList ys) : graph_(graph), shapes_(graph, ys) {
    os_ << "digraph eigengrad {\n"
           "  node [shape=box, style=filled, fillcolor=white, fontname=\"sans-serif\"];\n"
           "  edge [fontname=\"sans-serif\", fontsize=10];\n";
    Counter counter;
    std::size_t total = 0;
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
      const Saved saved = counter.count(*graph.nodes[i]);
      total += saved.bytes;
      if (i < graph.operators)
        write_operator(i, saved);
      else
        write_leaf(i);
    }
    for (std::size_t k = 0; k < ys.size(); ++k) {
      os_ << "  y" << k << " [label=\"output " << k << "\\n"
          << described(*ys[k].impl()) << "\", fillcolor=lightblue];\n";
      if (graph.roots[k].is_valid()) write_edge(graph.roots[k], numbered('y', k));
    }
    for (std::size_t i = 0; i < graph.operators; ++i)
      for (const Edge& e : graph.nodes[i]->edges())
        if (e.is_valid()) write_edge(e, id(i));
    os_ << "  label=\"" << graph.operators << " operators, " << graph.nodes.size() - graph.operators
        << " leaves, " << total << " bytes saved\";\n}\n";
  }
  std::string text() const { return os_.str(); }

 private:
  std::string id(std::size_t index) const {
    return index < graph_.operators ? numbered('n', index)
                                    : numbered('x', index - graph_.operators);
  }

  void write_hooks(std::size_t count) {
    if (count > 0) os_ << "\\n" << count << (count == 1 ? " hook" : " hooks");
  }

  void write_operator(std::size_t i, const Saved& saved) {
    const Node& node = *graph_.nodes[i];
    os_ << "  " << id(i) << " [label=\"" << escaped(node.name());
    if (const std::string label = label_of(node); !label.empty()) os_ << "\\n" << escaped(label);
    if (saved.values > 0) {
      os_ << "\\nsaves " << saved.values << ": " << saved.bytes << " bytes";
      if (saved.packed > 0) os_ << ", " << saved.packed << " packed";
    }
    bool marked = false;
    if (const NodeExtra* extra = find_extra(node); extra != nullptr) {
      std::size_t hooks = 0;
      if (const NodeHooks* of = extra->hooks.get(); of != nullptr) {
        hooks = of->pre.count() + of->post.count();
        for (const auto& output : of->outputs) hooks += output->list.count();
      }
      write_hooks(hooks);
      if (!extra->retained.empty()) os_ << "\\nretains its gradient";
      marked = hooks > 0 || !extra->retained.empty();
    }
    os_ << "\"" << (marked ? ", fillcolor=lightyellow" : "") << "];\n";
  }

  void write_leaf(std::size_t i) {
    const auto& node = static_cast<const AccumulateGrad&>(*graph_.nodes[i]);
    os_ << "  " << id(i) << " [label=\"leaf\\n" << described(node.leaf());
    if (const Tensor g = gradient_of(node.leaf()); g.defined())
      os_ << "\\ngradient " << bytes_of(*g.impl()) << " bytes";
    if (const autograd::LeafHooks* hooks = node.hooks(); hooks != nullptr)
      write_hooks(hooks->tensor.count() + hooks->post_accumulate.count());
    os_ << "\", fillcolor=lightgreen];\n";
  }

  void write_edge(const Edge& from, const std::string& to) {
    os_ << "  " << id(graph_.index(*from.function)) << " -> " << to;
    const std::string shape = shapes_.label(from);
    const bool one_of_several = from.function->num_inputs() > 1;
    if (one_of_several || !shape.empty()) os_ << " [label=\"";
    if (one_of_several) os_ << from.input_nr << (shape.empty() ? "" : ": ");
    os_ << shape << (one_of_several || !shape.empty() ? "\"];\n" : ";\n");
  }

  const Graph& graph_;
  Shapes shapes_;
  detail::Text os_;
};

}  // namespace

std::string to_dot(TensorList ys) {
  const Graph graph("to_dot", ys);
  return DotWriter(graph, ys).text();
}

GraphSummary graph_summary(TensorList ys) {
  const Graph graph("graph_summary", ys);
  GraphSummary summary;
  std::map<std::pair<std::string, std::string>, GraphSummary::Row> rows;
  Counter counter;
  for (Node* node : graph.nodes) {
    if (node->is_accumulator()) {
      const detail::TensorImpl& leaf = static_cast<const AccumulateGrad&>(*node).leaf();
      ++summary.leaves;
      summary.leaf_bytes += bytes_of(leaf);
      if (const Tensor g = gradient_of(leaf); g.defined())
        summary.gradient_bytes += bytes_of(*g.impl());
      continue;
    }
    ++summary.operators;
    for (const Edge& e : node->edges()) summary.edges += e.is_valid() ? 1 : 0;
    const Saved saved = counter.count(*node);
    std::string name = node->name();
    std::string scope = label_of(*node);
    GraphSummary::Row& row = rows[{scope, name}];
    row.name = std::move(name);
    row.scope = std::move(scope);
    ++row.count;
    row.saved_values += saved.values;
    row.saved_bytes += saved.bytes;
    summary.saved_values += saved.values;
    summary.packed_values += saved.packed;
    summary.saved_bytes += saved.bytes;
  }
  for (auto& [key, row] : rows) summary.rows.push_back(std::move(row));
  std::stable_sort(summary.rows.begin(), summary.rows.end(), [](const auto& a, const auto& b) {
    return a.saved_bytes != b.saved_bytes ? a.saved_bytes > b.saved_bytes : a.count > b.count;
  });
  return summary;
}

std::ostream& operator<<(std::ostream& os, const GraphSummary& s) {
  const auto title = [](const GraphSummary::Row& row) {
    std::string text = row.scope;
    if (!text.empty()) text.append(": ");
    return text.append(row.name);
  };
  std::size_t width = std::string_view("operator").size();
  for (const GraphSummary::Row& row : s.rows) width = std::max(width, title(row).size());
  detail::Text text;
  const auto line = [&](const std::string& name, const auto& count, const auto& values,
                        const auto& bytes) {
    text << std::left << std::setw(static_cast<int>(width)) << name << std::right << std::setw(10)
         << count << std::setw(10) << values << std::setw(16) << bytes << '\n';
  };
  line("operator", "count", "saved", "bytes");
  for (const GraphSummary::Row& row : s.rows)
    line(title(row), row.count, row.saved_values, row.saved_bytes);
  line("total", s.operators, s.saved_values, s.saved_bytes);
  if (s.packed_values > 0) text << s.packed_values << " of the saved values are packed by hooks\n";
  text << s.edges << " edges, " << s.leaves << " leaves of " << s.leaf_bytes
       << " bytes, gradients of " << s.gradient_bytes << " bytes\n";
  return os << text.str();
}

}  // namespace eigengrad
