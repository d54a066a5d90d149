#include <boost/test/unit_test.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "eigengrad/autograd/engine.hpp"
#include "eigengrad/autograd/grad_mode.hpp"
#include "eigengrad/core/print.hpp"
#include "eigengrad/core/scalar.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "eigengrad/ops/pointwise/arithmetic.hpp"
#include "eigengrad/ops/pointwise/compare.hpp"
#include "eigengrad/ops/shape/assembly.hpp"
#include "support/compare.hpp"
#include "table.hpp"

/// The rows of the table against PyTorch: tests/oracle/fixtures, which tests/oracle/generate.py writes.
namespace table {
namespace {

using support::check_close;
using support::to_array;
using support::to_tensor;

struct Evaluation {
  Inputs arguments;
  std::vector<bool> differentiated;
  Outputs values;
  Inputs weights, gradients, directions, products;
};

struct Promotion {
  std::string a, b, result;
};

struct Fixture {
  std::vector<std::string> nodes;
  std::vector<Evaluation> samples;
  /// Dtype of the arguments, and of the results.
  std::vector<std::pair<std::string, std::string>> dtypes;
  /// What is tracked, and what the gradient then needs: see tests/oracle/saved.py.
  std::vector<std::pair<std::string, std::string>> saved;
  /// Which gradients are functions of something.
  std::string recorded;
};

struct Oracle {
  std::map<std::string, Fixture> rows;
  std::map<std::string, std::vector<Promotion>> promotions;
};

Array read_array(std::istringstream& line) {
  std::size_t n = 0;
  line >> n;
  Sizes sizes(n);
  for (std::int64_t& s : sizes) line >> s;
  Array a(sizes);
  std::string word;
  for (double& v : a.values) {
    if (!(line >> word)) throw std::runtime_error("a fixture ends too early");
    v = std::strtod(word.c_str(), nullptr);
  }
  return a;
}

void read_sample_line(const std::string& keyword, std::istringstream& line, Evaluation& e) {
  if (keyword == "input" || keyword == "index" || keyword == "mask") {
    e.arguments.push_back(read_array(line));
    e.differentiated.push_back(keyword == "input");
    if (keyword != "input") e.arguments.back().dtype = keyword == "mask" ? eg::kBool : eg::kInt64;
    return;
  }
  const std::map<std::string, Inputs*> lists{{"value", &e.values},
                                             {"weight", &e.weights},
                                             {"gradient", &e.gradients},
                                             {"direction", &e.directions},
                                             {"product", &e.products}};
  const auto list = lists.find(keyword);
  if (list == lists.end()) throw std::runtime_error("fixtures: unknown keyword " + keyword);
  list->second->push_back(read_array(line));
}

/// "a b = c" as "a b" and "c".
std::pair<std::string, std::string> sides(const std::string& text) {
  const std::size_t at = text.find(" = ");
  return {text.substr(0, at), text.substr(at + 3)};
}

void read_fixtures(const std::filesystem::path& path, Oracle& oracle) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path.string() + " cannot be read");
  Fixture* fixture = nullptr;
  for (std::string text; std::getline(file, text);) {
    std::istringstream line(text);
    std::string keyword, rest;
    line >> keyword;
    if (keyword == "#") continue;
    if (keyword == "row") {
      line >> rest;
      fixture = &oracle.rows[rest];
    } else if (keyword == "node") {
      while (line >> rest) fixture->nodes.push_back(rest);
    } else if (keyword == "sample") {
      fixture->samples.emplace_back();
    } else if (keyword == "dtypes") {
      std::getline(line >> std::ws, rest);
      fixture->dtypes.push_back(sides(rest));
    } else if (keyword == "saved") {
      std::string tracked;
      line >> tracked >> rest;
      fixture->saved.emplace_back(tracked, rest);
    } else if (keyword == "recorded") {
      line >> fixture->recorded;
    } else if (keyword == "promote") {
      Promotion p;
      std::string op, equals;
      line >> op >> p.a >> p.b >> equals >> p.result;
      oracle.promotions[op].push_back(p);
    } else {
      read_sample_line(keyword, line, fixture->samples.back());
    }
  }
}

Oracle read_oracle() {
  Oracle oracle;
  for (const auto& entry :
       std::filesystem::directory_iterator(EIGENGRAD_SOURCE_DIR "/tests/oracle/fixtures"))
    read_fixtures(entry.path(), oracle);
  return oracle;
}

const Oracle& oracle() {
  static const Oracle read = read_oracle();
  return read;
}

