#include "regression/penalised.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <ostream>

#include "common/numbers.hpp"
#include "common/table.hpp"
#include "eigengrad/eigengrad.hpp"
#include "regression/units.hpp"

namespace apps::regression {
namespace {

namespace eg = eigengrad;
using Eigen::ArrayXd;
using Eigen::Index;
using Eigen::MatrixXd;
using Eigen::VectorXd;

/// Rows and columns as the penalty sees them: columns centred and divided by their standard
/// deviations, the target of least squares divided by its own, weights with sum 1.
struct Standardised {
  Family family;
  bool intercept = true;
  std::vector<Scale> scales;
  Scale target;
  /// A column of ones in front when there is an intercept.
  MatrixXd x;
  VectorXd y;
  VectorXd weights;
  VectorXd offset;
};

Standardised standardise(const Problem& rows, const MatrixXd& x) {
  Standardised s{rows.family, rows.intercept, {}, {}, {}, rows.y, {}, rows.offset};
  const Index shift = s.intercept ? 1 : 0;
  s.weights = rows.weights / rows.weights.sum();
  s.x = MatrixXd::Ones(x.rows(), x.cols() + shift);
  for (Index j = 0; j < x.cols(); ++j) {
    Scale scale = scale_of(x.col(j), s.weights, true);
    if ((x.col(j).array() == x(0, j)).all()) scale.spread = 0;
    if (!s.intercept) scale.center = 0;
    s.scales.push_back(scale);
    if (scale.spread == 0)
      s.x.col(j + shift).setZero();
    else
      s.x.col(j + shift) = (x.col(j).array() - scale.center) / scale.spread;
  }
  if (s.family.model != Model::Linear) return s;
  s.y -= s.offset;
  s.offset.setZero();
  s.target = scale_of(s.y, s.weights, true);
  if (!s.intercept) s.target.center = 0;
  s.y = (s.y.array() - s.target.center) / s.target.spread;
  return s;
}

VectorXd in_units(const Standardised& s, const VectorXd& b) {
  VectorXd out = b * s.target.spread;
  const Index shift = s.intercept ? 1 : 0;
  if (shift == 1) out[0] += s.target.center;
  for (Index j = shift; j < b.size(); ++j) {
    const Scale& scale = s.scales[static_cast<std::size_t>(j - shift)];
    if (scale.spread == 0) {
      out[j] = 0;
      continue;
    }
    if (shift == 1) out[0] -= out[j] * (scale.center / scale.spread);
    out[j] /= scale.spread;
  }
  return out;
}

/// 1/2 b^T H b - c^T b + sum l_j |b_j|.
struct Quadratic {
  MatrixXd hessian;
  VectorXd linear;
  VectorXd l1;
};

/// Sweeps of coordinate descent.
void descend(const Quadratic& q, VectorXd& b, int sweeps) {
  VectorXd gradient = q.hessian * b - q.linear;
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    double largest = 0;
    for (Index j = 0; j < b.size(); ++j) {
      const double curvature = q.hessian(j, j);
      if (!(curvature > 0)) continue;
      const double free = curvature * b[j] - gradient[j];
      const double next = std::copysign(std::max(std::abs(free) - q.l1[j], 0.0), free) / curvature;
      const double change = next - b[j];
      if (change == 0) continue;
      gradient += change * q.hessian.col(j);
      b[j] = next;
      largest = std::max(largest, std::abs(change));
    }
    if (largest <= 1e-9 * b.cwiseAbs().maxCoeff()) return;
  }
}

/// The exact minimum among coefficients with the zeros and signs of `b`; whether it is one among
/// all.
bool finish(const Quadratic& q, VectorXd& b) {
  std::vector<Index> active;
  for (Index j = 0; j < b.size(); ++j)
    if (q.hessian(j, j) > 0 && (b[j] != 0 || q.l1[j] == 0)) active.push_back(j);
  const VectorXd signs = b(active).array().sign() * q.l1(active).array();
  const VectorXd right = VectorXd(q.linear(active)) - signs;
  const auto [solution, info] = eg::linalg_solve_ex(
      eg::from_eigen(MatrixXd(q.hessian(active, active))), eg::from_eigen(right));
  if (info.item<std::int64_t>() != 0) return false;
  const VectorXd exact = eg::to_vector(solution);
  if (!exact.allFinite()) return false;
  if (((signs.array() != 0) && (exact.array() * signs.array() <= 0)).any()) return false;
  VectorXd all = VectorXd::Zero(b.size());
  all(active) = exact;
  const ArrayXd gradient = (q.hessian * all - q.linear).array();
  const double rounding = 1e-9 * q.linear.cwiseAbs().maxCoeff() + 1e-14;
  if (((all.array() == 0) && (gradient.abs() > q.l1.array() + rounding)).any()) return false;
  b = all;
  return true;
}

void minimise(const Quadratic& q, VectorXd& b) {
  constexpr int kRounds = 200;
  for (int round = 0; round < kRounds; ++round) {
    descend(q, b, 50);
    if (finish(q, b)) return;
  }
}

/// The smooth loss with its derivatives, and the penalty.
class PenalisedLoss {
 public:
  PenalisedLoss(const Standardised& s, double alpha, double lambda)
      : family_(s.family),
        x_(eg::from_eigen(s.x)),
        y_(eg::from_eigen(s.y)),
        weights_(eg::from_eigen(s.weights)),
        offset_(eg::from_eigen(s.offset)),
        l1_(VectorXd::Constant(s.x.cols(), alpha * lambda / s.target.spread)),
        l2_(VectorXd::Constant(s.x.cols(), (1 - alpha) * lambda / s.target.spread)) {
    if (s.intercept) l1_[0] = l2_[0] = 0;
  }

