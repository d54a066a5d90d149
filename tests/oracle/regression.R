# Writes tests/apps/r_regression.hpp: fits by R 4.2 of small data sets, for eg-regression to agree
# with. Run from the top folder: Rscript tests/oracle/regression.R
# Needs MASS, nnet, sandwich and glmnet (Debian: r-cran-mass, r-cran-nnet, r-cran-sandwich,
# r-cran-glmnet). Iterations are run to the last digits, beyond R's own tolerances.

suppressPackageStartupMessages({library(MASS); library(nnet); library(sandwich); library(glmnet)})
out <- file("tests/apps/r_regression.hpp", "w")
emit <- function(...) cat(..., "\n", file = out, sep = "")
exact <- function(x) ifelse(is.na(x), "NA", format(x, digits = 17, scientific = TRUE, trim = TRUE))

emit("#pragma once\n")
emit("// clang-format off")
emit("// Made by tests/oracle/regression.R with ", R.version.string, "; do not edit.\n")
emit("namespace r_regression {\n")

data_set <- function(name, d) {
  rows <- sapply(seq_len(nrow(d)), function(i)
    paste(sapply(d[i, ], function(v) if (is.numeric(v)) format(v, digits = 15) else as.character(v)),
          collapse = ","))
  emit("inline constexpr char k", name, "[] =\n    \"",
       paste0(c(paste(names(d), collapse = ","), rows), "\\n", collapse = ""), "\";\n")
}

fits <- c()
# `numbers` is a named list: JSON pointers and the values there.
fit <- function(name, data, arguments, numbers, digits = 8) {
  lines <- paste(names(numbers), exact(unlist(numbers)))
  fits <<- c(fits, paste0("    {\"", name, "\", k", data, ",\n     \"", arguments, "\", ", digits,
                          ",\n     \"", paste(lines, collapse = "\\n"), "\"},"))
}

coefficients_of <- function(table, ratio, level = NULL) {
  n <- list()
  for (i in seq_len(nrow(table))) {
    at <- paste0("/coefficients/", i - 1, "/")
    n[[paste0(at, "estimate")]] <- table[i, 1]
    n[[paste0(at, "std_error")]] <- table[i, 2]
    n[[paste0(at, ratio)]] <- table[i, 3]
    n[[paste0(at, "p_value")]] <- table[i, 4]
    if (!is.null(level)) {
      n[[paste0(at, "lower")]] <- level[i, 1]
      n[[paste0(at, "upper")]] <- level[i, 2]
    }
  }
  n
}

# The table of coefficients with another covariance.
with_covariance <- function(m, v, df) {
  b <- coef(m)[!is.na(coef(m))]
  s <- sqrt(diag(v))
  p <- if (is.null(df)) 2 * pnorm(-abs(b / s)) else 2 * pt(-abs(b / s), df)
  cbind(b, s, b / s, p)
}

lm_numbers <- function(m, level = 0.95) {
  s <- summary(m)
  # Aliased coefficients keep their line.
  table <- matrix(NA, length(coef(m)), 4)
  table[!is.na(coef(m)), ] <- s$coefficients
  n <- coefficients_of(table, "t_value", confint(m, level = level))
  q <- quantile(s$residuals)
  for (k in 1:5) n[[paste0("/residual_quantiles/", k - 1)]] <- q[[k]]
  n[["/residual_sd"]] <- s$sigma
  n[["/degrees_of_freedom"]] <- s$df[2]
  n[["/rank"]] <- m$rank
  if (!is.null(s$fstatistic)) {
    f <- s$fstatistic
    n[["/r_squared"]] <- s$r.squared
    n[["/adjusted_r_squared"]] <- s$adj.r.squared
    n[["/f_statistic/value"]] <- f[[1]]
    n[["/f_statistic/df1"]] <- f[[2]]
    n[["/f_statistic/p_value"]] <- pf(f[[1]], f[[2]], f[[3]], lower.tail = FALSE)
  }
  n[["/log_likelihood"]] <- as.numeric(logLik(m))
  n[["/aic"]] <- AIC(m)
  n[["/bic"]] <- BIC(m)
  n
}

