# Figures of another implementation for the tests of analysis/fairness/statistics.
# Run with R 4 (Debian: r-base-core): Rscript make_vectors.R
# Sequences are made by small formulas that the tests repeat, so that no data file is needed.
options(digits = 15)
show <- function(name, ...) cat(sprintf("%-34s", name), format(c(...), digits = 12), "\n")

# won(i) of participant i = 0, 1, 2 ... in a made-up round
won <- function(i, a, k) as.integer((a * i^2 + 5 * i + 3) %% 1009 < k)

cat("## fisher.test, two-sided\n")
fisher <- function(N, K, m, w)
  fisher.test(matrix(c(w, m - w, K - w, N - K - m + w), 2))$p.value
show("N=300 K=60 m=100 w=12", fisher(300, 60, 100, 12))
show("N=300 K=60 m=100 w=29", fisher(300, 60, 100, 29))
show("N=50 K=10 m=20 w=9", fisher(50, 10, 20, 9))
show("N=3000 K=30 m=900 w=2", fisher(3000, 30, 900, 2))

cat("## chisq.test(correct=FALSE) times (N-1)/N, for draws without replacement\n")
chi <- function(members, wins) {
  t <- suppressWarnings(chisq.test(rbind(wins, members - wins), correct = FALSE))
  N <- sum(members); x <- unname(t$statistic) * (N - 1) / N
  c(x, pchisq(x, length(members) - 1, lower.tail = FALSE))
}
show("members 180 90 30 wins 42 12 6", chi(c(180, 90, 30), c(42, 12, 6)))

cat("## mantelhaen.test(correct=FALSE): group against rest over three rounds\n")
N <- c(300, 280, 310); K <- c(60, 56, 62); m <- c(100, 90, 120); w <- c(12, 15, 22)
tab <- array(rbind(w, m - w, K - w, N - K - m + w), c(2, 2, 3))
t <- mantelhaen.test(tab, correct = FALSE)
show("chi-squared and p", t$statistic, t$p.value)
e <- w - m * K / N; V <- m * (N - m) * K * (N - K) / (N^2 * (N - 1)); g <- sum(m * (N - m) / N)
show("pooled difference and its error", sum(e) / g, sqrt(sum(V)) / g)
show("difference from all and error", sum(e) / sum(m), sqrt(sum(V)) / sum(m))
h <- sum(e^2 / V) - sum(e)^2 / sum(V)
show("heterogeneity and p", h, pchisq(h, 2, lower.tail = FALSE))
d <- sum(e) / g; s <- sqrt(sum(V)) / g
show("TOST p for 5 pp and 10 pp", max(pnorm(-(d + .05) / s), pnorm(-(.05 - d) / s)),
     max(pnorm(-(d + .10) / s), pnorm(-(.10 - d) / s)))
show("90 % interval", d + c(-1, 1) * qnorm(.95) * s)

cat("## mantelhaen.test: three groups over three rounds (generalised)\n")
m3 <- rbind(c(150, 100, 50), c(140, 90, 50), c(155, 120, 35))
w3 <- rbind(c(38, 15, 7), c(33, 15, 8), c(36, 22, 4))
tab <- array(0, c(3, 2, 3))
for (r in 1:3) tab[, , r] <- cbind(w3[r, ], m3[r, ] - w3[r, ])
t <- mantelhaen.test(tab)
show("M2, df and p", t$statistic, t$parameter, t$p.value)

cat("## wilcox.test(exact=FALSE, correct=FALSE), ties by ranks of floor(i/3)\n")
i <- 0:299; y <- won(i, 7, 200); rank_of <- function(tied) floor(i / tied)
for (tied in c(1, 3)) {
  x <- rank_of(tied)
  t <- wilcox.test(x[y == 1], x[y == 0], exact = FALSE, correct = FALSE)
  show(paste("area and p, ties of", tied),
       unname(t$statistic) / (sum(y) * sum(1 - y)), t$p.value)
}
cat("## van Elteren over two rounds, by hand\n")
elteren <- function(rounds) {
  num <- 0; var <- 0; weights <- 0
  for (y in rounds) {
    N <- length(y); K <- sum(y); a <- (sum(which(y == 1)) - K * (K + 1) / 2) / (K * (N - K))
    wt <- K * (N - K) / (N + 1)
    num <- num + wt * (a - .5); var <- var + wt^2 * (N + 1) / (12 * K * (N - K)); weights <- weights + wt
  }
  c(.5 + num / weights, 2 * pnorm(-abs(num / sqrt(var))))
}
show("area and p", elteren(list(won(0:299, 7, 200), won(0:199, 11, 170))))

