#include <algorithm>
#include <array>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

#include "autograd/structural.hpp"
#include "core/checked.hpp"
#include "core/fail.hpp"
#include "core/geometry.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/reduction/sums.hpp"

namespace eigengrad {
namespace {

/// Labels of the dimensions of one or two tensors, stored inline: in most calls, which are small, allocations
/// would take longest.
class Labels {
 public:
  const std::int8_t* begin() const noexcept { return labels_; }
  const std::int8_t* end() const noexcept { return labels_ + size_; }
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  int operator[](std::size_t i) const noexcept { return labels_[i]; }
  bool operator==(const Labels& o) const noexcept {
    return std::equal(begin(), end(), o.begin(), o.end());
  }
  void push_back(int label) noexcept { labels_[size_++] = static_cast<std::int8_t>(label); }
  void append(const Labels& others) noexcept {
    for (const int label : others) push_back(label);
  }
  void replace(std::size_t at, int label) noexcept {
    labels_[at] = static_cast<std::int8_t>(label);
  }
  void erase(std::size_t at) noexcept {
    std::copy(labels_ + at + 1, labels_ + size_, labels_ + at);
    --size_;
  }
  /// The index of the first such label from `from` on, or size().
  std::size_t position(int label, std::size_t from = 0) const noexcept {
    while (from < size_ && labels_[from] != label) ++from;
    return from;
  }
  bool has(int label) const noexcept { return position(label) != size_; }

 private:
  std::size_t size_ = 0;
  std::int8_t labels_[2 * detail::kMaxDim];
};

/// A tensor whose dimensions have labels, all different.
struct Labelled {
  Tensor tensor;
  Labels labels;

