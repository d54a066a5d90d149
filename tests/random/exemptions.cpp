#include <algorithm>
#include <set>

#include "random/check.hpp"

namespace random_programs {
namespace {

bool mentions(const Difference& d, std::string_view text) {
  return d.what.find(text) != std::string::npos;
}
bool mentions_check(const Difference& d, std::string_view text) {
  return d.check.find(text) != std::string::npos;
}
/// Whether a line writes to a new tensor that requires grad, or to something that became a leaf.
bool writes_to_a_leaf(const Program& p) {
  std::set<int> leaves;
  return any_statement(p.statements, [&](const Statement& s) {
    if (s.operands.empty() && s.requires_grad) leaves.insert(s.result);
    if (s.row->tracks == Tracks::Always) leaves.insert(s.operands[0]);
    return s.in_place && leaves.contains(s.operands[0]);
  });
}
/// Whether a function that such a row takes writes in place.
bool writes_inside(const Program& p, std::string_view name) {
  return any_statement(p.statements, [&](const Statement& s) {
    return s.row->name == name &&
           any_statement(s.body, [](const Statement& line) { return line.in_place; });
  });
}

}  // namespace

const std::vector<Exemption>& exemptions() {
  static const std::vector<Exemption> list = {
      {"PyTorch refuses the sweep because a value was overwritten (its operators in place save "
       "their own "
       "result, or have no derivative); here the derivative is computed, and the reference agrees",
       [](const Program&, const Difference& d) {
         return (d.check == "no error in the sweep, PyTorch has one" ||
                 d.check == "does not throw, PyTorch does") &&
                (mentions(d, "modified by an inplace operation") ||
                 mentions(d, "detached in-place") ||
                 mentions(d, "Inference tensors cannot be saved") ||
                 mentions(d, "derivative for 'inplace version of"));
       }},
      {"PyTorch takes a view that was made before its base was tracked, and not asked for its "
       "history "
       "since, for a leaf; here it is written to, and the reference agrees",
       [](const Program& p, const Difference& d) {
         return d.check == "does not throw, PyTorch does" &&
                mentions(d, "a leaf Variable that requires grad is being used in an in-place") &&
                !writes_to_a_leaf(p);
       }},
      {"PyTorch's kron and matmul save copies of some operands, its kl_div fewer, and checkpoint "
       "where its function "
       "writes "
       "computes with values that were overwritten; here they are refused, or the ones before, and "
       "the "
       "reference agrees",
       [](const Program& p, const Difference& d) {
         if ((uses(p, "kron") || uses(p, "einsum_batch") || uses(p, "matmul") ||
              uses(p, "kl_div")) &&
             d.check == "error in the sweep, PyTorch has none")
           return mentions(d, "modified by an inplace operation");
         return writes_inside(p, "checkpoint") &&
                (mentions(d, "modified by an inplace operation") ||
                 (mentions_check(d, " by PyTorch") && !mentions_check(d, "value")));
       }},
      {"PyTorch refuses sources that share memory with the tensor written to, dtypes that it does "
       "not implement, targets that broadcast, what is not row-major in kron; here they are taken, "
       "and the reference agrees",
       [](const Program& p, const Difference& d) {
         return d.check == "does not throw, PyTorch does" &&
                (mentions(d, "and the written-to tensor refer to a single memory location") ||
                 mentions(d, "not implemented for") || mentions(d, "Target size") ||
                 mentions(d, "source and destination dtypes match") ||
                 mentions(d, "source tensor shape must match self tensor shape") ||
                 mentions(d, "does not support bool dtypes") ||
                 mentions(d, "Setting requires_grad=True on inference tensor") ||
                 (uses(p, "kron") && mentions(d, "view size is not compatible")));
       }},
      {"PyTorch's addmm_ and masked_scatter_ read operands that they have overwritten already, and "
       "its select_scatter writes into a copy whose elements share memory; the reference agrees "
       "with "
       "the values here",
       [](const Program& p, const Difference& d) {
         if (uses(p, "inference") && d.check == "value by PyTorch") return true;
         const bool shares =
             uses(p, "select_scatter") && (uses(p, "unfold") || uses(p, "as_strided"));
         return (mentions_check(d, " by PyTorch") || mentions(d, "input matrix is singular")) &&
                (shares || any_statement(p.statements, [](const Statement& s) {
                   const std::string_view name = s.row->name;
                   return s.in_place && (name == "addmm" || name == "masked_scatter");
                 }));
       }},
      {"PyTorch's derivative is NaN (logcumsumexp at order 3, copysign at 0); the one here is "
       "finite",
       [](const Program&, const Difference& d) {
         return mentions_check(d, " by PyTorch") && mentions(d, "instead of nan");
       }},
      {"PyTorch's pow drops the mixed second derivative where the exponent is 0; the reference "
       "agrees with "
       "the one here",
       [](const Program& p, const Difference& d) {
         return uses(p, "pow") && (d.check == "second by PyTorch" || d.check == "third by PyTorch");
       }},
      {"PyTorch's scatter_reduce(amax or amin, include_self = false) leaves a part of the gradient "
       "to an "
       "element of self that took no part; the reference agrees with the one here",
       [](const Program& p, const Difference& d) {
         return (uses(p, "scatter_amax") || uses(p, "scatter_amin")) &&
                mentions_check(d, " by PyTorch") &&
                (!mentions_check(d, "value") || uses(p, "grad") || uses(p, "vjp") ||
                 uses(p, "jvp") || uses(p, "hvp"));
       }},
      {"PyTorch's scatter_reduce(prod) has no second derivative where several zeros meet",
       [](const Program& p, const Difference& d) {
         return uses(p, "scatter_prod") && mentions(d, "Double backward is unsupported");
       }},
      {"jvp and hvp take tensors made in inference mode by tangents, but not by sweeps, which they "
       "use in "
       "forward mode",
       [](const Program& p, const Difference& d) {
         return d.check == "throws in forward mode or at a point nearby" &&
                (uses(p, "jvp") || uses(p, "hvp")) &&
                (mentions(d, "made in inference mode cannot require gradients") ||
                 mentions(d, "Inference tensors cannot be saved"));
       }},
      {"as_strided reads memory as it lies: results are row-major here, where PyTorch's are laid "
       "out as "
       "what they were computed from",
       [](const Program& p, const Difference& d) {
         return uses(p, "as_strided") && mentions_check(d, " by PyTorch");
       }},
      {"PyTorch's sweep over det of float32 throws",
       [](const Program& p, const Difference& d) {
         return uses(p, "det") && mentions(d, "Expected LU and B to have the same dtype");
       }},
      {"PyTorch's zero that is no memory cannot be added to",
       [](const Program&, const Difference& d) {
         return mentions(d, "ZeroTensors are immutable");
       }},
      {"whether einsum, kron and matmul return a view of what they computed",
       [](const Program& p, const Difference& d) {
         return any_statement(p.statements,
                              [](const Statement& s) {
                                const std::string_view name = s.row->name;
                                return name == "kron" || name == "matmul" ||
                                       name.starts_with("einsum");
                              }) &&
                (d.check == "hooks by PyTorch" ||
                 mentions(d, "views cannot be detached in place") ||
                 mentions(d, "Can't detach views in-place") ||
                 mentions(d, "A view was created in no_grad mode"));
       }},
      {"cholesky of what is singular but for rounding is refused at some points and not at others",
       [](const Program& p, const Difference& d) {
         return uses(p, "cholesky") && mentions(d, "not positive-definite");
       }},
      {"PyTorch's checkpoint differentiates by inputs that are views made under no_grad when it "
       "evaluates "
       "again",
       [](const Program& p, const Difference& d) {
         return uses(p, "checkpoint") && mentions(d, " is not tracked") &&
                any_statement(p.statements,
                              [](const Statement& s) { return s.no_grad && s.row->is_view; });
       }},
      {"the .grad of a tensor that retains it follows a change of geometry here, not in PyTorch",
       [](const Program& p, const Difference& d) {
         return uses(p, "retain_grad") && d.check == "grad by PyTorch" && mentions(d, ": shape ");
       }},
      {"a slope that is 0 on one side only (clamp at its bound) meets an infinite one: a sweep "
       "leaves "
       "the element out, in forward mode 0 times infinity is NaN, as in PyTorch",
       [](const Program& p, const Difference& d) {
         const auto is_used = [&](const char* name) { return uses(p, name); };
         const auto bounds = {"clamp", "clamp_min", "clamp_max", "relu", "hardtanh"};
         const auto poles = {"rdiv", "div", "sqrt", "rsqrt", "log", "reciprocal", "pow"};
         return mentions_check(d, "forward mode") && mentions(d, "nan instead of") &&
                std::any_of(bounds.begin(), bounds.end(), is_used) &&
                std::any_of(poles.begin(), poles.end(), is_used);
       }},
      {"where exact arithmetic meets a jump, rounding decides",
       [](const Program& p, const Difference& d) {
         const auto is_used = [&](const char* name) { return uses(p, name); };
         const auto rounding = {"solve",       "inverse", "det",  "pow",         "softmax",
                                "log_softmax", "log",     "norm", "einsum_outer"};
         const auto jumps = {"copysign", "atan2", "floor", "ceil",      "trunc", "frac",
                             "round",    "sign",  "fmod",  "remainder", "to"};
         return (mentions_check(d, " by PyTorch") || d.check == "value by the reference") &&
                (std::any_of(rounding.begin(), rounding.end(), is_used) ||
                 std::any_of(jumps.begin(), jumps.end(), is_used)) &&
                rounding_decides(p);
       }},
      {"a derivative that is constant is a tracked tensor here where PyTorch's formula (for one "
       "element of prod, cumprod, det, norm; for none; for exponent 0) returns an untracked one, "
       "or "
       "none, and jvp and hvp by tangents as well, but not by sweeps, which they use in forward "
       "mode: "
       "a write to it is refused then",
       [](const Program& p, const Difference& d) {
         const bool bends = uses(p, "jvp") || uses(p, "hvp") || uses(p, "vjp") || uses(p, "grad");
         const bool empty_or_unrecorded = any_statement(p.statements, [](const Statement& s) {
           return s.no_grad || (s.operands.empty() && support::count(s.integers) == 0);
         });
         if (d.check == "error in the sweep, PyTorch has none")
           return (uses(p, "jvp") || uses(p, "hvp")) &&
                  mentions(d, "modified by an inplace operation");
         if (d.check == "value requires_grad") return bends && empty_or_unrecorded;
         if (d.check == "throws in forward mode or at a point nearby")
           return (uses(p, "jvp") || uses(p, "hvp")) &&
                  mentions(d, "modified by an inplace operation");
         return d.check != "value requires_grad" &&
                ((mentions_check(d, " requires_grad") && mentions(d, " is tracked")) ||
                 (mentions_check(d, " defined") && mentions(d, " is defined")));
       }},
  };
  return list;
}

}  // namespace random_programs
