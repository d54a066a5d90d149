#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <string>

namespace apps {

/// How the covariance of estimates is computed: from the model, or from the residuals, with the corrections
/// for small samples of MacKinnon and White (1985).
enum class Robust : std::uint8_t { No, HC0, HC1, HC2, HC3 };

/// "HC0" for Robust::HC0 and so on. Throws: BadInput of --robust for other text; empty is Robust::No.
Robust parse_robust(const std::string& text);
std::string name_of(Robust robust);

/// The scores of rows with these leverages, larger as `robust` has it. `df` is the number of rows that have a
/// weight minus `estimates`.
Eigen::ArrayXd corrected(Eigen::ArrayXd scores, const Eigen::ArrayXd& leverages, std::int64_t df,
                         std::int64_t estimates, Robust robust);

}  // namespace apps
