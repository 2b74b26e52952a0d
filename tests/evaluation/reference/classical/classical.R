# What R says of data sets that come with it, for test_classical_tables.py. R 4.2.2, survival 3.5-3, lme4 1.1-31, lmerTest 3.1-3, psych 2.2.9,
# lavaan 0.6-14, effectsize 0.8.3, boot 1.3-28.1, sandwich 3.0-2, irr 0.84.1 (sources in IRR_SOURCES), ltm 1.2-0 (data only, LTM_DATA).
# Rscript classical.R  writes the tables (CSV) and classical.json beside this file.
suppressMessages({
  library(psych); library(lmerTest); library(survival); library(effectsize); library(boot); library(lavaan)
  library(sandwich); library(jsonlite)
})
irr <- Sys.getenv("IRR_SOURCES"); for (f in list.files(file.path(irr, "R"), full.names = TRUE)) source(f)
R <- list(); put <- function(name, ...) R[[name]] <<- unname(c(...))
table_of <- function(d, name) write.csv(d, paste0(name, ".csv"), row.names = FALSE, na = "")

# Change: Student's sleep data (a tie and a zero), and family therapy of anorexia (MASS), which has neither.
d <- round(with(sleep, extra[group == 2] - extra[group == 1]), 10)
w <- suppressWarnings(wilcox.test(d, conf.int = TRUE))
put("sleep_t", with(sleep, t.test(extra[group == 2], extra[group == 1], paired = TRUE))[c("estimate", "conf.int", "p.value")] |> unlist())
put("sleep_wilcox", w$p.value, w$estimate, w$conf.int)
a <- subset(MASS::anorexia, Treat == "FT")
table_of(data.frame(id = rep(1:17, 2), wave = rep(c("Pre-test", "Post-test"), each = 17), weight = c(a$Prewt, a$Postwt)), "anorexia")
put("anorexia_d_z", unlist(cohens_d(a$Postwt, a$Prewt, paired = TRUE)[1, c(1, 3, 4)]))
w <- wilcox.test(a$Postwt, a$Prewt, paired = TRUE, conf.int = TRUE)
put("anorexia_wilcox", w$p.value, w$estimate, w$conf.int)
set.seed(1)
put("anorexia_bca", boot.ci(boot(a$Postwt - a$Prewt, function(x, i) mean(x[i]), R = 20000), type = "bca")$bca[4:5])

# Reliability: clerical employees (Chatterjee and Price), and agreeableness of the first 600 of psych's bfi, with gaps.
quiet <- function(x) suppressWarnings(suppressMessages(x))
one_factor <- function(x) {
  p <- parameterEstimates(cfa(paste("f =~", paste(names(x), collapse = "+")), x, std.lv = TRUE))
  l <- sum(p$est[p$op == "=~"]); l^2 / (l^2 + sum(p$est[p$op == "~~" & p$lhs != "f"]))
}
table_of(attitude, "attitude"); al <- quiet(psych::alpha(attitude))
put("attitude_alpha", al$total$raw_alpha, al$total$std.alpha, al$total$average_r)
put("attitude_drop", al$alpha.drop$raw_alpha); put("attitude_rest", al$item.stats$r.drop); put("attitude_omega", one_factor(attitude))
b <- bfi[1:600, 1:5]; table_of(b, "agreeableness"); b$A1 <- 7 - b$A1; al <- quiet(psych::alpha(b)); li <- quiet(psych::alpha(na.omit(b)))
put("bfi_pairwise", al$total$raw_alpha, al$total$std.alpha); put("bfi_listwise", li$total$raw_alpha, unlist(li$feldt[c(1, 3)]))
put("bfi_drop_pairwise", al$alpha.drop$raw_alpha); put("bfi_rest_pairwise", al$item.stats$r.drop)
o <- quiet(psych::omega(na.omit(b), nfactors = 1, plot = FALSE)); put("bfi_omega_psych", o$omega.tot); put("bfi_omega", one_factor(na.omit(b)))

# Agreement: irr's anxiety ratings, whole and with twelve of sixty lost; the eyes of 7,477 women (Stuart 1953) are in the test.
load(file.path(irr, "data", "anxiety.rda")); x <- anxiety
long <- function(x) data.frame(unit = rep(seq_len(nrow(x)), ncol(x)), coder = rep(names(x), each = nrow(x)), value = unlist(x))
table_of(long(x), "anxiety"); put("anxiety_icc", t(as.matrix(psych::ICC(x, lmer = FALSE)$results[, c("ICC", "lower bound", "upper bound")])))
put("anxiety_light", kappam.light(x)$value); put("anxiety_fleiss", kappam.fleiss(x)$value)
put("anxiety_kappa", sapply(c("unweighted", "equal", "squared"), function(m) kappa2(x[, 1:2], m)$value))
set.seed(42); lost <- as.matrix(x); lost[sample(60, 12)] <- NA; table_of(long(as.data.frame(lost)), "anxiety_gaps")
put("anxiety_krippendorff", sapply(c("nominal", "ordinal", "interval"), function(m) kripp.alpha(t(lost), m)$value))