  double value(const VectorXd& b) const {
    const eg::NoGradGuard no_grad;
    const double penalty = l1_.dot(b.cwiseAbs()) + l2_.dot(b.cwiseAbs2()) / 2;
    return smooth(eg::from_eigen(b)).item<double>() + penalty;
  }

  /// The model of Newton's step at b, with the penalty.
  Quadratic quadratic(const VectorXd& b) const {
    const auto loss = [this](const eg::Tensor& t) { return smooth(t); };
    Quadratic q{eg::hessian(loss, b), {}, l1_};
    q.linear = q.hessian * b - VectorXd(eg::grad(loss)(b));
    q.hessian.diagonal() += l2_;
    return q;
  }

  bool is_quadratic() const { return family_.model == Model::Linear; }

 private:
  eg::Tensor smooth(const eg::Tensor& b) const {
    return (weights_ * losses(family_, y_, offset_ + eg::mv(x_, b), eg::Tensor())).sum();
  }

  Family family_;
  eg::Tensor x_;
  eg::Tensor y_;
  eg::Tensor weights_;
  eg::Tensor offset_;
  VectorXd l1_;
  VectorXd l2_;
};

/// Newton steps on the loss, the penalty taken as it is; false when they come to no end.
bool minimise(const PenalisedLoss& loss, VectorXd& b) {
  constexpr int kSteps = 200;
  double value = loss.value(b);
  for (int step = 0; step < kSteps; ++step) {
    VectorXd next = b;
    minimise(loss.quadratic(b), next);
    if (loss.is_quadratic()) {
      b = next;
      return b.allFinite();
    }
    const VectorXd direction = next - b;
    double length = 1;
    double lower = loss.value(next);
    while (!(lower <= value + 1e-13 * std::abs(value)) && length > 1e-10) {
      length /= 2;
      lower = loss.value(b + length * direction);
    }
    b += length * direction;
    value = lower;
    if (direction.norm() <= 1e-12 * (1 + b.norm())) return b.allFinite();
  }
  return false;
}

/// The unpenalised fit of the intercept alone.
VectorXd null_start(const Standardised& s) {
  VectorXd b = VectorXd::Zero(s.x.cols());
  if (!s.intercept || s.family.model == Model::Linear) return b;
  Standardised alone = s;
  alone.x = s.x.leftCols(1);
  VectorXd first =
      VectorXd::Constant(1, link_of(s.family.link, s.weights.dot(s.y)) - s.weights.dot(s.offset));
  minimise(PenalisedLoss(alone, 1, 0), first);
  b[0] = first[0];
  return b;
}

VectorXd means(const Family& family, const MatrixXd& x, const VectorXd& offset, bool intercept,
               const VectorXd& b) {
  const Index shift = intercept ? 1 : 0;
  VectorXd eta = offset + x * b.tail(b.size() - shift);
  if (intercept) eta.array() += b[0];
  return mean_and_slope(family.link, eta).mu;
}

/// From the smallest lambda that leaves no coefficient downwards.
std::vector<double> lambda_path(const Standardised& s, double alpha) {
  constexpr int kLength = 100;
  const VectorXd start = null_start(s);
  const VectorXd mu = mean_and_slope(s.family.link, s.offset + s.x * start).mu;
  const VectorXd rest = s.weights.cwiseProduct(s.y - mu) * s.target.spread;
  const Index shift = s.intercept ? 1 : 0;
  const double largest =
      (s.x.rightCols(s.x.cols() - shift).transpose() * rest).cwiseAbs().maxCoeff() /
      std::max(alpha, 1e-3);
  const double ratio = s.x.rows() > s.x.cols() - shift ? 1e-4 : 1e-2;
  std::vector<double> path;
  for (int k = 0; k < kLength; ++k)
    path.push_back(largest * std::pow(ratio, static_cast<double>(k) / (kLength - 1)));
  return path;
}

/// The coefficients along the path, each fit started at the one before.
std::vector<VectorXd> coefficients_along(const Standardised& s, const Penalty& penalty,
                                         const std::vector<double>& lambdas, bool& converged) {
  std::vector<VectorXd> all;
  VectorXd b = null_start(s);
  for (const double lambda : lambdas) {
    if (!minimise(PenalisedLoss(s, penalty.alpha, lambda), b)) converged = false;
    all.push_back(in_units(s, b));
  }
  return all;
}

/// Squared error, or deviance as glmnet's cross-validation has it, of each row.
VectorXd errors_of(const Family& family, const VectorXd& y, const VectorXd& mu) {
  constexpr double kClosest = 1e-5;
  const bool binomial = family.model == Model::Binomial;
  const VectorXd bounded = binomial ? VectorXd(mu.cwiseMax(kClosest).cwiseMin(1 - kClosest)) : mu;
  return deviances(family, y, bounded, VectorXd::Ones(y.size()));
}

struct Rows {
  Problem problem;
  MatrixXd x;
};

Rows chosen(const Rows& all, const std::vector<Index>& which) {
  Rows some{all.problem, all.x(which, Eigen::all)};
  some.problem.y = all.problem.y(which);
  some.problem.weights = all.problem.weights(which);
  some.problem.offset = all.problem.offset(which);
  return some;
}

std::vector<Index> folds_of(Index rows, const Penalty& penalty) {
  std::vector<Index> fold;
  for (Index i = 0; i < rows; ++i) fold.push_back(i % penalty.folds);
  if (!penalty.seed) return fold;
  eg::manual_seed(*penalty.seed);
  const eg::Tensor order = eg::randperm(rows);
  std::vector<Index> shuffled;
  for (Index i = 0; i < rows; ++i)
    shuffled.push_back(fold[static_cast<std::size_t>(order[i].item<std::int64_t>())]);
  return shuffled;
}

/// Means and standard errors over folds, or over rows when folds have fewer than 3.
void set_errors(Penalised& fit, const MatrixXd& errors, const VectorXd& weights,
                const std::vector<Index>& fold, std::int64_t folds) {
  const bool by_row = static_cast<double>(errors.rows()) / static_cast<double>(folds) < 3;
  for (std::size_t k = 0; k < fit.path.size(); ++k) {
    const VectorXd e = errors.col(static_cast<Index>(k));
    VectorXd values = e;
    VectorXd shares = weights;
    if (!by_row) {
      values = shares = VectorXd::Zero(folds);
      for (Index i = 0; i < e.size(); ++i) {
        values[fold[static_cast<std::size_t>(i)]] += weights[i] * e[i];
        shares[fold[static_cast<std::size_t>(i)]] += weights[i];
      }
      values = values.cwiseQuotient(shares);
    }
    const double mean = shares.dot(values) / shares.sum();
    const double variance =
        (shares.array() * (values.array() - mean).square()).sum() / shares.sum();
    fit.path[k].cv_mean = mean;
    fit.path[k].cv_error = std::sqrt(variance / static_cast<double>(values.size() - 1));
  }
}

void cross_validate(Penalised& fit, const Rows& rows, const Penalty& penalty,
                    const std::vector<double>& lambdas) {
  const std::vector<Index> fold = folds_of(rows.x.rows(), penalty);
  MatrixXd errors(rows.x.rows(), static_cast<Index>(lambdas.size()));
  for (Index k = 0; k < penalty.folds; ++k) {
    if (penalty.callback &&
        !penalty.callback(static_cast<double>(k + 1) / static_cast<double>(penalty.folds + 1))) {
      fit.converged = false;
      return;
    }
    std::vector<Index> in;
    std::vector<Index> out;
    for (Index i = 0; i < rows.x.rows(); ++i)
      (fold[static_cast<std::size_t>(i)] == k ? out : in).push_back(i);
    const Rows training = chosen(rows, in);
    const Rows test = chosen(rows, out);
    const std::vector<VectorXd> along = coefficients_along(
        standardise(training.problem, training.x), penalty, lambdas, fit.converged);
    for (std::size_t l = 0; l < along.size(); ++l) {
      const Problem& p = test.problem;
      const VectorXd mu = means(p.family, test.x, p.offset, p.intercept, along[l]);
      errors(out, static_cast<Index>(l)) = errors_of(p.family, p.y, mu);
    }
  }
  set_errors(fit, errors, rows.problem.weights, fold, penalty.folds);
  std::size_t best = 0;
  for (std::size_t k = 0; k < fit.path.size(); ++k)
    if (fit.path[k].cv_mean < fit.path[best].cv_mean) best = k;
  const double bound = fit.path[best].cv_mean + fit.path[best].cv_error;
  std::size_t one_error = 0;
  while (fit.path[one_error].cv_mean > bound) ++one_error;
  fit.best = best;
  fit.one_error = one_error;
}

/// The penalties in falling order, for a target in `unit`.
std::vector<double> lambdas_of(const Penalty& penalty, const Standardised& s, double unit) {
  std::vector<double> lambdas = penalty.lambdas;
  for (double& lambda : lambdas) lambda /= unit;
  if (lambdas.empty()) lambdas = lambda_path(s, penalty.alpha);
  std::sort(lambdas.begin(), lambdas.end(), std::greater<>());
  return lambdas;
}

/// Carries the path from a target in `unit` back to the target.
void rescale(std::vector<PenalisedFit>& path, double unit) {
  for (PenalisedFit& f : path) {
    f.lambda *= unit;
    f.coefficients *= unit;
    // Mean squares, where the unit is not 1.
    for (double* value : {&f.cv_mean, &f.cv_error}) *value = *value * unit * unit;
  }
}

}  // namespace

