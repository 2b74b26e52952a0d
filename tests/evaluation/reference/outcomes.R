# What R says of missing scores, decay, gaps and confidence; prints outcomes.json. Run in this folder:  Rscript outcomes.R > outcomes.json
# Packages: mice, nlme, sandwich, metafor, epitools, survival, lavaan, jsonlite. None of them is needed by the tests.
suppressMessages({library(mice); library(nlme); library(jsonlite)})
out <- list()
put <- function(name, value) out[[name]] <<- unname(as.numeric(value))

# Multiple imputation: waves.csv with holes (after is missing where before is low, and for every ninth learner).
w <- read.csv("waves.csv"); w$after[w$before < 2.8 & w$learner %% 2 == 0] <- NA; w$after[w$learner %% 9 == 0] <- NA; w$before[w$learner %% 17 == 3] <- NA
m <- mice(w[, c("before", "after", "age")], m = 6, method = "norm", seed = 1, printFlag = FALSE)
q <- sapply(1:6, function(i) with(complete(m, i), mean(after - before))); u <- sapply(1:6, function(i) with(complete(m, i), var(after - before) / length(after)))
put("mi_estimates", q); put("mi_variances", u); p <- pool.scalar(q, u, n = nrow(w)); put("mi_pooled", c(p$qbar, sqrt(p$t), p$df, p$fmi))
f <- summary(pool(with(m, lm(after ~ before + age))))  # three parameters: dfcom is n - 3
each <- sapply(1:6, function(i) { s <- summary(lm(after ~ before + age, complete(m, i)))$coefficients; c(s["before", 1], s["before", 2]^2) })
put("mi_slope_estimates", each[1, ]); put("mi_slope_variances", each[2, ]); put("mi_slope_pooled", f[f$term == "before", c("estimate", "std.error", "df")])
m <- mice(w[, c("before", "after", "age")], m = 800, method = "norm", seed = 2, printFlag = FALSE, maxit = 10)
q <- sapply(1:800, function(i) with(complete(m, i), mean(after - before))); u <- sapply(1:800, function(i) with(complete(m, i), var(after - before) / length(after)))
p <- pool.scalar(q, u, n = nrow(w)); put("mi_many", c(p$qbar, sqrt(p$t), p$fmi))

# Decay: given the half-life the curve is a linear mixed model, so nlme profiles it. decay.csv has days since the badge.
d <- read.csv("decay.csv")
curve <- function(log_half, power) if (power) (1 + d$days)^(-log(2) / log1p(exp(log_half))) else 2^(-d$days / exp(log_half))
fitted <- function(log_half, power, floor, slope) { d$g <- curve(log_half, power); lme(if (floor) score ~ g else score ~ 0 + g, random = if (slope) ~ 1 + g | learner else ~ 1 | learner, data = d, method = "ML", control = lmeControl(opt = "optim", maxIter = 200, msMaxIter = 300)) }
decay <- function(power, floor, slope, ends) { o <- optimize(function(x) as.numeric(logLik(fitted(x, power, floor, slope))), ends, maximum = TRUE, tol = 1e-7); m <- fitted(o$maximum, power, floor, slope); c(exp(o$maximum), o$objective, rev(fixef(m))[1], m$sigma) }
put("decay_exponential_floor", decay(FALSE, TRUE, FALSE, c(2, 7))); put("decay_exponential_floor_losses", decay(FALSE, TRUE, TRUE, c(2, 7)))
put("decay_power_no_floor", decay(TRUE, FALSE, FALSE, c(6, 13))); put("decay_power_floor", decay(TRUE, TRUE, FALSE, c(1, 7)))
# Ebbinghaus 1885 (Ruger's translation 1913, p. 78): minutes and savings in percent.
e <- data.frame(t = c(20, 64, 526, 1440, 2880, 8640, 44640), y = c(58.2, 44.2, 35.8, 33.7, 27.8, 25.4, 21.1))
p <- nls(y ~ a * (1 + t)^-b, e, start = list(a = 80, b = .1)); x <- nls(y ~ c + a * exp(-t / k), e, start = list(c = 25, a = 30, k = 300)); z <- nls(y ~ a * exp(-t / k), e, start = list(a = 40, k = 40000))
put("ebbinghaus_power", c(coef(p)["a"], 2^(1 / coef(p)["b"]) - 1, deviance(p))); put("ebbinghaus_exponential_floor", c(coef(x)["a"], coef(x)["k"] * log(2), deviance(x))); put("ebbinghaus_exponential", c(coef(z)["a"], coef(z)["k"] * log(2), deviance(z)))

