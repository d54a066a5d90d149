#define BOOST_TEST_MODULE sparse
#include <Eigen/Dense>
#include <Eigen/SparseLU>
#include <boost/test/unit_test.hpp>
#include <random>

#include "eigengrad/eigengrad.hpp"
#include "support/says.hpp"

/// Products with sparse matrices and sparse systems, against Eigen and against dense operators.
namespace {

namespace eg = eigengrad;
using eg::SparseMatrix;
using eg::SparseSolver;
using eg::Tensor;
using eg::autograd::variable_list;
using Triplets = std::vector<Eigen::Triplet<double>>;

template <int Order>
using Sparse = Eigen::SparseMatrix<double, Order>;

/// A band with a far corner; symmetric positive definite when asked for, else nothing like it.
template <int Order = Eigen::ColMajor>
Sparse<Order> example(int n, bool definite) {
  Triplets list;
  for (int i = 0; i < n; ++i) {
    list.emplace_back(i, i, 4 + 0.1 * i);
    if (i + 1 < n) {
      list.emplace_back(i, i + 1, definite ? -1.0 : 0.5 + 0.1 * i);
      list.emplace_back(i + 1, i, definite ? -1.0 : -0.7);
    }
  }
  if (!definite) list.emplace_back(0, n - 1, 2.0);
  Sparse<Order> a(n, n);
  a.setFromTriplets(list.begin(), list.end());
  return a;
}

template <int Order = Eigen::ColMajor>
Sparse<Order> rectangle() {
  const Triplets list{{0, 0, 1.5}, {0, 3, -2}, {1, 1, 0.5}, {2, 0, 3}, {2, 2, -1}, {2, 3, 0.25}};
  Sparse<Order> a(3, 5);
  a.setFromTriplets(list.begin(), list.end());
  return a;
}

Tensor dense(eg::IntArrayRef sizes) {
  Tensor x = eg::zeros(sizes);
  std::mt19937 bits(7);
  std::uniform_real_distribution<double> number(-1, 1);
  for (std::int64_t i = 0; i < x.numel(); ++i) x.data_ptr<double>()[i] = number(bits);
  return x;
}

void check_close(const Tensor& a, const Tensor& b, double tolerance = 1e-13) {
  BOOST_TEST(a.sizes() == b.sizes());
  BOOST_TEST_INFO("got " << a << ", want " << b);
  BOOST_TEST((a - b).abs().max().item<double>() <= tolerance * (1 + b.abs().max().item<double>()));
}

struct Leaves {
  Leaves() : nodes(eg::autograd::Node::live_count()) {}
  ~Leaves() { BOOST_TEST(eg::autograd::Node::live_count() == nodes); }
  std::int64_t nodes;
};

template <int Order>
void check_product() {
  const Sparse<Order> a = rectangle<Order>();
  const SparseMatrix A(a);
  BOOST_TEST(A.rows() == 3);
  BOOST_TEST(A.cols() == 5);
  const Tensor full = eg::from_eigen(Eigen::MatrixXd(a));
  check_close(eg::sparse_matmul(A, dense({5})), full.mv(dense({5})));
  check_close(eg::sparse_matmul(A, dense({5, 2})), full.mm(dense({5, 2})));
  check_close(eg::sparse_matmul(A.transpose(), dense({3, 2})), full.t().mm(dense({3, 2})));
  check_close(eg::sparse_matmul(A, dense({2, 5}).t()), full.mm(dense({2, 5}).t()));
  using ByRows = Eigen::SparseMatrix<double, Eigen::RowMajor, std::int64_t>;
  BOOST_TEST((A.to_eigen<ByRows>(A.values()) - ByRows(a)).norm() == 0);
  BOOST_TEST((A.to_eigen<Eigen::SparseMatrix<double>>(A.values()) - Eigen::SparseMatrix<double>(a))
                 .norm() == 0);
  const SparseMatrix T = A.transpose();
  BOOST_TEST((T.to_eigen<Eigen::SparseMatrix<double>>(T.values()) -
              Eigen::SparseMatrix<double>(a.transpose()))
                 .norm() == 0);
}

}  // namespace

BOOST_FIXTURE_TEST_CASE(product_by_columns, Leaves) { check_product<Eigen::ColMajor>(); }
BOOST_FIXTURE_TEST_CASE(product_by_rows, Leaves) { check_product<Eigen::RowMajor>(); }

BOOST_FIXTURE_TEST_CASE(product_of_a_matrix_that_is_not_compressed, Leaves) {
  Eigen::SparseMatrix<double> a = rectangle();
  a.uncompress();
  a.coeffRef(1, 4) = 7;
  check_close(eg::sparse_matmul(SparseMatrix(a), dense({5})),
              eg::from_eigen(Eigen::MatrixXd(a)).mv(dense({5})));
}