Penalised fit_penalised(const Data& data, Model model, const Penalty& penalty) {
  Rows rows;
  Problem& p = rows.problem;
  p.family = {model, links_of(model).front()};
  FitOptions plain;
  plain.model = model;
  plain.link = p.family.link;
  const TargetUnit unit = unit_of(data, plain);
  p.y = data.y / unit.target;
  p.weights = data.weights;
  p.offset = unit.offset(data.offset);
  p.intercept = data.formula.intercept;
  rows.x = data.design.x;

  Penalised fit;
  if (p.intercept) fit.terms.emplace_back("(intercept)");
  fit.terms.insert(fit.terms.end(), data.design.names.begin(), data.design.names.end());
  const Standardised s = standardise(p, rows.x);
  const std::vector<double> lambdas = lambdas_of(penalty, s, unit.target);
  const std::vector<VectorXd> along = coefficients_along(s, penalty, lambdas, fit.converged);
  const auto deviance = [&](const VectorXd& b) {
    return deviances(p.family, p.y, means(p.family, rows.x, p.offset, p.intercept, b), p.weights)
        .sum();
  };
  const double null = deviance(in_units(s, null_start(s)));
  for (std::size_t k = 0; k < lambdas.size(); ++k) {
    const VectorXd& b = along[k];
    const Index slopes = b.size() - (p.intercept ? 1 : 0);
    fit.path.push_back({lambdas[k], b, (b.tail(slopes).array() != 0).count(),
                        1 - deviance(b) / null, std::numeric_limits<double>::quiet_NaN(),
                        std::numeric_limits<double>::quiet_NaN()});
    if (!(b * unit.predictor).allFinite()) fit.converged = false;
  }
  if (penalty.folds > 0) cross_validate(fit, rows, penalty, lambdas);
  rescale(fit.path, unit.target);
  fit.message = fit.converged ? "converged: " + std::to_string(lambdas.size()) +
                                    (lambdas.size() == 1 ? " fit" : " fits")
                              : "not converged: a fit along the path came to no end";
  return fit;
}

