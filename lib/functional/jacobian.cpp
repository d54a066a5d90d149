#include "eigengrad/functional/jacobian.hpp"

#include <algorithm>

#include "autograd/grad_mode_switches.hpp"
#include "eigengrad/autograd/anomaly_mode.hpp"
#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/forward_mode.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/ops/shape/views.hpp"
#include "functional/batch.hpp"
#include "functional/rows.hpp"
#include "functional/variables.hpp"

namespace eigengrad::detail {

using autograd::DualLevel;

namespace {

/// Whether derivatives come as rows, shaped like the argument, or as columns, shaped like the value.
enum class Slices : std::uint8_t { Rows, Columns };

/// Collects the derivatives of one tensor by another one, slice by slice.
class Block {
 public:
  /// With `keep` the slices are put together with their graphs and tangents, else copied.
  Block(const Tensor& of, const Tensor& by, Slices kind, bool keep)
      : sizes_(of.sizes()),
        slice_numel_(kind == Slices::Rows ? by.numel() : of.numel()),
        kind_(kind) {
    for (const std::int64_t n : by.sizes()) sizes_.push_back(n);
    if (!keep) matrix_ = zeros({of.numel(), by.numel()}, by.dtype());
    dtype_ = by.dtype();
  }

  /// Slice `i`, which has to be the next one; undefined for zeros.
  void add(std::int64_t i, const Tensor& slice) {
    if (!matrix_.defined())
      slices_.push_back(slice.defined() ? slice.reshape({-1}).to(dtype_)
                                        : zeros({slice_numel_}, dtype_));
    else if (slice.defined()) {
      const NoGradGuard copy_only;
      matrix_.select(dim(), i).copy_(slice.reshape({-1}));
    }
  }
  /// `count` rows from row `i` on, which has to be the next one, in a leading dimension; undefined for zeros.
  void add_rows(std::int64_t i, std::int64_t count, const Tensor& rows) {
    if (matrix_.defined()) {
      if (!rows.defined()) return;
      const NoGradGuard copy_only;
      matrix_.narrow(0, i, count).copy_(rows.reshape({count, slice_numel_}));
      return;
    }
    are_batches_ = true;
    slices_.push_back(rows.defined() ? rows.reshape({count, slice_numel_}).to(dtype_)
                                     : zeros({count, slice_numel_}, dtype_));
  }
  Tensor finish() {
    if (matrix_.defined()) return matrix_.view(sizes_);
    if (slices_.empty()) return zeros(sizes_, dtype_);
    return (are_batches_ ? cat(slices_, 0) : stack(slices_, dim())).reshape(sizes_);
  }

 private:
  std::int64_t dim() const noexcept { return kind_ == Slices::Rows ? 0 : 1; }