BOOST_FIXTURE_TEST_CASE(product_in_float32, Leaves) {
  const Eigen::SparseMatrix<float> a = rectangle().cast<float>();
  const Tensor x = dense({5}).to(eg::kFloat32);
  const Tensor y = eg::sparse_matmul(SparseMatrix(a), x);
  BOOST_TEST((y.dtype() == eg::kFloat32));
  check_close(y.to(eg::kFloat64), eg::from_eigen(Eigen::MatrixXf(a)).mv(x).to(eg::kFloat64), 1e-6);
}

BOOST_FIXTURE_TEST_CASE(product_derivatives_of_order_1_and_2, Leaves) {
  for (const bool by_rows : {false, true})
    for (const bool transposed : {false, true}) {
      const SparseMatrix stored =
          by_rows ? SparseMatrix(rectangle<Eigen::RowMajor>()) : SparseMatrix(rectangle());
      const SparseMatrix A = transposed ? stored.transpose() : stored;
      const Tensor v = A.values().clone().requires_grad_();
      for (const auto& sizes : {eg::DimVector{A.cols()}, eg::DimVector{A.cols(), 2}}) {
        const Tensor x = dense(sizes).requires_grad_();
        const auto f = [&](const variable_list& in) {
          return eg::sparse_matmul(A.with_values(in[0]), in[1]);
        };
        BOOST_TEST(eg::gradcheck(f, {v, x}, {.check_forward_ad = true}));
        BOOST_TEST(eg::gradgradcheck(f, {v, x}));
      }
    }
}

BOOST_FIXTURE_TEST_CASE(solutions_against_dense_ones, Leaves) {
  const Eigen::SparseMatrix<double> general = example(9, false), definite = example(9, true);
  const Tensor b = dense({9, 2});
  const auto want = [&](const Eigen::SparseMatrix<double>& a) {
    const Eigen::MatrixXd x = Eigen::MatrixXd(a).lu().solve(Eigen::MatrixXd(b.matrix<double>()));
    return eg::from_eigen(x);
  };
  check_close(eg::sparse_solve(SparseMatrix(general), b), want(general));
  check_close(eg::sparse_solve(SparseMatrix(example<Eigen::RowMajor>(9, false)), b), want(general));
  check_close(eg::sparse_solve(SparseMatrix(general).transpose(), b), want(general.transpose()));
  for (const SparseSolver s :
       {SparseSolver::LU, SparseSolver::LDLT, SparseSolver::ConjugateGradient})
    check_close(eg::sparse_solve(SparseMatrix(definite), b, {.solver = s}), want(definite), 1e-10);
  const Tensor one = b.select(1, 0);
  check_close(eg::sparse_solve(SparseMatrix(definite), one), want(definite).select(1, 0));
}

BOOST_FIXTURE_TEST_CASE(solution_derivatives_of_order_1_and_2, Leaves) {
  for (const SparseSolver s :
       {SparseSolver::LU, SparseSolver::LDLT, SparseSolver::ConjugateGradient})
    for (const bool transposed : {false, true}) {
      BOOST_TEST_INFO_SCOPE("solver " << static_cast<int>(s) << ", transposed " << transposed);
      const SparseMatrix stored(example(5, s != SparseSolver::LU));
      const SparseMatrix A = transposed ? stored.transpose() : stored;
      const Tensor v = A.values().clone().requires_grad_();
      for (const auto& sizes : {eg::DimVector{5}, eg::DimVector{5, 2}}) {
        const Tensor b = dense(sizes).requires_grad_();
        const auto f = [&](const variable_list& in) {
          return eg::sparse_solve(A.with_values(in[0]), in[1], {.solver = s, .tolerance = 1e-15});
        };
        BOOST_TEST(eg::gradcheck(f, {v, b}, {.check_forward_ad = true}));
        BOOST_TEST(eg::gradgradcheck(f, {v, b}));
      }
    }
}

BOOST_FIXTURE_TEST_CASE(gradient_has_the_places_of_the_matrix, Leaves) {
  const Eigen::SparseMatrix<double> a = example(30, false);
  const SparseMatrix A(a);
  A.values().requires_grad_();
  const Tensor b = dense({30});
  eg::sparse_solve(A, b).square().sum().backward();
  const Eigen::SparseMatrix<double> g = A.to_eigen<Eigen::SparseMatrix<double>>(A.values().grad());
  BOOST_TEST(g.nonZeros() == a.nonZeros());
  const Tensor full = eg::from_eigen(Eigen::MatrixXd(a)).requires_grad_();
  eg::linalg_solve(full, b).square().sum().backward();
  const Eigen::MatrixXd want = full.grad().matrix<double>();
  for (int j = 0; j < g.outerSize(); ++j)
    for (Eigen::SparseMatrix<double>::InnerIterator i(g, j); i; ++i)
      BOOST_TEST(i.value() == want(i.row(), i.col()), boost::test_tools::tolerance(1e-9));
}