# Gaps: first scores of decay.csv by profession.
b <- d[d$days == 0, ]; b$pass <- b$score >= 84; b$nurse <- b$profession == "nursing"; doc <- b[b$profession != "pharmacy", ]
t <- t.test(b$score[b$nurse], b$score[b$profession == "medicine"]); put("gap_welch", c(-diff(t$estimate), t$conf.int, t$parameter, t$p.value))
m <- lm(score ~ nurse, doc); s <- sqrt(sandwich::vcovCL(m, doc$team, type = "HC1")["nurseTRUE", "nurseTRUE"]); q <- qt(.975, length(unique(doc$team)) - 1); put("gap_clustered", coef(m)["nurseTRUE"] + c(0, -q, q) * s)
n <- table(factor(doc$nurse, c(FALSE, TRUE)), factor(doc$pass, c(FALSE, TRUE))); put("gap_ratio", epitools::riskratio.wald(n)$measure[2, ]); p <- prop.test(n[2:1, 2], rowSums(n)[2:1], correct = FALSE); put("gap_rate", c(-diff(p$estimate), sqrt(p$statistic)))
y <- as.numeric(tapply(b$score, b$profession, mean)); v <- as.numeric(tapply(b$score, b$profession, function(x) var(x) / length(x))); y <- y + c(0, 6, -5)  # moved, so that there is something between
r <- metafor::rma(y, v, method = "REML"); l <- metafor::blup(r); put("shrink_means", y); put("shrink_variances", v); put("shrunken", l$pred); put("shrunken_se", l$se); put("shrink_tau", sqrt(r$tau2))
doc$site <- factor(as.integer(substr(doc$team, 2, 3)) %/% 4); m <- lm(score ~ nurse + site, doc); put("gap_within", c(coef(m)["nurseTRUE"], sqrt(sandwich::vcovHC(m, type = "HC3")["nurseTRUE", "nurseTRUE"])))
a <- oneway.test(score ~ profession, b); put("gap_any", c(a$statistic, a$parameter, a$p.value)); put("gap_holm", p.adjust(c(.01, .04, .03), "holm"))

# Confidence against skill.
k <- read.csv("confidence.csv"); t <- t.test(k$confidence, k$skill, paired = TRUE); put("confidence_bias", c(t$estimate, t$conf.int))
put("confidence_r", c(cor(k$confidence, k$skill), cor.test(k$confidence, k$skill)$conf.int)); put("confidence_rho", cor(k$confidence, k$skill, method = "spearman"))
m <- lm(confidence ~ skill, k); put("confidence_slope", c(coef(m)["skill"], sqrt(sandwich::vcovHC(m, type = "HC3")["skill", "skill"])))
iv <- cov(k$confidence, k$skill_again) / cov(k$skill, k$skill_again); e <- k$confidence - mean(k$confidence) - iv * (k$skill - mean(k$skill)); z <- k$skill_again - mean(k$skill_again)
put("confidence_iv", c(iv, sqrt(sum((z * e)^2) * nrow(k) / (nrow(k) - 2)) / abs(sum(z * (k$skill - mean(k$skill))))))
g <- lm(abs(residuals(m)) ~ skill, k); q <- lm(confidence ~ skill + I((skill - mean(skill))^2), k); last <- function(m) { n <- length(coef(m)); coef(m)[n] / sqrt(sandwich::vcovHC(m, type = "HC3")[n, n]) }; put("confidence_tests", c(last(q), last(g)))

# Hazards: times.csv with made-up teams of six.
library(survival); h <- read.csv("times.csv"); h$earned <- h$status == "badge"; h$team <- h$learner %/% 6; h$b <- h$group == "b"; h$late <- h$learner / 100
m <- coxph(Surv(days, earned) ~ b + late, h); put("cox_proportional", cox.zph(m, transform = "rank", terms = FALSE)$table[1:2, "chisq"])
r <- coxph(Surv(days, earned) ~ b + late + cluster(team), h); put("cox_robust", c(coef(r), sqrt(diag(vcov(r)))))
j <- function(x) { f <- summary(survfit(Surv(days, factor(status, c("enrolled", "badge", "withdrawn"))) ~ 1, x), times = 60)$pstate; f[2] }
g <- unique(h$team); v <- sapply(g, function(i) j(h[h$team != i, ])); put("incidence_jackknife", sqrt((length(g) - 1) / length(g) * sum((v - mean(v))^2)))

# Overlap weights with the weights taken as estimated: stacked equations, solved and differentiated numerically.
w <- read.csv("waves.csv"); w$g <- as.numeric(w$cohort == "new"); X <- cbind(1, w$age, w$before); n <- nrow(w)
each <- function(t) { e <- plogis(X %*% t[1:3])[, 1]; cbind(X * (w$g - e), w$g * (1 - e) * (w$after - t[4]), (1 - w$g) * e * (w$after - t[5])) }
b <- coef(glm(g ~ age + before, binomial, w, control = list(epsilon = 1e-14))); e <- plogis(X %*% b)[, 1]
t <- c(b, weighted.mean(w$after, w$g * (1 - e)), weighted.mean(w$after, (1 - w$g) * e))
A <- sapply(1:5, function(j) { h <- 1e-5 * max(1, abs(t[j])); u <- t; v <- t; u[j] <- t[j] + h; v[j] <- t[j] - h; (colSums(each(u)) - colSums(each(v))) / (2 * h) })
V <- solve(A) %*% crossprod(each(t)) %*% t(solve(A)); k <- c(0, 0, 0, 1, -1); put("overlap", c(t[4] - t[5], sqrt(k %*% V %*% k * n / (n - 4))))

# Omega of a one-factor model by lavaan (answers.csv, D reversed, complete rows).
a <- read.csv("answers.csv"); a$D <- 6 - a$D; a <- a[complete.cases(a), ]
p <- lavaan::parameterEstimates(lavaan::cfa("f =~ A + B + C + D + E + F", a, std.lv = TRUE, likelihood = "wishart", control = list(rel.tol = 1e-11)))
l <- p$est[p$op == "=~"]; u <- p$est[p$op == "~~" & p$lhs != "f"]; put("omega_lavaan", sum(l)^2 / (sum(l)^2 + sum(u)))

out$versions <- as.list(sapply(c("mice", "nlme", "sandwich", "metafor", "epitools", "survival", "lavaan"), function(x) as.character(packageVersion(x)))); out$versions$R <- as.character(getRversion())
cat(toJSON(out, digits = 10, auto_unbox = TRUE, pretty = TRUE))
