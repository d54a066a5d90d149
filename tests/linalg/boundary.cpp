#include "linalg/boundary.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <utility>

namespace linalg_test {
namespace {

/// A derivative by one way, or what was thrown instead.
struct Derivative {
  const char* way;
  int order;
  Tensor value;
  std::string error;
  bool exists() const { return error.empty() && value.isfinite().all().item<bool>(); }
};

/// Derivatives of <w, f> at a point along a direction.
class Point {
 public:
  Point(const BoundaryRow& row, const Tensor& at) : row_(row), at_(at) {
    direction_ = random_matrix(at.numel(), 1, 23).view(at.sizes());
    const eg::NoGradGuard off;
    value_ = row.f(at);
    w_ = random_matrix(value_.numel(), 1, 31).view(value_.sizes());
  }
  /// Many points at once, the last dimensions of which are those of `first`.
  Point(const BoundaryRow& row, const Tensor& at, const Point& first) : row_(row), at_(at) {
    const auto for_all = [&](const Tensor& x) {
      eg::DimVector sizes{at.size(0)};
      for (const std::int64_t n : x.sizes()) sizes.push_back(n);
      return x.expand(sizes);
    };
    direction_ = for_all(first.direction_);
    w_ = for_all(first.w_);
  }
  const Tensor& value() const { return value_; }

  Derivative by(const char* way, int order, const std::function<Tensor()>& f) const {
    try {
      return {way, order, f().detach(), ""};
    } catch (const eg::NumericError& e) {
      return {way, order, Tensor(), e.what()};
    }
  }
  Derivative reverse() const {
    return by("reverse", 1, [&] { return gradient(leaf(), false); });
  }
  Derivative reverse_over_reverse() const {
    return by("reverse over reverse", 2, [&] {
      const Tensor x = leaf();
      return along(gradient(x, true), direction_, x);
    });
  }
  /// The forward derivative is a scalar.
  std::vector<Derivative> all() const {
    const eg::autograd::DualLevel level;
    return {
        reverse(),
        by("recorded reverse", 1, [&] { return gradient(leaf(), true); }),
        by("forward", 1,
           [&] {
             const Tensor t = tangent(row_.f(eg::autograd::make_dual(at_, direction_)));
             return t.defined() ? (t * w_).sum() : eg::zeros({});
           }),
        reverse_over_reverse(),
        by("forward over reverse", 2,
           [&] {
             return or_zero(tangent(gradient(eg::autograd::make_dual(leaf(), direction_), true)));
           }),
        by("reverse over forward", 2, [&] {
          const Tensor x = leaf();
          const Tensor t = tangent(row_.f(eg::autograd::make_dual(x, direction_)));
          return t.defined() ? along(t, w_, x) : eg::zeros_like(at_);
        })};
  }

  /// By central differences, extrapolated: of the function, or of its gradient.
  Tensor difference(int order) const {
    const auto f = [&](double h) {
      const Tensor x = at_ + direction_ * h;
      if (order == 2) return gradient(x.requires_grad_(), false);
      const eg::NoGradGuard off;
      return (row_.f(x) * w_).sum();
    };
    const auto central = [&](double h) { return (f(h) - f(-h)) * (0.5 / h); };
    return (central(0x1p-11) * 4 - central(0x1p-10)) / 3;
  }
  /// How far apart two derivatives are.
  double between(const Tensor& a, const Tensor& b) const {
    const auto along_direction = [&](const Tensor& x) {
      return x.sizes() == at_.sizes() ? (x * direction_).sum() : x;
    };
    if (a.sizes() == b.sizes()) return distance(a, b);
    return distance(along_direction(a), along_direction(b));
  }
  /// What rounding of derivatives is relative to.
  double scale(const std::vector<Derivative>& list, int order, bool extreme) const {
    double size = largest(value_);
    for (int k = 0; k < order; ++k) size /= largest(at_);
    if (!std::isfinite(size)) size = 0;
    if (!extreme) size = std::max(size, 1.0);
    for (const Derivative& d : list)
      if (d.exists()) size = std::max(size, largest(d.value));
    return size;
  }

 private:
  Tensor leaf() const { return at_.detach().clone().requires_grad_(); }
  static Tensor tangent(const Tensor& t) { return eg::autograd::unpack_dual(t).tangent; }
  Tensor or_zero(const Tensor& t) const { return t.defined() ? t : eg::zeros_like(at_); }
  Tensor along(const Tensor& y, const Tensor& cotangent, const Tensor& x) const {
    if (!y.requires_grad()) return eg::zeros_like(at_);
    return or_zero(eg::autograd::grad(
        {y}, {x}, {.grad_outputs = {cotangent}, .create_graph = true, .allow_unused = true})[0]);
  }
  Tensor gradient(const Tensor& x, bool again) const {
    const Tensor y = row_.f(x);
    if (!y.requires_grad()) return eg::zeros_like(at_);
    return or_zero(eg::autograd::grad(
        {y}, {x}, {.grad_outputs = {w_}, .create_graph = again, .allow_unused = true})[0]);
  }

