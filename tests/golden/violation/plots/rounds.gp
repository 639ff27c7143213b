# Draws rounds.csv. Run it in this directory: gnuplot rounds.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "rounds-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Win rate by cohort, round by round"
set grid
set key outside top center horizontal
set label "no data" at graph 0.5, graph 0.5 center
plot [0:1] [0:1] 2 notitle
