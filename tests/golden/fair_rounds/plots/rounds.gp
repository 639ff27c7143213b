# Draws rounds.csv. Run it in this directory: gnuplot rounds.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "rounds-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Win rate by cohort, round by round"
set grid
set key outside top center horizontal
set xlabel "round"
set ylabel "win rate of those who claimed, %"
set yrange [0:*]
plot "rounds.csv" using 1:5 with points pointtype 7 title "a cohort's win rate", \
     "rounds.csv" using 1:6 with lines dashtype 2 title "intended"
