# Draws equivalence.csv. Run it in this directory: gnuplot equivalence.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "equivalence-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Difference from the win rate of all, 90 % interval"
set grid
set key outside top center horizontal
set label "no data" at graph 0.5, graph 0.5 center
plot [0:1] [0:1] 2 notitle
