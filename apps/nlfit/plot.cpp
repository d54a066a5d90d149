#include <algorithm>
#include <cmath>
#include <sstream>

#include "common/gnuplot.hpp"
#include "eigengrad/core/factories.hpp"
#include "nlfit/report.hpp"

namespace apps::nlfit {
namespace {

constexpr int kGrid = 200;

/// The model along its only variable, with the band in which the mean lies.
void write_curve(std::ostream& s, const Report& r) {
  const eigengrad::Tensor& x = r.problem.variables.front();
  const double low = x.min().item<double>();
  const double high = x.max().item<double>();
  const eigengrad::Tensor grid = eigengrad::linspace(low, high, kGrid);
  const Prediction p = predict(r.problem, r.fit, {grid}, r.options.level);
  const double* at = grid.data_ptr<double>();
  s << "$curve << END\n";
  for (std::size_t i = 0; i < p.fit.size(); ++i)
    s << at[i] << ' ' << p.fit[i] << ' ' << p.lower[i] << ' ' << p.upper[i] << '\n';
  s << "END\n";
}

/// Per row: variable (or fitted value), observed, fitted, residual.
void write_rows(std::ostream& s, const Report& r, bool has_curve) {
  s << "$rows << END\n";
  for (std::size_t i = 0; i < r.fit.fitted.size(); ++i) {
    const double fitted = r.fit.fitted[i];
    const double x = has_curve ? r.problem.variables.front().data_ptr<double>()[i] : fitted;
    s << x << ' ' << fitted + r.fit.residuals[i] << ' ' << fitted << ' ' << r.fit.residuals[i]
      << '\n';
  }
  s << "END\n";
}

}  // namespace

void plot(const std::string& file, const Report& r) {
  const bool has_curve = r.problem.model.variables().size() == 1;
  std::ostringstream s;
  s.precision(10);
  write_rows(s, r, has_curve);
  if (has_curve) write_curve(s, r);
  const std::string response = in_gnuplot_quotes(r.problem.response);
  s << "set multiplot layout 1,2\nset grid linecolor rgb '#dddddd'\nset key top left\n"
    << "set title "
    << in_gnuplot_quotes(r.problem.response + " ~ " + r.problem.model.formula().text())
    << " noenhanced\nset ylabel " << response << " noenhanced\nset xlabel "
    << in_gnuplot_quotes(has_curve ? r.problem.model.variables().front() : "fitted")
    << " noenhanced\n";
  if (has_curve)
    s << "plot $curve using 1:3:4 with filledcurves fillcolor rgb '#c6dbef' title '"
      << 100 * r.options.level << " % band of the mean', "
      << "$curve using 1:2 with lines linewidth 2 linecolor rgb '#2166ac' title 'fit', "
      << "$rows using 1:2 with points pointtype 7 pointsize 0.6 linecolor rgb '#333333' title "
         "'data'\n";
  else
    s << "plot x with lines linecolor rgb '#2166ac' title 'fitted', "
      << "$rows using 1:2 with points pointtype 7 pointsize 0.6 linecolor rgb '#333333' title "
         "'data'\n";
  s << "set title 'Residuals'\nset xlabel 'fitted'\nset ylabel 'residual'\n"
    << "set xzeroaxis linetype 1 linecolor rgb '#2166ac'\n"
    << "plot $rows using 3:4 with points pointtype 7 pointsize 0.6 linecolor rgb '#333333' "
       "notitle\n"
    << "unset multiplot\n";
  draw(file, s.str(), 1000, 460);
}

}  // namespace apps::nlfit
