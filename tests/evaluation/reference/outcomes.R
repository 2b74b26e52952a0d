# What R says of missing scores, decay, gaps and confidence; prints outcomes.json. Run in this folder:  Rscript outcomes.R > outcomes.json
# Packages: mice, jsonlite. None of them is needed by the tests.
suppressMessages({library(mice); library(jsonlite)})
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
out$versions <- as.list(sapply(c("mice"), function(x) as.character(packageVersion(x)))); out$versions$R <- as.character(getRversion())
cat(toJSON(out, digits = 10, auto_unbox = TRUE, pretty = TRUE))
