// SPDX-License-Identifier: GPL-2.0
/*
 * Every glyph is a few polylines on a grid, written as digit pairs "xy". A
 * capital stands on 8 and reaches 0, small letters reach 3, 'A' (10) is the
 * depth of a descender. A line of one point is a dot.
 */
#include <math.h>
#include <stdlib.h>

#include "font.h"
#include "util.h"

#define CAPITAL		8	/* grid units from the baseline to the top */
#define DESCENDER	2
#define MAX_SIZE	64
#define UNKNOWN		"0060680800"

static const char * const strokes[] = {
	['!'] = "0005 08", ['"'] = "0002 2022", ['#'] = "1008 5048 0262 0666",
	['$'] = "615010010314546567581807 3038",
	['%'] = "6008 01 67", ['&'] = "5815130140525308184860",
	['\''] = "0002", ['('] = "20020628", [')'] = "00222608",
	['*'] = "2226 0444 0246 4206", ['+'] = "0545 2327",
	[','] = "1809", ['-'] = "0535", ['.'] = "08", ['/'] = "4008",
	['0'] = "104051574818070110", ['1'] = "022028 0848",
	['2'] = "01104051530858", ['3'] = "005023435457481807",
	['4'] = "48400656", ['5'] = "500003435457481807",
	['6'] = "4020020718485755441405", ['7'] = "005018",
	['8'] = "104051534414030110 1405071848575544",
	['9'] = "1838565140100103144453",
	[':'] = "04 08", [';'] = "04 1809", ['<'] = "420548",
	['='] = "0444 0646", ['>'] = "024508", ['?'] = "011040515325 28",
	['@'] = "6818070110506166564423254564",
	['A'] = "083068 1555", ['B'] = "0008 005061635404 5465675808",
	['C'] = "6150100107185867", ['D'] = "00406266480800",
	['E'] = "50000858 0444", ['F'] = "500008 0444",
	['G'] = "61501001071858676434", ['H'] = "0008 6068 0464",
	['I'] = "0008", ['J'] = "4047381807", ['K'] = "0008 5005 2358",
	['L'] = "000858", ['M'] = "0800356068", ['N'] = "08006860",
	['O'] = "105061675818070110", ['P'] = "08005061635404",
	['Q'] = "105061675818070110 4668", ['R'] = "08005061635404 3468",
	['S'] = "615010010314546567581807", ['T'] = "0060 3038",
	['U'] = "000718586760", ['V'] = "003860", ['W'] = "0028426880",
	['X'] = "0068 6008", ['Y'] = "003460 3438", ['Z'] = "00600868",
	['['] = "20000828", ['\\'] = "0048", [']'] = "00202808",
	['_'] = "0959", ['|'] = "000A", ['~'] = "05143645",
	['a'] = "13435458 551506071848",
	['b'] = "0008 0413435457481807", ['c'] = "5443130407184857",
	['d'] = "5058 5443130407184857", ['e'] = "055554431304071858",
	['f'] = "30201118 0333", ['g'] = "53594A1A 5443130407184857",
	['h'] = "0008 0413435458", ['i'] = "0308 01", ['j'] = "13190A 11",
	['k'] = "0008 4306 2548", ['l'] = "000718",
	['m'] = "0308 0413233438 3443536468", ['n'] = "0308 0413435458",
	['o'] = "134354574818070413", ['p'] = "030A 0413435457481807",
	['q'] = "535A 5443130407184857", ['r'] = "0308 041333",
	['s'] = "5313041546574808", ['t'] = "11172838 0333",
	['u'] = "0307184857 5358", ['v'] = "032843", ['w'] = "0318345863",
	['x'] = "0348 4308", ['y'] = "0328 43281A0A", ['z'] = "03430848",
};

struct segment {
	float x0, y0, x1, y1;
};

static int grid(char ch)
{
	return ch == 'A' ? 10 : ch - '0';
}

/* The segments of a glyph in pixels, and how wide it is on the grid */
static int segments(const char *s, float scale, struct segment *out, int max,
		    int *width)
{
	int n = 0, points = 0, x, y, px = 0, py = 0;

	*width = 0;
	for (; *s && n < max; s += 2) {
		if (*s == ' ') {
			points = 0;
			s--;
			continue;
		}
		x = grid(s[0]);
		y = grid(s[1]);
		if (points++) {
			if (points == 2)
				n--;	/* it was no dot after all */
		} else {
			px = x;
			py = y;
		}
		out[n++] = (struct segment) { px * scale, py * scale,
					      x * scale, y * scale };
		px = x;
		py = y;
		if (x > *width)
			*width = x;
	}
	return n;
}

static float distance(const struct segment *s, float x, float y)
{
	float dx = s->x1 - s->x0, dy = s->y1 - s->y0, len = dx * dx + dy * dy;
	float t = 0;

	x -= s->x0;
	y -= s->y0;
	if (len > 0) {
		t = (x * dx + y * dy) / len;
		t = t < 0 ? 0 : t > 1 ? 1 : t;
	}
	x -= t * dx;
	y -= t * dy;
	return sqrtf(x * x + y * y);
}

static struct glyph *draw(const char *s, int size)
{
	const float scale = (float)size / CAPITAL;
	const float radius = size < 12 ? 0.65f : size * 0.062f;
	const int margin = (int)ceilf(radius) + 1;
	struct segment seg[48];
	int n, i, x, y, width;
	struct glyph *g;
	float d, near;

	g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	n = segments(s, scale, seg, 48, &width);
	g->left = margin;
	g->baseline = margin + size;
	g->width = (int)ceilf(width * scale) + 2 * margin;
	g->height = (int)ceilf((CAPITAL + DESCENDER) * scale) + 2 * margin;
	g->advance = (int)(width * scale + size * 0.3f + 0.5f);
	g->coverage = malloc(g->width * g->height);
	if (!g->coverage) {
		free(g);
		return NULL;
	}
	for (y = 0; y < g->height; y++) {
		for (x = 0; x < g->width; x++) {
			near = 1e9f;
			for (i = 0; i < n; i++) {
				d = distance(&seg[i], x - margin, y - margin);
				if (d < near)
					near = d;
			}
			d = radius + 0.5f - near;
			d = d < 0 ? 0 : d > 1 ? 1 : d;
			g->coverage[y * g->width + x] = d * 255;
		}
	}
	return g;
}

const struct glyph *font_glyph(char ch, int size)
{
	static struct glyph *kept[MAX_SIZE + 1][128];
	static struct glyph space[MAX_SIZE + 1];
	const char *s = NULL;
	int code = ch & 0x7f;

	if (size > MAX_SIZE)
		size = MAX_SIZE;
	if (ch == ' ') {
		space[size].advance = size / 2 + 1;
		return &space[size];
	}
	if (code < (int)ARRAY_SIZE(strokes))
		s = strokes[code];
	if (!kept[size][code])
		kept[size][code] = draw(s ? s : UNKNOWN, size);
	return kept[size][code];
}