BOOST_FIXTURE_TEST_CASE(large_systems_stay_sparse, Leaves) {
  // A dense matrix of this size would take 80 GB.
  const int n = 100000;
  const SparseMatrix A(example(n, true));
  A.values().requires_grad_();
  const Tensor b = eg::ones({n}, eg::requires_grad());
  const Tensor x = eg::sparse_solve(A, b, {.solver = SparseSolver::LDLT});
  check_close(eg::sparse_matmul(A, x).detach(), b.detach(), 1e-12);
  x.sum().backward();
  BOOST_TEST(A.values().grad().numel() == A.values().numel());
  check_close(b.grad(), x.detach(), 1e-12);
}

BOOST_FIXTURE_TEST_CASE(empty_and_tiny, Leaves) {
  const Eigen::SparseMatrix<double> none(2, 3);
  check_close(eg::sparse_matmul(SparseMatrix(none), dense({3})), eg::zeros({2}));
  Eigen::SparseMatrix<double> one(1, 1);
  one.insert(0, 0) = 4;
  check_close(eg::sparse_solve(SparseMatrix(one), eg::ones({1})), eg::full({1}, 0.25));
}

BOOST_FIXTURE_TEST_CASE(wrong_input, Leaves) {
  const SparseMatrix A(rectangle()), S(example(4, true));
  BOOST_CHECK_EXCEPTION(eg::sparse_matmul(A, dense({3})), eg::ShapeError,
                        Says{"[sparse_matmul] shapes (3 x 5) and [3] cannot be multiplied"});
  BOOST_CHECK_EXCEPTION(eg::sparse_matmul(A, dense({1, 5, 1})), eg::ShapeError,
                        Says{"cannot be multiplied"});
  BOOST_CHECK_EXCEPTION(eg::sparse_matmul(A, dense({5}).to(eg::kFloat32)), eg::DtypeError,
                        Says{"the matrix holds float64"});
  BOOST_CHECK_EXCEPTION(eg::sparse_solve(A, dense({5})), eg::ShapeError,
                        Says{"[sparse_solve] the matrix must be square, got 3 x 5"});
  BOOST_CHECK_EXCEPTION(eg::sparse_solve(S, dense({5})), eg::ShapeError,
                        Says{"cannot be multiplied"});
  BOOST_CHECK_EXCEPTION(A.with_values(dense({5})), eg::ShapeError,
                        Says{"the matrix has 6 values, got shape [5]"});
  BOOST_CHECK_EXCEPTION(A.with_values(eg::ones({6}, eg::kInt64)), eg::DtypeError,
                        Says{"floating point"});
  BOOST_CHECK_EXCEPTION(A.to_eigen<Eigen::SparseMatrix<float>>(A.values()), eg::DtypeError,
                        Says{"float64"});
}

BOOST_FIXTURE_TEST_CASE(systems_without_a_solution, Leaves) {
  Eigen::SparseMatrix<double> singular(3, 3);
  singular.insert(0, 0) = 1;
  singular.insert(1, 1) = 1;
  for (const SparseSolver s : {SparseSolver::LU, SparseSolver::LDLT})
    BOOST_CHECK_EXCEPTION(eg::sparse_solve(SparseMatrix(singular), eg::ones({3}), {.solver = s}),
                          eg::NumericError, Says{"[sparse_solve] the matrix is singular"});
  const SparseMatrix S(example(50, true));
  BOOST_CHECK_EXCEPTION(
      eg::sparse_solve(S, dense({50}),
                       {.solver = SparseSolver::ConjugateGradient, .max_iterations = 2}),
      eg::NumericError, Says{"no convergence of conjugate gradients"});
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity()}) {
    const Tensor values = S.values().clone();
    values.data_ptr<double>()[3] = bad;
    for (const SparseSolver s :
         {SparseSolver::LU, SparseSolver::LDLT, SparseSolver::ConjugateGradient})
      BOOST_CHECK_EXCEPTION(eg::sparse_solve(S.with_values(values), dense({50}), {.solver = s}),
                            eg::NumericError, Says{"NaN or infinite"});
  }
}

BOOST_FIXTURE_TEST_CASE(values_changed_before_the_backward_pass, Leaves) {
  const SparseMatrix A(example(4, true));
  const Tensor b = dense({4}).requires_grad_();
  const Tensor y = eg::sparse_solve(A, b).sum();
  A.values().mul_(2);
  BOOST_CHECK_EXCEPTION(y.backward(), eg::GraphError, Says{"modified by an inplace operation"});
}