glm_numbers <- function(m) {
  s <- summary(m)
  student <- s$family$family %in% c("gaussian", "Gamma")
  v <- vcov(m)
  df <- if (student) m$df.residual else NULL
  width <- if (student) qt(0.975, m$df.residual) else qnorm(0.975)
  table <- with_covariance(m, v, df)
  n <- coefficients_of(table, if (student) "t_value" else "z_value",
                       cbind(table[, 1] - width * table[, 2], table[, 1] + width * table[, 2]))
  q <- quantile(residuals(m, "deviance"))
  for (k in 1:5) n[[paste0("/residual_quantiles/", k - 1)]] <- q[[k]]
  n[["/dispersion"]] <- s$dispersion
  n[["/null_deviance"]] <- m$null.deviance
  n[["/null_degrees_of_freedom"]] <- m$df.null
  n[["/deviance"]] <- m$deviance
  n[["/degrees_of_freedom"]] <- m$df.residual
  n[["/log_likelihood"]] <- as.numeric(logLik(m))
  n[["/aic"]] <- AIC(m)
  n[["/bic"]] <- BIC(m)
  n
}

robust_numbers <- function(m, type) {
  student <- !inherits(m, "glm") || m$family$family %in% c("gaussian", "Gamma")
  table <- with_covariance(m, vcovHC(m, type = type), if (student) m$df.residual else NULL)
  coefficients_of(table, if (student) "t_value" else "z_value")
}

anova_numbers <- function(m, test = NULL) {
  n <- list()
  if (is.null(test)) {
    a <- anova(m)
    for (i in seq_len(nrow(a))) {
      at <- paste0("/anova/", i - 1, "/")
      n[[paste0(at, "df")]] <- a[i, 1]
      n[[paste0(at, "sum_of_squares")]] <- a[i, 2]
      n[[paste0(at, "mean_square")]] <- a[i, 3]
      n[[paste0(at, "f")]] <- a[i, 4]
      n[[paste0(at, "p_value")]] <- a[i, 5]
    }
    return(n)
  }
  a <- suppressWarnings(anova(m, test = test))
  for (i in seq_len(nrow(a))) {
    at <- paste0("/anova/", i - 1, "/")
    n[[paste0(at, "df")]] <- a[i, 1]
    n[[paste0(at, "deviance")]] <- a[i, 2]
    n[[paste0(at, "residual_df")]] <- a[i, 3]
    n[[paste0(at, "residual_deviance")]] <- a[i, 4]
    if (test == "F") n[[paste0(at, "f")]] <- a[i, 5]
    n[[paste0(at, "p_value")]] <- a[i, if (test == "F") 6 else 5]
  }
  n
}

prediction_numbers <- function(columns) {
  n <- list()
  for (name in names(columns))
    for (i in seq_along(columns[[name]]))
      n[[paste0("/predictions/", i - 1, "/", name)]] <- columns[[name]][[i]]
  n
}

tight <- glm.control(epsilon = 1e-15, maxit = 200)
tight_glm <- function(...) {
  call <- match.call()
  call[[1]] <- quote(glm)
  call$control <- quote(tight)
  m <- suppressWarnings(eval(call, parent.frame()))
  # R's weights and standard errors are those of the iteration before the last one.
  call$start <- coef(m)
  for (again in 1:50) {
    m <- suppressWarnings(eval(call, parent.frame()))
    call$start <- coef(m)
  }
  # anova() fits the models before this one, which have other coefficients.
  m$call$start <- NULL
  m
}

## Data.
cars <- cbind(model = rownames(mtcars), mtcars)
cars$model <- gsub("[^A-Za-z0-9]", "", cars$model)
rownames(cars) <- NULL
data_set("Cars", cars)
breaks <- data.frame(wool = as.character(warpbreaks$wool), tension = as.character(warpbreaks$tension),
                     breaks = warpbreaks$breaks)
