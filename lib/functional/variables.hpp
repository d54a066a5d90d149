#pragma once

#include <cstdint>
#include <string_view>

#include "eigengrad/functional/callable.hpp"

/// What the transforms share: variables to differentiate by, checks, and one sweep.

namespace eigengrad::detail {

/// The tangent that `t` carries, undefined when there is none.
Tensor find_tangent(const Tensor& t);

/// The number of elements of all tensors; undefined ones have none.
std::int64_t total_numel(const variable_list& list) noexcept;

/// Throws: DtypeError for a tensor that is undefined or not floating point.
void check_argument(std::string_view op, std::size_t i, const Tensor& x);
/// Throws: also GraphError for an empty list.
void check_arguments(std::string_view op, const variable_list& x);

/// Something to differentiate by that has the value and the tangent of `x`: a node above `x` when
/// `connect` and `x` is tracked, otherwise a leaf that nobody else knows, which is added to `leaves`.
///
/// Note [Leaves of transforms]
/// When a transform is done nobody can differentiate by its own leaves any more. It retires them, and
/// results that depend on no other leaf are constants: a transform around it does not take them for
/// captured tensors, and no graph grows from step to step.
Tensor variable(const Tensor& x, bool connect, variable_list& leaves);
variable_list variables(std::string_view op, const variable_list& x, bool connect,
                        variable_list& leaves);
void retire(const variable_list& leaves) noexcept;
/// Whether the graph below `t`, or below its tangent, ends at leaves that are not retired.
bool depends_on_tracked(const Tensor& t);
/// `t` without its graph, if that ends at retired leaves only; a tangent stays.
void make_constant_if_own(Tensor& t);

/// `t` without its graph; a tangent stays.
Tensor constant(const Tensor& t);
void make_constant(variable_list& list);

/// Evaluates `f`. Throws: ValueError when there is no output, or an undefined one.
variable_list evaluate(std::string_view op, ErasedFunction f, const variable_list& x);
/// Throws: also ShapeError when it is not one tensor with one element; DtypeError when not floating.
Tensor evaluate_to_one_element(std::string_view op, ErasedFunction f, const variable_list& x);

/// The vectors of a product, one per tensor of `like` and in its dtype. Left out, they are the scalar 1,
/// for a `like` of one element. Throws: ShapeError. `like_what` names `like` in messages.
variable_list check_vectors(std::string_view op, const variable_list& v, const variable_list& like,
                            std::string_view like_what);

/// Gradients of the tracked ones of `outputs`; undefined where there is none. If `batched`, cotangents and gradients have
/// a leading dimension.
variable_list sweep(const variable_list& outputs, const variable_list& vars,
                    const variable_list& cotangents, bool create_graph,
                    optional<bool> keep_graph = nullopt, bool batched = false);

/// The gradient of output . cotangent by `var`, not recorded, for one cotangent after another: the graph of
/// `output` is kept. Undefined where it does not depend on `var`.
Tensor pull_back(const Tensor& output, const Tensor& var, const Tensor& cotangent);

/// Puts zeros, shaped as `like`, where `derivatives` are undefined.
/// Throws: GraphError instead in strict mode; `by` says what the missing one is: "by argument".
void fill_in_zeros(std::string_view op, variable_list& derivatives, const variable_list& like,
                   bool strict, std::string_view by);
[[noreturn]] void fail_independent(std::string_view op, std::string_view by, std::size_t i);

/// For strict mode. Throws: GraphError when an output is not tracked.
void check_tracked_outputs(std::string_view op, const variable_list& outputs);
/// For strict mode. Throws: GraphError when a result that was to be recorded is a constant.
void check_recorded(std::string_view op, const variable_list& results);

/// A unit tensor: 1 at element `i`, counted in row-major order, and 0 elsewhere.
Tensor unit(const Tensor& like, std::int64_t i);

/// The strategy that the options name, or `otherwise`. Throws: ValueError when they name none of them.
Strategy strategy_of(const FunctionalOptions& options, Strategy otherwise);

/// Whether to work with tangents when the options leave that open, or say Auto, and they are the
/// cheaper way: only one level of them can be open.
bool choose_tangents(const FunctionalOptions& options);

}  // namespace eigengrad::detail
