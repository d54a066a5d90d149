#include "random/check.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <sstream>

#include "eigengrad/core/error.hpp"
#include "random/interpret.hpp"
#include "support/compare.hpp"

namespace random_programs {
namespace {

std::string number(double x) {
  std::ostringstream os;
  os.precision(12);
  os << x;
  return os.str();
}

bool single_precision(const Program& p) {
  return any_statement(p.statements, [](const Statement& s) { return s.dtype == eg::kFloat32; });
}
bool has_transforms(const Program& p) {
  return uses(p, "grad") || uses(p, "jvp") || uses(p, "vjp") || uses(p, "hvp");
}

/// What the reference says: the variables, and the derivatives of the loss along the directions.
struct Expected {
  Values env;
  std::array<double, 1U << kDirections> along{};
  Decisions decisions;
};

/// Nothing where lines depend on others that threw, or went where numbers are wild.
std::optional<Expected> expect(const Program& p, const Outcome& ours) try {
  Expected e;
  decisions = {};
  e.env.resize(static_cast<std::size_t>(p.variables));
  const Maker<Value> maker = [](const Statement& s) { return new_value(s, s.result); };
  for (std::size_t i = 0; i < p.statements.size(); ++i)
    if (!ours.errors.contains(i)) run(p.statements[i], e.env, maker);
  Number loss;
  for (const Value& v : e.env) {
    if (v.defined() && !tame(v)) return std::nullopt;
    if (!v.defined() || !v.real()) continue;
    std::int64_t i = 0;
    for (const Number& x : v.elements()) loss += Number(weight(i++)) * x;
  }
  for (unsigned bits = 0; bits < e.along.size(); ++bits) e.along[bits] = coefficient(loss, bits);
  e.decisions = decisions;
  return e;
} catch (const Invalid&) {
  return std::nullopt;
}

/// The checks of one program, the first difference that they find.
class Check {
 public:
  Check(const Program& p, const Outcome& ours, const Expected& e)
      : program_(p), ours_(ours), expected_(e), single_(single_precision(p)) {
    for (const double c : e.along) scale_ = std::max(scale_, std::abs(c));
    for (const Observation& o : ours.seen)
      for (const double x : o.array.values) has_nan_ = has_nan_ || std::isnan(x);
  }

  std::optional<Difference> run() {
    const auto [tie, nearest] = expected_.decisions;
    if (nearest < (single_ ? 1e-2 : 1e-9)) return std::nullopt;  // rounding decides
    if (!tie || !(single_ || has_transforms(program_))) values();
    if (!ours_.failed_sweep.empty() || ours_.along.empty()) return found_;
    const bool derivatives = !any_statement(program_.statements, [](const Statement& s) {
      return !s.row->has_derivatives || (s.no_grad && s.row->is_view);
    });
    if (!derivatives) return found_;
    if (!tie) reference();
    // Forward mode passes through no_grad, which stops reverse mode, and begins with new tensors.
    if (any_statement(program_.statements, [](const Statement& s) { return s.no_grad; }) ||
        uses(program_, "requires_grad_"))
      return found_;
    try {
      forward();
      // What is steep reaches a kink or a jump from further away.
      if (!single_ && !uses(program_, "detach") && !uses(program_, "detach_") &&
          !uses(program_, "inference") && !tie && nearest > 0.05 * scale_)
        differences();
    } catch (const eg::Error& e) {
      // What make_dual() gives is a view, as in PyTorch.
      const std::string what = e.what();
      if (what.find("views cannot be detached") == std::string::npos)
        note("throws in forward mode or at a point nearby", what);
    }
    return found_;
  }

 private:
  void note(const char* check, std::string what) {
    if (!found_) found_ = Difference{check, std::move(what)};
  }
  void compare(const char* check, double actual, double wanted, double tolerance) {
    ++checked()[check];
    // The slope 0 of a jump times that of what is NaN is NaN, which the reference passes over.
    if (has_nan_ && std::isnan(actual)) return;
    if (actual == wanted || std::abs(actual - wanted) <=
                                tolerance * std::max({std::abs(actual), std::abs(wanted), scale_}))
      return;
    note(check, number(actual) + " instead of " + number(wanted));
  }

  void values() {
    ++checked()["value by the reference"];
    const support::Tolerance tolerance{.relative = single_ ? 1e-4 : 1e-11, .scale = 10};
    for (const Observation& o : ours_.seen) {
      if (o.what[0] != 'v') continue;
      const Value& v = expected_.env[static_cast<std::size_t>(std::stoi(o.what.substr(1)))];
      support::Array wanted(v.sizes, {}, v.dtype);
      for (const Number& x : v.elements()) wanted.values.push_back(value(x));
      const std::string d = support::difference(o.array, wanted, tolerance);
      if (!d.empty()) note("value by the reference", o.what + ": " + d);
    }
  }
  void reference() {
    static constexpr const char* kChecks[] = {"first derivative by the reference",
                                              "second derivative by the reference",
                                              "third derivative by the reference"};
    // What was saved of a tensor that became a leaf later is that leaf, as in PyTorch.
    const std::size_t orders = uses(program_, "requires_grad_") ? 1 : ours_.along.size();
    for (std::size_t k = 0; k < orders; ++k)
      compare(kChecks[k], ours_.along[k], expected_.along[(2U << k) - 1],
              single_ && k > 0 ? 0.02 : relative());
  }
  void forward() {
    const Forward f = run_forward(program_, ours_, true);
    compare("forward mode", f.first, ours_.along[0], relative());
    if (ours_.along.size() > 1)
      compare("forward over reverse", f.second, ours_.along[1], relative());
    compare("forward mode alone", run_forward(program_, ours_, false).first, ours_.along[0],
            relative());
  }
  /// Central differences, extrapolated once by Richardson.
  void differences() {
    constexpr double h = 0x1p-9;
    const auto slope = [&](double step) {
      return (moved_loss(program_, ours_, step) - moved_loss(program_, ours_, -step)) / (2 * step);
    };
    const double coarse = slope(h), fine = slope(h / 2);
    if (std::abs(fine - coarse) > 1e-3 * scale_) return;  // too curved to tell
    compare("differences", ours_.along[0], fine + (fine - coarse) / 3, 1e-6);
  }
  double relative() const { return single_ ? 1e-3 : 1e-8; }

