# Profile intervals of standard deviations by lme4; prints profile.json. Run in this folder:  Rscript profile.R > profile.json
# For each model: ours is to be the profile of the restricted likelihood (what lme4 fits), found here from lme4's own
# deviance function at fixed theta and sigma; beside it confint(method = "profile"), which profiles the full likelihood.
suppressMessages({library(lme4); library(jsonlite)})
restricted <- function(formula, data, level = 0.95) {
  fitted <- lmer(formula, data, control = lmerControl(optCtrl = list(xtol_rel = 1e-12, ftol_abs = 1e-12)))
  dev <- update(fitted, devFunOnly = TRUE); at <- environment(dev); df <- nrow(data) - length(fixef(fitted))
  value <- function(theta, s) { dev(pmax(theta, 0)); at$pp$ldL2() + at$pp$ldRX2() + df * log(2 * pi * s^2) + (at$resp$wrss() + at$pp$sqrL(1)) / s^2 }
  theta <- getME(fitted, "theta"); s <- sigma(fitted); best <- value(theta, s); k <- length(theta)
  names <- c(sub("\\..*", "", names(theta)), "residual"); ends <- list(); corrected <- list()
  for (i in seq_len(k + 1)) {
    rest <- function(x, sd) {
      if (i > k) value(x, sd) else { full <- numeric(k); full[-i] <- x[-k]; full[i] <- sd / exp(x[k]); value(full, exp(x[k])) }
    }
    start <- if (i > k) theta else c(theta[-i], log(s)); low <- if (i > k) rep(0, k) else c(rep(0, k - 1), -Inf)
    over <- function(sd, factor = 1) {
      found <- sapply(list(start, start + 0.2), function(from) nlminb(from, rest, sd = sd, lower = low, control = list(rel.tol = 1e-13, x.tol = 1e-10))$objective)
      min(found) - best - qchisq(level, 1) * factor
    }
    sd <- if (i > k) s else theta[i] * s
    up <- uniroot(over, c(max(sd, 1e-6), 30 * max(sd, s)), tol = 1e-9)$root
    down <- if (over(if (i > k) sd / 50 else 0) <= 0) 0 else uniroot(over, c(if (i > k) sd / 50 else 0, sd), tol = 1e-9)$root
    ends[[names[i]]] <- c(down, sd, up)
    if (i <= k) { # Bartlett's factor for a mean square of that many levels
      factor <- 1 + 1 / (3 * (ngrps(fitted)[[names[i]]] - 1))
      up <- uniroot(over, c(max(sd, 1e-6), 60 * max(sd, s)), factor = factor, tol = 1e-9)$root
      down <- if (over(0, factor) <= 0) 0 else uniroot(over, c(0, sd), factor = factor, tol = 1e-9)$root
      corrected[[names[i]]] <- c(down, sd, up)
    }
  }
  full <- suppressWarnings(suppressMessages(confint(fitted, method = "profile", oldNames = TRUE, parm = "theta_", quiet = TRUE, level = level)))
  list(restricted = ends, corrected = corrected, full = lapply(split(full, seq_len(nrow(full))), as.numeric), criterion = REMLcrit(fitted))
}
tables <- list(
  penicillin = list(diameter ~ 1 + (1 | plate) + (1 | sample), Penicillin),
  pastes = list(strength ~ 1 + (1 | sample) + (1 | batch), Pastes),
  dyestuff2 = list(Yield ~ 1 + (1 | Batch), Dyestuff2),
  ratings = list(score ~ criterion + (1 | learner) + (1 | rater) + (1 | learner:criterion) + (1 | learner:rater), read.csv("ratings.csv")),
  growth = list(score ~ week + (1 | team) + (1 | team:learner), read.csv("growth.csv")))
out <- lapply(tables, function(one) restricted(one[[1]], one[[2]]))
out$penicillin_90 <- restricted(diameter ~ 1 + (1 | plate) + (1 | sample), Penicillin, 0.9)
out$data <- list(penicillin = Penicillin, pastes = Pastes, dyestuff2 = Dyestuff2)
out$versions <- list(lme4 = as.character(packageVersion("lme4")), R = as.character(getRversion()))
cat(toJSON(out, digits = 10, auto_unbox = TRUE, dataframe = "columns"))