cat("## prop.trend.test times (N-1)/N: scores 10, 30, 120\n")
members <- c(180, 90, 30); wins <- c(42, 12, 6)
t <- prop.trend.test(wins, members, score = c(10, 30, 120))
x <- unname(t$statistic) * 299 / 300
show("z squared and p", x, pchisq(x, 1, lower.tail = FALSE))
scores <- rep(c(10, 30, 120), members)
outcome <- unlist(mapply(function(m, w) c(rep(1, w), rep(0, m - w)), members, wins))
show("slope of lm()", unname(coef(lm(outcome ~ scores))[2]))

cat("## Box.test(type = 'Ljung-Box', lag = 20) and runs by rle()\n")
for (spec in list(c(300, 7, 200), c(1000, 13, 210))) {
  y <- won(0:(spec[1] - 1), spec[2], spec[3])
  t <- Box.test(y, lag = 20, type = "Ljung-Box")
  show(paste("Ljung-Box", spec[1]), t$statistic, t$p.value)
  N <- length(y); K <- sum(y); P <- 2 * K * (N - K)
  runs <- length(rle(y)$lengths); mean <- 1 + P / N; var <- P * (P - N) / (N^2 * (N - 1))
  show(paste("runs, mean, variance, p", spec[1]), runs, mean, var,
       2 * pnorm(-abs(runs - mean) / sqrt(var)))
}
cat("## place modulo 5 and 7, chisq.test times (N-1)/N\n")
y <- won(0:999, 13, 210)
for (q in c(5, 7)) {
  r <- 0:999 %% q
  show(paste("modulo", q), chi(as.vector(table(r)), as.vector(tapply(y, r, sum))))
}

cat("## friedman.test as Cochran's Q: 40 users, 5 rounds\n")
y <- sapply(0:4, function(r) won(0:39 + 17 * r, 7 + r, 290))   # a user a row
t <- friedman.test(t(y))
a <- { S <- colSums(y) * (40 - colSums(y)) / 40; 1 - sum(S^2) / sum(S)^2 }
Q <- unname(t$statistic)
show("Q", Q)
show("upper and lower p, scaled", pchisq(Q / a, 39 / a, lower.tail = FALSE), pchisq(Q / a, 39 / a))

cat("## wins per user against dbinom\n")
seen <- c(230, 260, 150, 45, 13, 2); p <- .2; R <- 6
expected <- sum(seen) * dbinom(0:R, R, p)
e <- c(expected[1:4], sum(expected[5:7])); s <- c(seen[1:4], sum(seen[5:6]))
x <- sum((s - e)^2 / e)
show("expected", expected)
show("chi-squared and p", x, pchisq(x, length(e) - 2, lower.tail = FALSE))

cat("## binom.test and prop.test(correct=FALSE)\n")
show("Clopper-Pearson 60/300", binom.test(60, 300)$conf.int)
show("Clopper-Pearson 0/50", binom.test(0, 50)$conf.int)
show("Clopper-Pearson 7/7, 99 %", binom.test(7, 7, conf.level = .99)$conf.int)
show("Wilson 60/300", prop.test(60, 300, correct = FALSE)$conf.int)
show("Wilson 6000/30000", prop.test(6000, 30000, correct = FALSE)$conf.int)

cat("## ratio of rates, Katz, 90 %\n")
katz <- function(a, n, b, m) {
  if (a == 0 || b == 0) { a <- a + .5; b <- b + .5; n <- n + 1; m <- m + 1 }
  r <- a / n / (b / m); s <- sqrt(1 / a - 1 / n + 1 / b - 1 / m)
  c(r, r * exp(c(-1, 1) * qnorm(.95) * s))
}
show("22/115 over 37/180", katz(22, 115, 37, 180))
show("0/50 over 9/50", katz(0, 50, 9, 50))

cat("## p.adjust\n")
p <- c(.0004, .03, .00017, .5, .011, .0004)
show("holm", p.adjust(p, "holm"))
show("BH", p.adjust(p, "BH"))