// ---- Values, gradients, second derivatives.

/// `relative` of an element; where terms cancel, which are about as large as the largest element or as
/// `terms`, some units in their last place.
void check_like_torch(const std::string& what, const variable_list& actual, const Inputs& wanted,
                      double terms = 0, double relative = 1e-12) {
  BOOST_REQUIRE_EQUAL(actual.size(), wanted.size());
  for (std::size_t k = 0; k < wanted.size(); ++k) {
    BOOST_TEST_INFO_SCOPE(what << ' ' << k);
    double largest = terms;
    for (const double v : wanted[k].values)
      if (std::isfinite(v)) largest = std::max(largest, std::abs(v));
    if (!actual[k].defined()) {  // stands for zeros
      BOOST_TEST(largest == terms);
      continue;
    }
    Array given = to_array(actual[k]);
    given.dtype = eg::kFloat64;
    check_close(given, wanted[k], {.relative = relative, .scale = largest / 256});
  }
}

variable_list tensors_of(const Inputs& arrays) {
  variable_list list;
  for (const Array& a : arrays) list.push_back(to_tensor(a));
  return list;
}

eg::Tensor weighted_sum(const variable_list& list, const variable_list& weights) {
  eg::Tensor total = eg::zeros({});
  for (std::size_t k = 0; k < list.size(); ++k)
    if (list[k].defined()) total = total + (list[k] * weights[k]).sum();
  return total;
}

void check_sample(const Row& row, const Evaluation& e) {
  const variable_list x = tensors_of(e.arguments);
  variable_list wanted;
  for (std::size_t k = 0; k < x.size(); ++k)
    if (e.differentiated[k] && row.differentiable) wanted.push_back(x[k].requires_grad_());
  const variable_list y = row.call(x);
  check_like_torch("value", y, e.values);
  variable_list tracked;
  for (const eg::Tensor& t : y)
    if (t.requires_grad()) tracked.push_back(t);
  BOOST_REQUIRE_EQUAL(tracked.size(), e.weights.size());
  if (tracked.empty()) return;
  const variable_list g = eg::autograd::grad(
      tracked, wanted,
      {.grad_outputs = tensors_of(e.weights), .create_graph = true, .allow_unused = true});
  check_like_torch("gradient", g, e.gradients, 0, row.oracle_derivatives);
  if (e.directions.empty()) return;
  const eg::Tensor total = weighted_sum(g, tensors_of(e.directions));
  variable_list products(wanted.size());
  if (total.requires_grad()) products = eg::autograd::grad({total}, wanted, {.allow_unused = true});
  check_like_torch("second derivative", products, e.products, 1, row.oracle_derivatives);
}

void check_row(const Row& row) {
  const auto found = oracle().rows.find(row.name);
  if (found == oracle().rows.end()) {
    BOOST_ERROR("no fixture: add the row to tests/oracle/generate.py and run it");
    return;
  }
  const Fixture& fixture = found->second;
  BOOST_TEST(!fixture.samples.empty());
  for (std::size_t i = 0; i < fixture.samples.size(); ++i) {
    BOOST_TEST_INFO_SCOPE("sample " << i);
    check_sample(row, fixture.samples[i]);
  }
  if (!row.differentiable) return;
  const Evaluation& first = fixture.samples[0];
  variable_list x = tensors_of(first.arguments);
  for (std::size_t k = 0; k < x.size(); ++k)
    if (first.differentiated[k]) x[k].requires_grad_();
  std::vector<std::string> names;
  for (const eg::Tensor& t : row.call(x))
    if (t.requires_grad()) names.push_back(t.is_leaf() ? "none" : t.grad_fn()->name());
  BOOST_TEST(names == (row.other_nodes.empty() ? fixture.nodes : row.other_nodes),
             boost::test_tools::per_element());
}

// ---- What is saved.

/// One call on the first sample with one argument tracked, or `all`.
struct SavingCall {
  SavingCall(const Row& row, const Evaluation& first, const std::string& tracked) {
    for (std::size_t k = 0; k < first.arguments.size(); ++k) {
      x.push_back(to_tensor(first.arguments[k]));
      if (!first.differentiated[k] || (tracked != "all" && tracked != std::to_string(k))) continue;
      leaves.push_back(x.back().requires_grad_());
      x.back() = x.back().clone();
    }
    y = row.call(x);
  }
  /// Writes to argument, or after these result, number n.
  void write(std::size_t n) {
    const eg::NoGradGuard off;
    eg::Tensor& t = n < x.size() ? x[n] : y[n - x.size()];
    t.dtype() == eg::kBool ? t.logical_or_(t) : t.mul_(1);
  }
  variable_list gradients(bool create_graph) {
    variable_list live, ones;
    for (const eg::Tensor& t : y)
      if (t.requires_grad()) live.push_back(t);
    for (const eg::Tensor& t : live) ones.push_back(eg::ones_like(t));
    return eg::autograd::grad(
        live, leaves, {.grad_outputs = ones, .create_graph = create_graph, .allow_unused = true});
  }
  variable_list leaves, x, y;
};

