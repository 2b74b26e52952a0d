# What R says of osce.csv and angoff.csv; prints standards.json. Run in this folder:  Rscript standards.R > standards.json
# Package: jsonlite. It is not needed by the tests.
library(jsonlite); out <- list(); put <- function(name, value) out[[name]] <<- unname(as.numeric(value))
o <- read.csv("osce.csv"); cuts <- c()
for (s in c("conflict", "handover", "history")) {
  d <- o[o$station == s, ]; m <- lm(score ~ grade, d); p <- predict(m, data.frame(grade = 2), interval = "confidence"); cuts <- c(cuts, p[1])
  put(paste0("line_", s), p); put(paste0("slope_", s), coef(m)["grade"]); put(paste0("r2_", s), summary(m)$r.squared)
  b <- d$score[d$grade == 2]; put(paste0("group_", s), c(mean(b), t.test(b)$conf.int))
}
put("line_cut", mean(cuts)); w <- reshape(o, idvar = "learner", timevar = "station", direction = "wide"); total <- rowMeans(w[, grep("score", names(w))])
# Standard error of the mean of the cuts by the jackknife over learners, who keep their stations.
j <- sapply(unique(o$learner), function(l) mean(sapply(split(o[o$learner != l, ], o$station[o$learner != l]), function(d) predict(lm(score ~ grade, d), data.frame(grade = 2)))))
n <- length(j); put("line_cut_se_jackknife", sqrt((n - 1) / n * sum((j - mean(j))^2))); put("pass_rate", mean(total >= mean(cuts)))

a <- read.csv("angoff.csv"); a <- a[a$round == 2, ]; m <- tapply(a$rating, a$judge, mean); t <- t.test(m)
put("angoff_share", c(t$estimate, t$conf.int)); put("angoff_se", sd(m) / 3)
s <- summary(aov(rating ~ judge + item, a))[[1]]$`Mean Sq`  # balanced: expected mean squares give the components that REML gives
put("angoff_sd", sqrt(c((s[1] - s[3]) / 24, (s[2] - s[3]) / 9, s[3])))
w <- reshape(a[, c("judge", "item", "rating")], idvar = "item", timevar = "judge", direction = "wide")[, -1]
put("angoff_rest_r", sapply(1:9, function(k) cor(w[, k], rowMeans(w[, -k]))))
put("angoff_icc", c((s[2] - s[3]) / (s[2] + 8 * s[3] + 9 * (s[1] - s[3]) / 24), (s[2] - s[3]) / (s[2] + (s[1] - s[3]) / 24)))  # Shrout and Fleiss 2,1 and 2,k
cat(toJSON(out, digits = 12, auto_unbox = TRUE, pretty = TRUE))