  bool has(int label) const { return labels.has(label); }
  std::int64_t extent(int label) const { return tensor.sizes()[labels.position(label)]; }
  /// The tensor with its dimensions in the order of `order`; a label that it has not becomes a dimension of
  /// extent 1.
  Tensor arranged(const Labels& order) const {
    if (order == labels) return tensor;
    DimVector dims;
    for (const int label : order)
      if (has(label)) dims.push_back(static_cast<std::int64_t>(labels.position(label)));
    Tensor y = tensor;
    for (std::size_t d = 0; d < dims.size(); ++d)
      if (dims[d] != static_cast<std::int64_t>(d)) {
        y = tensor.permute(dims);
        break;
      }
    for (std::size_t d = 0; d < order.size(); ++d)
      if (!has(order[d])) y = y.unsqueeze(static_cast<std::int64_t>(d));
    return y;
  }
};

std::int64_t product_of_extents(const Labelled& x, const Labels& labels) {
  std::int64_t n = 1;
  for (const int label : labels) n *= x.extent(label);
  return n;
}

Tensor with_sizes(const Tensor& x, IntArrayRef sizes) {
  return x.sizes() == sizes ? x : x.reshape(sizes);
}

Labels consecutive_labels(std::int64_t first, std::int64_t count) {
  Labels result;
  for (std::int64_t i = 0; i < count; ++i) result.push_back(static_cast<int>(first + i));
  return result;
}

Labels joined(Labels a, const Labels& b, const Labels& c) {
  a.append(b);
  a.append(c);
  return a;
}

/// The sum over the dimensions with these labels.
Labelled summed(const Labelled& x, const Labels& labels) {
  if (labels.empty()) return x;
  DimVector dims;
  Labelled y;
  for (std::size_t d = 0; d < x.labels.size(); ++d) {
    if (labels.has(x.labels[d]))
      dims.push_back(static_cast<std::int64_t>(d));
    else
      y.labels.push_back(x.labels[d]);
  }
  y.tensor = x.tensor.sum(IntArrayRef(dims));
  return y;
}

/// Product of a and b, summed over the labels for which `stays` is false.
template <class Stays>
Labelled contract(const Labelled& a, const Labelled& b, Stays stays) {
  Labels batch, inner, left, right;
  for (const int label : a.labels) {
    if (!b.has(label))
      left.push_back(label);
    else
      (stays(label) ? batch : inner).push_back(label);
  }
  for (const int label : b.labels)
    if (!a.has(label)) right.push_back(label);
  Labelled y{{}, joined(batch, left, right)};
  if (inner.empty()) {
    y.tensor = a.arranged(y.labels) * b.arranged(y.labels);
    return y;
  }
  const std::int64_t n = product_of_extents(a, left);
  const std::int64_t k = product_of_extents(a, inner);
  const std::int64_t m = product_of_extents(b, right);
  const std::int64_t s = product_of_extents(a, batch);
  const Tensor p = a.arranged(joined(batch, left, inner));
  const Tensor q = b.arranged(joined(batch, inner, right));
  Tensor r;
  if (!batch.empty())
    r = bmm(with_sizes(p, {s, n, k}), with_sizes(q, {s, k, m}));
  else if (!left.empty() && !right.empty())
    r = mm(with_sizes(p, {n, k}), with_sizes(q, {k, m}));
  else if (!left.empty())
    r = mv(with_sizes(p, {n, k}), with_sizes(q, {k}));
  else if (!right.empty())
    r = mv(with_sizes(q, {k, m}).t(), with_sizes(p, {k}));
  else
    r = dot(with_sizes(p, {k}), with_sizes(q, {k}));
  DimVector sizes;
  for (const int label : y.labels)
    sizes.push_back(a.has(label) ? a.extent(label) : b.extent(label));
  y.tensor = with_sizes(r, sizes);
  return y;
}

// ---- einsum.

constexpr int kLetters = 52;
/// Stands for `...` until the number of dimensions is known.
constexpr int kDots = -1;

/// Labels 0 to 51 are the letters in the order of the alphabet, capitals first; from 52 on those of the
/// dimensions that `...` stands for, counted from the last one.
int label_of(char c) { return c >= 'a' ? c - 'a' + kLetters / 2 : c - 'A'; }
char letter_of(int label) {
  return static_cast<char>(label < kLetters / 2 ? 'A' + label : 'a' + label - kLetters / 2);
}
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

struct Equation {
  std::vector<Labels> operands;
  bool has_output = false;
  Labels output;
};

[[noreturn]] void refuse(std::string_view equation, const std::string& why) {
  detail::fail<ValueError>("einsum", why, " in the equation \"", equation, '"');
}

Equation parse(std::string_view equation) {
  Equation parsed;
  const auto add = [&](Labels& list, int label) {
    if (list.size() == detail::kMaxDim)
      refuse(equation, "there are more subscripts than a tensor has dimensions");
    list.push_back(label);
  };
  parsed.operands.reserve(
      static_cast<std::size_t>(std::count(equation.begin(), equation.end(), ',') + 1));
  Labels* list = &parsed.operands.emplace_back();
  for (std::size_t i = 0; i < equation.size(); ++i) {
    const char c = equation[i];
    if (c == ' ') continue;
    if (is_letter(c)) {
      add(*list, label_of(c));
    } else if (equation.substr(i, 3) == "...") {
      if (list->has(kDots)) refuse(equation, "an operand or the output has a second ellipsis");
      add(*list, kDots);
      i += 2;
    } else if (c == ',' && !parsed.has_output) {
      list = &parsed.operands.emplace_back();
    } else if (equation.substr(i, 2) == "->" && !parsed.has_output) {
      parsed.has_output = true;
      list = &parsed.output;
      ++i;
    } else if (c == '.') {
      refuse(equation, "found '.' that is not part of an ellipsis");
    } else {
      refuse(equation,
             "invalid subscript '" + std::string(1, c) + "', subscripts must be in [a-zA-Z],");
    }
  }
  return parsed;
}

/// Replaces `...` by labels of its dimensions.
Labels without_dots(const Labels& labels, std::int64_t count) {
  Labels result;
  for (const int label : labels) {
    if (label != kDots) {
      result.push_back(label);
      continue;
    }
    for (std::int64_t d = count; d-- > 0;) result.push_back(kLetters + static_cast<int>(d));
  }
  return result;
}

class Einsum {
 public:
  Einsum(std::string_view equation, TensorList tensors) : equation_(equation) {
    extents_.fill(-1);
    Equation parsed = parse(equation);
    if (tensors.empty()) detail::fail<ValueError>("einsum", "must provide at least one operand");
    if (parsed.operands.size() != tensors.size()) {
      std::ostringstream why;
      why << (parsed.operands.size() > tensors.size() ? "fewer" : "more")
          << " operands were provided (" << tensors.size() << ") than specified ("
          << parsed.operands.size() << ')';
      refuse(equation, why.str());
    }
    operands_.reserve(tensors.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) add_operand(i, parsed.operands[i], tensors[i]);
    set_output(parsed);
    for (Labelled& x : operands_) drop_broadcast(x);
  }

