# Draws latency.csv. Run it in this directory: gnuplot latency.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "latency-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Claim latency by percentile"
set grid
set key outside top center horizontal
set xlabel "percentile"
set ylabel "latency, ms"
set logscale y
set xtics ("0 %%" 0.00000, "50 %%" 0.30103, "90 %%" 1.00000, "99 %%" 2.00000)
plot "latency.csv" using 2:3 with lines linewidth 2 title "from the click", \
     "latency.csv" using 2:4 with lines linewidth 2 dashtype 2 title "on the wire"