VectorXd predict(const Penalised& fit, Model model, const NewData& data) {
  const VectorXd& b = fit.chosen().coefficients;
  return means({model, links_of(model).front()}, data.design.x, data.offset,
               b.size() > data.design.x.cols(), b);
}

namespace {

/// The fits that a report shows coefficients of: the chosen ones of a cross-validation, or all.
std::vector<std::size_t> shown_fits(const Penalised& fit) {
  if (fit.best) return {*fit.best, *fit.one_error};
  return shown_rows(fit.path.size());
}

}  // namespace

void write_text(std::ostream& out, const Penalised& fit, const Data& data, const Penalty& penalty,
                const MaybePredictions& predictions) {
  const std::string kind = penalty.alpha == 0   ? "Ridge"
                           : penalty.alpha == 1 ? "Lasso"
                                                : "Elastic net";
  out << kind << " regression of " << data.target << " on " << data.design.names.size()
      << " columns, " << data.y.size() << " rows of " << data.source
      << "\n\nCall: " << formula_text(data) << ", alpha " << number(penalty.alpha, 4) << '\n';
  TextTable path(fit.best
                     ? std::vector<std::string>{"", "lambda", "nonzero", "deviance explained",
                                                "error left out", "std error"}
                     : std::vector<std::string>{"", "lambda", "nonzero", "deviance explained"});
  for (const std::size_t k : shown_rows(fit.path.size())) {
    const PenalisedFit& f = fit.path[k];
    std::vector<std::string> row = {std::to_string(k + 1), number(f.lambda, 5),
                                    std::to_string(f.nonzero), number(f.deviance_explained, 4)};
    if (fit.best) row.insert(row.end(), {number(f.cv_mean, 5), number(f.cv_error, 3)});
    path.add(std::move(row));
  }
  out << '\n';
  path.write(out);
  std::vector<std::string> headings = {"term"};
  for (const std::size_t k : shown_fits(fit))
    headings.push_back("lambda " + number(fit.path[k].lambda, 5));
  TextTable table(headings);
  for (std::size_t j = 0; j < fit.terms.size(); ++j) {
    std::vector<std::string> row = {fit.terms[j]};
    for (const std::size_t k : shown_fits(fit)) {
      const double b = fit.path[k].coefficients[static_cast<Index>(j)];
      row.push_back(b == 0 ? "." : number(b, 6));
    }
    table.add(std::move(row));
  }
  out << "\nCoefficients"
      << (fit.best ? " of the smallest error, and of the largest lambda within one standard error"
                   : "")
      << ":\n";
  table.write(out);
  if (predictions) {
    TextTable rows({"row", "fit"});
    for (const std::size_t i : shown_rows(static_cast<std::size_t>(predictions->size())))
      rows.add({std::to_string(i + 1), number((*predictions)[static_cast<Index>(i)], 5)});
    out << "\nPredictions for lambda " << number(fit.chosen().lambda, 5) << ":\n";
    rows.write(out);
  }
  out << '\n' << fit.message << '\n';
}