  Tensor run(OptionalIntArrayRef path) {
    sum_labels_of_one_operand();
    for (std::size_t step = 0; operands_.size() > 1; ++step) {
      auto [i, j] = path.has_value() ? given_pair(path.value(), step) : cheapest_pair();
      const Labelled a = std::move(operands_[i]);
      const Labelled b = std::move(operands_[j]);
      operands_.erase(operands_.begin() + static_cast<std::ptrdiff_t>(std::max(i, j)));
      operands_.erase(operands_.begin() + static_cast<std::ptrdiff_t>(std::min(i, j)));
      operands_.push_back(contract(a, b, [&](int label) { return needed(label); }));
      sum_labels_of_one_operand();
    }
    return operands_[0].arranged(output_);
  }

 private:
  void add_operand(std::size_t index, const Labels& subscripts, const Tensor& tensor) {
    const auto named = static_cast<std::int64_t>(
        std::count_if(subscripts.begin(), subscripts.end(), [](int l) { return l != kDots; }));
    const bool dots = named != static_cast<std::int64_t>(subscripts.size());
    const std::int64_t rest = tensor.dim() - named;
    if (rest < 0 || (rest > 0 && !dots))
      detail::fail<ShapeError>("einsum", "the number of subscripts (", named,
                               ") does not match the number of dimensions (", tensor.dim(),
                               ") of operand ", index, dots ? "" : ", and no ellipsis was given");
    dots_ = std::max(dots_, rest);
    Labelled x{tensor, without_dots(subscripts, rest)};
    for (std::size_t d = 0; d < x.labels.size(); ++d) {
      const int label = x.labels[d];
      const std::int64_t extent = tensor.size(static_cast<std::int64_t>(d));
      std::int64_t& known = extents_[static_cast<std::size_t>(label)];
      const std::size_t first = x.labels.position(label);
      if (const std::int64_t other = tensor.sizes()[first]; other != extent)
        detail::fail<ShapeError>("einsum", "subscript ", name_of(label), " is repeated in operand ",
                                 index, " of shape ", tensor.sizes(), " with extents ", other,
                                 " and ", extent, "; a diagonal needs equal ones");
      if (known == -1 || known == 1) {
        known = extent;
      } else if (extent != 1 && extent != known) {
        detail::fail<ShapeError>("einsum", "subscript ", name_of(label), " has extent ", extent,
                                 " in operand ", index,
                                 " which does not broadcast with the extent ", known,
                                 " seen before; give each subscript one extent");
      }
    }
    take_diagonals(x);
    operands_.push_back(std::move(x));
  }

  static std::string name_of(int label) {
    return label < kLetters ? std::string(1, letter_of(label)) : "...";
  }

  static void take_diagonals(Labelled& x) {
    for (std::size_t i = 0; i < x.labels.size();) {
      const int label = x.labels[i];
      const std::size_t again = x.labels.position(label, i + 1);
      if (again == x.labels.size()) {
        ++i;
        continue;
      }
      x.tensor =
          x.tensor.diagonal(0, static_cast<std::int64_t>(i), static_cast<std::int64_t>(again));
      x.labels.erase(again);
      x.labels.erase(i);
      x.labels.push_back(label);
    }
  }

