# Draws wins_per_user.csv. Run it in this directory: gnuplot wins_per_user.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "wins_per_user-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Coupons per user"
set grid
set key outside top center horizontal
set xlabel "coupons won over all rounds"
set ylabel "users"
set yrange [0:*]
set boxwidth 0.7
set style fill solid 0.4 noborder
plot "wins_per_user.csv" using 1:2 with boxes title "users", \
     "wins_per_user.csv" using 1:3 with linespoints pointtype 7 title "fair draws"
