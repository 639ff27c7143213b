# Draws arrivals.csv. Run it in this directory: gnuplot arrivals.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "arrivals-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Claims and wins over the rush"
set grid
set key outside top center horizontal
set xlabel "seconds since the rush opened"
set ylabel "per second"
set yrange [0:*]
set style fill solid 0.6 noborder
plot "arrivals.csv" using 1:2 with steps linewidth 2 title "claims sent", \
     "arrivals.csv" using 1:3 with fillsteps title "answered with a coupon", \
     "arrivals.csv" using 1:4 with steps title "mean of the rounds"