breaks$exposure <- rep(c(1.5, 2, 2.5), 18)
breaks$log_exposure <- round(log(breaks$exposure), 6)
data_set("Breaks", breaks)
cancer <- with(esoph, data.frame(agegp = as.character(agegp), alcgp = as.character(alcgp),
                                 tobgp = as.character(tobgp), trials = ncases + ncontrols,
                                 share = ncases / (ncases + ncontrols)))
cancer <- cancer[1:60, ]
rownames(cancer) <- NULL
data_set("Cancer", cancer)
days <- with(quine, data.frame(eth = as.character(Eth), sex = as.character(Sex),
                               age = as.character(Age), lrn = as.character(Lrn), days = Days))
data_set("Days", days)
clot <- data.frame(u = c(5, 10, 15, 20, 30, 40, 60, 80, 100))
clot$log_u <- round(log(clot$u), 10)
clot$lot1 <- c(118, 58, 42, 35, 27, 25, 21, 19, 18)
clot$w <- c(1, 2, 1, 3, 1, 2, 1, 2, 1)
data_set("Clot", clot)
set.seed(16)
n <- 90
choice <- data.frame(x = round(rnorm(n), 3), z = round(runif(n, -1, 2), 3),
                     g = sample(c("p", "q"), n, TRUE))
eta <- with(choice, cbind(0, 0.4 + 0.8 * x - 0.3 * z, -0.2 - 0.5 * x + 0.7 * (g == "q")))
choice$kind <- apply(exp(eta), 1, function(e) sample(c("bus", "car", "train"), 1, prob = e))
data_set("Choice", choice)

## Least squares.
m <- lm(mpg ~ wt + hp + wt:hp, cars)
base <- "--target mpg --features wt,hp,wt:hp"
fit("lm with an interaction", "Cars", paste(base, "--anova"), c(lm_numbers(m), anova_numbers(m)))
fit("lm by QR at level 0.9", "Cars", paste(base, "--anova --method qr --level 0.9"),
    c(lm_numbers(m, 0.9), anova_numbers(m)))
for (type in c("HC0", "HC1", "HC2", "HC3"))
  fit(paste("lm", type), "Cars", paste(base, "--robust", type), robust_numbers(m, type))
fit("lm HC3 by QR", "Cars", paste(base, "--method qr --robust HC3"), robust_numbers(m, "HC3"))
cars$cyl_text <- relevel(factor(cars$cyl), "6")
m <- lm(mpg ~ cyl_text + wt + cyl_text:wt, cars, weights = qsec)
fit("lm of a number as factor, weights", "Cars",
    "--target mpg --features cyl,wt,cyl:wt --factor cyl --reference cyl=6 --weights qsec --anova",
    c(lm_numbers(m), anova_numbers(m)))
m <- lm(mpg ~ wt + disp, cars, weights = qsec, offset = drat)
fit("lm with weights and offset", "Cars",
    "--target mpg --features wt,disp --weights qsec --offset drat", lm_numbers(m))
fit("lm with weights HC3", "Cars",
    "--target mpg --features wt,disp --weights qsec --offset drat --robust HC3",
    robust_numbers(m, "HC3"))
fit("lm with weights by QR", "Cars",
    "--target mpg --features wt,disp --weights qsec --offset drat --method qr", lm_numbers(m))
m <- lm(mpg ~ 0 + factor(gear) + wt, cars)
fit("lm without intercept", "Cars",
    "--target mpg --features gear,wt --factor gear --no-intercept --anova",
    c(lm_numbers(m), anova_numbers(m)))
m <- lm(mpg ~ hp + I(hp^2) + I(hp^3), cars)
fit("lm of a polynomial", "Cars", "--target mpg --features hp --degree 3", lm_numbers(m))
m <- lm(breaks ~ wool * tension, breaks)
fit("lm of two factors", "Breaks",
    "--target breaks --features wool:tension,wool,tension --anova",
    c(lm_numbers(m), anova_numbers(m)))
m <- lm(breaks ~ tension + tension:wool, breaks)
fit("lm of a nested factor", "Breaks", "--target breaks --features tension,tension:wool",
    lm_numbers(m))