void write_json(std::ostream& out, const Penalised& fit, const Data& data, const Penalty& penalty,
                const std::string& model, const MaybePredictions& predictions) {
  nlohmann::ordered_json j;
  j["model"] = model;
  j["data"] = data.source;
  j["target"] = data.target;
  j["call"] = formula_text(data);
  j["intercept"] = data.formula.intercept;
  j["rows"] = data.y.size();
  j["rows_dropped"] = data.rows_dropped;
  j["converged"] = fit.converged;
  j["message"] = fit.message;
  j["alpha"] = penalty.alpha;
  j["lambda"] = fit.chosen().lambda;
  if (fit.best) {
    j["folds"] = penalty.folds;
    j["lambda_min"] = fit.path[*fit.best].lambda;
    j["lambda_1se"] = fit.path[*fit.one_error].lambda;
  }
  const auto estimates = [&](const PenalisedFit& f) {
    auto all = nlohmann::ordered_json::array();
    for (std::size_t k = 0; k < fit.terms.size(); ++k)
      all.push_back({{"term", fit.terms[k]},
                     {"estimate", json_number(f.coefficients[static_cast<Index>(k)])}});
    return all;
  };
  j["coefficients"] = estimates(fit.chosen());
  if (fit.one_error) j["coefficients_1se"] = estimates(fit.path[*fit.one_error]);
  j["path"] = nlohmann::ordered_json::array();
  for (const PenalisedFit& f : fit.path) {
    nlohmann::ordered_json row = {{"lambda", f.lambda},
                                  {"nonzero", f.nonzero},
                                  {"deviance_explained", json_number(f.deviance_explained)}};
    if (fit.best) {
      row["cv_mean"] = json_number(f.cv_mean);
      row["cv_error"] = json_number(f.cv_error);
    }
    row["estimates"] = nlohmann::ordered_json::array();
    for (const double b : f.coefficients) row["estimates"].push_back(json_number(b));
    j["path"].push_back(std::move(row));
  }
  if (predictions) {
    j["predictions"] = nlohmann::ordered_json::array();
    for (const double mu : *predictions) j["predictions"].push_back({{"fit", json_number(mu)}});
  }
  out << j.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
}

void write_csv(std::ostream& out, const Penalised& fit, const MaybePredictions& predictions) {
  if (predictions) {
    write_csv_row(out, {"fit"});
    for (const double mu : *predictions) write_csv_row(out, {exact(mu)});
    return;
  }
  std::vector<std::string> row = {"term", "estimate"};
  if (fit.one_error) row.emplace_back("estimate_1se");
  write_csv_row(out, row);
  for (std::size_t k = 0; k < fit.terms.size(); ++k) {
    row = {fit.terms[k], exact(fit.chosen().coefficients[static_cast<Index>(k)])};
    if (fit.one_error)
      row.push_back(exact(fit.path[*fit.one_error].coefficients[static_cast<Index>(k)]));
    write_csv_row(out, row);
  }
}

}  // namespace apps::regression