  DimVector sizes_;
  std::int64_t slice_numel_;
  Slices kind_;
  ScalarType dtype_;
  bool are_batches_ = false;
  Tensor matrix_;
  variable_list slices_;
};

using BlockMatrix = std::vector<std::vector<Block>>;

BlockMatrix make_blocks(const variable_list& of, const variable_list& by, Slices kind, bool keep) {
  BlockMatrix blocks(of.size());
  for (std::size_t k = 0; k < of.size(); ++k)
    for (const Tensor& x : by) blocks[k].emplace_back(of[k], x, kind, keep);
  return blocks;
}

/// `leaves` are those that the transform made.
DerivativeBlocks finish(std::string_view op, BlockMatrix& blocks, const FunctionalOptions& options,
                        const variable_list& leaves) {
  DerivativeBlocks results(blocks.size());
  retire(leaves);
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    for (Block& b : blocks[k]) results[k].push_back(b.finish());
    if (!options.create_graph)
      make_constant(results[k]);
    else if (options.strict)
      check_recorded(op, results[k]);
    for (std::size_t j = 0; options.create_graph && !leaves.empty() && j < results[k].size(); ++j)
      make_constant_if_own(results[k][j]);
  }
  return results;
}

/// Derivatives of `of`, whose undefined entries have none and are shaped as in `like`.
DerivativeBlocks by_reverse_mode(std::string_view op, const variable_list& of,
                                 const variable_list& like, const variable_list& vars,
                                 const FunctionalOptions& options, const variable_list& leaves,
                                 std::size_t graph_bytes) {
  const bool keep = options.create_graph || DualLevel::is_open();
  BlockMatrix blocks = make_blocks(like, vars, Slices::Rows, keep);
  for (std::size_t k = 0; k < of.size(); ++k) {
    const bool tracked = of[k].defined() && of[k].requires_grad();
    const std::int64_t rows = like[k].numel();
    const std::int64_t at_once =
        options.chunk_size.value_or(rows_at_once(like[k].numel(), total_numel(vars), graph_bytes));
    for (std::int64_t i = 0; i < rows; i += at_once) {
      const std::int64_t count = std::min(at_once, rows - i);
      variable_list g(vars.size());
      if (tracked)
        g = autograd::grad({of[k]}, vars,
                           {.grad_outputs = {units(like[k], i, count)},
                            .retain_graph = true,
                            .create_graph = options.create_graph,
                            .allow_unused = true,
                            .is_grads_batched = true});
      for (std::size_t j = 0; j < vars.size(); ++j) {
        if (options.strict && !g[j].defined()) fail_independent(op, "by argument", j);
        blocks[k][j].add_rows(i, count, g[j]);
      }
    }
  }
  return finish(op, blocks, options, leaves);
}

enum class Order : std::uint8_t { First, Second };

/// Values beside derivatives: constants, unless these are recorded, and then where nothing but `leaves` is behind them.
void finish_values(variable_list& values, bool record, const variable_list& leaves) {
  if (!record) {
    make_constant(values);
  } else if (!leaves.empty()) {
    retire(leaves);
    for (Tensor& t : values) make_constant_if_own(t);
  }
}

/// The primals of `results`; where there is none, zeros as `like`.
variable_list primals_of(const variable_list& results, const variable_list& like) {
  variable_list primals;
  for (std::size_t k = 0; k < results.size(); ++k)
    primals.push_back(results[k].defined() ? autograd::unpack_dual(results[k]).primal
                                           : zeros(like[k].sizes(), like[k].dtype()));
  return primals;
}

bool any_tracked(const variable_list& list) {
  return std::any_of(list.begin(), list.end(),
                     [](const Tensor& t) { return t.defined() && t.requires_grad(); });
}

/// Adds the tangents of `results`, which are the derivatives by element `e` of argument `j`.
void add_columns(std::string_view op, BlockMatrix& blocks, std::size_t j, std::int64_t e,
                 const variable_list& results, bool strict) {
  for (std::size_t k = 0; k < blocks.size(); ++k) {
    Tensor column;
    if (results[k].defined()) column = autograd::unpack_dual(results[k]).tangent;
    if (strict && !column.defined()) fail_independent(op, "by argument", j);
    blocks[k][j].add(e, column);
  }
}

/// One evaluation with a tangent per element of `x`: of f, or of f and its gradient.
Derivatives by_forward_mode(std::string_view op, ErasedFunction f, const variable_list& x,
                            FunctionalOptions options, Order order,
                            Recording recording = Recording::AsOptionsSay) {
  const bool may_record = options.create_graph;
  Derivatives d;
  BlockMatrix blocks;
  variable_list leaves;
  for (std::size_t j = 0; j < x.size(); ++j) {
    for (std::int64_t e = 0; e < x[j].numel(); ++e) {
      const DualLevel level;
      const AutoGradMode recorded(may_record || order == Order::Second);
      variable_list arguments;
      for (const Tensor& t : x)
        arguments.push_back(order == Order::Second ? variable(t, may_record, leaves)
                                                   : (may_record ? t : t.detach()));
      arguments[j] = autograd::make_dual(arguments[j], unit(x[j], e));
      variable_list results, value;
      if (order == Order::First) {
        value = results = evaluate(op, f, arguments);
      } else {
        value = as_list(evaluate_to_one_element(op, f, arguments));
        if (options.strict) check_tracked_outputs(op, value);
        results = sweep(value, arguments, {ones(value[0].sizes(), value[0].dtype())}, may_record);
      }
      if (blocks.empty()) {
        // A derivative has a history only where the value of its column has one.
        if (recording == Recording::WhereNeeded)
          options.create_graph = may_record && any_tracked(results);
        blocks = make_blocks(order == Order::First ? results : x, x, Slices::Columns,
                             options.create_graph);
        d.value = primals_of(value, {});
        if (order == Order::Second) d.gradient = primals_of(results, x);
      }
      add_columns(op, blocks, j, e, results, options.strict);
    }
  }
  d.blocks = finish(op, blocks, options, leaves);
  finish_values(d.value, options.create_graph, leaves);
  finish_values(d.gradient, options.create_graph, leaves);
  return d;
}

/// Up to this many columns, Auto takes forward mode without knowing the shape of the value.
constexpr std::int64_t kFewColumns = 16;

/// A column costs as much as 3/2 rows, since it computes the value again.
bool columns_are_cheaper(std::int64_t columns, std::int64_t rows) {
  return 3 * columns <= 2 * rows;
}

/// Note [Direction of a Jacobian]
/// Which direction Auto takes must not show in the derivatives. Columns therefore give way to rows
/// where the two could differ or columns cannot be had: an operator or a custom Function without a
/// forward rule, a function that differentiates by its argument, opens a DualLevel, writes to its
/// argument, or turns recording off for a part, which tangents would pass; strict mode and anomaly
/// mode, which are about the backward sweep. An error of the function itself is met again in reverse mode.
/// What remains visible: the argument of a column does not require grad.
class Columns {
 public:
  Columns(ErasedFunction f, const variable_list& x, const FunctionalOptions& options)
      : f_(f), x_(x), options_(options) {}