m <- lm(breaks ~ wool:exposure, breaks)
fit("lm of slopes by factor", "Breaks", "--target breaks --features wool:exposure", lm_numbers(m))
m <- lm(mpg ~ wt, cars)
new <- data.frame(wt = c(2, 3.5, 6))
p <- predict(m, new, se.fit = TRUE, interval = "confidence")
q <- predict(m, new, interval = "prediction")
fit("lm predictions", "Cars", "--target mpg --features wt --predict @wt",
    prediction_numbers(list(fit = p$fit[, 1], std_error = p$se.fit, lower = p$fit[, 2],
                            upper = p$fit[, 3], prediction_lower = q[, 2], prediction_upper = q[, 3])))

## Generalised linear models.
for (link in c("logit", "probit", "cloglog")) {
  m <- tight_glm(am ~ wt + hp, binomial(link), cars)
  fit(paste("binomial", link), "Cars",
      paste("--target am --features wt,hp --model binomial --anova --link", link),
      c(glm_numbers(m), anova_numbers(m, "Chisq")),
      # R keeps probabilities 2e-16 away from 0 and 1, which moves tiny residuals by 2e-8.
      if (link == "probit") 7 else 8)
  fit(paste("binomial HC3", link), "Cars",
      paste("--target am --features wt,hp --model binomial --robust HC3 --link", link),
      robust_numbers(m, "HC3"))
}
m <- tight_glm(share ~ agegp + alcgp, binomial, cancer, weights = trials)
fit("binomial shares", "Cancer",
    "--target share --features agegp,alcgp --weights trials --model binomial", glm_numbers(m))
m <- tight_glm(am ~ 0 + wt, binomial, cars)
fit("binomial without intercept", "Cars",
    "--target am --features wt --no-intercept --model logistic", glm_numbers(m))
p <- predict(tight_glm(am ~ wt, binomial, cars), new, se.fit = TRUE)
r <- predict(tight_glm(am ~ wt, binomial, cars), new, se.fit = TRUE, type = "response")
fit("binomial predictions", "Cars", "--target am --features wt --model logistic --predict @wt",
    prediction_numbers(list(fit = r$fit, std_error = r$se.fit,
                            lower = plogis(p$fit - qnorm(0.975) * p$se.fit),
                            upper = plogis(p$fit + qnorm(0.975) * p$se.fit))))
for (link in c("log", "identity", "sqrt")) {
  m <- tight_glm(breaks ~ wool + tension, poisson(link), breaks)
  fit(paste("poisson", link), "Breaks",
      paste("--target breaks --features wool,tension --model poisson --anova --link", link),
      c(glm_numbers(m), anova_numbers(m, "Chisq")))
}
m <- tight_glm(breaks ~ wool * tension + offset(log_exposure), poisson, breaks)
fit("poisson with offset", "Breaks",
    "--target breaks --features wool,tension,wool:tension --offset log_exposure --model poisson --anova",
    c(glm_numbers(m), anova_numbers(m, "Chisq")))
for (type in c("HC0", "HC1", "HC2", "HC3"))
  fit(paste("poisson", type), "Breaks",
      paste("--target breaks --features wool,tension,wool:tension --offset log_exposure --model",
            "poisson --robust", type), robust_numbers(m, type))
for (link in c("inverse", "log", "identity")) {
  start <- if (link == "identity") c(90, -16) else NULL
  m <- tight_glm(lot1 ~ log_u, Gamma(link), clot, start = start, weights = w)
  fit(paste("gamma", link), "Clot",
      paste("--target lot1 --features log_u --weights w --model gamma --anova --link", link),
      c(glm_numbers(m), if (link != "identity") anova_numbers(m, "F")))
}
m <- tight_glm(lot1 ~ log_u, gaussian("log"), clot)
fit("gaussian log", "Clot", "--target lot1 --features log_u --link log --anova",
    c(glm_numbers(m), anova_numbers(m, "F")))
m <- tight_glm(lot1 ~ log_u, gaussian("inverse"), clot)
fit("gaussian inverse", "Clot", "--target lot1 --features log_u --link inverse", glm_numbers(m))

