# Draws in_flight.csv. Run it in this directory: gnuplot in_flight.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "in_flight-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Claims in flight over the rush"
set grid
set key outside top center horizontal
set xlabel "seconds since the rush opened"
set ylabel "claims in flight"
set y2label "wins per second"
set y2tics
set yrange [0:*]
set y2range [0:*]
plot "in_flight.csv" using 1:2 with steps linewidth 2 title "in flight, at most", \
     "in_flight.csv" using 1:4 with steps title "most in any round", \
     "in_flight.csv" using 1:3 axes x1y2 with steps linewidth 2 title "wins per second"