/// Rows by the reason why they differ from PyTorch on purpose.
using Exemptions = std::vector<std::pair<const char*, std::set<std::string>>>;

/// Those that need a value that PyTorch does not.
const Exemptions& keep_more() {
  static const Exemptions list{
      {"one node keeps all operands for one pass over them",
       {"binary_cross_entropy",
        "binary_cross_entropy_none",
        "binary_cross_entropy_sum",
        "binary_cross_entropy_weighted",
        "cross_entropy_loss",
        "cross_entropy_loss_none",
        "cross_entropy_loss_sum",
        "cross_entropy_loss_weighted",
        "gaussian_nll_loss",
        "gaussian_nll_loss_none",
        "hinge_embedding_loss",
        "hinge_embedding_loss_none",
        "kl_div",
        "kl_div__of_logs",
        "kl_div__of_logs_none",
        "kl_div__of_logs_sum",
        "kl_div_sum",
        "margin_ranking_loss",
        "margin_ranking_loss_none",
        "multilabel_soft_margin_loss",
        "multilabel_soft_margin_weighted",
        "poisson_nll_loss",
        "poisson_nll_loss__full",
        "poisson_nll_loss__full_none",
        "poisson_nll_loss__full_sum",
        "poisson_nll_loss__of_rates",
        "poisson_nll_loss__of_rates_none",
        "poisson_nll_loss__of_rates_sum",
        "poisson_nll_loss_none",
        "poisson_nll_loss_sum"}},
      {"another order of operators", {"einsum_bilinear", "einsum_chain", "tanhshrink"}},
      {"views of the operands are kept, where PyTorch copies", {"kron"}},
      {"the derivative is taken from another value", {"erfinv", "hypot", "special_ndtr"}},
  };
  return list;
}

/// Those whose gradients are functions of something where PyTorch's are not, or the other way round.
const Exemptions& record_otherwise() {
  static const Exemptions list{
      {"a constant derivative is recorded: the next one is zero instead of an error",
       {"amax",          "amax_dim",    "amax_dims_kept",
        "amin",          "amin_dims",   "amin_last",
        "max",           "median",      "min",
        "nanmean",       "nanmean_dim", "nanmedian",
        "nansum",        "nansum_dims", "norm_0",
        "norm_0_dim",    "pow_0",       "special_xlog1py_number",
        "vector_norm_0", "xlogy_number"}},
      {"linear: the gradient looks at nothing, where PyTorch's takes the input",
       {"pad_reflect", "pad_reflect_2", "pad_reflect_3", "pad_reflect_cutting", "pad_replicate",
        "pad_replicate_2", "pad_replicate_3", "pad_replicate_cutting", "segment_reduce_max",
        "segment_reduce_max_from", "segment_reduce_mean", "segment_reduce_mean_from",
        "segment_reduce_min", "segment_reduce_min_from", "segment_reduce_offsets",
        "segment_reduce_sum", "segment_reduce_sum_from"}},
      {"one node keeps all operands, and a gradient depends on what it may look at",
       {"hinge_embedding_loss", "hinge_embedding_loss_none", "margin_ranking_loss",
        "margin_ranking_loss_none", "multilabel_margin_loss", "multilabel_margin_loss_none",
        "nll_loss", "nll_loss_none", "nll_loss_sum", "nll_loss_weighted"}},
  };
  return list;
}

bool is_exempt(const Exemptions& list, const std::string& name) {
  for (const auto& [why, names] : list)
    if (names.contains(name)) {
      BOOST_TEST_MESSAGE(name << " is exempt: " << why);
      return true;
    }
  return false;
}

/// Whether the sweep of a call throws after argument or result `n` was written to.
std::string refusal(SavingCall call, std::size_t n) {
  call.write(n);
  try {
    call.gradients(false);
    return {};
  } catch (const eg::Error& e) {
    return e.what();
  }
}

