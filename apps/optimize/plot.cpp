#include "optimize/plot.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

#include "common/gnuplot.hpp"
#include "eigengrad/eigengrad.hpp"

namespace apps::optimize {
namespace {

namespace eg = eigengrad;

constexpr int kGrid = 161;
constexpr int kContours = 24;

struct Range {
  double low;
  double high;
};

/// From the lowest to the highest coordinate of the path, and a margin.
Range range_of(const std::vector<PlanePoint>& path, std::size_t axis) {
  const auto [low, high] = std::minmax_element(
      path.begin(), path.end(),
      [axis](const PlanePoint& a, const PlanePoint& b) { return a[axis] < b[axis]; });
  const double a = (*low)[axis];
  const double b = (*high)[axis];
  const double margin = std::max(0.25 * (b - a), 1e-3 * std::max(1.0, std::abs(a)));
  return {a - margin, b + margin};
}

double coordinate(const Range& r, int i) { return r.low + (r.high - r.low) * i / (kGrid - 1); }

std::string script(const std::string& title, const std::function<eg::Tensor(const eg::Tensor&)>& f,
                   const std::vector<PlanePoint>& path) {
  const eg::NoGradGuard no_grad;
  const Range u = range_of(path, 0);
  const Range v = range_of(path, 1);
  std::vector<double> values;
  for (int i = 0; i < kGrid; ++i)
    for (int j = 0; j < kGrid; ++j)
      values.push_back(f(eg::tensor({coordinate(u, i), coordinate(v, j)})).item<double>());
  double lowest = f(eg::tensor({path.back()[0], path.back()[1]})).item<double>();
  double highest = lowest;
  for (const double z : values)
    if (std::isfinite(z)) {
      lowest = std::min(lowest, z);
      highest = std::max(highest, z);
    }

  // Heights on a logarithmic scale above the lowest one, so that both the valley and its walls
  // show.
  const double unit = std::max(1e-4 * (highest - lowest), 1e-300);
  std::ostringstream s;
  s.precision(10);
  s << "$grid << END\n";
  for (int i = 0; i < kGrid; ++i) {
    for (int j = 0; j < kGrid; ++j) {
      const double z = values[static_cast<std::size_t>(i * kGrid + j)];
      s << coordinate(u, i) << ' ' << coordinate(v, j) << ' ';
      if (std::isfinite(z))
        s << std::log10(1 + (z - lowest) / unit) << '\n';
      else
        s << "NaN\n";
    }
    s << '\n';
  }
  s << "END\n$path << END\n";
  for (const PlanePoint& p : path) s << p[0] << ' ' << p[1] << '\n';
  s << "END\n"
    << "set contour base\nunset surface\n"
    << "set cntrparam levels " << kContours << "\n"
    << "set table $contours\nsplot $grid using 1:2:3\nunset table\n"
    << "set title " << in_gnuplot_quotes(title) << " noenhanced\n"
    << "set xlabel 'x[1]'\nset ylabel 'x[2]'\n"
    << "set xrange [" << u.low << ':' << u.high << "]\nset yrange [" << v.low << ':' << v.high
    << "]\n"
    << "plot $contours using 1:2 with lines linecolor rgb '#9db4c8' notitle, \\\n"
    << "  $path using 1:2 with linespoints linecolor rgb '#c0392b' pointtype 7 pointsize 0.4 "
       "title 'path', \\\n"
    << "  $path every ::0::0 using 1:2 with points linecolor rgb '#000000' pointtype 6 title "
       "'start', \\\n"
    << "  $path every ::" << path.size() - 1
    << " using 1:2 with points linecolor rgb '#000000' pointtype 3 title 'end'\n";
  return s.str();
}

}  // namespace

void plot(const std::string& file, const std::string& title,
          const std::function<eg::Tensor(const eg::Tensor&)>& f,
          const std::vector<PlanePoint>& path) {
  draw(file, script(title, f, path));
}

}  // namespace apps::optimize
