#include "eigengrad/core/print.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <mutex>
#include <ostream>
#include <vector>

#include "core/dispatch.hpp"
#include "core/fail.hpp"
#include "core/print_graph.hpp"

namespace eigengrad {
namespace {

constinit std::mutex options_mutex;
constinit PrintOptions options_in_force;

void check(const PrintOptions& o) {
  if (o.precision < 0 || o.precision > 100 || o.threshold < 0 || o.edgeitems < 1 || o.linewidth < 1)
    detail::fail<ValueError>(
        "print", "the options are out of range: precision ", o.precision, ", threshold ",
        o.threshold, ", edgeitems ", o.edgeitems, ", linewidth ", o.linewidth,
        "; precision is 0 to 100, threshold at least 0, the others at least 1");
}

enum class Notation : std::uint8_t { Exact, Integral, Fixed, Scientific };

/// Writes one number. Python's words for what is not finite, which C may give a sign.
std::string formatted(const Scalar& v, Notation notation, int precision) {
  if (v.isBoolean()) return v.toBool() ? "True" : "False";
  if (notation == Notation::Exact) return std::to_string(v.toLong());
  const double x = v.toDouble();
  if (std::isnan(x)) return "nan";
  if (std::isinf(x)) return x > 0 ? "inf" : "-inf";
  const int digits = notation == Notation::Integral ? 0 : precision;
  const char* const pattern = notation == Notation::Scientific ? "%.*e" : "%.*f";
  const int length = std::snprintf(nullptr, 0, pattern, digits, x);
  std::string text(static_cast<std::size_t>(length) + 1, '\0');
  std::snprintf(text.data(), text.size(), pattern, digits, x);
  text.pop_back();
  if (notation == Notation::Integral) text += '.';
  return text;
}

/// The elements that are shown, in reading order, as texts of one width.
class Cells {
 public:
  Cells(const detail::TensorImpl& t, const PrintOptions& o, bool shortened)
      : tensor_(t), edge_(shortened ? o.edgeitems : std::numeric_limits<std::int64_t>::max() / 2) {
    visit(0, t.bytes());
    const Notation natural = choose_notation();
    measure(natural, o.precision);
    // sci_mode changes the notation but not the width, which the values alone decide; without a finite value
    // other than 0 it changes nothing.
    Notation notation = natural;
    if (o.sci_mode.has_value() && measurable_)
      notation = *o.sci_mode ? Notation::Scientific
                 : integral_ ? Notation::Integral
                             : Notation::Fixed;
    for (const Scalar& v : values_) {
      std::string text = formatted(v, notation, o.precision);
      if (text.size() < width_) text.insert(0, width_ - text.size(), ' ');
      texts_.push_back(std::move(text));
    }
  }

  std::size_t width() const noexcept { return width_; }
  bool elides(std::int64_t extent) const noexcept { return extent > 2 * edge_; }
  std::int64_t edge() const noexcept { return edge_; }
  const std::string& next() { return texts_[next_++]; }

 private:
  void visit(int dim, const std::byte* at) {
    if (dim == tensor_.dim()) {
      values_.push_back(detail::dispatch(tensor_.dtype(), [&]<class T>(std::type_identity<T>) {
        return Scalar(*reinterpret_cast<const T*>(at));
      }));
      return;
    }
    const auto d = static_cast<std::size_t>(dim);
    const std::int64_t extent = tensor_.sizes()[d];
    const std::int64_t step = tensor_.strides()[d] * element_size(tensor_.dtype());
    for (std::int64_t i = 0; i < extent; ++i) {
      if (elides(extent) && i == edge_) i = extent - edge_;
      visit(dim + 1, at + i * step);
    }
  }

  static bool counts(const Scalar& v) { return std::isfinite(v.toDouble()) && v.toDouble() != 0; }

  /// Only finite values other than 0 decide.
  Notation choose_notation() {
    if (!is_floating_point(tensor_.dtype())) return Notation::Exact;
    double smallest = std::numeric_limits<double>::infinity();
    double largest = 0;
    for (const Scalar& v : values_) {
      if (!counts(v)) continue;
      const double x = v.toDouble();
      smallest = std::min(smallest, std::fabs(x));
      largest = std::max(largest, std::fabs(x));
      if (x != std::ceil(x)) integral_ = false;
    }
    if (largest == 0) return Notation::Integral;
    measurable_ = true;
    const bool wide = largest / smallest > 1000 || largest > 1e8 || (!integral_ && smallest < 1e-4);
    if (wide) return Notation::Scientific;
    return integral_ ? Notation::Integral : Notation::Fixed;
  }

  void measure(Notation notation, int precision) {
    for (const Scalar& v : values_)
      if (notation == Notation::Exact || counts(v))
        width_ = std::max(width_, formatted(v, notation, precision).size());
  }

  const detail::TensorImpl& tensor_;
  std::int64_t edge_;
  std::vector<Scalar> values_;
  bool integral_ = true;
  bool measurable_ = false;
  std::size_t width_ = 1;
  std::vector<std::string> texts_;
  std::size_t next_ = 0;
};

/// Writes the brackets of dimensions `dim` and below; `indent` is the column of the first one.
class Layout {
 public:
  Layout(const detail::TensorImpl& t, const PrintOptions& o, bool shortened)
      : sizes_(t.sizes()),
        linewidth_(static_cast<std::size_t>(o.linewidth)),
        cells_(t, o, shortened) {}