  void set_output(const Equation& parsed) {
    if (!parsed.has_output) {
      Labels dots;
      dots.push_back(kDots);
      output_ = without_dots(dots, dots_);
      for (int label = 0; label < kLetters; ++label) {
        std::ptrdiff_t uses = 0;
        for (const Labels& list : parsed.operands)
          uses += std::count(list.begin(), list.end(), label);
        if (uses == 1) output_.push_back(label);
      }
      return;
    }
    output_ = without_dots(parsed.output, dots_);
    for (std::size_t i = 0; i < output_.size(); ++i) {
      const int label = output_[i];
      if (output_.position(label) != i)
        refuse(equation_, "output subscript " + name_of(label) + " appears more than once");
      if (std::none_of(operands_.begin(), operands_.end(),
                       [&](const Labelled& x) { return x.has(label); }))
        refuse(equation_, "output subscript " + name_of(label) +
                              " does not appear in the equation for any input operand");
    }
  }

  /// A dimension of extent 1 where another operand has a larger one is dropped: the operand does not depend
  /// on it.
  void drop_broadcast(Labelled& x) const {
    for (std::size_t d = x.labels.size(); d-- > 0;) {
      if (x.tensor.size(static_cast<std::int64_t>(d)) != 1 ||
          extents_[static_cast<std::size_t>(x.labels[d])] == 1)
        continue;
      x.tensor = x.tensor.select(static_cast<std::int64_t>(d), 0);
      x.labels.erase(d);
    }
  }

  bool needed(int label) const {
    return output_.has(label) || std::any_of(operands_.begin(), operands_.end(),
                                             [&](const Labelled& x) { return x.has(label); });
  }

  /// Sums over the labels that occur in one operand only, and not in the result.
  void sum_labels_of_one_operand() {
    for (Labelled& x : operands_) {
      Labels lonely;
      for (const int label : x.labels) {
        const auto uses = std::count_if(operands_.begin(), operands_.end(),
                                        [&](const Labelled& o) { return o.has(label); });
        if (uses == 1 && !output_.has(label)) lonely.push_back(label);
      }
      if (!lonely.empty()) x = summed(x, lonely);
    }
  }

  std::pair<std::size_t, std::size_t> cheapest_pair() const {
    std::pair<std::size_t, std::size_t> best{0, 1};
    if (operands_.size() == 2) return best;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < operands_.size(); ++i)
      for (std::size_t j = i + 1; j < operands_.size(); ++j) {
        double cost = 1;
        for (const int label : operands_[i].labels)
          cost *= static_cast<double>(operands_[i].extent(label));
        for (const int label : operands_[j].labels)
          if (!operands_[i].has(label)) cost *= static_cast<double>(operands_[j].extent(label));
        if (cost < least) {
          least = cost;
          best = {i, j};
        }
      }
    return best;
  }

  std::pair<std::size_t, std::size_t> given_pair(IntArrayRef path, std::size_t step) const {
    const auto n = static_cast<std::int64_t>(operands_.size());
    if (path.size() != 2 * (step + operands_.size() - 1))
      detail::fail<ValueError>("einsum", "the path has ", path.size(), " entries; ",
                               operands_.size() + step, " operands take ",
                               2 * (step + operands_.size() - 1));
    const std::int64_t i = path[2 * step];
    const std::int64_t j = path[2 * step + 1];
    if (i < 0 || j < 0 || i >= n || j >= n || i == j)
      detail::fail<ValueError>("einsum", "step ", step, " of the path contracts operands ", i,
                               " and ", j, "; give two different ones of ", n);
    return {static_cast<std::size_t>(i), static_cast<std::size_t>(j)};
  }

  std::string_view equation_;
  std::vector<Labelled> operands_;
  Labels output_;
  /// Extent of each label; -1 for those not seen yet.
  std::array<std::int64_t, kLetters + detail::kMaxDim> extents_;
  /// The most dimensions that `...` stands for.
  std::int64_t dots_ = 0;
};

}  // namespace