# glm.nb() stops with fewer digits; the alternation is its own.
negative_binomial <- function(formula, data) {
  y <- model.response(model.frame(formula, data))
  theta <- 1
  start <- NULL
  for (again in 1:100) {
    m <- suppressWarnings(glm(formula, negative.binomial(theta), data, control = tight,
                              start = start))
    start <- coef(m)
    theta <- theta.ml(y, fitted(m), eps = 1e-13, limit = 100)
  }
  stopifnot(abs(theta / suppressWarnings(glm.nb(formula, data))$theta - 1) < 1e-4)
  m <- suppressWarnings(glm(formula, negative.binomial(theta), data, control = tight,
                            start = coef(m)))
  m$call$start <- NULL
  list(m = m, theta = c(theta), error = attr(theta, "SE"))
}
nb_numbers <- function(f) {
  m <- f$m
  s <- summary(m, dispersion = 1)
  n <- coefficients_of(s$coefficients, "z_value")
  n[["/theta"]] <- f$theta
  n[["/theta_std_error"]] <- f$error
  n[["/null_deviance"]] <- m$null.deviance
  n[["/deviance"]] <- m$deviance
  # As logLik() of glm.nb(): the family counts two unknowns, and theta is one.
  l <- sum(dnbinom(m$y, size = f$theta, mu = fitted(m), log = TRUE))
  n[["/log_likelihood"]] <- l
  n[["/aic"]] <- -2 * l + 2 * (m$rank + 1)
  n
}
fit("negative binomial", "Days", "--target days --features eth,sex,age,lrn --model negbinomial",
    nb_numbers(negative_binomial(days ~ eth + sex + age + lrn, days)))
f <- negative_binomial(days ~ eth + age, days)
a <- anova(f$m, test = "Chisq", dispersion = 1)
fit("negative binomial anova", "Days", "--target days --features eth,age --model negbinomial --anova",
    list("/anova/0/residual_deviance" = a[1, 4], "/anova/1/deviance" = a[2, 2],
         "/anova/1/p_value" = a[2, 5], "/anova/2/deviance" = a[3, 2],
         "/anova/2/p_value" = a[3, 5]))

# multinom() stops with 6 digits; Newton steps on its likelihood add the others.
m <- multinom(kind ~ x + z + g, choice, reltol = 1e-16, abstol = 1e-16, maxit = 10000, trace = FALSE)
x <- model.matrix(~ x + z + g, choice)
y <- sapply(c("car", "train"), function(k) choice$kind == k)
b <- t(coef(m))
for (again in 1:5) {
  e <- exp(cbind(0, x %*% b))
  p <- (e / rowSums(e))[, 2:3]
  h <- rbind(cbind(crossprod(x, x * p[, 1] * (1 - p[, 1])), -crossprod(x, x * p[, 1] * p[, 2])),
             cbind(-crossprod(x, x * p[, 1] * p[, 2]), crossprod(x, x * p[, 2] * (1 - p[, 2]))))
  b <- b + matrix(solve(h, c(crossprod(x, y - p))), ncol = 2)
}
stopifnot(abs(b - t(coef(m))) < 1e-6)
se <- sqrt(diag(solve(h)))
table <- cbind(c(b), se, c(b) / se, 2 * pnorm(-abs(c(b) / se)))
fit("multinomial", "Choice", "--target kind --features x,z,g --model multinomial",
    c(coefficients_of(table, "z_value"),
      list("/deviance" = m$deviance, "/aic" = m$AIC, "/log_likelihood" = -m$deviance / 2)))

