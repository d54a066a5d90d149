#include "random/check.hpp"

namespace random_programs {
namespace {

bool mentions(const Difference& d, std::string_view text) {
  return d.what.find(text) != std::string::npos;
}
bool mentions_check(const Difference& d, std::string_view text) {
  return d.check.find(text) != std::string::npos;
}
bool has_parts(const Program& p) {
  return uses(p, "split") || uses(p, "chunk") || uses(p, "unbind");
}

bool has_no_elements(const Program& p) {
  return any_statement(p.statements, [](const Statement& s) {
    return s.operands.empty() && support::count(s.integers) == 0;
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
                 mentions(d, "derivative for 'inplace version of"));
       }},
      {"PyTorch refuses to use parts of split, chunk and unbind after a write to their base; here "
       "they "
       "are views like others, and the reference agrees",
       [](const Program& p, const Difference& d) {
         return has_parts(p) &&
                (d.check == "value defined" ||
                 mentions(d,
                          "Such functions do not allow the output views to be modified inplace"));
       }},
      {"PyTorch refuses sources that share memory with the tensor written to, dtypes that it does "
       "not "
       "implement, targets that broadcast; here they are taken, and the reference agrees",
       [](const Program&, const Difference& d) {
         return d.check == "does not throw, PyTorch does" &&
                (mentions(d, "and the written-to tensor refer to a single memory location") ||
                 mentions(d, "not implemented for") || mentions(d, "Target size") ||
                 mentions(d, "source and destination dtypes match"));
       }},
      {"PyTorch's addmm_ and masked_scatter_ read operands that they have overwritten already; the "
       "reference agrees with the values here",
       [](const Program& p, const Difference& d) {
         return mentions_check(d, " by PyTorch") &&
                any_statement(p.statements, [](const Statement& s) {
                  const std::string_view name = s.row->name;
                  return s.in_place && (name == "addmm" || name == "masked_scatter");
                });
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
      {"where exact arithmetic meets a jump, rounding decides",
       [](const Program& p, const Difference& d) {
         const auto rounds = [&](std::string_view name) { return uses(p, name); };
         return (mentions_check(d, " by PyTorch") || d.check == "value by the reference") &&
                (rounds("solve") || rounds("inverse") || rounds("det") || rounds("pow") ||
                 rounds("copysign")) &&
                rounding_decides(p);
       }},
      {"a derivative that is constant is a tracked tensor here where PyTorch's formula (for one "
       "element "
       "of prod, cumprod, det, norm; for none; for exponent 0) returns an untracked one, or none",
       [](const Program&, const Difference& d) {
         return d.check != "value requires_grad" &&
                ((mentions_check(d, " requires_grad") && mentions(d, " is tracked")) ||
                 (mentions_check(d, " defined") && mentions(d, " is defined")));
       }},
      {"derivatives of order 2 of addcdiv, div and pow where an extent of 0 broadcasts against "
       "values of 0: "
       "the rule divides by them although there are no elements",
       [](const Program& p, const Difference& d) {
         return d.check == "second derivative by the reference" &&
                mentions(d, "nan instead of 0") &&
                (uses(p, "addcdiv") || uses(p, "div") || uses(p, "pow")) && has_no_elements(p);
       }},
  };
  return list;
}

}  // namespace random_programs
