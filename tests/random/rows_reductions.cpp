#include <algorithm>
#include <cmath>
#include <numeric>

#include "eigengrad/eigengrad.hpp"
#include "random/draft.hpp"

/// What reduces, scans or sorts along dimensions.
namespace random_programs {
namespace {

using eg::Tensor;
using N = Number;
using Lane = std::vector<Number>;

N sum(const Lane& x) { return std::accumulate(x.begin(), x.end(), N()); }
N mean(const Lane& x) { return sum(x) / N(static_cast<double>(x.size())); }
N product(const Lane& x) {
  return std::accumulate(x.begin(), x.end(), N(1), [](const N& a, const N& b) { return a * b; });
}
N largest(const Lane& x) {
  require(!x.empty());
  return std::accumulate(x.begin() + 1, x.end(), x[0], max);
}
N smallest(const Lane& x) {
  require(!x.empty());
  return std::accumulate(x.begin() + 1, x.end(), x[0], min);
}
N variance(const Lane& x) {
  const N m = mean(x);
  N s;
  for (const N& e : x) s += (e - m) * (e - m);
  return s / N(static_cast<double>(x.size()) - 1);
}
N norm(const Lane& x) {
  N s;
  for (const N& e : x) s += e * e;
  return root(s);
}
N log_sum_exp(const Lane& x) {
  double shift = -std::numeric_limits<double>::infinity();
  if (x.empty()) return shift;
  for (const N& e : x) shift = std::max(shift, value(e));
  N s;
  for (const N& e : x) s += exp(e - N(shift));
  return N(shift) + log(s);
}

/// Elements along `dim` replaced by f of them; the extent becomes 1, or goes.
Value reduce(const Value& x, std::int64_t dim, bool keepdim, N (*f)(const Lane&)) {
  Sizes sizes = x.sizes;
  if (!sizes.empty()) sizes[x.wrap(dim)] = 1;
  std::vector<N> elements;
  for_each_lane(x, dim, [&](const Sizes&, const Lane& lane) { elements.push_back(f(lane)); });
  if (!keepdim && !sizes.empty())
    sizes.erase(sizes.begin() + static_cast<std::ptrdiff_t>(x.wrap(dim)));
  return make(sizes, elements, x.real() ? x.dtype : eg::kInt64);
}

/// Elements along `dim` replaced by as many.
Value scan(const Value& x, std::int64_t dim, const std::function<Lane(const Lane&)>& f) {
  Value y = make(x.sizes, std::vector<N>(static_cast<std::size_t>(x.numel())),
                 x.real() ? x.dtype : eg::kInt64);
  for_each_lane(x, dim, [&](Sizes index, const Lane& lane) {
    const Lane out = f(lane);
    for (std::size_t k = 0; k < out.size(); ++k) {
      if (!index.empty()) index[x.wrap(dim)] = static_cast<std::int64_t>(k);
      const std::size_t p = y.place(index);
      (*y.memory)[p] = support::stored(value(out[k]), y.dtype);
      (*y.derivatives)[p] = y.real() ? out[k] : N();
    }
  });
  return y;
}

void draw_dim(Draft& d, Statement& s, bool integers, std::int64_t least) {
  s.operands = {integers ? d.number(1) : d.real(1)};
  const Value& x = d[s.operands[0]];
  s.integers = {d.dim(x)};
  require(x.size(s.integers[0]) >= least);
}

Row full(const char* name, const char* text, Tensor (*call)(const Tensor&), N (*f)(const Lane&),
         std::int64_t least = 0, const char* python = nullptr) {
  return {.name = name,
          .text = text,
          .draw =
              [=](Draft& d, Statement& s) {
                s.operands = {d.real()};
                require(d[s.operands[0]].numel() >= least);
              },
          .call = [=](const Call& c) { return variable_list{call(c.x[0])}; },
          .reference =
              [=](const Reference& c) {
                return Values{make({}, {f(c.x[0].elements())}, c.x[0].dtype)};
              },
          .python = python,
          .weight = 0.5};
}

Row along(const char* name, const char* text, Tensor (*call)(const Tensor&, std::int64_t, bool),
          N (*f)(const Lane&), std::int64_t least = 0, bool integers = false,
          const char* python = nullptr) {
  return {
      .name = name,
      .text = text,
      .draw =
          [=](Draft& d, Statement& s) {
            draw_dim(d, s, integers, least);
            s.numbers = {d.chance(0.5) ? 1.0 : 0.0};
          },
      .call = [=](const Call& c) { return variable_list{call(c.x[0], c.n(0), c.number(0) != 0)}; },
      .reference =
          [=](const Reference& c) { return Values{reduce(c.x[0], c.n(0), c.number(0) != 0, f)}; },
      .python = python,
      .weight = 0.7};
}

Row scanned(const char* name, const char* text, Tensor (*call)(const Tensor&, std::int64_t),
            Lane (*f)(const Lane&), std::int64_t least = 0, bool integers = false) {
  return {.name = name,
          .text = text,
          .draw = [=](Draft& d, Statement& s) { draw_dim(d, s, integers, least); },
          .call = [=](const Call& c) { return variable_list{call(c.x[0], c.n(0))}; },
          .reference = [=](const Reference& c) { return Values{scan(c.x[0], c.n(0), f)}; },
          .weight = 0.7};
}

Lane softmax(const Lane& x) {
  Lane y;
  const N s = log_sum_exp(x);
  for (const N& e : x) y.push_back(exp(e - s));
  return y;
}
Lane log_softmax(const Lane& x) {
  Lane y;
  const N s = log_sum_exp(x);
  for (const N& e : x) y.push_back(e - s);
  return y;
}
template <N (*F)(const Lane&)>
Lane running(const Lane& x) {
  Lane y;
  for (std::size_t k = 1; k <= x.size(); ++k)
    y.push_back(F(Lane(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(k))));
  return y;
}

/// The order of a lane, smallest first; equal elements are a tie.
std::vector<std::size_t> order(const Lane& x, bool descending) {
  std::vector<std::size_t> p(x.size());
  std::iota(p.begin(), p.end(), 0);
  std::stable_sort(p.begin(), p.end(), [&](std::size_t a, std::size_t b) {
    if (descending) return value(x[b]) < value(x[a]);
    return value(x[a]) < value(x[b]);
  });
  for (std::size_t i = 1; i < p.size(); ++i) decide(value(x[p[i]]) - value(x[p[i - 1]]));
  return p;
}

/// Values and indices: of the first `count` in order.
Values ordered(const Value& x, std::int64_t dim, bool descending, std::int64_t count,
               bool keepdim) {
  require(x.real());
  Value y = scan(x, dim, [&](const Lane& lane) {
    Lane out;
    for (const std::size_t k : order(lane, descending)) out.push_back(lane[k]);
    return out;
  });
  Value i = scan(x, dim, [&](const Lane& lane) {
    Lane out;
    for (const std::size_t k : order(lane, descending)) out.push_back(static_cast<double>(k));
    return out;
  });
  i.dtype = eg::kInt64;
  std::fill(i.derivatives->begin(), i.derivatives->end(), N());
  Values list;
  for (const Value& v : {y, i}) {
    Sizes sizes = v.sizes;
    sizes[v.wrap(dim)] = count;
    Value part = view(v, sizes, v.strides, 0);
    if (!keepdim) {
      part.sizes.erase(part.sizes.begin() + static_cast<std::ptrdiff_t>(v.wrap(dim)));
      part.strides.erase(part.strides.begin() + static_cast<std::ptrdiff_t>(v.wrap(dim)));
    }
    list.push_back(make(part.sizes, part.elements(), v.dtype));
  }
  return list;
}

/// Which of equal elements comes first is promised by stable sorts only.
void forbid_ties(const Value& x, std::int64_t dim) {
  for_each_lane(x, dim, [](const Sizes&, const Lane& lane) {
    std::vector<double> v;
    for (const N& e : lane) v.push_back(value(e));
    std::sort(v.begin(), v.end());
    require(std::adjacent_find(v.begin(), v.end()) == v.end(), "tie");
  });
}

variable_list list(const std::tuple<Tensor, Tensor>& t) { return {std::get<0>(t), std::get<1>(t)}; }

}  // namespace

Rows reduction_rows() {
#define FULL(name, ...) \
  full(                 \
      #name, "%0." #name "()", [](const Tensor& x) { return x.name(); }, __VA_ARGS__)
#define ALONG(name, ...)                    \
  along(                                    \
      #name "_dim", "%0." #name "(#0, $b)", \
      [](const Tensor& x, std::int64_t d, bool k) { return x.name(d, k); }, __VA_ARGS__)
#define SCANNED(name, ...)                                                                  \
  scanned(                                                                                  \
      #name, "%0." #name "(#0)", [](const Tensor& x, std::int64_t d) { return x.name(d); }, \
      __VA_ARGS__)
  return {
      FULL(sum, sum),
      FULL(mean, mean, 1),
      FULL(prod, product),
      FULL(max, largest, 1),
      FULL(min, smallest, 1),
      FULL(var, variance, 2),
      FULL(
          std, [](const Lane& x) { return root(variance(x)); }, 2),
      FULL(norm, norm),
      along(
          "sum_dim", "%0.sum(#0, $b)",
          [](const Tensor& x, std::int64_t d, bool k) { return x.sum(d, k); }, sum, 0, true),
      ALONG(mean, mean, 1),
      ALONG(prod, product, 0, true),
      ALONG(amax, largest, 1),
      ALONG(amin, smallest, 1),
      ALONG(logsumexp, log_sum_exp, 1),
      along(
          "var_dim", "%0.var(#0, true, $b)",
          [](const Tensor& x, std::int64_t d, bool k) { return x.var(d, true, k); }, variance, 2),
      along(
          "norm_dim", "%0.norm(2, #0, $b)",
          [](const Tensor& x, std::int64_t d, bool k) { return x.norm(2, d, k); }, norm, 1),
      along(
          "std_dim", "%0.std(#0, true, $b)",
          [](const Tensor& x, std::int64_t d, bool k) { return x.std(d, true, k); },
          [](const Lane& x) { return root(variance(x)); }, 2),
      SCANNED(softmax, softmax, 1),
      SCANNED(log_softmax, log_softmax, 1),
      SCANNED(cumsum, running<sum>, 0, true),
      SCANNED(cumprod, running<product>),
      SCANNED(logcumsumexp, running<log_sum_exp>),
      {.name = "sort",
       .text = "%0.sort(#0, $b)",
       .draw =
           [](Draft& d, Statement& s) {
             draw_dim(d, s, false, 1);
             s.numbers = {d.chance(0.5) ? 1.0 : 0.0};
           },
       .call = [](const Call& c) { return list(c.x[0].sort(c.n(0), c.number(0) != 0)); },
       .reference =
           [](const Reference& c) {
             forbid_ties(c.x[0], c.n(0));
             return ordered(c.x[0], c.n(0), c.number(0) != 0, c.x[0].size(c.n(0)), true);
           },
       .results = 2},
      {.name = "max_dim",
       .text = "%0.max(#0, $b)",
       .draw =
           [](Draft& d, Statement& s) {
             draw_dim(d, s, false, 1);
             s.numbers = {d.chance(0.5) ? 1.0 : 0.0};
           },
       .call = [](const Call& c) { return list(c.x[0].max(c.n(0), c.number(0) != 0)); },
       .reference =
           [](const Reference& c) { return ordered(c.x[0], c.n(0), true, 1, c.number(0) != 0); },
       .results = 2},
      {.name = "topk",
       .text = "%0.topk(#1, #0)",
       .draw =
           [](Draft& d, Statement& s) {
             draw_dim(d, s, false, 1);
             s.integers.push_back(d.between(1, d[s.operands[0]].size(s.integers[0])));
           },
       .call = [](const Call& c) { return list(c.x[0].topk(c.n(1), c.n(0))); },
       .reference =
           [](const Reference& c) {
             forbid_ties(c.x[0], c.n(0));
             return ordered(c.x[0], c.n(0), true, c.n(1), true);
           },
       .results = 2},
  };
#undef FULL
#undef ALONG
#undef SCANNED
}

}  // namespace random_programs
