#include "common/gnuplot.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "common/bad_input.hpp"

namespace apps {

void check_plot(const std::string& file) {
  const std::string ending = std::filesystem::path(file).extension();
  if (ending != ".svg" && ending != ".png")
    throw BadInput("--plot: " + in_quotes(file) +
                   " ends neither in .svg nor in .png; give it one of these");
  if (std::system("command -v gnuplot >/dev/null 2>&1") != 0)
    throw BadInput(
        "--plot: gnuplot is not installed; install it (Debian: gnuplot-nox) or leave --plot out");
  const bool existed = std::filesystem::exists(file);
  if (!std::ofstream(file, std::ios::app))
    throw BadInput("--plot: " + in_quotes(file) + " cannot be written: " + std::strerror(errno));
  if (!existed) std::filesystem::remove(file);
}

std::string in_gnuplot_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

void draw(const std::string& file, const std::string& script, int width, int height) {
  const bool svg = file.ends_with(".svg");
  const std::string head = "set terminal " + std::string(svg ? "svg" : "pngcairo") + " size " +
                           std::to_string(width) + ',' + std::to_string(height) +
                           (svg ? " dynamic background rgb 'white'" : "") + "\nset output " +
                           in_gnuplot_quotes(file) + '\n';
  // A gnuplot that ends early must be an error here, not the end of this program.
  std::signal(SIGPIPE, SIG_IGN);
  std::FILE* gnuplot = popen("gnuplot >/dev/null 2>&1", "w");
  const auto write = [&](const std::string& text) {
    return std::fwrite(text.data(), 1, text.size(), gnuplot) == text.size();
  };
  const bool written = gnuplot != nullptr && write(head) && write(script);
  const int status = gnuplot != nullptr ? pclose(gnuplot) : -1;
  if (!written || status != 0)
    throw std::runtime_error("--plot: gnuplot failed to draw " + in_quotes(file));
}

}  // namespace apps
