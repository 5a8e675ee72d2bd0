# SPDX-License-Identifier: GPL-2.0-or-later
# bench-chart.gp: gnuplot -c bench-chart.gp BENCH.DAT CHART.PNG
# One bar a figure: stock / ours. Right of the line ours is cheaper.

data = ARG1
stats data using 2 nooutput
set terminal pngcairo size 1100, 120 + 34 * STATS_records font "DejaVu Sans,11" noenhanced
set output ARG2

set title "Stock / ours, instructions or bytes: right of the line ours costs less"
set logscale x 2
set format x "%g"
set grid xtics lc rgb "#d0d0d0"
set ytics scale 0
set yrange [STATS_records - 0.4 : -0.6]
low = STATS_min < 0.5 ? STATS_min / 1.5 : 0.4
set xrange [low : STATS_max * 8]
set arrow from 1, graph 0 to 1, graph 1 nohead lc rgb "#404040" front
set nokey

ours_less(ratio) = ratio >= 1 ? 0x2a7f62 : 0xb5543a
plot data using (1):0:(1):2:($0 - 0.36):($0 + 0.36):(ours_less($2)):ytic(1) \
		with boxxyerror fill solid 0.9 noborder lc rgb variable, \
	data using ($2 > 1 ? $2 : 1):0:(sprintf("  %.2f", $2)) \
		with labels left font ",10"
