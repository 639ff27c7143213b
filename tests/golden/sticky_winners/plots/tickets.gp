# Draws tickets.csv. Run it in this directory: gnuplot tickets.gp
set terminal svg size 900,500 noenhanced background rgb "white"
set output "tickets-gnuplot.svg"
set datafile separator comma
set datafile columnheaders
set title "Win rate by ticket number"
set grid
set key outside top center horizontal
set xlabel "tenth of the tickets, first reserved to last"
set ylabel "win rate of those who claimed, %"
set yrange [0:*]
set style fill solid 0.25 noborder
plot "tickets.csv" using (($11+$12)/2):(($6+$7)/2):(($12-$11)*0.3):(($7-$6)/2) with boxxyerror title "99.9 % band of fair draws", \
     "tickets.csv" using (($11+$12)/2):5:9:10 with yerrorbars pointtype 7 title "win rate, 95 % interval", \
     "tickets.csv" using (($11+$12)/2):8 with lines dashtype 2 title "intended"
