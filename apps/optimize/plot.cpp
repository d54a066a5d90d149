#include <algorithm>
#include <cmath>
#include <sstream>

#include "common/gnuplot.hpp"
#include "eigengrad/eigengrad.hpp"
#include "optimize/report.hpp"

namespace apps::optimize {
namespace {

namespace eg = eigengrad;

constexpr int kGrid = 121;
constexpr int kContours = 24;

struct Range {
  double low;
  double high;
};

/// From the lowest to the highest coordinate of the path, and a margin.
Range range_of(const std::vector<std::vector<double>>& path, std::size_t axis) {
  const auto [low, high] = std::minmax_element(
      path.begin(), path.end(), [axis](const auto& a, const auto& b) { return a[axis] < b[axis]; });
  const double a = (*low)[axis];
  const double b = (*high)[axis];
  const double margin = std::max(0.25 * (b - a), 1e-3 * std::max(1.0, std::abs(a)));
  return {a - margin, b + margin};
}

double coordinate(const Range& r, int i) { return r.low + (r.high - r.low) * i / (kGrid - 1); }

/// `f` on a grid, row by row, NaN where it has no value.
std::vector<double> on_grid(const Objective& f, const Range& u, const Range& v) {
  const eg::NoGradGuard no_grad;
  std::vector<double> values;
  for (int i = 0; i < kGrid; ++i)
    for (int j = 0; j < kGrid; ++j) {
      double value = std::nan("");
      try {
        value = f(eg::tensor({coordinate(u, i), coordinate(v, j)})).sum().item<double>();
      } catch (const eg::NumericError&) {
      }
      values.push_back(value);
    }
  return values;
}

/// A block of gnuplot's data, from which contours at `levels` are made.
void write_contours(std::ostream& s, const std::string& name, const std::vector<double>& values,
                    const Range& u, const Range& v, const std::string& levels) {
  s << '$' << name << "_grid << END\n";
  for (int i = 0; i < kGrid; ++i) {
    for (int j = 0; j < kGrid; ++j) {
      const double z = values[static_cast<std::size_t>(i * kGrid + j)];
      s << coordinate(u, i) << ' ' << coordinate(v, j) << ' ';
      if (std::isfinite(z))
        s << z << '\n';
      else
        s << "NaN\n";
    }
    s << '\n';
  }
  s << "END\nset contour base\nunset surface\nset cntrparam levels " << levels << "\nset table $"
    << name << "\nsplot $" << name
    << "_grid using 1:2:3\nunset table\nunset contour\nset surface\n";
}

/// Heights on a logarithmic scale above the lowest one, so that both the valley and its walls show.
void make_logarithmic(std::vector<double>& heights, double lowest) {
  double highest = lowest;
  for (const double z : heights)
    if (std::isfinite(z)) {
      lowest = std::min(lowest, z);
      highest = std::max(highest, z);
    }
  const double unit = std::max(1e-4 * (highest - lowest), 1e-300);
  for (double& z : heights) z = std::log10(1 + (z - lowest) / unit);
}

/// Contours coloured by height, zero lines of constraints, and the path with numbered iterates.
void write_plane(std::ostream& s, const Report& r) {
  const Range u = range_of(r.path, 0);
  const Range v = range_of(r.path, 1);
  std::vector<double> heights = on_grid(r.problem.f, u, v);
  make_logarithmic(heights, r.result.value);
  write_contours(s, "heights", heights, u, v, std::to_string(kContours));
  for (std::size_t k = 0; k < r.problem.constraints.size(); ++k)
    write_contours(s, "constraint" + std::to_string(k), on_grid(r.problem.constraints[k].f, u, v),
                   u, v, "discrete 0");
  s << "$path << END\n";
  for (std::size_t i = 0; i < r.path.size(); ++i)
    s << r.path[i][0] << ' ' << r.path[i][1] << ' ' << i << '\n';
  s << "END\nset xrange [" << u.low << ':' << u.high << "]\nset yrange [" << v.low << ':' << v.high
    << "]\n"
    << "set palette defined (0 '#2166ac', 1 '#92c5de', 2 '#fddbc7', 3 '#b2182b')\nunset colorbox\n";
  const auto axis = [&](const char* which, std::size_t i) {
    const std::string name =
        r.problem.variables.empty() ? 'x' + std::to_string(i + 1) : r.problem.variables[i];
    s << "set " << which << "label " << in_gnuplot_quotes(name) << " noenhanced\n";
  };
  axis("x", 0);
  axis("y", 1);
  // So many iterates get numbers that they can be read.
  const std::size_t step = r.path.size() / 15 + 1;
  s << "set title " << in_gnuplot_quotes(r.problem.name + ", " + r.method) << " noenhanced\n"
    << "plot $heights using 1:2:3 with lines linecolor palette notitle, ";
  for (std::size_t k = 0; k < r.problem.constraints.size(); ++k)
    s << "$constraint" << k << " using 1:2 with lines linewidth 2 linecolor rgb '#1b7837' title "
      << in_gnuplot_quotes(r.problem.constraint_texts[k]) << " noenhanced, ";
  s << "$path using 1:2 with linespoints linecolor rgb '#333333' pointtype 7 pointsize 0.4 title "
       "'path', "
    << "$path every " << step
    << " using 1:2:3 with labels font ',9' offset 0.7,0.5 textcolor rgb '#333333' notitle\n"
    << "set autoscale\n";
}

/// Cost above the lowest one, and the gradient, on logarithmic axes.
void write_convergence(std::ostream& s, const Report& r) {
  double lowest = r.result.value;
  for (const auto& it : r.result.history) lowest = std::min(lowest, it.value);
  s << "$history << END\n";
  for (const auto& it : r.result.history) {
    const double above = it.value - lowest;
    s << it.iter << ' ';
    if (above > 0 && std::isfinite(above))
      s << above << ' ';
    else
      s << "NaN ";
    if (it.gradient_norm > 0 && std::isfinite(it.gradient_norm))
      s << it.gradient_norm << '\n';
    else
      s << "NaN\n";
  }
  s << "END\nset title 'Convergence'\nset xlabel 'iteration'\nset ylabel ''\nset logscale y\n"
    << "set format y '10^{%T}'\nset grid linecolor rgb '#dddddd'\nset key top right\n"
    << "plot $history using 1:2 with linespoints pointtype 7 pointsize 0.4 linecolor rgb '#2166ac' "
       "title "
       "'cost above the lowest', "
    << "$history using 1:3 with linespoints pointtype 7 pointsize 0.4 linecolor rgb '#b2182b' "
       "title '|gradient|'\n";
}

}  // namespace

void plot(const std::string& file, const Report& r) {
  const bool is_plane = r.problem.n() == 2;
  std::ostringstream s;
  s.precision(10);
  if (is_plane) {
    s << "set multiplot layout 1,2\n";
    write_plane(s, r);
  }
  write_convergence(s, r);
  if (is_plane) s << "unset multiplot\n";
  draw(file, s.str(), is_plane ? 1100 : 700, 500);
}

}  // namespace apps::optimize