  std::string write(std::size_t indent) {
    if (sizes_.empty()) return cells_.next();
    block(0, indent);
    return std::move(text_);
  }

 private:
  void block(std::size_t dim, std::size_t indent) {
    if (dim + 1 == sizes_.size()) {
      row(indent);
      return;
    }
    const std::string gap =
        ',' + std::string(sizes_.size() - dim - 1, '\n') + std::string(indent + 1, ' ');
    text_ += '[';
    for (std::int64_t i = 0; i < sizes_[dim]; ++i) {
      if (i > 0) text_ += gap;
      if (cells_.elides(sizes_[dim]) && i == cells_.edge()) {
        text_ += "..." + gap;
        i = sizes_[dim] - cells_.edge();
      }
      block(dim + 1, indent + 1);
    }
    text_ += ']';
  }

  void row(std::size_t indent) {
    const std::size_t room = linewidth_ > indent ? linewidth_ - indent : 0;
    const std::size_t per_line = std::max<std::size_t>(1, room / (cells_.width() + 2));
    std::size_t written = 0;
    const auto put = [&](const std::string& item) {
      if (written > 0) text_ += ',';
      if (written > 0 && written % per_line == 0)
        text_ += '\n' + std::string(indent + 1, ' ');
      else if (written > 0)
        text_ += ' ';
      text_ += item;
      ++written;
    };
    text_ += '[';
    const std::int64_t extent = sizes_[sizes_.size() - 1];
    for (std::int64_t i = 0; i < extent; ++i) {
      if (cells_.elides(extent) && i == cells_.edge()) {
        put(" ...");
        i = extent - cells_.edge();
      }
      put(cells_.next());
    }
    text_ += ']';
  }

  IntArrayRef sizes_;
  std::size_t linewidth_;
  Cells cells_;
  std::string text_;
};

/// Writes sizes as Python writes a tuple of two or more.
std::string tuple(IntArrayRef sizes) {
  std::string text;
  for (const std::int64_t n : sizes) text += (text.empty() ? "(" : ", ") + std::to_string(n);
  return text + ')';
}

/// The parts after the values, in this order: size, dtype, grad_fn or requires_grad, tangent.
std::vector<std::string> suffixes(const Tensor& t, const PrintOptions& o) {
  std::vector<std::string> list;
  const bool empty = t.numel() == 0;
  if (empty && t.dim() != 1) list.push_back("size=" + tuple(t.sizes()));
  // The values of an empty tensor cannot show that they are integers or bools.
  if (t.dtype() == kFloat32 || (empty && t.dtype() != kDefaultDtype))
    list.push_back("dtype=torch." + std::string(to_string(t.dtype())));
  if (const std::string name = detail::printed_grad_fn(t); !name.empty())
    list.push_back("grad_fn=<" + name + '>');
  else if (t.requires_grad())
    list.emplace_back("requires_grad=True");
  if (const Tensor tangent = detail::printed_tangent(t); tangent.defined())
    list.push_back("tangent=" + to_string(tangent, o));
  return list;
}

}  // namespace

PrintOptions PrintOptions::profile(std::string_view name) {
  PrintOptions o;
  if (name == "default") return o;
  if (name == "short") {
    o.precision = 2;
    o.edgeitems = 2;
  } else if (name == "full") {
    o.threshold = std::numeric_limits<std::int64_t>::max();
  } else {
    detail::fail<ValueError>("print", "there is no profile '", name,
                             "'; use default, short or full");
  }
  return o;
}

void set_print_options(const PrintOptions& options) {
  check(options);
  const std::lock_guard lock(options_mutex);
  options_in_force = options;
}

PrintOptions get_print_options() {
  const std::lock_guard lock(options_mutex);
  return options_in_force;
}

std::string to_string(const Tensor& t, const PrintOptions& options) {
  check(options);
  if (!t.defined()) return "tensor(undefined)";
  const std::string prefix = "tensor(";
  std::string text = prefix;
  if (t.numel() == 0)
    text += "[]";
  else
    text += Layout(*t.impl(), options, t.numel() > options.threshold).write(prefix.size());
  // PyTorch counts one character too many on a line that follows another, two on the first one.
  std::size_t column = text.size() + 1 -
                       (text.rfind('\n') == std::string::npos ? std::size_t(-1) : text.rfind('\n'));
  for (const std::string& suffix : suffixes(t, options)) {
    if (column + suffix.size() + 2 > static_cast<std::size_t>(options.linewidth)) {
      text += ",\n" + std::string(prefix.size(), ' ') + suffix;
      column = prefix.size() + suffix.size();
    } else {
      text += ", " + suffix;
      column += suffix.size() + 2;
    }
  }
  return text + ')';
}

std::string Tensor::to_string() const { return eigengrad::to_string(*this, get_print_options()); }

std::ostream& operator<<(std::ostream& os, const Tensor& t) { return os << t.to_string(); }

}  // namespace eigengrad