/// In-place writes after a call that PyTorch takes are taken.
void check_writes(const Row& row, const Fixture& fixture) {
  const bool exempt = is_exempt(keep_more(), row.name);
  std::size_t refused = 0;
  for (const auto& [tracked, needed] : fixture.saved) {
    BOOST_TEST_INFO_SCOPE("tracked: " << tracked);
    for (std::size_t n = 0; n < needed.size(); ++n) {
      if (needed[n] == '1') continue;
      const SavingCall call(row, fixture.samples[0], tracked);
      BOOST_REQUIRE_EQUAL(call.x.size() + call.y.size(), needed.size());
      const bool is_argument = n < call.x.size();
      BOOST_TEST_INFO_SCOPE((is_argument ? "argument " : "result ")
                            << (is_argument ? n : n - call.x.size()));
      const std::string why = refusal(call, n);
      refused += !why.empty();
      if (!exempt) BOOST_TEST(why == "");
    }
  }
  if (exempt) BOOST_TEST(refused > 0, "the exemption has become needless");
}

/// Gradients are functions of something where PyTorch's are.
void check_recorded(const Row& row, const Fixture& fixture) {
  const bool exempt = is_exempt(record_otherwise(), row.name);
  const variable_list g = SavingCall(row, fixture.samples[0], "all").gradients(true);
  std::size_t different = 0;
  for (std::size_t k = 0; k < fixture.recorded.size(); ++k) {
    BOOST_TEST_INFO_SCOPE("gradient " << k);
    const bool recorded = g[k].defined() && g[k].requires_grad();
    different += recorded != (fixture.recorded[k] == '1');
    if (!exempt) BOOST_TEST(recorded == (fixture.recorded[k] == '1'));
  }
  if (exempt) BOOST_TEST(different > 0, "the exemption has become needless");
}

void check_saved(const Row& row) {
  const Fixture& fixture = oracle().rows.at(row.name);
  if (fixture.saved.empty() || !row.differentiable) return;
  check_writes(row, fixture);
  check_recorded(row, fixture);
}

// ---- Dtypes.

eg::ScalarType dtype_named(const std::string& name) {
  for (const eg::ScalarType t : {eg::kBool, eg::kInt64, eg::kFloat32, eg::kFloat64})
    if (eg::to_string(t) == name) return t;
  throw std::runtime_error("fixtures: unknown dtype " + name);
}

template <class F>
std::string dtypes_of(F&& call) {
  try {
    std::string names;
    for (const eg::Tensor& t : call())
      names += (names.empty() ? "" : " ") + std::string(eg::to_string(t.dtype()));
    return names;
  } catch (const eg::Error&) {
    return "error";
  }
}

void check_dtypes(const Row& row, const Fixture& fixture) {
  for (const auto& [dtype, wanted] : fixture.dtypes) {
    BOOST_TEST_INFO_SCOPE(dtype);
    variable_list x;
    for (const Array& a : row.samples[0])
      x.push_back(to_tensor(a.dtype == eg::kFloat64 ? support::as(a, dtype_named(dtype)) : a));
    for (eg::Tensor& t : x)
      if (t.dtype() == eg::kInt64) t = t.abs();  // exponents
    const std::string actual = dtypes_of([&] { return row.call(x); });
    if (row.more_dtypes.contains(dtype))
      BOOST_TEST((wanted == "error" && actual != "error"));
    else
      BOOST_TEST(actual == wanted);
  }
}

// ---- Promotion of two arguments.

struct Operator {
  std::function<eg::Tensor(const eg::Tensor&, const eg::Tensor&)> tensors;
  std::function<eg::Tensor(const eg::Tensor&, const eg::Scalar&)> number = {};
};

