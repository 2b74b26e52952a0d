# What R says of answers.csv (item D turned round, every other row a group); prints functioning.json.
# Run in this folder:  Rscript functioning.R > functioning.json      Packages: MASS, jsonlite. None is needed by the tests.
suppressMessages({library(MASS); library(jsonlite)}); out <- list(); put <- function(name, value) out[[name]] <<- unname(as.numeric(value))
a <- read.csv("answers.csv"); a$D <- 6 - a$D; a$g <- (seq_len(nrow(a)) - 1) %% 2; a <- a[complete.cases(a), ]; a$total <- rowSums(a[, 1:6])
for (q in c("A", "D")) {
  y <- factor(a[[q]]); m0 <- polr(y ~ total, a, Hess = TRUE); m1 <- polr(y ~ total + g, a, Hess = TRUE); m2 <- polr(y ~ total + g + g:total, a, Hess = TRUE)
  put(paste0("polr_", q), c(coef(m1)["g"], sqrt(vcov(m1)["g", "g"]), m0$deviance - m1$deviance, m1$deviance - m2$deviance))
}
cat(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = TRUE))
