#pragma once

#include <optional>
#include <vector>

#include "regression/inference.hpp"

namespace apps::regression {

/// The unit that a fit of this model to these data is computed in. It is 1 for counts, shares and classes,
/// which have none.
TargetUnit unit_of(const Data& data, const FitOptions& options);

/// Carries all results to the units of the data, when nothing more is to be computed from them.
void to_units_of_data(Fit& fit, std::vector<AnovaRow>& anova,
                      std::optional<Predictions>& predictions,
                      std::optional<Diagnostics>& diagnostics);

}  // namespace apps::regression