# Growth and crossed designs.
fit <- function(name, f) {
  s <- summary(f)$coefficients; v <- as.data.frame(VarCorr(f))
  R[[name]] <<- list(fixed = s[, 1], se = s[, 2], df = s[, 3], sd = v$sdcor, group = v$grp, criterion = REMLcrit(f), singular = isSingular(f))
}
table_of(Penicillin, "penicillin"); fit("penicillin", lmer(diameter ~ 1 + (1 | plate) + (1 | sample), Penicillin))
table_of(Dyestuff2, "dyestuff2"); fit("dyestuff2", quiet(lmer(Yield ~ 1 + (1 | Batch), Dyestuff2)))
table_of(Pastes[, 1:3], "pastes"); fit("pastes", lmer(strength ~ 1 + (1 | batch) + (1 | batch:cask), Pastes))
table_of(sleepstudy, "sleepstudy"); fit("sleepstudy", lmer(Reaction ~ Days + (Days | Subject), sleepstudy))
k <- as.data.frame(ChickWeight); k <- k[k$Time %in% c(0, 6, 12, 18), ]; k$Chick <- as.character(k$Chick)
table_of(k, "chicks"); fit("chicks", lmer(weight ~ Time + Diet + (1 | Chick), k))

# A component near zero: lmer stops a little short, so its own criterion is searched again.
k <- cake; k$replicate <- paste0("r", k$replicate); k$temp <- NULL
table_of(k, "cake")
f <- angle ~ 1 + (1 | replicate) + (1 | recipe) + (1 | temperature) + (1 | replicate:recipe) + (1 | replicate:temperature) + (1 | recipe:temperature)
d <- quiet(lme4::lmer(f, k, devFunOnly = TRUE)); o <- optim(rep(.3, 6), d, method = "L-BFGS-B", lower = 0, control = list(factr = 1, maxit = 1000))
put("cake", o$value, o$par[3])  # the criterion, and the standard deviation of recipe by temperature over the residual one

# Time to an event: lung cancer (North Central group), primary biliary cirrhosis (Mayo), where Newton's plain steps overflow.
cox <- function(f) rbind(exp(coef(f)), t(exp(confint(f))))
table_of(lung[, c("time", "status", "age", "sex", "ph.ecog")], "lung")
f <- survfit(Surv(time, status) ~ 1, lung, conf.type = "log-log"); s <- summary(f, times = c(180, 365))
put("lung_incidence", rbind(1 - s$surv, 1 - s$upper, 1 - s$lower)); put("lung_median", summary(f)$table[c("median", "0.95LCL", "0.95UCL")])
f <- coxph(Surv(time, status) ~ age + sex + ph.ecog, lung); put("lung_cox", cox(f)); put("lung_zph", cox.zph(f, "rank")$table[1:3, 1])
p <- pbc[!is.na(pbc$trt), c("time", "status", "trt", "age", "bili")]; p$status <- c("alive", "transplant", "dead")[p$status + 1]
table_of(p, "pbc"); put("pbc_cox", cox(coxph(Surv(time, status == "dead") ~ trt + age + bili, p)))
s <- summary(survfit(Surv(time, factor(status, c("alive", "dead", "transplant"))) ~ 1, p), times = c(1000, 3000)); put("pbc_incidence", s$pstate[, 2:3])

# Two groups; difference in differences of anorexia; power.
t <- ToothGrowth; table_of(t, "tooth"); w <- t.test(len ~ supp, t); put("tooth_welch", -diff(w$estimate), w$conf.int, w$p.value)
put("tooth_g", unlist(hedges_g(len ~ supp, data = t)[1, c(1, 3, 4)])); put("tooth_mann_whitney", quiet(wilcox.test(len ~ supp, t))$p.value)
a <- subset(MASS::anorexia, Treat != "CBT"); n <- nrow(a)
l <- data.frame(learner = rep(seq_len(n), 2), group = rep(as.character(a$Treat), 2), wave = rep(c("pre", "post"), each = n), value = c(a$Prewt, a$Postwt))
table_of(l, "two_therapies"); m <- lm(value ~ (group == "FT") * (wave == "post"), l); put("did", coef(m)[4], sqrt(vcovCL(m, l$learner, type = "HC1")[4, 4]))
put("power", power.t.test(n = 20, delta = .5, type = "paired", strict = TRUE)$power, power.t.test(power = .9, delta = .3)$n)

# Items: Bartholomew's industrial relations (ltm's WIRS), two-parameter model by the likelihood written out, standard errors by its Hessian.
e <- new.env(); load(file.path(Sys.getenv("LTM_DATA"), "WIRS.rda"), e)
q <- statmod::gauss.quad.prob(101, "normal")
two <- function(x) {
  x <- as.matrix(x); k <- ncol(x); key <- apply(x, 1, paste, collapse = ""); first <- !duplicated(key); n <- as.numeric(table(key)[key[first]]); x <- x[first, ]
  minus <- function(p) {
    h <- outer(q$nodes, p[1:k]) + matrix(p[k + 1:k], 101, k, byrow = TRUE)
    -sum(n * log(exp(x %*% t(plogis(h, log.p = TRUE)) + (1 - x) %*% t(plogis(-h, log.p = TRUE))) %*% q$weights))
  }
  o <- optim(c(rep(1, k), qlogis(colMeans(x))), minus, method = "BFGS", hessian = TRUE, control = list(maxit = 1000, reltol = 1e-14))
  v <- solve(o$hessian); a <- o$par[1:k]; d <- o$par[k + 1:k]
  se <- sapply(1:k, function(i) { g <- c(d[i] / a[i]^2, -1 / a[i]); sqrt(t(g) %*% v[c(i, k + i), c(i, k + i)] %*% g) })
  list(slope = a, slope_se = sqrt(diag(v))[1:k], difficulty = -d / a, difficulty_se = se, log_likelihood = -o$value)
}
R$wirs <- two(e$WIRS)
names(e$WIRS) <- paste0("I", 1:6); table_of(aggregate(n ~ ., cbind(e$WIRS, n = 1), sum), "wirs")
write_json(R, "classical.json", digits = NA, auto_unbox = TRUE)
