/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Numbers stand at the free end of each bar, so that eyes need not go back and forth; there is room
 * for them on both sides. */
#include "draw/chart_waterfall.h"

#include <math.h>

#include "draw/chart_part.h"
#include "draw/term.h"

#define CHART_BYTES_MAX (1u << 20)
#define FONT 13
#define BAR 14
#define GAP 14
#define TOP 24  /* what even odds are called */
#define FOOT 44 /* the axis */
#define NAME_COLUMNS_MAX 30
#define WIDE_WIDTH 860
#define WIDE_ROW 26
#define NARROW_WIDTH 360
#define NARROW_ROW 44
#define NARROW_NAME_COLUMNS_MAX 28 /* of the widest letters */
#define RANGE_MIN_BITS 4.0
#define TICK_BITS 10
#define TICK_UNITS 84  /* ticks stand at least so far apart */
#define LABEL_UNITS 50 /* a number beyond a bar */
#define LABEL_GAP 6.0
#define LABEL_BYTES 64

struct drawing {
    struct buf *b;
    const struct chart_waterfall *chart;
    bool narrow;
    double low, high;     /* bits at both ends */
    double left, picture; /* where the picture begins, how wide it is */
    double width, height, row;
    size_t name_columns;
};

void chart_put_bits(struct buf *b, double bits)
{
    if (fabs(bits) < 0.05)
        buf_u8(b, '0');
    else
        buf_printf(b, "%+.1f", bits);
}

static double find_range(struct drawing *d)
{
    double sum = 0;
    for (size_t i = 0; i < d->chart->count; i++) {
        sum += d->chart->steps[i].bits;
        d->low = fmin(d->low, sum);
        d->high = fmax(d->high, sum);
    }
    d->high = fmax(d->high, d->low + RANGE_MIN_BITS);
    return sum;
}

static void lay_out(struct drawing *d)
{
    size_t names = term_columns_of(d->chart->total);
    for (size_t i = 0; i < d->chart->count; i++) {
        size_t name = term_columns_of(d->chart->steps[i].name);
        names = name > names ? name : names;
    }
    size_t limit = d->narrow ? NARROW_NAME_COLUMNS_MAX : NAME_COLUMNS_MAX;
    d->name_columns = names < limit ? names : limit;
    d->width = d->narrow ? NARROW_WIDTH : WIDE_WIDTH;
    d->row = d->narrow ? NARROW_ROW : WIDE_ROW;
    d->left = d->narrow ? 0 : (double)d->name_columns * FONT * CHART_COLUMN_EM + GAP;
    d->picture = d->width - d->left;
    double margin = LABEL_UNITS * (d->high - d->low) / (d->picture - 2 * LABEL_UNITS);
    d->low -= margin;
    d->high += margin;
    d->height = TOP + d->row * (double)(d->chart->count + 1) + FOOT;
}

static double at(const struct drawing *d, double bits)
{
    return d->left + d->picture * (bits - d->low) / (d->high - d->low);
}

/* The middle of a row's bar. */
static double row_y(const struct drawing *d, size_t index)
{
    return TOP + d->row * ((double)index + 1) - (d->narrow ? BAR / 2.0 + 3 : WIDE_ROW / 2.0);
}

static void put_text(struct drawing *d, double x, double y, const char *more, const char *text)
{
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more);
    chart_put_name(d->b, text, d->name_columns);
    buf_text(d->b, "</text>");
}

static void put_number(struct drawing *d, double from, double to, double y, const char *more)
{
    bool right = to >= from;
    double end = right ? to + 5 : to - 5;
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", end, y + FONT * 0.36,
               right ? "start" : "end", more);
}

/* One row: its name, its bar, its number. */
static void put_row(struct drawing *d, size_t index, const char *name, double from, double to,
                    bool last)
{
    double y = row_y(d, index), x1 = at(d, from), x2 = at(d, to);
    const char *weight = last ? " font-weight=\"700\"" : "";
    double name_y = d->narrow ? y - BAR / 2.0 - 5 : y + FONT * 0.36;
    put_text(d, 0, name_y, weight, name);
    buf_printf(d->b,
               "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" stroke=\"currentColor\"%s"
               "/>",
               fmin(x1, x2), y - BAR / 2.0, fabs(x2 - x1), BAR,
               to >= from ? "" : " fill-opacity=\".08\"");
    put_number(d, x1, x2, y, weight);
    chart_put_bits(d->b, to - from);
    buf_text(d->b, "</text>");
}

