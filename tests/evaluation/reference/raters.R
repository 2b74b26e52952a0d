# What R says of facets.csv and readiness.csv; prints raters.json. Run in this folder:  Rscript raters.R > raters.json
# Packages: lme4, statmod, jsonlite. None of them is needed by the tests.
suppressMessages({library(lme4); library(jsonlite)})
out <- list(); put <- function(name, value) out[[name]] <<- unname(as.numeric(value))
d <- read.csv("facets.csv", stringsAsFactors = TRUE)

# Two categories: the many-facet model is a logistic mixed model, here by Gauss-Hermite quadrature with 51 nodes.
d$yes <- as.integer(d$score >= 3)
m <- glmer(yes ~ rater + criterion + (1 | learner), d, binomial, nAGQ = 51, contrasts = list(rater = "contr.sum", criterion = "contr.sum"),
           control = glmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = 2e-3, rhoend = 1e-9, maxfun = 2e5)))
f <- fixef(m); V <- as.matrix(vcov(m)); full <- function(at) { C <- rbind(diag(length(at)), -1); list(v = -C %*% f[at], s = sqrt(diag(C %*% V[at, at] %*% t(C)))) }
r <- full(2:7); c <- full(8:10)
put("yes_severity", r$v); put("yes_severity_se", r$s); put("yes_difficulty", c$v); put("yes_sd", getME(m, "theta")); put("yes_mean", f[1])
out$yes_loglik_per_rating <- as.numeric(logLik(m)) / nrow(d)

# Four categories: marginal likelihood written out for optim; each learner's integral by 101 Gauss-Hermite nodes.
gh <- statmod::gauss.quad.prob(101, "normal"); n <- nrow(d); L <- as.integer(d$learner); R <- as.integer(d$rater); K <- as.integer(d$criterion); x <- d$score - 1
negative <- function(b, partial) {
  s <- c(b[1:6], -sum(b[1:6])); q <- c(b[7:9], -sum(b[7:9])); mu <- b[10]; sd <- exp(b[11])
  t <- if (partial) matrix(b[12:19], 4, 2) else matrix(b[12:13], 4, 2, byrow = TRUE); t <- cbind(0, t[, 1], t[, 1] + t[, 2], 0)
  ll <- matrix(0, max(L), 101)
  for (k in 1:101) { e <- mu + sd * gh$nodes[k] - s[R] - q[K]; w <- outer(e, 0:3) - t[K, ]; p <- w[cbind(1:n, x + 1)] - log(rowSums(exp(w))); ll[, k] <- rowsum(p, L)[, 1] }
  top <- apply(ll, 1, max); -sum(top + log(exp(ll - top) %*% gh$weights))
}
for (partial in c(FALSE, TRUE)) {
  b <- c(rep(0, 11), rep(0, if (partial) 8 else 2)); o <- list(par = b)
  for (i in 1:3) o <- optim(o$par, negative, partial = partial, method = "BFGS", hessian = i == 3, control = list(reltol = 1e-15, maxit = 500, ndeps = rep(1e-4, length(b))))
  b <- o$par; V <- solve(o$hessian); C <- rbind(diag(6), -1); a <- if (partial) "partial" else "scale"
  put(paste0(a, "_severity"), C %*% b[1:6]); put(paste0(a, "_severity_se"), sqrt(diag(C %*% V[1:6, 1:6] %*% t(C)))); put(paste0(a, "_difficulty"), c(b[7:9], -sum(b[7:9])))
  put(paste0(a, "_mean"), b[10]); put(paste0(a, "_sd"), exp(b[11])); put(paste0(a, "_loglik"), -o$value)
  t <- if (partial) matrix(b[12:19], 4, 2) else matrix(b[12:13], 1, 2); put(paste0(a, "_thresholds"), t(cbind(t[, 1], t[, 2], -t[, 1] - t[, 2])))
}

# Logistic regression for differential item functioning on the total score (Swaminathan and Rogers 1990), item Q4 and Q7.
b <- read.csv("readiness.csv"); b$total <- rowSums(b[, 1:8]); b$g <- as.integer(b$school == "south")
for (q in c("Q4", "Q7")) {
  m0 <- glm(b[[q]] ~ total, binomial, b); m1 <- update(m0, . ~ . + g); m2 <- update(m1, . ~ . + g:total)
  put(paste0("dif_", q), c(coef(m1)["g"], sqrt(vcov(m1)["g", "g"]), m0$deviance - m1$deviance, m1$deviance - m2$deviance))
  n <- nrow(b); N <- function(m) (1 - exp((m$deviance - m$null.deviance) / n)) / (1 - exp(-m$null.deviance / n)); put(paste0("dif_r2_", q), N(m2) - N(m0))
}
out$versions <- list(R = as.character(getRversion()), lme4 = as.character(packageVersion("lme4")))
cat(toJSON(out, digits = 10, auto_unbox = TRUE, pretty = TRUE))
