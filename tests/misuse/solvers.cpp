#include "misuse/table.hpp"

/// Optimisers, roots, implicit functions and differential equations that cannot be solved as asked.
namespace misuse {
namespace {

using Function = std::function<Tensor(const Tensor&)>;
using Parametric = std::function<Tensor(const Tensor&, const Tensor&)>;

Tensor squares(const Tensor& x) { return (x * x).sum(); }
Tensor cubes(const Tensor& x) { return x.pow(3) - 1; }
Tensor decay(const Tensor&, const Tensor& y, const Tensor& k) { return -k * y; }
Tensor times() { return eg::linspace(0, 1, 3); }
Tensor rate() { return eg::ones({1}); }

void constrained(const eg::optim::Constraint& constraint) {
  eg::MinimizeOptions o;
  o.constraints = {constraint};
  eg::minimize(squares, row(), o);
}
template <class Change>
void solved_with(Change change, const Tensor& t = times()) {
  eg::OdeintOptions o;
  change(o);
  eg::odeint(decay, row(), t, rate(), o);
}

constexpr Wrong kRows[] = {
    {"constraint_empty", "no function", [] { constrained({}); }},
    {"constraint_without_sides", "finite side", [] { constrained({cubes}); }},
    {"constraint_sides_cross", "cross",
     [] {
       constrained({cubes, 2, 1});
     }},
    {"constraint_sides_count", "elements",
     [] {
       constrained({cubes, eg::ones({5})});
     }},
    {"constraint_undefined", "undefined",
     [] { constrained(eg::optim::equality([](const Tensor&) { return Tensor(); })); }},
    {"constraint_dtype", "dtype",
     [] { constrained(eg::optim::equality([](const Tensor& x) { return x > 0; })); }},
    {"constraint_no_graph", "does not require grad",
     [] { constrained(eg::optim::equality([](const Tensor& x) { return x.detach(); })); }},
    {"constraint_nan", "not finite",
     [] { constrained(eg::optim::equality([](const Tensor& x) { return (-x - 1).sqrt(); })); }},
    {"variable_projection_shapes", "",
     [] { eg::variable_projection([](const Tensor& x) { return x; }, row(), row()); }},
    {"clip_norm_negative", "", [] { eg::clip_grad_norm_(tracked(), -1); }},
    {"clip_value_undefined", "", [] { eg::clip_grad_value_(undefined(), 1); }},
    {"root_empty", "function is empty", [] { eg::root(Function(), row()); }},
    {"root_count", "", [] { eg::root(squares, row()); }},
    {"root_undefined", "", [] { eg::root(cubes, undefined()); }},
    {"root_integers", "", [] { eg::root(cubes, indices()); }},
    {"root_no_graph", "", [] { eg::root([](const Tensor&) { return row(); }, row()); }},
    {"root_tolerance", "tolerance", [] { eg::root(cubes, row(), {.tolerance_x = -1}); }},
    {"root_method", "",
     [] { eg::root(cubes, row(), {.method = static_cast<eg::RootMethod>(77)}); }},
    {"implicit_empty", "function is empty", [] { eg::implicit_root(Parametric(), row(), rate()); }},
    {"implicit_no_root", "",
     [] {
       eg::implicit_root([](const Tensor& y, const Tensor& k) { return y * y + k; }, rate(),
                         rate());
     }},
    {"implicit_singular", "singular",
     [] {
       const Tensor k = eg::zeros({1}, eg::requires_grad());
       eg::ImplicitRootOptions o;
       o.derivative.accept_unconverged = true;
       eg::implicit_root([](const Tensor& y, const Tensor& p) { return y * y - p * p; },
                         eg::zeros({1}), k, o)
           .sum()
           .backward();
     }},
    {"fixed_point_shape", "",
     [] {
       eg::fixed_point([](const Tensor& y, const Tensor&) { return y.sum(); }, row(), rate());
     }},
    {"argmin_bounds", "bound",
     [] {
       eg::ArgminOptions o;
       o.solver.lower = 0;
       eg::argmin([](const Tensor& y, const Tensor& k) { return squares(y - k); }, row(), rate(),
                  o);
     }},
    {"argmin_vector", "",
     [] { eg::argmin([](const Tensor& y, const Tensor& k) { return y * k; }, row(), rate()); }},
    {"odeint_one_time", "", [] { solved_with([](auto&) {}, eg::zeros({1})); }},
    {"odeint_times_matrix", "",
     [] {
       solved_with([](auto&) {}, eg::ones({2, 2}));
     }},
    {"odeint_times_turn", "",
     [] {
       solved_with([](auto&) {}, eg::tensor({0.0, 2.0, 1.0}));
     }},
    {"odeint_times_nan", "", [] { solved_with([](auto&) {}, times() / 0); }},
    {"odeint_rtol", "rtol", [] { solved_with([](auto& o) { o.rtol = -1; }); }},
    {"odeint_atol", "atol", [] { solved_with([](auto& o) { o.atol = eg::ones({4}); }); }},
    {"odeint_steps", "max_steps", [] { solved_with([](auto& o) { o.max_steps = 1; }); }},
    {"odeint_method", "",
     [] { solved_with([](auto& o) { o.method = static_cast<eg::OdeintMethod>(77); }); }},
    {"odeint_event", "",
     [] {
       solved_with([](auto& o) { o.event = [](const Tensor&, const Tensor& y) { return y; }; });
     }},
    {"odeint_integers", "", [] { eg::odeint(decay, indices(), times(), rate()); }},
    {"odeint_shape", "",
     [] {
       eg::odeint([](const Tensor&, const Tensor& y, const Tensor&) { return y.sum(); }, row(),
                  times(), rate());
     }},
    {"odeint_explodes", "",
     [] {
       eg::odeint([](const Tensor&, const Tensor& y, const Tensor&) { return y * y; },
                  eg::ones({1}), eg::tensor({0.0, 2.0}), rate());
     }},
    {"load_no_file", "cannot be opened",
     [] {
       eg::optim::SGD sgd({tracked()}, 0.1);
       eg::load(sgd, std::string("/no/such/file"));
     }},
};
const Table table("solvers", kRows);

}  // namespace
}  // namespace misuse
