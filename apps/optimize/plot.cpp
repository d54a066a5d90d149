#include "optimize/plot.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "common/bad_input.hpp"
#include "common/table.hpp"
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

/// A gnuplot string: a quote is doubled.
std::string in_gnuplot_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

std::string script(const std::string& file, const std::string& title,
                   const std::function<eg::Tensor(const eg::Tensor&)>& f,
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
    << "set terminal svg size 800,640 dynamic\n"
    << "set output " << in_gnuplot_quotes(file) << "\n"
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

void check_plot(const std::string& file) {
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
    throw BadInput(
        "--plot: gnuplot is not installed; install it (Debian: gnuplot-nox) or leave "
        "--plot out");
  const bool existed = std::filesystem::exists(file);
  if (!std::ofstream(file, std::ios::app))
    throw BadInput("--plot: " + in_quotes(file) + " cannot be written: " + std::strerror(errno));
  if (!existed) std::filesystem::remove(file);
}

void plot(const std::string& file, const std::string& title,
          const std::function<eg::Tensor(const eg::Tensor&)>& f,
          const std::vector<PlanePoint>& path) {
  const std::string text = script(file, title, f, path);
  // A gnuplot that ends early must be an error here, not the end of this program.
  std::signal(SIGPIPE, SIG_IGN);
  std::FILE* gnuplot = popen("gnuplot >/dev/null 2>&1", "w");
  const bool written =
      gnuplot != nullptr && std::fwrite(text.data(), 1, text.size(), gnuplot) == text.size();
  const int status = gnuplot != nullptr ? pclose(gnuplot) : -1;
  if (!written || status != 0)
    throw std::runtime_error("--plot: gnuplot failed to draw " + in_quotes(file));
}

}  // namespace apps::optimize
