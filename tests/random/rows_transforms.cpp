#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// What takes a function: checkpoints, scopes, and derivatives.
namespace random_programs {
namespace {

using eg::Tensor;

Value copy(const Value& x, eg::ScalarType dtype) { return make(x.sizes, x.elements(), dtype); }

/// The function of the transforms' rows as one of values with one element.
Tensor weighted(const Tensor& y) {
  return (y * eg::arange(y.numel(), y.dtype()).cos().reshape(y.sizes())).sum();
}
Number weighted(const Value& y) {
  Number sum;
  std::int64_t i = 0;
  for (const Number& e : y.elements()) sum += Number(weight(i++)) * e;
  return sum;
}

/// A direction that nothing else uses, for a transform as long as it runs: the last ones are theirs.
class Direction {
 public:
  Direction() {
    require(taken() < kDirections - kOrders, "the last direction is taken");
    bit_ = 1U << (kDirections - ++taken());
  }
  ~Direction() { --taken(); }
  Direction(const Direction&) = delete;
  Direction& operator=(const Direction&) = delete;

  /// The derivative along it.
  Number along(Number x) const {
    Number y;
    each_other([&](unsigned bits) { coefficient(y, bits) = coefficient(x, bits | bit_); });
    return y;
  }
  /// A copy of `x` that moves by `v` along it.
  Value moved(const Value& x, const Value& v) const {
    require(v.sizes == x.sizes && v.dtype == x.dtype);
    Value y = copy(x, x.dtype);
    y.known_layout = x.known_layout && x.row_major();
    const std::vector<Number> tangent = v.elements();
    for (std::size_t i = 0; i < tangent.size(); ++i)
      each_other([&](unsigned bits) {
        Number t = tangent[i];
        coefficient((*y.derivatives)[i], bits | bit_) = coefficient(t, bits);
      });
    return y;
  }

