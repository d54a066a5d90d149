#pragma once

#include <string>

namespace apps {

/// To be called before the work whose result is drawn.
/// Throws: BadInput when gnuplot is not there, when the name of `file` ends neither in .svg nor in .png, or
/// when it cannot be written.
void check_plot(const std::string& file);

/// `text` as a string of gnuplot's.
std::string in_gnuplot_quotes(const std::string& text);

/// Runs a script of gnuplot's, with terminal and output set for `file`.
/// Throws: std::runtime_error when gnuplot fails.
void draw(const std::string& file, const std::string& script, int width = 800, int height = 640);

}  // namespace apps
