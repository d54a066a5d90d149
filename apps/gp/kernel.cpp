#include "gp/kernel.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <numbers>
#include <utility>

#include "common/bad_input.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::gp {

namespace eg = eigengrad;
using eg::Tensor;

/// Recursive descent; names the parameters in the order of their appearance.
class Kernel::Parser {
 public:
  explicit Parser(Kernel& kernel) : kernel_(kernel), text_(kernel.text_) {}

  Node run() {
    Node root = sum(true);
    if (peek() != '\0') fail("'+' or '*' should stand here");
    number_names();
    return root;
  }

 private:
  struct Basic {
    std::string_view name;
    Kind kind;
    std::vector<std::pair<const char*, Quantity>> parameters;
  };

  static const std::vector<Basic>& basics() {
    static const std::pair<const char*, Quantity> kLength = {"length", Quantity::Length};
    static const std::vector<Basic> all = {
        {"rbf", Kind::Rbf, {kLength}},
        {"matern12", Kind::Matern12, {kLength}},
        {"matern32", Kind::Matern32, {kLength}},
        {"matern52", Kind::Matern52, {kLength}},
        {"periodic", Kind::Periodic, {{"length", Quantity::Ratio}, {"period", Quantity::Period}}},
        {"rq", Kind::RationalQuadratic, {kLength, {"alpha", Quantity::Exponent}}}};
    return all;
  }

  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool take(char c) {
    if (peek() != c || c == '\0') return false;
    ++at_;
    return true;
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw BadInput("--kernel: column " + std::to_string(at_ + 1) + ": " + what + ": " +
                   text_.substr(0, at_) + " ^ " + text_.substr(at_));
  }

  std::ptrdiff_t add(std::string owner, const char* name, Quantity quantity) {
    kernel_.parameters_.push_back({name, quantity});
    owners_.push_back(std::move(owner));
    return static_cast<std::ptrdiff_t>(kernel_.parameters_.size()) - 1;
  }

  Node sum(bool is_outermost) {
    constexpr int kDeepest = 50;
    if (++depth_ > kDeepest) fail("the kernel is nested too deeply here");
    Node node{Kind::Sum, {}, {}};
    do {
      const bool has_variance = is_outermost || !node.parts.empty();
      node.parameters.push_back(has_variance ? add("variance", "variance", Quantity::Variance)
                                             : -1);
      node.parts.push_back(product());
    } while (take('+'));
    --depth_;
    return node;
  }

  Node product() {
    Node node{Kind::Product, {}, {}};
    do node.parts.push_back(basic());
    while (take('*'));
    return node;
  }

  Node basic() {
    if (take('(')) {
      Node inner = sum(false);
      if (!take(')')) fail("')' should stand here");
      return inner;
    }
    peek();
    const std::size_t begin = at_;
    std::size_t end = at_;
    while (end < text_.size() && std::isalnum(static_cast<unsigned char>(text_[end])) != 0) ++end;
    const std::string name = text_.substr(begin, end - begin);
    for (const Basic& b : basics()) {
      if (b.name != name) continue;
      at_ = end;
      Node node{b.kind, {}, {}};
      ++counts_[name];
      for (const auto& [parameter, quantity] : b.parameters)
        node.parameters.push_back(add(name + std::to_string(counts_[name]), parameter, quantity));
      return node;
    }
    fail(name.empty()
             ? "a kernel should stand here"
             : in_quotes(name) +
                   " is not a kernel; there are rbf, matern12, matern32, matern52, periodic, rq");
  }

  /// "rbf.length", or "rbf2.length" where there are several; "variance", or "variance2".
  void number_names() {
    const auto variances = std::count(owners_.begin(), owners_.end(), "variance");
    int variance = 0;
    for (std::size_t i = 0; i < owners_.size(); ++i) {
      Parameter& p = kernel_.parameters_[i];
      if (owners_[i] == "variance") {
        if (variances > 1) p.name += std::to_string(++variance);
        continue;
      }
      std::string kind = owners_[i];
      while (std::isdigit(static_cast<unsigned char>(kind.back())) != 0 && counts_.count(kind) == 0)
        kind.pop_back();
      p.name = (counts_[kind] > 1 ? owners_[i] : kind) + '.' + p.name;
    }
  }

  Kernel& kernel_;
  const std::string& text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  std::map<std::string, int> counts_;
  /// One per parameter: "variance", or the kernel with its number.
  std::vector<std::string> owners_;
};

Kernel::Kernel(const std::string& text) : text_(text), root_(Parser(*this).run()) {}

Tensor Kernel::operator()(const Tensor& distances, const Tensor& logarithms) const {
  std::vector<Tensor> parameters = logarithms.unbind(0);
  for (Tensor& p : parameters) p = eg::exp(p);
  return value(root_, distances, parameters);
}

Tensor Kernel::value(const Node& node, const Tensor& d,
                     const std::vector<Tensor>& parameters) const {
  const auto parameter = [&](std::size_t i) {
    return parameters[static_cast<std::size_t>(node.parameters[i])];
  };
  switch (node.kind) {
    case Kind::Sum: {
      Tensor total;
      for (std::size_t i = 0; i < node.parts.size(); ++i) {
        Tensor part = value(node.parts[i], d, parameters);
        if (node.parameters[i] >= 0) part = parameter(i) * part;
        total = i == 0 ? part : total + part;
      }
      return total;
    }
    case Kind::Product: {
      Tensor total = value(node.parts[0], d, parameters);
      for (std::size_t i = 1; i < node.parts.size(); ++i)
        total = total * value(node.parts[i], d, parameters);
      return total;
    }
    case Kind::Rbf:
      return eg::exp(-0.5 * eg::square(d / parameter(0)));
    case Kind::Matern12:
      return eg::exp(-d / parameter(0));
    case Kind::Matern32: {
      const Tensor r = std::numbers::sqrt3 / parameter(0) * d;
      return (1 + r) * eg::exp(-r);
    }
    case Kind::Matern52: {
      const Tensor r = std::sqrt(5.0) / parameter(0) * d;
      return (1 + r + eg::square(r) / 3) * eg::exp(-r);
    }
    case Kind::Periodic:
      return eg::exp(-2 * eg::square(eg::sin(std::numbers::pi / parameter(1) * d) / parameter(0)));
    case Kind::RationalQuadratic:
      return eg::exp(-parameter(1) * eg::log1p(eg::square(d / parameter(0)) / (2 * parameter(1))));
  }
  return d;
}

}  // namespace apps::gp
