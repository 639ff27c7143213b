# Draws cohorts.csv. Run it in this directory: gnuplot cohorts.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "cohorts-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Win rate by cohort"
set grid
set key outside top center horizontal
set ylabel "win rate of those who claimed, %"
set yrange [0:*]
set offsets 0.5, 0.5, 0, 0
set style fill solid 0.25 noborder
plot "cohorts.csv" using ($0):(($6+$7)/2):(0.3):(($7-$6)/2) with boxxyerror title "99.9 % band of fair draws", \
     "cohorts.csv" using ($0):5:xtic(1) with points pointtype 7 title "win rate", \
     "cohorts.csv" using ($0):8 with lines dashtype 2 title "intended"
