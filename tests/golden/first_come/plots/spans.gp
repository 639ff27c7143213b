# Draws spans.csv. Run it in this directory: gnuplot spans.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "spans-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Win rate by time of arrival"
set grid
set key outside top center horizontal
set xlabel "seconds since the rush opened"
set ylabel "win rate of those who claimed, %"
set yrange [0:*]
set style fill solid 0.25 noborder
plot "spans.csv" using (($11+$12)/2):(($6+$7)/2):(($12-$11)*0.425):(($7-$6)/2) with boxxyerror title "99.9 % band of fair draws", \
     "spans.csv" using (($11+$12)/2):5:9:10 with yerrorbars pointtype 7 title "win rate, 95 % interval", \
     "spans.csv" using (($11+$12)/2):8 with lines dashtype 2 title "intended"
