#include <map>

#include "eigengrad/ops/linalg/names.hpp"
#include "eigengrad/ops/linalg/products.hpp"
#include "ops/table.hpp"

namespace table {
namespace {

using eg::Tensor;
using Shapes = std::vector<std::vector<Sizes>>;

/// The sum over all letters that `output` lacks of the products of the operands, by plain loops over
/// every letter. Letters of extent 1 in one operand and more in another broadcast.
Array contraction(const std::vector<std::string>& operands, const std::string& output,
                  const Inputs& x) {
  std::string letters = output;
  std::map<char, std::int64_t> extents;
  for (std::size_t k = 0; k < operands.size(); ++k)
    for (std::size_t d = 0; d < operands[k].size(); ++d) {
      const char c = operands[k][d];
      if (letters.find(c) == std::string::npos) letters += c;
      std::int64_t& e = extents.try_emplace(c, 1).first->second;
      if (x[k].sizes[d] != 1) e = x[k].sizes[d];
    }
  Sizes kept, summed;
  for (const char c : letters)
    (kept.size() < output.size() ? kept : summed).push_back(extents.at(c));
  return support::generate(kept, [&](const Sizes& outer) {
    long double sum = 0;
    support::for_each_index(summed, [&](const Sizes& inner) {
      long double product = 1;
      for (std::size_t k = 0; k < operands.size(); ++k) {
        Sizes index;
        for (std::size_t d = 0; d < operands[k].size(); ++d) {
          const std::size_t at = letters.find(operands[k][d]);
          const std::int64_t i = at < kept.size() ? outer[at] : inner[at - kept.size()];
          index.push_back(x[k].sizes[d] == 1 ? 0 : i);
        }
        product *= static_cast<long double>(x[k].at(index));
      }
      sum += product;
    });
    return static_cast<double>(sum);
  });
}

Naive contracting(std::vector<std::string> operands, std::string output) {
  return [=](const Inputs& x) { return Outputs{contraction(operands, output, x)}; };
}

/// beta x[0] + alpha times the contraction of the others.
Naive adding(std::vector<std::string> operands, std::string output, double beta, double alpha) {
  return [=](const Inputs& x) {
    Array y = contraction(operands, output, {x.begin() + 1, x.end()});
    std::size_t i = 0;
    support::for_each_index(y.sizes, [&](const Sizes& index) {
      double& e = y.values[i++];
      e = alpha * e + (beta == 0 ? 0 : beta * support::at_broadcast(x[0], index));
    });
    return Outputs{y};
  };
}

Row row(std::string name, std::string function, Call call, Naive naive, const Shapes& shapes,
        std::vector<Spelling> spellings = {}) {
  return {.name = std::move(name),
          .function = std::move(function),
          .call = std::move(call),
          .naive = std::move(naive),
          .samples = samples_of(shapes),
          .spellings = std::move(spellings),
          .bools = false};
}

Row einsum_row(std::string name, const std::string& equation, std::vector<std::string> operands,
               std::string output, const Shapes& shapes) {
  return row(
      "einsum_" + name, "einsum",
      [equation](const variable_list& x) { return variable_list{eg::einsum(equation, x)}; },
      contracting(std::move(operands), std::move(output)), shapes);
}

Rows einsum_rows() {
  return {
      einsum_row("matrices", "ij,jk->ik", {"ij", "jk"}, "ik",
                 {{{3, 4}, {4, 2}}, {{1, 1}, {1, 1}}, {{0, 3}, {3, 2}}, {{2, 0}, {0, 3}}}),
      einsum_row("batches", "bij,bjk->bik", {"bij", "bjk"}, "bik",
                 {{{2, 3, 4}, {2, 4, 2}}, {{0, 2, 3}, {0, 3, 1}}}),
      einsum_row("implicit", "ba,cb", {"ba", "cb"}, "ac", {{{3, 4}, {2, 3}}}),
      einsum_row("capitals_first", "bA,Cb", {"bA", "Cb"}, "AC", {{{3, 4}, {2, 3}}}),
      einsum_row("blanks", " i j , j k -> k i ", {"ij", "jk"}, "ki", {{{3, 4}, {4, 2}}}),
      einsum_row("transpose", "ij->ji", {"ij"}, "ji", {{{3, 4}}, {{0, 2}}}),
      einsum_row("sum", "ij->", {"ij"}, "", {{{3, 4}}, {{2, 0}}}),
      einsum_row("row_sums", "ij->i", {"ij"}, "i", {{{3, 4}}}),
      einsum_row("trace", "ii", {"ii"}, "", {{{3, 3}}, {{0, 0}}}),
      einsum_row("diagonal", "ii->i", {"ii"}, "i", {{{3, 3}}}),
      einsum_row("diagonals", "jiji->ij", {"jiji"}, "ij", {{{2, 3, 2, 3}}}),
      einsum_row("dot", "i,i", {"i", "i"}, "", {{{4}, {4}}, {{0}, {0}}}),
      einsum_row("outer", "i,j", {"i", "j"}, "ij", {{{4}, {3}}}),
      einsum_row("hadamard", "ij,ji->ij", {"ij", "ji"}, "ij", {{{3, 4}, {4, 3}}}),
      einsum_row("matrix_vector", "ij,j->i", {"ij", "j"}, "i", {{{3, 4}, {4}}}),
      einsum_row("vector_matrix", "i,ij->j", {"i", "ij"}, "j", {{{3}, {3, 4}}}),
      einsum_row("rowwise_dot", "ij,ij->i", {"ij", "ij"}, "i", {{{3, 4}, {3, 4}}}),
      einsum_row("numbers", ",", {"", ""}, "", {{{}, {}}}),
      einsum_row("number", "ij,->ij", {"ij", ""}, "ij", {{{2, 3}, {}}}),
      einsum_row("ellipsis", "...ij,...jk->...ik", {"bij", "bjk"}, "bik",
                 {{{2, 3, 4}, {2, 4, 2}}, {{2, 3, 4}, {1, 4, 2}}}),
      einsum_row("ellipsis_broadcast", "i...,...i", {"iba", "ai"}, "ba", {{{3, 2, 4}, {4, 3}}}),
      einsum_row("ellipsis_summed", "...i->i", {"abi"}, "i", {{{2, 3, 4}}}),
      einsum_row("ones_broadcast", "ij,jk", {"ij", "jk"}, "ik",
                 {{{2, 1}, {3, 4}}, {{2, 3}, {1, 4}}, {{2, 1}, {1, 4}}}),
      einsum_row("bilinear", "bn,anm,bm->ba", {"bn", "anm", "bm"}, "ba",
                 {{{3, 2}, {4, 2, 5}, {3, 5}}}),
      einsum_row("chain", "ij,jk,kl,lm->im", {"ij", "jk", "kl", "lm"}, "im",
                 {{{3, 2}, {2, 4}, {4, 2}, {2, 3}}}),
      einsum_row("tensors", "abcd,dbe->eca", {"abcd", "dbe"}, "eca", {{{2, 3, 2, 4}, {4, 3, 2}}}),
  };
}

const auto add_mm = [](auto f) {
  return on3([f](const Tensor& s, const Tensor& a, const Tensor& b) { return f(s, a, b, 2, -3); });
};

Rows added_rows() {
  using Plain = const Tensor&;
  const std::vector<std::string> matrices{"ik", "kj"}, vectors{"i", "j"}, batches{"sik", "skj"};
  return {
      row("addmm", "addmm", add_mm(eg::addmm), adding(matrices, "ij", 2, -3),
          {{{3, 2}, {3, 4}, {4, 2}},
           {{2}, {3, 4}, {4, 2}},
           {{}, {1, 2}, {2, 3}},
           {{2, 1}, {2, 0}, {0, 3}},
           {{0, 2}, {0, 3}, {3, 2}}},
          {{"Tensor::addmm", on3([](Plain s, Plain a, Plain b) { return s.addmm(a, b, 2, -3); })}}),
      row("addmm_defaults", "addmm",
          on3([](Plain s, Plain a, Plain b) { return eg::addmm(s, a, b); }),
          adding(matrices, "ij", 1, 1), {{{3, 2}, {3, 4}, {4, 2}}}),
      row("addmm_without_self", "addmm",
          on3([](Plain s, Plain a, Plain b) { return eg::addmm(s, a, b, 0); }),
          adding(matrices, "ij", 0, 1), {{{3, 2}, {3, 4}, {4, 2}}}),
      row("addmv", "addmv", add_mm(eg::addmv), adding({"ik", "k"}, "i", 2, -3),
          {{{3}, {3, 4}, {4}}, {{}, {3, 4}, {4}}, {{1}, {2, 0}, {0}}},
          {{"Tensor::addmv", on3([](Plain s, Plain a, Plain b) { return s.addmv(a, b, 2, -3); })}}),
      row("addr", "addr", add_mm(eg::addr), adding(vectors, "ij", 2, -3),
          {{{3, 2}, {3}, {2}}, {{2}, {3}, {2}}, {{}, {1}, {2}}, {{0, 2}, {0}, {2}}},
          {{"Tensor::addr", on3([](Plain s, Plain a, Plain b) { return s.addr(a, b, 2, -3); })}}),
      row("addbmm", "addbmm", add_mm(eg::addbmm), adding(batches, "ij", 2, -3),
          {{{3, 2}, {4, 3, 5}, {4, 5, 2}}, {{2}, {2, 3, 4}, {2, 4, 2}}, {{}, {0, 1, 2}, {0, 2, 3}}},
          {{"Tensor::addbmm",
            on3([](Plain s, Plain a, Plain b) { return s.addbmm(a, b, 2, -3); })}}),
      row("baddbmm", "baddbmm", add_mm(eg::baddbmm), adding(batches, "sij", 2, -3),
          {{{4, 3, 2}, {4, 3, 5}, {4, 5, 2}},
           {{2}, {2, 3, 4}, {2, 4, 2}},
           {{4, 1, 1}, {4, 1, 2}, {4, 2, 3}}},
          {{"Tensor::baddbmm",
            on3([](Plain s, Plain a, Plain b) { return s.baddbmm(a, b, 2, -3); })}}),
      row("linear", "linear", on3([](Plain b, Plain x, Plain w) { return eg::linear(x, w, b); }),
          adding({"ik", "jk"}, "ij", 1, 1), {{{2}, {3, 4}, {2, 4}}, {{}, {1, 2}, {3, 2}}}),
      row("linear_of_vector", "linear",
          on3([](Plain b, Plain x, Plain w) { return eg::linear(x, w, b); }),
          adding({"k", "jk"}, "j", 1, 1), {{{2}, {4}, {2, 4}}}),
      row("linear_of_batches", "linear",
          on3([](Plain b, Plain x, Plain w) { return eg::linear(x, w, b); }),
          adding({"sik", "jk"}, "sij", 1, 1), {{{2}, {2, 3, 4}, {2, 4}}, {{2}, {0, 3, 4}, {2, 4}}}),
      row("linear_to_number", "linear",
          on3([](Plain b, Plain x, Plain w) { return eg::linear(x, w, b); }),
          adding({"sik", "k"}, "si", 1, 1), {{{}, {2, 3, 4}, {4}}}),
      row("linear_without_bias", "linear", on2([](Plain x, Plain w) { return eg::linear(x, w); }),
          contracting({"ik", "jk"}, "ij"), {{{3, 4}, {2, 4}}, {{0, 4}, {2, 4}}}),
      row("bilinear", "bilinear",
          [](const variable_list& x) {
            return variable_list{eg::bilinear(x[1], x[2], x[3], x[0])};
          },
          adding({"bi", "bj", "mij"}, "bm", 1, 1), {{{5}, {2, 3}, {2, 4}, {5, 3, 4}}}),
      row("bilinear_without_bias", "bilinear",
          on3([](Plain a, Plain b, Plain w) { return eg::bilinear(a, b, w); }),
          contracting({"sbi", "sbj", "mij"}, "sbm"),
          {{{2, 3, 2}, {2, 3, 4}, {2, 2, 4}}, {{1, 0, 2}, {1, 0, 3}, {2, 2, 3}}}),
  };
}

Outputs interleaved(const Inputs& x) {
  const std::size_t n = std::max(x[0].dim(), x[1].dim());
  Array a = x[0], b = x[1];
  a.sizes.insert(a.sizes.begin(), n - a.dim(), 1);
  b.sizes.insert(b.sizes.begin(), n - b.dim(), 1);
  Sizes sizes(n);
  for (std::size_t d = 0; d < n; ++d) sizes[d] = a.sizes[d] * b.sizes[d];
  return {support::generate(sizes, [&](const Sizes& index) {
    Sizes i(n), j(n);
    for (std::size_t d = 0; d < n; ++d) {
      i[d] = index[d] / b.sizes[d];
      j[d] = index[d] % b.sizes[d];
    }
    return a.at(i) * b.at(j);
  })};
}

/// Vector products along dimension `d` of arrays that broadcast.
Naive vector_product(std::size_t d) {
  return [d](const Inputs& x) {
    return Outputs{
        support::generate(support::broadcast(x[0].sizes, x[1].sizes), [&](const Sizes& index) {
          Sizes next = index, last = index;
          next[d] = (index[d] + 1) % 3;
          last[d] = (index[d] + 2) % 3;
          return support::at_broadcast(x[0], next) * support::at_broadcast(x[1], last) -
                 support::at_broadcast(x[0], last) * support::at_broadcast(x[1], next);
        })};
  };
}

Outputs powers(const Inputs& x, std::int64_t n) {
  Sizes sizes = x[0].sizes;
  sizes.push_back(n < 0 ? sizes.back() : n);
  return {support::generate(sizes, [&](Sizes index) {
    const auto e = static_cast<double>(index.back());
    index.pop_back();
    return std::pow(x[0].at(index), e);
  })};
}

Rows other_rows() {
  using Plain = const Tensor&;
  const auto list = [](auto f) {
    return [f](const variable_list& x) { return variable_list{f(x)}; };
  };
  Row multi_dot =
      row("linalg_multi_dot", "linalg_multi_dot", list(eg::linalg_multi_dot),
          contracting({"ij", "jk", "kl", "lm"}, "im"),
          {{{3, 2}, {2, 4}, {4, 1}, {1, 5}}, {{2, 3}, {3, 0}, {0, 2}, {2, 1}}},
          {{"multi_dot", list(eg::linalg::multi_dot)}, {"chain_matmul", list(eg::chain_matmul)}});
  Rows rows{
      row("vdot", "vdot", on2(eg::vdot), contracting({"i", "i"}, ""), {{{4}, {4}}, {{0}, {0}}},
          {{"Tensor::vdot", on2([](Plain a, Plain b) { return a.vdot(b); })}}),
      row("inner", "inner", on2(eg::inner), contracting({"abk", "ck"}, "abc"),
          {{{2, 3, 4}, {2, 4}}, {{1, 1, 0}, {2, 0}}},
          {{"Tensor::inner", on2([](Plain a, Plain b) { return a.inner(b); })}}),
      row("inner_of_vectors", "inner", on2(eg::inner), contracting({"k", "k"}, ""), {{{4}, {4}}}),
      row("inner_of_numbers", "inner", on2(eg::inner), contracting({"", "ab"}, "ab"),
          {{{}, {2, 3}}}),
      row("kron", "kron", on2(eg::kron), interleaved,
          {{{2, 3}, {3, 2}}, {{2}, {3, 2}}, {{2, 1, 3}, {2}}, {{}, {2}}, {{0, 2}, {2, 2}}},
          {{"Tensor::kron", on2([](Plain a, Plain b) { return a.kron(b); })}}),
      row("tensordot", "tensordot", on2([](Plain a, Plain b) {
            return eg::tensordot(a, b, {2, 0}, {0, -1});
          }),
          contracting({"iak", "kbi"}, "ab"), {{{2, 3, 4}, {4, 2, 2}}, {{2, 0, 3}, {3, 2, 2}}}),
      row("tensordot_ones", "tensordot", on2([](Plain a, Plain b) {
            return eg::tensordot(a, b, {0, 1}, {1, 0});
          }),
          contracting({"ika", "kib"}, "ab"), {{{1, 3, 2}, {3, 2, 2}}, {{4, 3, 2}, {3, 1, 2}}}),
      row("tensordot_last", "tensordot", on2([](Plain a, Plain b) { return eg::tensordot(a, b); }),
          contracting({"aij", "ijb"}, "ab"), {{{2, 3, 4}, {3, 4, 2}}}),
      row("tensordot_none", "tensordot",
          on2([](Plain a, Plain b) { return eg::tensordot(a, b, 0); }),
          contracting({"a", "bc"}, "abc"), {{{2}, {3, 2}}}),
      multi_dot,
      row("multi_dot_of_vectors", "linalg_multi_dot", list(eg::linalg_multi_dot),
          contracting({"i", "ij", "j"}, ""), {{{3}, {3, 2}, {2}}}),
      row("linalg_matrix_power", "linalg_matrix_power",
          on1([](Plain x) { return eg::linalg_matrix_power(x, 5); }),
          [](const Inputs& x) {
            return Outputs{contraction({"sij", "sjk", "skl", "slm", "smn"}, "sin",
                                       {x[0], x[0], x[0], x[0], x[0]})};
          },
          {{{2, 3, 3}}, {{1, 2, 2}}, {{2, 0, 0}}},
          {{"matrix_power", on1([](Plain x) { return eg::matrix_power(x, 5); })},
           {"matrix_power of the namespace",
            on1([](Plain x) { return eg::linalg::matrix_power(x, 5); })},
           {"Tensor::matrix_power", on1([](Plain x) { return x.matrix_power(5); })}}),
      row("linalg_vander", "linalg_vander", on1([](Plain x) { return eg::linalg_vander(x); }),
          [](const Inputs& x) { return powers(x, -1); }, {{{3}}, {{2, 4}}, {{0, 2}}},
          {{"vander", on1([](Plain x) { return eg::linalg::vander(x); })}}),
      row("linalg_vander_of_more", "linalg_vander",
          on1([](Plain x) { return eg::linalg_vander(x, 5); }),
          [](const Inputs& x) { return powers(x, 5); }, {{{3}}, {{2, 1}}}),
      row("linalg_vecdot", "linalg_vecdot",
          on2([](Plain a, Plain b) { return eg::linalg_vecdot(a, b); }),
          contracting({"abk", "bk"}, "ab"), {{{2, 3, 4}, {3, 4}}, {{2, 3, 4}, {1, 4}}},
          {{"vecdot", on2([](Plain a, Plain b) { return eg::linalg::vecdot(a, b); })}}),
      row("linalg_cross", "linalg_cross",
          on2([](Plain a, Plain b) { return eg::linalg_cross(a, b); }), vector_product(1),
          {{{2, 3}, {2, 3}}, {{2, 3}, {1, 3}}, {{0, 3}, {1, 3}}},
          {{"cross of the namespace",
            on2([](Plain a, Plain b) { return eg::linalg::cross(a, b); })}}),
      row("cross", "cross", on2([](Plain a, Plain b) { return eg::cross(a, b); }),
          vector_product(0), {{{3, 2}, {3, 2}}, {{3, 2}, {3, 1}}, {{3}, {3}}},
          {{"Tensor::cross", on2([](Plain a, Plain b) { return a.cross(b); })}}),
      row("linalg_matmul", "linalg_matmul", on2(eg::linalg_matmul), contracting({"ij", "jk"}, "ik"),
          {{{3, 4}, {4, 2}}}, {{"matmul", on2(eg::linalg::matmul)}}),
  };
  named(rows, "kron").bools = true;
  named(rows, "inner_of_numbers").bools = true;
  named(rows, "linalg_vecdot").integers = false;
  return rows;
}

}  // namespace

Rows contraction_rows() {
  Rows rows = einsum_rows();
  for (Rows more : {added_rows(), other_rows()}) rows.insert(rows.end(), more.begin(), more.end());
  // PyTorch reshapes also where the product has the right shape already.
  const std::map<std::string, std::vector<std::string>> nodes{
      {"MmBackward0",
       {"einsum_matrices", "einsum_implicit", "einsum_capitals_first", "tensordot",
        "tensordot_ones", "tensordot_last", "linalg_multi_dot"}},
      {"BmmBackward0", {"einsum_batches", "linalg_matrix_power"}},
      {"MvBackward0", {"einsum_matrix_vector", "einsum_vector_matrix"}},
      {"DotBackward0", {"einsum_dot", "inner_of_vectors"}},
      {"MulBackward0", {"einsum_ones_broadcast", "tensordot_none"}},
      {"PermuteBackward0",
       {"einsum_blanks", "einsum_ellipsis_broadcast", "einsum_bilinear", "einsum_chain",
        "einsum_tensors"}},
      {"DiagonalBackward0", {"einsum_diagonal"}},
      {"ViewBackward0", {"bilinear_without_bias", "inner", "kron"}},
      {"SelectBackward0", {"multi_dot_of_vectors"}},
      {"AddmvBackward0", {"linear_of_vector"}}};
  for (const auto& [node, names] : nodes)
    for (const std::string& name : names) named(rows, name).other_nodes = {node};
  named(rows, "tensordot_ones").more_dtypes = {"bool"};
  named(rows, "tensordot_none").more_dtypes = {"bool"};
  return rows;
}

}  // namespace table
