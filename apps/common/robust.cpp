#include "common/robust.hpp"

#include <cmath>

#include "common/bad_input.hpp"

namespace apps {

Robust parse_robust(const std::string& text) {
  if (text.empty()) return Robust::No;
  for (const Robust r : {Robust::HC0, Robust::HC1, Robust::HC2, Robust::HC3})
    if (text == name_of(r)) return r;
  throw BadInput("--robust: " + in_quotes(text) + " is none of HC0, HC1, HC2 and HC3");
}

std::string name_of(Robust robust) {
  return "HC" + std::to_string(static_cast<int>(robust) - static_cast<int>(Robust::HC0));
}

Eigen::ArrayXd corrected(Eigen::ArrayXd scores, const Eigen::ArrayXd& leverages, std::int64_t df,
                         std::int64_t estimates, Robust robust) {
  const auto rows = static_cast<double>(df + estimates);
  if (robust == Robust::HC1) scores *= std::sqrt(rows / static_cast<double>(df));
  if (robust == Robust::HC2) scores /= (1 - leverages).sqrt();
  if (robust == Robust::HC3) scores /= 1 - leverages;
  return scores;
}

}  // namespace apps
