#include "random/program.hpp"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <sstream>
#include <string_view>

#include "random/interpret.hpp"

namespace random_programs {

std::vector<double>& hook_log() {
  static std::vector<double> log;
  return log;
}

double direction(int k, int variable, std::int64_t i) {
  return std::cos(static_cast<double>((k + 1) * (variable + 1 + i)));
}
double weight(std::int64_t i) { return std::cos(static_cast<double>(i)); }

void seed(Number& x, int variable, std::int64_t i) {
  for (std::size_t k = 0; k < kOrders; ++k)
    coefficient(x, 1U << k) = direction(static_cast<int>(k), variable, i);
}

Value new_value(const Statement& s, int variable) {
  std::vector<Number> elements;
  for (std::size_t i = 0; i < s.numbers.size(); ++i) {
    Number x = s.numbers[i];
    if (s.requires_grad) seed(x, variable, static_cast<std::int64_t>(i));
    elements.push_back(x);
  }
  Value y = make(s.integers, elements, s.dtype);
  y.tracked = y.leaf = s.requires_grad;
  if (!s.column_major) return y;
  // The same elements, the first index fastest.
  const Sizes reversed(s.integers.rbegin(), s.integers.rend());
  Value z = make(reversed, std::vector<Number>(elements.size()), s.dtype);
  std::reverse(z.sizes.begin(), z.sizes.end());
  std::reverse(z.strides.begin(), z.strides.end());
  write(z, y, true);
  z.tracked = z.leaf = s.requires_grad;
  return z;
}

void write_in_place(const Call& c) { c.s.row->in_place(c); }
void write_in_place(const Reference& c) {
  write(c.x[0], c.s.row->reference(c).at(0), !c.s.no_grad);
}

void forget(const Statement& s, const Values& x, Values& y) {
  if (!s.no_grad) return;
  for (Value& v : y)
    if (v.memory != x[0].memory) std::fill(v.derivatives->begin(), v.derivatives->end(), Number());
}

const Rows& all_rows() {
  static const Rows rows = [] {
    Rows all;
    all.push_back({.name = "tensor",
                   .text = "",
                   .draw = nullptr,
                   .call = nullptr,
                   .reference = nullptr,
                   .weight = 0});
    for (auto family : {elementwise_rows, binary_rows, view_rows, assembly_rows, reduction_rows,
                        indexing_rows, product_rows, loss_rows, autograd_rows, transform_rows})
      for (Row& r : family()) all.push_back(std::move(r));
    return all;
  }();
  return rows;
}

const Row& row(std::string_view name) {
  return *std::find_if(all_rows().begin(), all_rows().end(),
                       [&](const Row& r) { return r.name == name; });
}

namespace {

using Lines = std::ostringstream;

std::string number(double x, eg::ScalarType dtype = eg::kFloat64,
                   Language language = Language::Cpp) {
  if (dtype == eg::kBool)
    return language == Language::Cpp ? (x != 0 ? "true" : "false") : (x != 0 ? "True" : "False");
  std::ostringstream os;
  os.precision(17);
  os << x;
  std::string text = os.str();
  if (eg::is_floating_point(dtype) && text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

template <class List>
std::string joined(const List& list, eg::ScalarType dtype, Language language) {
  std::string text;
  for (const auto x : list)
    text += (text.empty() ? "" : ", ") + number(static_cast<double>(x), dtype, language);
  return text;
}

std::string dtype_name(eg::ScalarType t, Language language) {
  const std::string name(eg::to_string(t));
  if (language == Language::Python) return "torch." + name;
  return "eg::k" + std::string(1, static_cast<char>(std::toupper(name[0]))) + name.substr(1);
}

std::string variable(int v) { return "v" + std::to_string(v); }

/// C++ as Python writes it.
std::string translated(std::string text) {
  const auto replace = [&](std::string_view from, std::string_view to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
      text.replace(at, from.size(), to);
  };
  replace("{", "[");
  replace("}", "]");
  replace("eg::", "torch.");
  replace("true", "True");
  replace("false", "False");
  return text;
}

std::string expression(const Statement& s, Language language) {
  std::string pattern = language == Language::Cpp  ? s.row->text
                        : s.row->python != nullptr ? s.row->python
                                                   : translated(s.row->text);
  if (s.in_place && !s.row->only_in_place) pattern.insert(pattern.find('('), "_");
  std::string text;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char next = i + 1 < pattern.size() ? pattern[i + 1] : ' ';
    const auto k = static_cast<std::size_t>(next - '0');
    if (pattern[i] == '%' && next == 'd')
      text += dtype_name(s.dtype, language);
    else if (pattern[i] == '%' && next == 'f')
      text += "f" + std::to_string(s.result);
    else if (pattern[i] == '%' && std::isdigit(next) != 0)
      text += variable(s.operands[k]);
    else if (pattern[i] == '#' && next == '*')
      text += joined(s.integers, eg::kInt64, language);
    else if (pattern[i] == '#' && std::isdigit(next) != 0)
      text += std::to_string(s.integers[k]);
    else if (pattern[i] == '$' && next == 'b')
      text += number(s.numbers[0], eg::kBool, language);
    else if (pattern[i] == '$' && std::isdigit(next) != 0)
      text += number(s.numbers[k]);
    else {
      text += pattern[i];
      continue;
    }
    ++i;
  }
  return text;
}

std::string new_tensor(const Statement& s, Language language) {
  const bool cpp = language == Language::Cpp;
  const char open = cpp ? '{' : '[', close = cpp ? '}' : ']';
  const auto list = [&](const Sizes& n) { return open + joined(n, eg::kInt64, language) + close; };
  const std::string dtype = dtype_name(s.dtype, language);
  Lines os;
  std::vector<double> values = s.numbers;
  Sizes sizes = s.integers;
  if (s.column_major) {
    const Value y = new_value(s, 0);
    values = *y.memory;
    std::reverse(sizes.begin(), sizes.end());
  }
  if (values.empty())
    os << (cpp ? "eg::zeros(" : "torch.zeros(") << list(sizes) << ", " << (cpp ? "" : "dtype=")
       << dtype << ')';
  else
    os << (cpp ? "eg::tensor(" : "torch.tensor(") << open << joined(values, s.dtype, language)
       << close << ", " << (cpp ? "" : "dtype=") << dtype << ')';
  if (!values.empty() && sizes.size() != 1) os << ".reshape(" << list(sizes) << ").clone()";
  if (s.column_major) {
    Sizes dims;
    for (std::size_t d = sizes.size(); d-- > 0;) dims.push_back(static_cast<std::int64_t>(d));
    os << ".permute(" << list(dims) << ").clone()";
  }
  if (s.requires_grad) os << ".requires_grad_()";
  return os.str();
}

}  // namespace

std::string text_of(const Statement& s, Language language, int indent) {
  const bool cpp = language == Language::Cpp;
  const std::string pad(static_cast<std::size_t>(indent), ' ');
  Lines os;
  if (s.row->has_body) {
    os << pad << (cpp ? "auto f" : "def f") << s.result << (cpp ? " = [=](const eg::Tensor& " : "(")
       << variable(s.parameter) << (cpp ? ") {" : "):") << '\n';
    for (const Statement& line : s.body) os << text_of(line, language, indent + 2);
    os << pad << "  return " << variable(s.body.back().result) << (cpp ? ";\n" : "\n");
    if (cpp) os << pad << "};\n";
  }
  std::string call = s.operands.empty() ? new_tensor(s, language) : expression(s, language);
  std::string defined;
  if (!s.in_place && s.results > 0) {
    for (int i = 0; i < s.results; ++i) defined += (i > 0 ? ", " : "") + variable(s.result + i);
  }
  os << pad;
  if (cpp) {
    if (s.no_grad) {
      if (!defined.empty()) os << "eg::Tensor " << defined << ";\n" << pad;
      os << "{\n" << pad << "  eg::NoGradGuard guard;\n" << pad << "  ";
    }
    if (!defined.empty() && s.results > 1)
      os << "auto [" << defined << "] = ";
    else if (!defined.empty())
      os << (s.no_grad ? "" : "eg::Tensor ") << defined << " = ";
    os << call << ";\n";
    if (s.no_grad) os << pad << "}\n";
  } else {
    if (s.no_grad) os << "with torch.no_grad(): ";
    if (!defined.empty()) os << defined << " = ";
    os << call << '\n';
  }
  return os.str();
}

std::string prelude() {
  return R"(#include <eigengrad/eigengrad.hpp>
#include <iostream>
namespace eg = eigengrad;

eg::Tensor weighted(const eg::Tensor& v) {
  return (v * eg::arange(v.numel(), v.dtype()).cos().reshape(v.sizes())).sum();
}
template <class F>
eg::Tensor hooked(F f, const eg::Tensor& x) {
  const eg::autograd::SavedTensorHooks hooks([](const eg::Tensor& t) { return t.clone(); },
                                             [](const eg::Tensor& t) { return t; });
  return f(x);
}
template <class F>
eg::Tensor inference(F f, const eg::Tensor& x) {
  const eg::InferenceMode guard;
  return f(x);
}
void record(const char* variable, const eg::Tensor& sum) { std::cout << variable << sum; }
)";
}

std::string text_of(const Program& p, Language language) {
  Lines os;
  if (language == Language::Python) {
    for (std::size_t i = 0; i < p.statements.size(); ++i)
      os << "try:\n"
         << text_of(p.statements[i], language, 1) << "except Exception as e: failed(" << i
         << ", e)\n";
    return os.str();
  }
  os << "void seed_" << p.seed << "() {\n";
  std::string loss;
  for (const Statement& s : p.statements) {
    os << text_of(s, language, 2);
    for (int i = 0; i < s.results && !s.in_place; ++i)
      loss += (loss.empty() ? "" : " + ") + ("weighted(" + variable(s.result + i)) + ")";
  }
  os << "  // The loss is " << loss << ", of those that float.\n}\n";
  return os.str();
}

}  // namespace random_programs