static void put_rows(struct drawing *d, double total)
{
    double sum = 0;
    for (size_t i = 0; i < d->chart->count; i++) {
        double to = sum + d->chart->steps[i].bits;
        put_row(d, i, d->chart->steps[i].name, sum, to, false);
        buf_printf(d->b,
                   "<path stroke=\"currentColor\" stroke-opacity=\".5\" d=\"M%.1f %.1fV%.1f\"/>",
                   at(d, to), row_y(d, i), row_y(d, i + 1));
        sum = to;
    }
    put_row(d, d->chart->count, d->chart->total, 0, total, true);
}

/* 10 bits are 1,024 to 1, which is called 1,000. */
static void put_odds(struct buf *b, int tens)
{
    static const char *const sizes[] = {"", "1,000", "a million", "10⁹", "10¹²", "10¹⁵"};
    int size = abs(tens);
    if (size == 0)
        buf_text(b, "even odds");
    else if (size >= (int)COUNT_OF(sizes))
        buf_printf(b, "%+d bits", tens * TICK_BITS);
    else if (tens > 0)
        buf_printf(b, "%s to 1", sizes[size]);
    else
        buf_printf(b, "1 to %s", sizes[size]);
}

/* Where the label of a tick stands: within the picture. */
struct label {
    double from, to;
};

static struct label label_at(const struct drawing *d, int tens)
{
    struct buf odds CLEANUP(buf_release);
    buf_init(&odds, LABEL_BYTES);
    put_odds(&odds, tens);
    double half = (double)term_columns_of(buf_cstr(&odds)) * FONT * CHART_COLUMN_EM / 2;
    double x = fmin(fmax(at(d, tens * TICK_BITS), d->left + half), d->width - half);
    return (struct label){x - half, x + half};
}

static bool overlap(struct label one, struct label other)
{
    return one.from < other.to + LABEL_GAP && other.from < one.to + LABEL_GAP;
}

static void put_tick(struct drawing *d, int tens, double base)
{
    double x = at(d, tens * TICK_BITS);
    buf_printf(d->b, "<path stroke=\"currentColor\" stroke-opacity=\"%s d=\"M%.1f %dV%.1f\"/>",
               tens == 0 ? ".8\" stroke-dasharray=\"2 3\"" : ".2\"", x, TOP - 8, base + 5);
}

static void put_axis(struct drawing *d)
{
    double base = d->height - FOOT + 4;
    int step = 1;
    while (d->picture * step * TICK_BITS / (d->high - d->low) < TICK_UNITS)
        step++;
    int first = (int)ceil(d->low / TICK_BITS), last = (int)floor(d->high / TICK_BITS);
    struct label even = label_at(d, 0), before = {.to = -d->width};
    buf_printf(d->b, "<path stroke=\"currentColor\" d=\"M%.1f %.1fH%.1f\"/>", d->left, base,
               d->width);
    for (int tens = first; tens <= last; tens++) {
        struct label label = label_at(d, tens);
        if (tens % step != 0)
            continue;
        put_tick(d, tens, base);
        if (tens != 0 && (overlap(label, even) || overlap(label, before)))
            continue;
        buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                   (label.from + label.to) / 2, base + 20);
        put_odds(d->b, tens);
        buf_text(d->b, "</text>");
        before = label;
    }
    buf_printf(d->b,
               "<text x=\"%.1f\" y=\"%.1f\" font-size=\"11\" text-anchor=\"end\">each bit doubles "
               "the odds; filled speaks for, empty against</text>",
               d->width, base + 37);
}

/* What is read aloud. */
static void put_description(struct drawing *d, double total)
{
    buf_text(d->b, "<desc>");
    for (size_t i = 0; i < d->chart->count; i++) {
        chart_put_name(d->b, d->chart->steps[i].name, NAME_COLUMNS_MAX);
        buf_text(d->b, ": ");
        chart_put_bits(d->b, d->chart->steps[i].bits);
        buf_text(d->b, ". ");
    }
    chart_put_name(d->b, d->chart->total, NAME_COLUMNS_MAX);
    buf_text(d->b, ": ");
    chart_put_bits(d->b, total);
    buf_text(d->b, " bits.</desc>");
}

int chart_waterfall(const struct chart_waterfall *chart, bool narrow, struct arena *arena,
                    struct html *ret_html)
{
    ASSERT(chart->count > 0 && chart->count <= CHART_WATERFALL_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    struct drawing d = {.b = &b, .chart = chart, .narrow = narrow};
    double total = find_range(&d);
    lay_out(&d);
    chart_begin(&b, d.width, d.height, FONT, chart->title);
    put_description(&d, total);
    put_axis(&d);
    put_rows(&d, total);
    return chart_end(&b, arena, ret_html);
}
