#include "eigengrad/core/eigen.hpp"

#include <Eigen/Core>
#include <boost/test/unit_test.hpp>
#include <memory>
#include <optional>

#include "values.hpp"

namespace eg = eigengrad;
using core_test::Bools;
using core_test::Doubles;
using core_test::Floats;
using core_test::Longs;
using core_test::message_of;
using core_test::values;

namespace {

using RowMajorMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

Eigen::MatrixXd counted(Eigen::Index rows, Eigen::Index cols) {
  return RowMajorMatrix::NullaryExpr(rows, cols,
                                     [cols](auto i, auto j) { return double(i * cols + j); });
}

template <class M>
concept Wrappable = requires(M&& m) {
  eg::wrap(std::forward<M>(m));
};

static_assert(Wrappable<Eigen::MatrixXd&> && Wrappable<Eigen::MatrixXd>);
static_assert(Wrappable<Eigen::Map<Eigen::VectorXd>> && Wrappable<Eigen::Ref<Eigen::MatrixXd>&>);
static_assert(Wrappable<std::shared_ptr<Eigen::MatrixXd>>);
static_assert(Wrappable<decltype(std::declval<Eigen::MatrixXd&>().transpose())>);
static_assert(!Wrappable<const Eigen::MatrixXd&> && !Wrappable<const Eigen::MatrixXd>);
static_assert(!Wrappable<Eigen::Map<const Eigen::VectorXd>>);
static_assert(!Wrappable<Eigen::Ref<const Eigen::MatrixXd>&>);
static_assert(!Wrappable<std::shared_ptr<const Eigen::MatrixXd>>);
static_assert(!Wrappable<decltype(std::declval<Eigen::MatrixXd&>() * 2.0)>);
static_assert(!Wrappable<decltype(std::declval<const Eigen::MatrixXd&>().row(0))>);
static_assert(!Wrappable<int&>);

/// Counts its deaths, so that a test sees when a tensor lets go of its owner.
struct Mourned {
  explicit Mourned(int& deaths) : deaths_(&deaths) {}
  Mourned(const Mourned&) = delete;
  Mourned& operator=(const Mourned&) = delete;
  ~Mourned() { ++*deaths_; }
  Eigen::MatrixXd matrix = counted(2, 3);

