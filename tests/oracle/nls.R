#!/usr/bin/env Rscript
# Writes tests/apps/r_nls.hpp: nonlinear fits by R's nls() and what summary(), logLik(), AIC() and BIC() say of
# them, on data sets that R carries.
#
# Run (r-cran-sandwich is needed): Rscript tests/oracle/nls.R > tests/apps/r_nls.hpp
library(sandwich)
digits <- function(x) paste(sprintf("%.17g", x), collapse = ", ")
quoted <- function(x) paste0('"', x, '"')

emit <- function(name, data, model, formula, start, weights = NULL, weight_column = "") {
  # With an exact gradient: by differences the last digits are not R's own.
  # Run until no step is left, which nls() warns of.
  control <- nls.control(tol = 1e-12, maxiter = 500, warnOnly = TRUE)
  with_gradient <- deriv(formula[[3]], names(start), function.arg = c(names(start), "conc"))
  formula <- as.formula(paste(formula[[2]], "~ with_gradient(", paste(c(names(start), "conc"), collapse = ","), ")"))
  fit <- if (is.null(weights)) nls(formula, data, start, control = control)
         else eval(bquote(nls(formula, data, start, control = control, weights = .(weights))))
  s <- summary(fit, correlation = TRUE)
  # The sandwich has no small-sample corrections for nls(); at its end it is the linear model of its gradient.
  # Both have the roots of the weights in them.
  gradient <- fit$m$gradient()
  linear <- lm(as.vector(fit$m$resid()) + as.vector(gradient %*% coef(fit)) ~ gradient - 1)
  robust <- sapply(c("HC0", "HC1", "HC2", "HC3"), function(type) sqrt(diag(vcovHC(linear, type = type))))
  stopifnot(all.equal(unname(sqrt(diag(sandwich(fit)))), unname(robust[, "HC0"]), tolerance = 1e-10))
  csv <- paste(c(paste(names(data), collapse = ","),
                 apply(data, 1, function(row) paste(sprintf("%.17g", row), collapse = ","))), collapse = "\\n")
  starts <- paste(names(start), sprintf("%.17g", unlist(start)), sep = "=", collapse = ",")
  cat("    {", quoted(name), ",\n     \"", csv, "\\n\",\n     ", quoted(model), ", ", quoted(starts), ", ",
      quoted(weight_column), ",\n     {", digits(s$coefficients[, 1]), "},\n     {", digits(s$coefficients[, 2]),
      "},\n     {", digits(s$coefficients[, 3]), "},\n     {", digits(s$coefficients[, 4]), "},\n     {",
      digits(s$correlation[2, 1]), "},\n     {{", paste(apply(robust, 2, digits), collapse = "},\n      {"),
      "}},\n     ", digits(s$sigma), ", ", digits(as.numeric(logLik(fit))), ", ",
      digits(AIC(fit)), ", ", digits(BIC(fit)), ", ", s$df[2], "},\n", sep = "")
}

cat("#pragma once\n\n#include <vector>\n\n// clang-format off\n",
    "// Made by tests/oracle/nls.R with R ", as.character(getRversion()), ".\n\n",
    "namespace apps_test {\n\nstruct RNls {\n  const char* name;\n  const char* csv;\n  const char* model;\n",
    "  const char* start;\n  const char* weights;\n",
    "  std::vector<double> estimates;\n  std::vector<double> std_errors;\n  std::vector<double> t;\n",
    "  std::vector<double> p;\n  /// Of the first two parameters.\n  std::vector<double> correlation;\n",
    "  /// Standard errors by HC0 to HC3.\n  std::vector<std::vector<double>> robust;\n  double residual_sd;\n  double log_likelihood;\n",
    "  double aic;\n  double bic;\n  int df;\n};\n\ninline const RNls kRNls[] = {\n", sep = "")
treated <- subset(Puromycin, state == "treated")[, c("conc", "rate")]
emit("Puromycin", treated, "rate ~ Vm*conc/(K+conc)", rate ~ Vm * conc / (K + conc), list(Vm = 200, K = 0.05))
weighted <- transform(treated, w = 1 / rate)
emit("Puromycin, weighted", weighted, "rate ~ Vm*conc/(K+conc)", rate ~ Vm * conc / (K + conc),
     list(Vm = 200, K = 0.05), weighted$w, "w")
dnase <- as.data.frame(subset(DNase, Run == 1))[, c("conc", "density")]
emit("DNase", dnase, "density ~ Asym/(1+exp((xmid-log(conc))/scal))",
     density ~ Asym / (1 + exp((xmid - log(conc)) / scal)), list(Asym = 3, xmid = 0, scal = 1))
cat("};\n\n}  // namespace apps_test\n")
