#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// New tensors, copies, writes, and what speaks to the graph itself.
namespace random_programs {
namespace {

using eg::Tensor;

Value copy(const Value& x, eg::ScalarType dtype) { return make(x.sizes, x.elements(), dtype); }

void draw_real(Draft& d, Statement& s) { s.operands = {d.real()}; }

/// A write of other values, or of a constant.
Row writer(const char* name, const char* text, int operands,
           std::function<void(const Call&)> in_place,
           std::function<Number(const Reference&, const Sizes&)> element) {
  return {.name = name,
          .text = text,
          .draw =
              [=](Draft& d, Statement& s) {
                s.operands = {d.number(0, eg::kBool)};
                if (operands > 1)
                  s.operands.push_back(d.broadcastable(d[s.operands[0]].sizes, true));
                s.numbers = {d.scalar()};
              },
          .reference =
              [=](const Reference& c) {
                if (operands > 1)
                  require(broadcast(c.x[0].sizes, c.x[1].sizes) == c.x[0].sizes, "grows");
                return Values{generate(c.x[0].sizes, c.x[0].dtype,
                                       [&](const Sizes& i) { return element(c, i); })};
              },
          .in_place = std::move(in_place),
          .weight = operands > 1 ? 2.0 : 0.5,
          .only_in_place = true};
}

}  // namespace

Rows autograd_rows() {
  return {
      {.name = "clone",
       .text = "%0.clone()",
       .draw = [](Draft& d, Statement& s) { s.operands = {d.any()}; },
       .call = [](const Call& c) { return variable_list{c.x[0].clone()}; },
       .reference = [](const Reference& c) { return Values{copy(c.x[0], c.x[0].dtype)}; },
       .weight = 2},
      {.name = "contiguous",
       .text = "%0.contiguous()",
       .draw = draw_real,
       .call = [](const Call& c) { return variable_list{c.x[0].contiguous()}; },
       .reference =
           [](const Reference& c) {
             const Value& x = c.x[0];
             require(x.known_layout);
             return Values{x.row_major() ? x : copy(x, x.dtype)};
           },
       .weight = 0.5,
       .is_view = true},
      {.name = "to",
       .text = "%0.to(%d)",
       .draw =
           [](Draft& d, Statement& s) {
             s.operands = {d.any()};
             s.dtype = d.one_of({eg::kFloat64, eg::kFloat64, eg::kFloat32, eg::kInt64, eg::kBool});
           },
       .call = [](const Call& c) { return variable_list{c.x[0].to(c.s.dtype)}; },
       .reference =
           [](const Reference& c) {
             const Value& x = c.x[0];
             if (x.dtype == c.s.dtype) return Values{x};
             if (x.real() && !eg::is_floating_point(c.s.dtype))
               for (const Number& e : x.elements()) decide(value(e) - std::round(value(e)));
             return Values{copy(x, c.s.dtype)};
           },
       .weight = 0.7,
       .is_view = true},
      {.name = "detach",
       .text = "%0.detach()",
       .draw = draw_real,
       .call = [](const Call& c) { return variable_list{c.x[0].detach()}; },
       .reference =
           [](const Reference& c) {
             Value y = view(c.x[0], c.x[0].sizes, c.x[0].strides, c.x[0].offset);
             y.derivatives = std::make_shared<std::vector<Number>>(c.x[0].memory->size());
             return Values{y};
           },
       .weight = 0.7,
       .is_view = true,
       .tracks = Tracks::Never},
      writer(
          "copy_", "%0.copy_(%1)", 2, [](const Call& c) { c.x[0].copy_(c.x[1]); },
          [](const Reference& c, const Sizes& i) { return c.x[1].broadcast_at(i); }),
      writer(
          "fill_", "%0.fill_($0)", 1, [](const Call& c) { c.x[0].fill_(c.number(0)); },
          [](const Reference& c, const Sizes&) { return Number(c.number(0)); }),
      writer(
          "zero_", "%0.zero_()", 1, [](const Call& c) { c.x[0].zero_(); },
          [](const Reference&, const Sizes&) { return Number(); }),
      {.name = "retain_grad",
       .text = "%0.retain_grad()",
       .draw =
           [](Draft& d, Statement& s) {
             require(!d.in_body());
             s.operands = {d.pick([](const Value& x) { return x.tracked; })};
           },
       .call =
           [](const Call& c) {
             c.x[0].retain_grad();
             return variable_list{};
           },
       .reference = [](const Reference&) { return Values{}; },
       .results = 0,
       .weight = 0.5,
       .only_reverse = true,
       .only_backward = true},
      {.name = "counting_hook",
       .text = "%0.register_hook([](const eg::Tensor& g) { record(%0, g.sum()); })",
       .draw =
           [](Draft& d, Statement& s) {
             require(!d.in_body());
             s.operands = {d.pick([](const Value& x) { return x.tracked; })};
           },
       .call =
           [](const Call& c) {
             c.x[0].register_hook([v = c.s.operands[0]](const Tensor& g) {
               hook_log().push_back(v);
               hook_log().push_back(g.sum().item<double>());
             });
             return variable_list{};
           },
       .reference = [](const Reference&) { return Values{}; },
       .python = "%0.register_hook(lambda g: record(\"%0\", g.sum()))",
       .results = 0,
       .weight = 0.5,
       .only_reverse = true,
       .only_backward = true},
      {.name = "scaling_hook",
       .text = "%0.register_hook([](const eg::Tensor& g) { return g * $0; })",
       .draw =
           [](Draft& d, Statement& s) {
             require(!d.in_body());
             s.operands = {d.pick([](const Value& x) { return x.tracked; })};
             s.numbers = {d.scalar()};
           },
       .call =
           [](const Call& c) {
             c.x[0].register_hook([k = c.number(0)](const Tensor& g) { return g * k; });
             return variable_list{};
           },
       .reference = [](const Reference&) { return Values{}; },
       .python = "%0.register_hook(lambda g: g * $0)",
       .results = 0,
       .weight = 0.4,
       .has_derivatives = false,
       .only_reverse = true},
      {.name = "detach_",
       .text = "%0.detach_()",
       .draw = [](Draft& d, Statement& s) { s.operands = {d.alone(0, true)}; },
       .call =
           [](const Call& c) {
             c.x[0].detach_();
             return variable_list{};
           },
       .reference =
           [](const Reference& c) {
             Value y = view(c.x[0], c.x[0].sizes, c.x[0].strides, c.x[0].offset);
             y.derivatives = std::make_shared<std::vector<Number>>(c.x[0].memory->size());
             return Values{y};
           },
       .results = 0,
       .weight = 0.4,
       .reshapes = true,
       .tracks = Tracks::Never},
      {.name = "requires_grad_",
       .text = "%0.requires_grad_()",
       .draw =
           [](Draft& d, Statement& s) {
             const int x = d.alone(0, true);
             require(!d[x].tracked && d.unused(x));
             s.operands = {x};
           },
       .call =
           [](const Call& c) {
             c.x[0].requires_grad_();
             return variable_list{};
           },
       .reference =
           [](const Reference& c) {
             Value y = view(c.x[0], c.x[0].sizes, c.x[0].strides, c.x[0].offset);
             y.derivatives = std::make_shared<std::vector<Number>>(c.x[0].memory->size());
             std::int64_t i = 0;
             for (const std::size_t place : y.places())
               seed((*y.derivatives)[place], c.s.operands[0], i++);
             y.leaf = true;
             return Values{y};
           },
       .results = 0,
       .weight = 0.4,
       .reshapes = true,
       .tracks = Tracks::Always},
  };
}

}  // namespace random_programs