## Penalised fits.
penalised <- function(name, data, arguments, x, y, lambdas, alpha, ...) {
  m <- glmnet(x, y, alpha = alpha, lambda = sort(lambdas, decreasing = TRUE), thresh = 1e-27,
              maxit = 1e7, ...)
  n <- list()
  for (k in seq_along(m$lambda)) {
    b <- c(m$a0[k], as.vector(m$beta[, k]))
    if (!isTRUE(list(...)$intercept) && !is.null(list(...)$intercept)) b <- b[-1]
    for (i in seq_along(b)) n[[paste0("/path/", k - 1, "/estimates/", i - 1)]] <- b[i]
    n[[paste0("/path/", k - 1, "/deviance_explained")]] <- m$dev.ratio[k]
  }
  fit(name, data, paste0(arguments, " --lambda ", paste(lambdas, collapse = ",")), n)
}
features <- c("cyl", "disp", "hp", "drat", "wt", "qsec", "gear", "carb")
x <- as.matrix(cars[, features])
base <- paste("--target mpg --features", paste(features, collapse = ","))
penalised("lasso", "Cars", paste(base, "--lasso"), x, cars$mpg, c(2, 0.5, 0.1, 0.01), 1)
penalised("ridge", "Cars", paste(base, "--ridge"), x, cars$mpg, c(10, 1, 0.1), 0)
penalised("elastic net", "Cars", paste(base, "--alpha 0.4 --weights gear"), x, cars$mpg,
          c(1, 0.2), 0.4, weights = cars$gear)
penalised("lasso without intercept", "Cars", paste(base, "--lasso --no-intercept"), x, cars$mpg,
          c(1, 0.1), 1, intercept = FALSE)
base <- paste("--model binomial --target am --features", paste(features, collapse = ","))
penalised("binomial lasso", "Cars", paste(base, "--lasso"), x, cars$am, c(0.1, 0.03), 1,
          family = "binomial")
penalised("binomial ridge", "Cars", paste(base, "--ridge"), x, cars$am, c(1, 0.05), 0,
          family = "binomial")
x <- model.matrix(~ wool * tension, breaks)[, -1]
penalised("poisson elastic net", "Breaks",
          "--target breaks --features wool,tension,wool:tension --model poisson --alpha 0.5 --offset log_exposure",
          x, breaks$breaks, c(2, 0.3), 0.5, family = "poisson", offset = breaks$log_exposure)

cross_validated <- function(name, data, arguments, x, y, alpha, folds, points, family = "gaussian") {
  sd_n <- function(v) sqrt(mean((v - mean(v))^2))
  z <- apply(x, 2, function(v) (v - mean(v)) / sd_n(v))
  largest <- max(abs(crossprod(z, y - mean(y)))) / length(y) / max(alpha, 1e-3)
  path <- largest * 1e-4^((0:99) / 99)
  m <- suppressWarnings(cv.glmnet(x, y, alpha = alpha, lambda = path, family = family,
                                  foldid = (seq_along(y) - 1) %% folds + 1,
                                  thresh = 1e-20, maxit = 1e7))
  n <- list("/lambda_min" = m$lambda.min, "/lambda_1se" = m$lambda.1se)
  for (k in points) {
    n[[paste0("/path/", k - 1, "/cv_mean")]] <- m$cvm[k]
    n[[paste0("/path/", k - 1, "/cv_error")]] <- m$cvsd[k]
  }
  fit(name, data, paste0(arguments, " --cv ", folds), n)
}
x <- as.matrix(cars[, features])
base <- paste("--target mpg --features", paste(features, collapse = ","))
cross_validated("lasso chosen by folds", "Cars", paste(base, "--lasso"), x, cars$mpg, 1, 5, c(1, 20, 40))
cross_validated("ridge chosen by folds", "Cars", paste(base, "--ridge"), x, cars$mpg, 0, 8, c(1, 50, 90))
base <- paste("--model binomial --target am --features", paste(features[3:6], collapse = ","))
cross_validated("binomial lasso chosen by small folds", "Cars", paste(base, "--lasso"),
                x[, 3:6], cars$am, 1, 16, c(2, 10, 20), "binomial")

emit("struct Fit {\n  const char* name;\n  const char* csv;\n  const char* arguments;")
emit("  /// Digits that R itself has.\n  int digits;\n  /// JSON pointers and the numbers there.")
emit("  const char* numbers;\n};\n")
emit("inline constexpr Fit kFits[] = {")
for (f in fits) emit(f)
emit("};\n")
emit("}  // namespace r_regression")
close(out)