  /// The columns; without blocks where reverse mode is to be used instead.
  Derivatives try_all(std::string_view op, Recording recording) {
    const auto watched = [this](const variable_list& arguments) { return evaluate(arguments); };
    variable_list copies;
    for (const Tensor& t : x_) copies.push_back(options_.create_graph ? t : t.detach().clone());
    try {
      return by_forward_mode(op, watched, copies, options_, Order::First, recording);
    } catch (const PreferReverseMode&) {
    } catch (const NotImplementedError&) {
    } catch (const GraphError&) {
    }
    return {};
  }

 private:
  struct PreferReverseMode {};

  variable_list evaluate(const variable_list& arguments) {
    const AutoGradMode as_for_rows(true);
    const std::uint64_t switches = grad_mode_switches();
    DimVector versions;
    for (const Tensor& t : arguments) versions.push_back(t._version());
    variable_list value = f_(arguments);
    bool rows = grad_mode_switches() != switches;
    for (std::size_t i = 0; i < arguments.size(); ++i)
      rows = rows || arguments[i]._version() != versions[i];
    // The first column shows how many rows there are; taking rows costs another evaluation of f.
    std::int64_t outputs = 0;
    for (const Tensor& t : value) outputs += t.defined() ? t.numel() : 0;
    if (rows || 5 * (total_numel(x_) - 1) > 4 * (outputs + 2)) throw PreferReverseMode();
    return value;
  }

  ErasedFunction f_;
  const variable_list& x_;
  const FunctionalOptions& options_;
};

/// Sets `options.create_graph`, which says whether recording is allowed, to whether it is needed: for a tracked argument
/// or a captured tensor. Retires `leaves`, those that the transform made.
void record_where_needed(FunctionalOptions& options, const variable_list& x,
                         const variable_list& value, const variable_list& leaves) {
  if (!options.create_graph || any_tracked(x)) return;
  retire(leaves);
  options.create_graph = std::any_of(value.begin(), value.end(), depends_on_tracked);
}

}  // namespace