  const Program& program_;
  const Outcome& ours_;
  const Expected& expected_;
  bool single_;
  double scale_ = 1;
  bool has_nan_ = false;
  std::optional<Difference> found_;
};

/// "" for a variable, "first", "grad" and so on for its derivatives.
std::string kind_of(const Observation& o) { return o.what.substr(0, o.what.find_first_of(" v")); }

std::optional<Difference> compare(const Observation& a, const Observation& b, bool flags,
                                  const support::Tolerance& tolerance) {
  const std::string kind = kind_of(a).empty() ? "value" : kind_of(a);
  const auto differ = [&](const char* property, bool ours, const char* text) {
    return Difference{kind + property, a.what + (ours ? " is " : " is not ") + text};
  };
  if (flags && a.defined != b.defined) return differ(" defined", a.defined, "defined");
  if (!a.defined || !b.defined) return std::nullopt;
  if (flags && a.requires_grad != b.requires_grad)
    return differ(" requires_grad", a.requires_grad, "tracked");
  if (flags && a.is_leaf != b.is_leaf) return differ(" is_leaf", a.is_leaf, "a leaf");
  const std::string d = support::difference(a.array, b.array, tolerance);
  if (d.empty()) return std::nullopt;
  return Difference{kind + " by PyTorch", a.what + ": " + d};
}

std::optional<Difference> compare_errors(const Program& p, const Outcome& ours,
                                         const Outcome& theirs) {
  for (std::size_t i = 0; i < p.statements.size(); ++i) {
    const bool a = ours.errors.contains(i), b = theirs.errors.contains(i);
    if (a == b) continue;
    const std::string line = text_of(p.statements[i], Language::Cpp);
    if (a) return Difference{"throws, PyTorch does not", line + ours.errors.at(i)};
    return Difference{"does not throw, PyTorch does", line + theirs.errors.at(i)};
  }
  return std::nullopt;
}

}  // namespace

std::map<std::string, std::int64_t>& checked() {
  static std::map<std::string, std::int64_t> counts;
  return counts;
}

bool uses(const Program& p, std::string_view name) {
  return any_statement(p.statements, [&](const Statement& s) { return name == s.row->name; });
}

bool rounding_decides(const Program& p) {
  const std::optional<Expected> e = expect(p, {});
  return e && (e->decisions.tie || e->decisions.nearest < (single_precision(p) ? 1e-2 : 1e-9));
}

std::optional<Difference> check_itself(const Program& p, const Outcome& ours) {
  const std::optional<Expected> e = expect(p, ours);
  return e ? Check(p, ours, *e).run() : std::nullopt;
}

std::optional<Difference> compare(const Program& p, const Outcome& ours, const Outcome& theirs) {
  ++checked()["PyTorch"];
  if (auto d = compare_errors(p, ours, theirs)) return d;
  std::map<std::string, double> scales;
  for (const Observation& o : theirs.seen)
    for (const double x : o.array.values)
      if (std::isfinite(x)) scales[kind_of(o)] = std::max({1.0, scales[kind_of(o)], std::abs(x)});
  const bool transforms = has_transforms(p);
  const double relative = single_precision(p) ? 1e-3 : 1e-8;
  std::map<std::string, const Observation*> named;
  for (const Observation& o : theirs.seen) named[o.what] = &o;
  for (const Observation& a : ours.seen) {
    // The derivatives of a transform's result are tracked through variables of its own in PyTorch.
    const bool flags = kind_of(a).empty() || !transforms;
    if (!named.contains(a.what)) {
      if (flags && theirs.failed_sweep.empty()) return Difference{"only here", a.what};
      continue;
    }
    const Observation& b = *named[a.what];
    named.erase(a.what);
    const bool high = kind_of(b) == "second" || kind_of(b) == "third";
    const double within = high && single_precision(p) ? 0.02 : relative;
    if (auto d = compare(a, b, flags, {.relative = within, .scale = scales[kind_of(b)]})) return d;
  }
  const auto sweeps =
      ours.failed_sweep + ": " + ours.message + " / " + theirs.failed_sweep + ": " + theirs.message;
  if (ours.failed_sweep != theirs.failed_sweep) {
    if (ours.failed_sweep.empty())
      return Difference{"no error in the sweep, PyTorch has one", sweeps};
    if (theirs.failed_sweep.empty())
      return Difference{"error in the sweep, PyTorch has none", sweeps};
    return Difference{"errors in different sweeps", sweeps};
  }
  if (ours.failed_sweep.empty() && !named.empty() && !transforms)
    return Difference{"only in PyTorch", named.begin()->first};
  return std::nullopt;
}

}  // namespace random_programs