  const BoundaryRow& row_;
  Tensor at_, direction_, value_, w_;
};

enum class Expected { Right, Chosen, None, Any };

Expected expected(const BoundaryRow& row, unsigned is, int order) {
  if (is & (order == 1 ? row.none_first : row.none_second)) return Expected::None;
  if (is & kExtreme) return Expected::Any;
  const unsigned chosen = order == 1 ? row.chosen_first : row.chosen_second;
  return is & (chosen | kGraded) ? Expected::Chosen : Expected::Right;
}

std::string shown(const Derivative& d) {
  std::ostringstream s;
  s << "\n      " << d.way << ": ";
  if (d.error.empty())
    s << d.value;
  else
    s << d.error;
  return s.str();
}

/// What is wrong with the ways to a derivative.
std::string fault_of(const Point& p, const std::vector<const Derivative*>& ways, Expected want,
                     bool graded, double scale) {
  const auto there = std::count_if(ways.begin(), ways.end(), [](auto* d) { return d->exists(); });
  const bool all = there == static_cast<std::ptrdiff_t>(ways.size());
  if (there > 0 && !all) return "only some ways give a derivative";
  if (want == Expected::None && all) return "there is no derivative, and all ways give one";
  if (!all) return want == Expected::None || want == Expected::Any ? "" : "there is a derivative";
  for (const Derivative* d : ways)
    if (!(p.between(d->value, ways[0]->value) <= (graded ? 1e-4 : 1e-10) * scale))
      return "the ways differ";
  if (want != Expected::Right) return "";
  const int order = ways[0]->order;
  if (p.between(ways[0]->value, p.difference(order)) <= (order == 1 ? 1e-8 : 1e-7) * scale)
    return "";
  return "differences say otherwise";
}

/// The first and the second derivative by reverse mode, and what rounding of each is relative to.
struct Alone {
  Derivative derivative[2];
  double scale[2];
};
Alone alone_at(const Point& p) {
  const std::vector<Derivative> list{p.reverse(), p.reverse_over_reverse()};
  return {{list[0], list[1]}, {p.scale(list, 1, false), p.scale(list, 2, false)}};
}

bool equal(const Tensor& a, const Tensor& b, double scale) {
  return eg::equal(a.isfinite(), b.isfinite()) &&
         distance(a.nan_to_num(0, 0, 0), b.nan_to_num(0, 0, 0)) <= 1e-10 * scale;
}

/// What the derivatives at one matrix or a batch are not that each of the matrices has alone.
std::string differences(const char* what, int order, const std::vector<const Alone*>& each,
                        const Derivative& together) {
  const auto alone = [&](const Alone* a) -> const Derivative& { return a->derivative[order - 1]; };
  const bool throws = std::any_of(each.begin(), each.end(),
                                  [&](const Alone* a) { return !alone(a).error.empty(); });
  if (throws && !together.error.empty()) return "";
  bool same = !throws && together.error.empty();
  for (std::size_t i = 0; same && i < each.size(); ++i) {
    const Tensor part =
        each.size() > 1 ? together.value[static_cast<std::int64_t>(i)] : together.value;
    same = equal(part, alone(each[i]).value, each[i]->scale[order - 1]);
  }
  if (same) return "";
  std::string report = std::string("\n    ") + what + shown(together);
  for (const Alone* a : each) report += shown(alone(a));
  return report;
}

/// The same numbers in column-major order, with gaps.
Tensor other_layout(const Tensor& a) {
  Tensor wide = eg::full({a.size(1), 2 * a.size(0)}, NAN).slice(1, 0, 2 * a.size(0), 2);
  wide.copy_(a.t());
  return wide.t();
}

/// A matrix of this shape in the domain of all functions.
Tensor ordinary(const Tensor& like, std::uint64_t seed) {
  const Tensor x = random_matrix(like.size(0), like.size(1), seed) * 0.125;
  return like.size(0) == like.size(1) ? x + eg::diag(eg::arange(2, like.size(0) + 2, eg::kFloat64))
                                      : x;
}

/// A row at all matrices.
class Runner {
 public:
  explicit Runner(const BoundaryRow& row) : row_(row) {}

  std::string faults(const Matrix& m) {
    const Point p(row_, m.a);
    const std::vector<Derivative> ways = p.all();
    const bool extreme = m.is & kExtreme;
    const Alone alone{{ways[0], ways[3]}, {p.scale(ways, 1, extreme), p.scale(ways, 2, extreme)}};
    const Mates& mates = mates_of(m.a);
    std::string report;
    for (const int order : {1, 2}) {
      if (order == 2 && (m.is & row_.unchecked_second)) continue;
      const auto derivative = [&](const Point& at) {
        return order == 1 ? at.reverse() : at.reverse_over_reverse();
      };
      report += faults_of_ways(m.is, p, ways, order, alone.scale[order - 1]);
      if (order == 1)
        report += differences("in other memory", order, {&alone},
                              derivative(Point(row_, other_layout(m.a))));
      if (row_.single) continue;
      report += differences("in a batch", order, {&mates.alone[0], &alone, &mates.alone[1]},
                            derivative(Point(row_, eg::stack({mates.a[0], m.a, mates.a[1]}), p)));
    }
    return report;
  }