DerivativeBlocks jacobian(ErasedFunction f, const variable_list& x,
                          const FunctionalOptions& options) {
  return value_and_jacobian("jacobian", f, x, options).blocks;
}

Derivatives value_and_jacobian(std::string_view op, ErasedFunction f, const variable_list& x,
                               const FunctionalOptions& given, Recording when) {
  check_arguments(op, x);
  check_chunk_size(op, given.chunk_size);
  FunctionalOptions options = given;
  if (when == Recording::WhereNeeded) options.create_graph = GradMode::is_enabled();
  const std::int64_t columns = total_numel(x);
  const Strategy strategy = strategy_of(options, Strategy::Auto);
  // Without columns f would not be evaluated, and the shape of its value not known.
  if (strategy == Strategy::Forward && columns > 0)
    return by_forward_mode(op, f, x, options, Order::First, when);

  bool may_go_forward = strategy == Strategy::Auto && columns > 0 && !DualLevel::is_open() &&
                        !options.strict && !autograd::AnomalyMode::is_enabled();
  if (may_go_forward && columns <= kFewColumns) {
    Derivatives d = Columns(f, x, options).try_all(op, when);
    if (!d.blocks.empty()) return d;
    may_go_forward = false;
  }
  const AutoGradMode recording(true);
  Derivatives d;
  variable_list leaves;
  const variable_list vars = variables(op, x, options.create_graph, leaves);
  const MemoryGrowth growth;
  d.value = evaluate(op, f, vars);
  if (may_go_forward && columns_are_cheaper(columns, total_numel(d.value))) {
    Derivatives by_columns = Columns(f, x, options).try_all(op, when);
    if (!by_columns.blocks.empty()) return by_columns;
  }
  if (options.strict) check_tracked_outputs(op, d.value);
  if (when == Recording::WhereNeeded) record_where_needed(options, x, d.value, leaves);
  d.blocks = by_reverse_mode(op, d.value, d.value, vars, options, leaves, growth.bytes());
  finish_values(d.value, options.create_graph, leaves);
  return d;
}

DerivativeBlocks hessian(ErasedFunction f, const variable_list& x,
                         const FunctionalOptions& options) {
  return value_and_hessian("hessian", f, x, options).blocks;
}

Derivatives value_and_hessian(std::string_view op, ErasedFunction f, const variable_list& x,
                              const FunctionalOptions& given, Recording when) {
  check_arguments(op, x);
  check_chunk_size(op, given.chunk_size);
  FunctionalOptions options = given;
  if (when == Recording::WhereNeeded) options.create_graph = GradMode::is_enabled();
  if (strategy_of(options, Strategy::Reverse) == Strategy::Forward && total_numel(x) > 0)
    return by_forward_mode(op, f, x, options, Order::Second, when);

  const AutoGradMode recording(true);
  Derivatives d;
  variable_list leaves;
  const variable_list vars = variables(op, x, options.create_graph, leaves);
  const MemoryGrowth growth;
  d.value = as_list(evaluate_to_one_element(op, f, vars));
  const Tensor& y = d.value[0];
  if (options.strict) check_tracked_outputs(op, d.value);
  d.gradient = sweep(d.value, vars, {ones(y.sizes(), y.dtype())}, /*create_graph=*/true);
  if (when == Recording::WhereNeeded) record_where_needed(options, x, d.value, leaves);
  d.blocks = by_reverse_mode(op, d.gradient, vars, vars, options, leaves, growth.bytes());
  fill_in_zeros(op, d.gradient, vars, /*strict=*/false, "by argument");
  finish_values(d.value, options.create_graph, leaves);
  finish_values(d.gradient, options.create_graph, leaves);
  return d;
}

}  // namespace eigengrad::detail
