/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One bar among millions must be seen: it stands a third of a step high on the logarithmic
 * scale. */
#include "draw/chart_histogram.h"

#include <math.h>

#include "draw/chart_part.h"
#include "draw/term.h"

#define CHART_BYTES_MAX (1u << 20)
#define FONT 13
#define TOP 26
#define FULL 180 /* the highest bar */
#define FOOT 46  /* the axis */
#define WIDE_WIDTH 860
#define NARROW_WIDTH 360
#define ONE (1 / 3.0)   /* how high one stands, in powers of ten */
#define DECADE_UNITS 24 /* lines of powers of ten are at least so far apart */
#define TICK 10
#define TICK_UNITS 36

struct drawing {
    struct buf *b;
    const struct chart_histogram *chart;
    uint64_t most;
    size_t first, last; /* bars that are not empty */
    double left, width, low, high;
};

static void lay_out(struct drawing *d, bool narrow)
{
    const struct chart_histogram *chart = d->chart;
    d->first = chart->bars;
    for (size_t i = 0; i < chart->bars; i++) {
        if (chart->counts[i] == 0)
            continue;
        d->first = d->first < i ? d->first : i;
        d->last = i;
        d->most = chart->counts[i] > d->most ? chart->counts[i] : d->most;
    }
    d->first = d->first < chart->bars ? d->first : 0;
    d->low = fmin(chart->from + (double)d->first, chart->mark_low - 1);
    d->high = fmax(chart->from + (double)d->last + 1, chart->mark_high + 1);
    d->width = narrow ? NARROW_WIDTH : WIDE_WIDTH;
    d->left = (double)chart_number_columns((double)d->most) * FONT * CHART_COLUMN_EM + 8;
}

static double at(const struct drawing *d, double value)
{
    return d->left + (d->width - d->left) * (value - d->low) / (d->high - d->low);
}

static double height_of(const struct drawing *d, double count)
{
    double decades = d->most > 0 ? log10((double)d->most) : 0;
    return count > 0 ? FULL * (log10(count) + ONE) / (decades + ONE) : 0;
}

static void put_powers(struct drawing *d)
{
    double decades = d->most > 0 ? log10((double)d->most) : 0;
    int step = 1;
    while (FULL * step / (decades + ONE) < DECADE_UNITS)
        step++;
    for (int power = 0; d->most > 0 && power <= (int)(decades + 1e-9); power += step) {
        double y = TOP + FULL - height_of(d, pow(10, power));
        buf_printf(d->b,
                   "<path stroke=\"currentColor\" stroke-opacity=\".2\" d=\"M%.1f %.1fH%.0f\"/>"
                   "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
                   d->left, y, d->width, d->left - 6, y + FONT * 0.36);
        chart_put_number(d->b, pow(10, power));
        buf_text(d->b, "</text>");
    }
}

static void put_bars(struct drawing *d)
{
    buf_printf(d->b, "<path d=\"");
    for (size_t i = d->first; i <= d->last && d->most > 0; i++) {
        double x = at(d, d->chart->from + (double)i), next = at(d, d->chart->from + (double)i + 1);
        double height = height_of(d, (double)d->chart->counts[i]);
        if (height > 0)
            buf_printf(d->b, "M%.1f %dv-%.1fh%.1fv%.1fz", x + (next - x) * 0.1, TOP + FULL, height,
                       (next - x) * 0.8, height);
    }
    buf_text(d->b, "\"/>");
}

static void put_mark(struct drawing *d)
{
    double low = at(d, d->chart->mark_low), high = at(d, d->chart->mark_high);
    buf_printf(d->b,
               "<path stroke=\"currentColor\" stroke-dasharray=\"2 3\" fill=\"none\" "
               "d=\"M%.1f %dV%dM%.1f %dV%d\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">",
               low, TOP - 6, TOP + FULL, high, TOP - 6, TOP + FULL,
               fmin(fmax((low + high) / 2, d->left + 50), d->width - 50), TOP - 12);
    chart_put_name(d->b, d->chart->mark, 40);
    buf_text(d->b, "</text>");
}

static void put_axis(struct drawing *d)
{
    double base = TOP + FULL;
    int step = TICK;
    while ((d->width - d->left) * step / (d->high - d->low) < TICK_UNITS)
        step += TICK;
    buf_printf(d->b, "<path stroke=\"currentColor\" d=\"M%.1f %.1fH%.0f\"/>", d->left, base + 0.5,
               d->width);
    for (int tick = (int)ceil(d->low / step) * step; tick <= d->high; tick += step) {
        double x = at(d, tick);
        if (x > d->width - 14 || x < d->left + 4)
            continue;
        buf_printf(d->b,
                   "<path stroke=\"currentColor\" d=\"M%.1f %.1fv5\"/>"
                   "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s%d</text>",
                   x, base, x, base + 19, tick > 0 ? "+" : "", tick);
    }
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
               (d->left + d->width) / 2, base + 38);
    chart_put_name(d->b, d->chart->unit, 20);
    buf_text(d->b, "</text>");
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\">← ", d->left, base + 38);
    chart_put_name(d->b, d->chart->low_is, 40);
    buf_printf(d->b, "</text><text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">", d->width,
               base + 38);
    chart_put_name(d->b, d->chart->high_is, 40);
    buf_text(d->b, " →</text>");
}

/* What is read aloud: how many are in each part, and where the most are. */
static void put_description(struct drawing *d)
{
    uint64_t parts[3] = {0};
    for (size_t i = 0; i < d->chart->bars; i++) {
        double middle = d->chart->from + (double)i + 0.5;
        parts[middle < d->chart->mark_low     ? 0
              : middle <= d->chart->mark_high ? 1
                                              : 2] += d->chart->counts[i];
    }
    const char *const names[] = {d->chart->low_is, d->chart->mark, d->chart->high_is};
    buf_text(d->b, "<desc>");
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        chart_put_name(d->b, names[i], 40);
        buf_text(d->b, ": ");
        chart_put_number(d->b, (double)parts[i]);
        buf_text(d->b, ". ");
    }
    buf_text(d->b, "Heights are logarithmic.</desc>");
}

int chart_histogram(const struct chart_histogram *chart, bool narrow, struct arena *arena,
                    struct html *ret_html)
{
    ASSERT(chart->bars > 0 && chart->bars <= CHART_HISTOGRAM_BARS_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    struct drawing d = {.b = &b, .chart = chart};
    lay_out(&d, narrow);
    chart_begin(&b, d.width, TOP + FULL + FOOT, FONT, chart->title);
    put_description(&d);
    buf_printf(&b, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"end\">", d.left - 6, TOP - 12);
    chart_put_name(&b, chart->counted, 20);
    buf_text(&b, "</text>");
    put_powers(&d);
    put_bars(&d);
    put_mark(&d);
    put_axis(&d);
    return chart_end(&b, arena, ret_html);
}
