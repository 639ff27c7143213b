# Draws wins_per_user.csv. Run it in this directory: gnuplot wins_per_user.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "wins_per_user-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Coupons per user"
set grid
set key outside top center horizontal
set label "no data" at graph 0.5, graph 0.5 center
plot [0:1] [0:1] 2 notitle
