# What R says of the tables in this folder; prints reference.json. Run in this folder:  Rscript reference.R > reference.json
# Packages: lme4, lmerTest, psych, survival, cmprsk, eRm, effectsize, pwr, jsonlite. None of them is needed by the tests.
suppressMessages({library(lmerTest); library(psych); library(survival); library(cmprsk); library(effectsize); library(pwr); library(jsonlite)})
out <- list()
put <- function(name, value) out[[name]] <<- unname(as.numeric(value))

w <- read.csv("waves.csv"); t <- t.test(w$after, w$before, paired = TRUE)
put("change", c(t$estimate, t$conf.int, t$statistic)); put("change_d_z", unlist(cohens_d(w$after, w$before, paired = TRUE)[c(1, 3, 4)]))
put("change_g_z", unlist(hedges_g(w$after, w$before, paired = TRUE)[1])); put("correlation", c(cor(w$before, w$after), cor.test(w$before, w$after)$conf.int))
g <- t.test(after ~ factor(cohort, c("new", "old")), w); put("welch", c(-diff(g$estimate), g$conf.int, g$parameter))
put("d_pooled", unlist(cohens_d(after ~ factor(cohort, c("new", "old")), data = w)[c(1, 3, 4)])); put("g_pooled", unlist(hedges_g(after ~ factor(cohort, c("new", "old")), data = w)[1]))
m <- lm(after ~ cohort + before, transform(w, cohort = factor(cohort, c("old", "new")))); put("ancova", c(coef(m)["cohortnew"], confint(m)["cohortnew", ]))
put("slopes_p", anova(m, update(m, . ~ . + cohort:before))$`Pr(>F)`[2]); put("mann_whitney", wilcox.test(w$after[w$cohort == "new"], w$after[w$cohort == "old"], exact = FALSE)$statistic)

a <- read.csv("answers.csv"); a$D <- 6 - a$D; c <- a[complete.cases(a), ]
put("alpha_pairwise", alpha(a)$total$raw_alpha); l <- alpha(c); put("alpha_listwise", c(l$total$raw_alpha, l$feldt$lower.ci, l$feldt$upper.ci))
put("alpha_standardised", l$total$std.alpha); put("item_rest_r", l$item.stats$r.drop); put("alpha_without", l$alpha.drop$raw_alpha)
f <- factanal(covmat = cov(c), factors = 1, n.obs = nrow(c)); s <- sqrt(diag(cov(c))); k <- f$loadings[, 1] * s; put("omega", sum(k)^2 / (sum(k)^2 + sum(f$uniquenesses * s^2)))

r <- read.csv("ratings.csv"); m <- lmer(score ~ criterion + (1 | learner) + (1 | rater) + (1 | learner:criterion) + (1 | learner:rater), r)
put("raters_sd", as.data.frame(VarCorr(m))$sdcor[match(c("learner", "rater", "learner:rater", "Residual"), as.data.frame(VarCorr(m))$grp)])
put("raters_criterion", REMLcrit(m)); e <- as.data.frame(ranef(m)); e <- e[e$grpvar == "rater", ]; put("raters_effect", e$condval[order(as.character(e$grp))]); put("raters_effect_sd", e$condsd[order(as.character(e$grp))])

h <- read.csv("growth.csv"); m <- lmer(score ~ week + (1 | team/learner), h); v <- as.data.frame(VarCorr(m)); q <- summary(m)$coefficients
put("growth_fixed", q[, 1]); put("growth_se", q[, 2]); put("growth_df", q[, 3]); put("growth_sd", v$sdcor[match(c("team", "learner:team", "Residual"), v$grp)]); put("growth_criterion", REMLcrit(m))
m <- lmer(score ~ week + (1 | team) + (1 + week | team:learner), h); v <- as.data.frame(VarCorr(m)); q <- summary(m)$coefficients
put("slope_fixed", q[, 1]); put("slope_se", q[, 2]); put("slope_df", q[, 3]); put("slope_sd", v$sdcor[c(1:2, 4:5)]); put("slope_correlation", v$sdcor[3]); put("slope_criterion", REMLcrit(m))

d <- read.csv("times.csv"); d$k <- match(d$status, c("enrolled", "badge", "withdrawn")) - 1; p <- timepoints(cuminc(d$days, d$k), c(30, 60, 90))
put("incidence", p$est[1, ]); put("competing_incidence", p$est[2, ]); f <- survfit(Surv(days, factor(k)) ~ 1, d); put("incidence_se", summary(f, times = c(30, 60, 90))$std.err[, 1 + 1 * (ncol(summary(f, times = 30)$std.err) > 2)])
x <- summary(coxph(Surv(days, k == 1) ~ group, d))$conf.int; put("hazard_ratio", x[c(1, 3, 4)])

b <- read.csv("readiness.csv"); e <- eRm::RM(b[, 1:8]); put("rasch", -e$betapar); put("rasch_se", e$se.beta)
tot <- rowSums(b[, 1:8]); tab <- table(factor(b$Q4, c(1, 0)), b$school, tot); n <- apply(tab, 3, sum); mh <- mantelhaen.test(tab[, , n > 1]); put("mantel_haenszel_q4", log(c(mh$estimate, mh$conf.int)))

cd <- reshape(read.csv("codes.csv"), idvar = "unit", timevar = "rater", direction = "wide"); ck <- cohen.kappa(cd[, 2:3]); put("kappa", c(ck$kappa, ck$weighted.kappa))
i <- ICC(cd[, 2:3], lmer = FALSE)$results; put("icc", i$ICC); put("icc_low", i$`lower bound`); put("icc_high", i$`upper bound`)

put("n_for_paired", pwr.t.test(d = .2, power = .8, type = "paired")$n); put("effect_for_700", power.t.test(n = 700, power = .8, type = "paired", strict = TRUE, tol = 1e-12)$delta); put("power_of_two_groups", pwr.t.test(n = 64, d = .5)$power)
out$versions <- as.list(sapply(c("lme4", "lmerTest", "psych", "survival", "cmprsk", "eRm", "effectsize", "pwr"), function(x) as.character(packageVersion(x)))); out$versions$R <- as.character(getRversion())
cat(toJSON(out, digits = 10, auto_unbox = TRUE, pretty = TRUE))