 private:
  static std::size_t& taken() {
    static std::size_t count = 0;
    return count;
  }
  template <class F>
  void each_other(F&& f) const {
    for (unsigned bits = 0; bits < 1U << kDirections; ++bits)
      if ((bits & bit_) == 0) f(bits);
  }
  unsigned bit_;
};

/// The gradient of a function of values with one element.
template <class F>
Value gradient(F&& f, const Value& x) {
  const Direction direction;
  const Value zero = make(x.sizes, std::vector<Number>(x.elements().size()), x.dtype);
  std::vector<Number> elements;
  for (std::size_t i = 0; i < zero.memory->size(); ++i) {
    const Value unit = copy(zero, x.dtype);
    (*unit.memory)[i] = 1;
    elements.push_back(direction.along(f(direction.moved(x, unit))));
  }
  return make(x.sizes, elements, x.dtype);
}
/// The derivative of f along `v`.
template <class F>
Value derivative(F&& f, const Value& x, const Value& v) {
  const Direction direction;
  const Value y = f(direction.moved(x, v));
  std::vector<Number> elements;
  for (const Number& e : y.elements()) elements.push_back(direction.along(e));
  return make(y.sizes, elements, y.dtype);
}

void draw_real(Draft& d, Statement& s) { s.operands = {d.real()}; }
/// With a vector for a product.
void draw_pair(Draft& d, Statement& s) {
  const int x = d.real();
  s.operands = {x, d.shaped(d[x].sizes, d[x].dtype)};
}

Row transform(const char* name, const char* text, const char* python,
              void (*draw)(Draft&, Statement&), std::function<Tensor(const Call&)> call,
              std::function<Value(const Reference&)> reference) {
  return {.name = name,
          .text = text,
          .draw = draw,
          .call = [=](const Call& c) { return variable_list{call(c)}; },
          .reference = [=](const Reference& c) { return Values{reference(c)}; },
          .python = python,
          .weight = 0.7,
          .has_body = true};
}

/// The derivative of each element of f by each of x, row by row.
template <class F>
Value jacobian(F&& f, const Value& x) {
  const Value y = f(x);
  require(eg::is_floating_point(y.dtype));
  std::vector<Number> elements;
  for (std::size_t k = 0; k < y.elements().size(); ++k) {
    const Value row = gradient([&](const Value& z) { return f(z).elements()[k]; }, x);
    for (const Number& e : row.elements()) elements.push_back(e);
  }
  Sizes sizes = y.sizes;
  sizes.insert(sizes.end(), x.sizes.begin(), x.sizes.end());
  return make(sizes, elements, x.dtype);
}

constexpr eg::FunctionalOptions kRecorded{.create_graph = true};
constexpr eg::FunctionalOptions kRecordedRows{.create_graph = true,
                                              .strategy = eg::Strategy::Reverse};

}  // namespace

Rows transform_rows() {
  return {
      {.name = "checkpoint",
       .text = "eg::checkpoint(%f, %0)",
       .draw = draw_real,
       .call = [](const Call& c) { return variable_list{eg::checkpoint(c.f, c.x[0])}; },
       .reference = [](const Reference& c) { return Values{c.f(c.x[0])}; },
       .python = "checkpoint(%f, %0, use_reentrant=False)",
       .has_body = true},
      {.name = "saved_hooks",
       .text = "hooked(%f, %0)",
       .draw = draw_real,
       .call =
           [](const Call& c) {
             const eg::autograd::SavedTensorHooks hooks([](const Tensor& t) { return t.clone(); },
                                                        [](const Tensor& t) { return t; });
             return variable_list{c.f(c.x[0])};
           },
       .reference = [](const Reference& c) { return Values{c.f(c.x[0])}; },
       .has_body = true},
      {.name = "inference",
       .text = "inference(%f, %0)",
       .draw =
           [](Draft& d, Statement& s) {
             require(!d.in_body());  // tangents pass through it, as through no_grad
             draw_real(d, s);
           },
       .call =
           [](const Call& c) {
             const eg::InferenceMode guard;
             return variable_list{c.f(c.x[0])};
           },
       .reference =
           [](const Reference& c) {
             Value y = c.f(c.x[0]);
             std::fill(y.derivatives->begin(), y.derivatives->end(), Number());
             y.read_only = true;
             return Values{y};
           },
       .weight = 0.3,
       .has_body = true,
       .tracks = Tracks::Never},
      transform(
          "grad", "eg::grad([=](const eg::Tensor& x) { return weighted(%f(x)); })(%0)",
          "gradient(%f, %0)", draw_real,
          [](const Call& c) {
            return eg::grad([&](const Tensor& x) { return weighted(c.f(x)); })(c.x[0]);
          },
          [](const Reference& c) {
            return gradient([&](const Value& x) { return weighted(c.f(x)); }, c.x[0]);
          }),
      transform(
          "jvp", "eg::jvp(%f, %0, %1, {.create_graph = true}).second", "jvp(%f, %0, %1)", draw_pair,
          [](const Call& c) { return eg::jvp(c.f, c.x[0], c.x[1], kRecorded).second; },
          [](const Reference& c) { return derivative(c.f, c.x[0], c.x[1]); }),
      transform(
          "vjp", "eg::vjp(%f, %0, %1, {.create_graph = true}).second", "vjp(%f, %0, %1)", draw_pair,
          [](const Call& c) { return eg::vjp(c.f, c.x[0], c.x[1], kRecorded).second; },
          [](const Reference& c) {
            const std::vector<Number> v = c.x[1].elements();
            return gradient(
                [&](const Value& x) {
                  const Value y = c.f(x);
                  require(y.sizes == c.x[1].sizes && y.dtype == c.x[1].dtype);
                  Number sum;
                  std::size_t i = 0;
                  for (const Number& e : y.elements()) sum += v[i++] * e;
                  return sum;
                },
                c.x[0]);
          }),
      transform(
          "jacobian",
          "eg::jacobian(%f, %0, {.create_graph = true, .strategy = eg::Strategy::Reverse})",
          "jacobian(%f, %0)", draw_real,
          [](const Call& c) { return eg::jacobian(c.f, c.x[0], kRecordedRows); },
          [](const Reference& c) { return jacobian(c.f, c.x[0]); }),
      transform(
          "hvp",
          "eg::hvp([=](const eg::Tensor& x) { return weighted(%f(x)); }, %0, %1, "
          "{.create_graph = true}).second",
          "hvp(%f, %0, %1)", draw_pair,
          [](const Call& c) {
            return eg::hvp([&](const Tensor& x) { return weighted(c.f(x)); }, c.x[0], c.x[1],
                           kRecorded)
                .second;
          },
          [](const Reference& c) {
            return derivative(
                [&](const Value& x) {
                  return gradient([&](const Value& z) { return weighted(c.f(z)); }, x);
                },
                c.x[0], c.x[1]);
          }),
  };
}

}  // namespace random_programs