Tensor einsum(std::string_view equation, TensorList operands, OptionalIntArrayRef path) {
  return Einsum(equation, operands).run(path);
}

Tensor tensordot(const Tensor& a, const Tensor& b, IntArrayRef dims_a, IntArrayRef dims_b) {
  if (dims_a.size() != dims_b.size())
    detail::fail<ValueError>("tensordot", "the lists of dimensions ", dims_a, " and ", dims_b,
                             " must be of the same length");
  Labelled p{a, consecutive_labels(0, a.dim())};
  Labelled q{b, consecutive_labels(a.dim(), b.dim())};
  std::vector<bool> used_a(p.labels.size()), used_b(q.labels.size());
  Labels broadcast;
  for (std::size_t i = 0; i < dims_a.size(); ++i) {
    const std::size_t d = detail::wrap_dim("tensordot", dims_a[i], p.labels.size());
    const std::size_t e = detail::wrap_dim("tensordot", dims_b[i], q.labels.size());
    if (p.labels.empty() || q.labels.empty()) continue;
    if (used_a[d] || used_b[e])
      detail::fail<ValueError>("tensordot", "a dimension appears twice in the lists ", dims_a,
                               " and ", dims_b, "; name each once");
    used_a[d] = used_b[e] = true;
    const std::int64_t n = a.sizes()[d];
    const std::int64_t m = b.sizes()[e];
    if (n != m && n != 1 && m != 1)
      detail::fail<ShapeError>("tensordot", "contracted dimensions need to match, but dimension ",
                               dims_a[i], " of ", a.sizes(), " and ", dims_b[i], " of ", b.sizes(),
                               " do not; name pairs of equal extents");
    q.labels.replace(e, p.labels[d]);
    if (n != m) broadcast.push_back(p.labels[d]);
  }
  // A factor of extent 1 goes with the sum of the other.
  p = summed(p, broadcast);
  q = summed(q, broadcast);
  return contract(p, q, [](int) { return false; }).tensor;
}

Tensor tensordot(const Tensor& a, const Tensor& b, std::int64_t dims) {
  if (dims < 0 || dims > a.dim() || dims > b.dim())
    detail::fail<ValueError>("tensordot", "cannot contract ", dims, " dimensions of shapes ",
                             a.sizes(), " and ", b.sizes(),
                             "; give 0 to the number of dimensions of either");
  DimVector last, first;
  for (std::int64_t d = 0; d < dims; ++d) {
    last.push_back(a.dim() - dims + d);
    first.push_back(d);
  }
  return tensordot(a, b, last, first);
}

Tensor inner(const Tensor& a, const Tensor& b) {
  if (a.dim() == 0 || b.dim() == 0) return a * b;
  if (a.size(-1) != b.size(-1))
    detail::fail<ShapeError>("inner", "shapes ", a.sizes(), " and ", b.sizes(),
                             " cannot be multiplied: the last extents must be equal");
  return tensordot(a, b, {-1}, {-1});
}

Tensor kron(const Tensor& a, const Tensor& b) {
  const std::size_t n = std::max(a.sizes().size(), b.sizes().size());
  DimVector left, right, sizes;
  for (std::size_t d = 0; d < n; ++d) {
    const auto extent = [&](const Tensor& x) {
      const std::size_t missing = n - x.sizes().size();
      return d < missing ? 1 : x.sizes()[d - missing];
    };
    left.push_back(extent(a));
    left.push_back(1);
    right.push_back(1);
    right.push_back(extent(b));
    sizes.push_back(detail::checked_mul("kron", extent(a), extent(b)));
  }
  return (a.reshape(left) * b.reshape(right)).reshape(sizes);
}

Tensor Tensor::inner(const Tensor& other) const { return eigengrad::inner(*this, other); }
Tensor Tensor::kron(const Tensor& other) const { return eigengrad::kron(*this, other); }

}  // namespace eigengrad