 private:
  int* deaths_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(eigen_interop)

BOOST_AUTO_TEST_CASE(from_eigen_evaluates_expressions) {
  const Eigen::MatrixXd a = counted(2, 3);
  const eg::Tensor t = eg::from_eigen(a * 2);
  BOOST_TEST(t.sizes() == eg::IntArrayRef({2, 3}));
  BOOST_TEST(t.is_contiguous());
  BOOST_TEST(values<double>(t) == (Doubles{0, 2, 4, 6, 8, 10}));
  BOOST_TEST(values<double>(eg::from_eigen(a * a.transpose())) == (Doubles{5, 14, 14, 50}));
  BOOST_TEST(values<double>(eg::from_eigen(a.array() + 1)) == (Doubles{1, 2, 3, 4, 5, 6}));
  BOOST_TEST(values<double>(eg::from_eigen(a.block(0, 1, 2, 2))) == (Doubles{1, 2, 4, 5}));
  BOOST_TEST(eg::from_eigen(a).data_ptr<double>() != a.data());
}

BOOST_AUTO_TEST_CASE(from_eigen_makes_vectors_one_dimensional) {
  const Eigen::Vector3d v(1, 2, 3);
  BOOST_TEST(eg::from_eigen(v).sizes() == eg::IntArrayRef({3}));
  BOOST_TEST(eg::from_eigen(v.transpose()).sizes() == eg::IntArrayRef({3}));
  BOOST_TEST(values<double>(eg::from_eigen(counted(2, 3).row(1))) == (Doubles{3, 4, 5}));
  BOOST_TEST(eg::from_eigen(Eigen::ArrayXd::Zero(4)).sizes() == eg::IntArrayRef({4}));
  BOOST_TEST(eg::from_eigen(counted(3, 1)).sizes() == eg::IntArrayRef({3, 1}));
  BOOST_TEST(eg::from_eigen(Eigen::MatrixXd(0, 4)).sizes() == eg::IntArrayRef({0, 4}));
}

BOOST_AUTO_TEST_CASE(from_eigen_takes_the_dtype_of_the_expression_or_of_the_options) {
  BOOST_TEST(values<float>(eg::from_eigen(Eigen::Vector2f(1, 2))) == (Floats{1, 2}));
  BOOST_TEST(values<std::int64_t>(eg::from_eigen(Eigen::Vector2i(1, 2))) == (Longs{1, 2}));
  BOOST_TEST(values<bool>(eg::from_eigen(Eigen::Array2d(1, 2) > 1.5)) == (Bools{false, true}));
  BOOST_TEST(values<double>(eg::from_eigen(Eigen::Vector2i(1, 2), eg::kFloat64)) ==
             (Doubles{1, 2}));
  BOOST_TEST(values<float>(eg::from_eigen(Eigen::Vector2d(1, 2), eg::kFloat32)) == (Floats{1, 2}));
  BOOST_TEST(eg::from_eigen(Eigen::Vector2d(1, 2), eg::requires_grad()).requires_grad());
  BOOST_CHECK_THROW(eg::from_eigen(Eigen::Vector2i(1, 2), eg::requires_grad()), eg::DtypeError);
}

BOOST_AUTO_TEST_CASE(from_eigen_writes_structured_matrices_out) {
  const Eigen::Vector2d d(2, 3);
  BOOST_TEST(values<double>(eg::from_eigen(d.asDiagonal())) == (Doubles{2, 0, 0, 3}));
  const Eigen::MatrixXd a = counted(2, 2);
  BOOST_TEST(values<double>(eg::from_eigen(a.triangularView<Eigen::Upper>())) ==
             (Doubles{0, 1, 0, 3}));
  BOOST_TEST(values<double>(eg::from_eigen(a.selfadjointView<Eigen::Lower>())) ==
             (Doubles{0, 2, 2, 3}));
}

BOOST_AUTO_TEST_CASE(wrap_refers_to_an_lvalue_and_keeps_its_order) {
  Eigen::MatrixXd a = counted(2, 3);
  const eg::Tensor t = eg::wrap(a);
  BOOST_TEST(t.data_ptr<double>() == a.data());
  BOOST_TEST(t.sizes() == eg::IntArrayRef({2, 3}));
  BOOST_TEST(t.strides() == eg::IntArrayRef({1, 2}));
  BOOST_TEST(values<double>(t) == (Doubles{0, 1, 2, 3, 4, 5}));
  a(1, 0) = 7;
  BOOST_TEST(values<double>(t)[3] == 7);

  RowMajorMatrix r = counted(2, 3);
  BOOST_TEST(eg::wrap(r).strides() == eg::IntArrayRef({3, 1}));
  BOOST_TEST(eg::wrap(r).is_contiguous());
  Eigen::Array3f f(1, 2, 3);
  BOOST_TEST(values<float>(eg::wrap(f)) == (Floats{1, 2, 3}));
  BOOST_TEST(eg::wrap(a, eg::requires_grad()).requires_grad());
}

BOOST_AUTO_TEST_CASE(wrap_keeps_the_strides_of_views) {
  Eigen::MatrixXd a = counted(4, 5);
  BOOST_TEST(values<double>(eg::wrap(a.row(2))) == (Doubles{10, 11, 12, 13, 14}));
  BOOST_TEST(eg::wrap(a.row(2)).strides() == eg::IntArrayRef({4}));
  const eg::Tensor block = eg::wrap(a.block(1, 2, 2, 2));
  BOOST_TEST(values<double>(block) == (Doubles{7, 8, 12, 13}));
  BOOST_TEST(block.strides() == eg::IntArrayRef({1, 4}));
  BOOST_TEST(eg::wrap(a.transpose()).strides() == eg::IntArrayRef({4, 1}));
  Eigen::Ref<Eigen::MatrixXd> ref = a.topRows(2);
  BOOST_TEST(values<double>(eg::wrap(ref)) == (Doubles{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}));

  double data[12] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const Eigen::Map<Eigen::VectorXd, 0, Eigen::InnerStride<>> odd(data + 1, 3,
                                                                 Eigen::InnerStride<>(2));
  auto writable = odd;
  BOOST_TEST(values<double>(eg::wrap(writable)) == (Doubles{1, 3, 5}));
  using Strides = Eigen::Stride<Eigen::Dynamic, Eigen::Dynamic>;
  BOOST_TEST(values<double>(eg::wrap(Eigen::Map<RowMajorMatrix, 0, Strides>(
                 data, 2, 2, Strides(6, 2)))) == (Doubles{0, 2, 6, 8}));
}

BOOST_AUTO_TEST_CASE(wrap_takes_over_an_rvalue) {
  Eigen::MatrixXd a = counted(20, 30);
  const double* data = a.data();
  eg::Tensor t = eg::wrap(std::move(a));
  BOOST_TEST(t.data_ptr<double>() == data);
  BOOST_TEST(t.strides() == eg::IntArrayRef({1, 20}));
  const eg::Tensor other = t;
  t.reset();
  BOOST_TEST(values<double>(other)[599] == 599);
  // Elements of fixed-size objects lie in the object, so they are copied with it.
  const eg::Tensor fixed = eg::wrap(Eigen::Matrix4d(Eigen::Matrix4d::Identity()));
  BOOST_TEST(values<double>(fixed)[15] == 1);
}

BOOST_AUTO_TEST_CASE(wrap_shares_an_owner) {
  int deaths = 0;
  {
    auto owner = std::make_shared<Mourned>(deaths);
    eg::Tensor t = eg::wrap(owner->matrix, owner);
    const eg::Tensor row = eg::wrap(owner->matrix.row(1), owner);
    owner.reset();
    t.reset();
    BOOST_TEST(deaths == 0);
    BOOST_TEST(values<double>(row) == (Doubles{3, 4, 5}));
  }
  BOOST_TEST(deaths == 1);

  auto matrix = std::make_shared<Eigen::MatrixXd>(counted(2, 2));
  const std::weak_ptr<Eigen::MatrixXd> watch = matrix;
  std::optional<eg::Tensor> t = eg::wrap(std::move(matrix));
  BOOST_TEST(values<double>(*t) == (Doubles{0, 1, 2, 3}));
  BOOST_TEST(!watch.expired());
  t.reset();
  BOOST_TEST(watch.expired());
}

BOOST_AUTO_TEST_CASE(wrap_refuses) {
  Eigen::MatrixXd a = counted(2, 2);
  BOOST_TEST(message_of<eg::DtypeError>([&] { eg::wrap(a, eg::kFloat32); }) ==
             "[wrap] the memory holds float64: float32 was asked for; copy it with from_eigen() to "
             "convert it");
  BOOST_TEST(message_of<eg::ValueError>([&] { eg::wrap(a, std::shared_ptr<int>()); }) ==
             "[wrap] the owner is an empty shared_ptr; give the one that keeps the memory alive");
  BOOST_CHECK_THROW(eg::wrap(std::shared_ptr<Eigen::MatrixXd>()), eg::ValueError);
}

BOOST_AUTO_TEST_CASE(views_read_and_write_in_place) {
  const eg::Tensor t = eg::tensor({{1., 2., 3.}, {4., 5., 6.}});
  auto m = t.matrix<double>();
  BOOST_TEST(m(1, 0) == 4);
  m.col(2).setConstant(9);
  t.array<double>() += 1;
  BOOST_TEST(values<double>(t) == (Doubles{2, 3, 10, 5, 6, 10}));
  BOOST_TEST(t._version() == 0);
  BOOST_TEST(t.array<double>().size() == 6);
  BOOST_TEST(eg::tensor({1., 2.}).matrix<double>().rows() == 2);
  BOOST_TEST(eg::tensor({1., 2.}).matrix<double>().cols() == 1);
  BOOST_TEST(eg::tensor(3.).matrix<double>()(0, 0) == 3);
  BOOST_TEST(eg::tensor(3.).vector<double>()(0) == 3);
  BOOST_TEST(eg::tensor({1, 2, 3}).vector<std::int64_t>().sum() == 6);
  BOOST_TEST(eg::tensor({true, false}).array<bool>().any());
  BOOST_TEST(eg::zeros({0, 3}).matrix<double>().cols() == 3);
  BOOST_TEST(eg::zeros({0}).array<double>().size() == 0);
}

BOOST_AUTO_TEST_CASE(views_follow_strides) {
  Eigen::MatrixXd a = counted(3, 4);
  const eg::Tensor t = eg::wrap(a);
  BOOST_TEST((t.matrix<double>() == a));
  BOOST_TEST((t.matrix<double, Eigen::ColMajor>() == a));
  BOOST_TEST((eg::wrap(a.transpose()).matrix<double, Eigen::RowMajor>() == a.transpose()));
  BOOST_TEST((eg::wrap(a.row(1)).vector<double>() == a.row(1).transpose()));
  BOOST_TEST((eg::to_matrix(t) == a));
  BOOST_TEST((eg::to_vector(eg::wrap(a.row(1))) == a.row(1).transpose()));
  BOOST_TEST((eg::wrap(a.col(2)).vector<double, 1>() == a.col(2)));
}

namespace {
double sum_of(Eigen::Ref<const Eigen::MatrixXd> m) { return m.sum(); }
double sum_of_vector(Eigen::Ref<const Eigen::VectorXd> v) { return v.sum(); }
const double* address_of(Eigen::Ref<Eigen::MatrixXd> m) { return m.data(); }
const double* address_of_vector(Eigen::Ref<Eigen::VectorXd> v) { return v.data(); }
}  // namespace

BOOST_AUTO_TEST_CASE(views_pass_as_eigen_ref) {
  const eg::Tensor t = eg::tensor({{1., 2.}, {3., 4.}});
  BOOST_TEST(sum_of(t.matrix<double>()) == 10);
  BOOST_TEST(sum_of_vector(eg::tensor({1., 2.}).vector<double>()) == 3);
  Eigen::MatrixXd a = counted(3, 4);
  BOOST_TEST(address_of(eg::wrap(a).matrix<double, Eigen::ColMajor>()) == a.data());
  Eigen::VectorXd v = Eigen::VectorXd::Zero(3);
  BOOST_TEST(address_of_vector(eg::wrap(v).vector<double, 1>()) == v.data());
}

BOOST_AUTO_TEST_CASE(views_of_temporaries_keep_the_tensor) {
  int deaths = 0;
  {
    auto owner = std::make_shared<Mourned>(deaths);
    auto view = eg::wrap(owner->matrix, owner).matrix<double>();
    owner.reset();
    BOOST_TEST(deaths == 0);
    BOOST_TEST((view == counted(2, 3)));
    const auto other = view;
    view(1, 2) = 7;
    BOOST_TEST(other(1, 2) == 7);
  }
  BOOST_TEST(deaths == 1);
  auto ones = eg::ones({3}).vector<double>();
  ones = eg::full({3}, 2.).vector<double>();
  ones += Eigen::Vector3d(1, 2, 3);
  BOOST_TEST((ones == Eigen::Vector3d(3, 4, 5)));
  BOOST_TEST(eg::ones({2, 3}).array<double>().sum() == 6);
  const Eigen::VectorXd copy = eg::ones({3}).vector<double, 1>();
  BOOST_TEST(copy.sum() == 3);
  BOOST_TEST(sum_of_vector(ones) == 12);
  BOOST_TEST(values<double>(eg::from_eigen(ones * 2)) == (Doubles{6, 8, 10}));
}

BOOST_AUTO_TEST_CASE(views_refuse_other_layouts) {
  Eigen::MatrixXd a = counted(2, 3);
  const eg::Tensor t = eg::wrap(a);
  BOOST_TEST(message_of<eg::ShapeError>([&] { t.array<double>(); }) ==
             "[array] the view needs contiguous memory: the sizes are [2, 3] and the strides "
             "[1, 2]; copy with contiguous(), or reshape first");
  BOOST_TEST(message_of<eg::ShapeError>([&] {
               t.matrix<double, Eigen::RowMajor>();
             }).find("[matrix] the view needs a stride of 1 along rows") == 0);
  BOOST_TEST(message_of<eg::ShapeError>([&] {
               eg::zeros({2, 3}).matrix<double, Eigen::ColMajor>();
             }).find("[matrix] the view needs a stride of 1 along columns") == 0);
  BOOST_TEST(message_of<eg::ShapeError>([] {
               eg::zeros({2, 2, 2}).matrix<double>();
             }).find("[matrix] the view needs at most 2 dimensions") == 0);
  BOOST_TEST(message_of<eg::ShapeError>([&] {
               t.vector<double>();
             }).find("[vector] the view needs at most 1 dimension") == 0);
  BOOST_TEST(message_of<eg::ShapeError>([&] {
               eg::wrap(a.row(0)).vector<double, 1>();
             }).find("[vector] the view needs the stride that was asked for") == 0);
  BOOST_CHECK_THROW(t.matrix<float>(), eg::DtypeError);
  BOOST_CHECK_THROW(eg::Tensor().matrix<double>(), eg::ValueError);
}

BOOST_AUTO_TEST_SUITE_END()