 private:
  /// What stands beside a matrix in a batch.
  struct Mates {
    Tensor a[2];
    Alone alone[2];
  };

  std::string faults_of_ways(unsigned is, const Point& p, const std::vector<Derivative>& all,
                             int order, double scale) const {
    std::vector<const Derivative*> ways;
    for (const Derivative& d : all)
      if (d.order == order) ways.push_back(&d);
    const std::string fault = fault_of(p, ways, expected(row_, is, order), is & kGraded, scale);
    if (fault.empty()) return "";
    std::string report = "\n    order " + std::to_string(order) + ": " + fault;
    for (const Derivative* d : ways) report += shown(*d);
    return report;
  }

  const Mates& mates_of(const Tensor& a) {
    const auto [at, is_new] = mates_.try_emplace({a.size(0), a.size(1)});
    Mates& mates = at->second;
    for (std::size_t k = 0; is_new && !row_.single && k < 2; ++k) {
      mates.a[k] = ordinary(a, 41 + 2 * k);
      mates.alone[k] = alone_at(Point(row_, mates.a[k]));
    }
    return mates;
  }

  const BoundaryRow& row_;
  std::map<std::pair<std::int64_t, std::int64_t>, Mates> mates_;
};

BOOST_AUTO_TEST_SUITE(boundary)

BOOST_AUTO_TEST_CASE(matrices) {
  for (const BoundaryRow& row : boundary_rows()) {
    Runner runner(row);
    for (const Matrix& m : boundary_matrices()) {
      if ((m.is & row.needs) != row.needs || (m.is & row.avoids)) continue;
      std::string report;
      try {
        report = runner.faults(m);
        if (m.is & row.throws) report += "\n    no error is thrown";
      } catch (const eg::NumericError& e) {
        if (!(m.is & row.throws)) report = std::string("\n    ") + e.what();
      }
      BOOST_TEST(report.empty(), row.name << " at " << m.name << report);
    }
  }
}

/// Every operator that these headers declare has a row.
BOOST_AUTO_TEST_CASE(coverage) {
  std::set<std::string> covered{"chain_matmul"};
  for (const BoundaryRow& row : boundary_rows()) {
    std::istringstream names(row.covers);
    for (std::string name; names >> name;) covered.insert(name);
  }
  const std::regex declaration(R"(EIGENGRAD_API\s[\w\s:<>,]*?\b(\w+)\s*[({])");
  std::set<std::string> declared;
  for (const char* header :
       {"linalg/cholesky", "linalg/determinants", "linalg/distances", "linalg/eig", "linalg/eigh",
        "linalg/gaussian", "linalg/ldl", "linalg/lowrank", "linalg/lstsq", "linalg/lu",
        "linalg/matrix_functions", "linalg/norms", "linalg/products", "linalg/pseudoinverse",
        "linalg/qr", "linalg/solves", "linalg/svd", "linalg/sylvester", "reduction/norms"}) {
    std::ifstream file(EIGENGRAD_SOURCE_DIR "/include/eigengrad/ops/" + std::string(header) +
                       ".hpp");
    BOOST_REQUIRE(file);
    std::ostringstream text;
    text << file.rdbuf();
    const std::string all = text.str();
    for (std::sregex_iterator i(all.begin(), all.end(), declaration), end; i != end; ++i)
      declared.insert((*i)[1]);
  }
  BOOST_TEST(declared.size() > 80);
  for (const std::string& name : declared)
    BOOST_TEST(covered.contains(name), name << " is declared and has no row");
  for (const std::string& name : covered)
    BOOST_TEST(declared.contains(name), name << " is covered and not declared");
}

/// Where there is nothing to compute, all ways give a gradient without elements.
BOOST_AUTO_TEST_CASE(empty_matrices) {
  for (const BoundaryRow& row : boundary_rows()) {
    if (row.avoids & kOneColumn) continue;  // It warns of too few observations.
    for (const eg::DimVector& sizes :
         {eg::DimVector{0, 0}, eg::DimVector{0, 3}, eg::DimVector{3, 0}, eg::DimVector{0, 3, 3}}) {
      const Tensor a = eg::ones(sizes);
      std::string report;
      try {
        const eg::NoGradGuard off;
        row.f(a);
      } catch (const eg::Error&) {
        continue;
      }
      try {
        for (const Derivative& d : Point(row, a).all())
          if (!d.error.empty() || (d.value.dim() > 0 && !(d.value.sizes() == a.sizes())))
            report += shown(d);
      } catch (const eg::Error& e) {
        report = e.what();
      }
      BOOST_TEST(report.empty(), row.name << " of shape " << a.sizes() << report);
    }
  }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace linalg_test
