# Draws equivalence.csv. Run it in this directory: gnuplot equivalence.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "equivalence-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Difference from the win rate of all, 90 % interval"
set grid
set key outside top center horizontal
set ylabel "percentage points"
set offsets 0.5, 0.5, 0, 0
plot "equivalence.csv" using ($0):2:3:4:xtic(1) with yerrorbars pointtype 7 title "difference", \
     "equivalence.csv" using ($0):5 with lines dashtype 2 title "margin", \
     "equivalence.csv" using ($0):(-$5) with lines dashtype 2 notitle