const std::map<std::string, Operator>& operators() {
  using eg::Scalar;
  using eg::Tensor;
  static const std::map<std::string, Operator> list{
      {"add",
       {[](const Tensor& a, const Tensor& b) { return a + b; },
        [](const Tensor& a, const Scalar& b) { return a + b; }}},
      {"sub",
       {[](const Tensor& a, const Tensor& b) { return a - b; },
        [](const Tensor& a, const Scalar& b) { return a - b; }}},
      {"mul",
       {[](const Tensor& a, const Tensor& b) { return a * b; },
        [](const Tensor& a, const Scalar& b) { return a * b; }}},
      {"div",
       {[](const Tensor& a, const Tensor& b) { return a / b; },
        [](const Tensor& a, const Scalar& b) { return a / b; }}},
      {"pow",
       {[](const Tensor& a, const Tensor& b) { return eg::pow(a, b); },
        [](const Tensor& a, const Scalar& b) { return eg::pow(a, b); }}},
      {"eq",
       {[](const Tensor& a, const Tensor& b) { return a == b; },
        [](const Tensor& a, const Scalar& b) { return a == b; }}},
      {"lt",
       {[](const Tensor& a, const Tensor& b) { return a < b; },
        [](const Tensor& a, const Scalar& b) { return a < b; }}},
      {"maximum", {[](const Tensor& a, const Tensor& b) { return eg::maximum(a, b); }}},
      {"logical_and", {[](const Tensor& a, const Tensor& b) { return eg::logical_and(a, b); }}},
      {"where",
       {[](const Tensor& a, const Tensor& b) { return eg::where(eg::tensor({true}), a, b); }}},
      {"cat", {[](const Tensor& a, const Tensor& b) {
         return eg::cat({a, b});
       }}},
      {"stack", {[](const Tensor& a, const Tensor& b) {
         return eg::stack({a, b});
       }}},
      {"matmul", {[](const Tensor& a, const Tensor& b) { return eg::matmul(a, b); }}}};
  return list;
}

/// "float64:dims" and "float64:none" as a tensor of ones.
eg::Tensor argument(const std::string& text) {
  const std::size_t colon = text.find(':');
  const bool has_dims = text.substr(colon + 1) == "dims";
  return eg::ones(has_dims ? Sizes{1} : Sizes{}, dtype_named(text.substr(0, colon)));
}

eg::Scalar number(const std::string& text) {
  if (text == "bool:number") return true;
  return text == "int64:number" ? eg::Scalar(2) : eg::Scalar(1.5);
}

/// As Row::more_dtypes; a bool that is subtracted from a tensor is a number like others in C++.
bool takes_more(const std::string& op, const Promotion& p) {
  const auto is_bool = [](const std::string& argument) { return argument.starts_with("bool:"); };
  if (op == "pow") return is_bool(p.a) && is_bool(p.b);
  return op == "sub" && p.b == "bool:number" && !is_bool(p.a);
}

void check_promotions(const std::string& op, const std::vector<Promotion>& list) {
  const Operator& f = operators().at(op);
  for (const Promotion& p : list) {
    BOOST_TEST_INFO_SCOPE(p.a << " and " << p.b);
    const std::string actual = dtypes_of([&] {
      const eg::Tensor a = argument(p.a);
      return variable_list{p.b.ends_with(":number") ? f.number(a, number(p.b))
                                                    : f.tensors(a, argument(p.b))};
    });
    if (takes_more(op, p))
      BOOST_TEST((p.result == "error" && actual != "error"));
    else
      BOOST_TEST(actual == p.result);
  }
}

// ---- Registration.

template <class F>
void add(boost::unit_test::test_suite& suite, const std::string& name, F test) {
  suite.add(boost::unit_test::make_test_case(test, name, __FILE__, __LINE__));
}

const bool registered = [] {
  auto& all = boost::unit_test::framework::master_test_suite();
  auto* const like_torch = BOOST_TEST_SUITE("oracle");
  auto* const saved = BOOST_TEST_SUITE("saved");
  auto* const dtypes = BOOST_TEST_SUITE("dtypes");
  auto* const promotion = BOOST_TEST_SUITE("promotion");
  for (const Row& row : all_rows()) {
    if (!row.without_oracle.empty()) continue;
    add(*like_torch, row.name, [&row] { check_row(row); });
    add(*saved, row.name, [&row] { check_saved(row); });
    add(*dtypes, row.name, [&row] { check_dtypes(row, oracle().rows.at(row.name)); });
  }
  for (const auto& op : operators())
    add(*promotion, op.first,
        [&op] { check_promotions(op.first, oracle().promotions.at(op.first)); });
  all.add(like_torch);
  all.add(saved);
  all.add(dtypes);
  all.add(promotion);
  return true;
}();

BOOST_AUTO_TEST_SUITE(fixtures)

BOOST_AUTO_TEST_CASE(every_row_of_the_fixtures_is_in_the_table) {
  std::set<std::string> names;
  for (const Row& row : all_rows()) names.insert(row.name);
  for (const auto& [name, fixture] : oracle().rows)
    BOOST_CHECK_MESSAGE(names.contains(name), name << " is in the fixtures only");
  for (const auto& [op, list] : oracle().promotions)
    BOOST_CHECK_MESSAGE(operators().contains(op), op << " is in the fixtures only");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace table
