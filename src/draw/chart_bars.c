/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "draw/chart_bars.h"

#include <math.h>

#include "draw/chart_part.h"
#include "draw/term.h"

#define CHART_BYTES_MAX (1u << 20)
#define FONT 13
#define BAR 13
#define GAP 14
#define NAME_COLUMNS_MAX 48
#define LABEL_COLUMNS_MAX 40
#define WIDE_WIDTH 860
#define WIDE_ROW 24
#define NARROW_WIDTH 360
#define NARROW_ROW 42

struct drawing {
    struct buf *b;
    const struct chart_bars *chart;
    bool narrow;
    double left, picture, width, full;
    size_t name_columns, label_columns;
};

static double columns_wide(size_t columns)
{
    return (double)columns * FONT * CHART_COLUMN_EM;
}

static void lay_out(struct drawing *d)
{
    size_t names = 1, labels = 1;
    d->full = d->chart->full;
    for (size_t i = 0; i < d->chart->count; i++) {
        const struct chart_bar *bar = &d->chart->bars[i];
        size_t name = term_columns_of(bar->name), label = term_columns_of(bar->label);
        names = name > names ? name : names;
        labels = label > labels ? label : labels;
        d->full = fmax(d->full, bar->value);
    }
    d->full = d->full > 0 ? d->full : 1;
    d->width = d->narrow ? NARROW_WIDTH : WIDE_WIDTH;
    size_t limit = d->narrow ? (size_t)(NARROW_WIDTH / (FONT * CHART_COLUMN_EM)) : NAME_COLUMNS_MAX;
    d->name_columns = names < limit ? names : limit;
    limit = d->narrow ? LABEL_COLUMNS_MAX / 2 : LABEL_COLUMNS_MAX;
    d->label_columns = labels < limit ? labels : limit;
    d->left = d->narrow ? 0 : columns_wide(d->name_columns) + GAP;
    d->picture = d->width - d->left - columns_wide(d->label_columns) - GAP;
}

static void put_text(struct drawing *d, double x, double y, const char *text, size_t columns)
{
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\">", x, y);
    chart_put_name(d->b, text, columns);
    buf_text(d->b, "</text>");
}

static void put_bar(struct drawing *d, size_t index)
{
    const struct chart_bar *bar = &d->chart->bars[index];
    double row = d->narrow ? NARROW_ROW : WIDE_ROW, top = row * (double)index;
    double y = top + (d->narrow ? row - BAR - 4 : (row - BAR) / 2);
    double value = d->picture * bar->value / d->full, filled = d->picture * bar->filled / d->full;
    put_text(d, 0, d->narrow ? top + 18 : y + BAR - 2, bar->name, d->name_columns);
    if (value > filled)
        buf_printf(d->b,
                   "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" fill-opacity=\".08\" "
                   "stroke=\"currentColor\"/>",
                   d->left + 0.5, y + 0.5, value, BAR - 1);
    buf_printf(d->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>", d->left, y,
               filled, BAR);
    put_text(d, d->left + value + 7, y + BAR - 2, bar->label, d->label_columns);
}

/* What is read aloud. */
static void put_description(struct drawing *d)
{
    buf_text(d->b, "<desc>");
    for (size_t i = 0; i < d->chart->count; i++) {
        chart_put_name(d->b, d->chart->bars[i].name, NAME_COLUMNS_MAX);
        buf_text(d->b, ": ");
        chart_put_name(d->b, d->chart->bars[i].label, LABEL_COLUMNS_MAX);
        buf_text(d->b, ". ");
    }
    buf_text(d->b, "</desc>");
}

int chart_bars(const struct chart_bars *chart, bool narrow, struct arena *arena,
               struct html *ret_html)
{
    ASSERT(chart->count > 0 && chart->count <= CHART_BARS_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    struct drawing d = {.b = &b, .chart = chart, .narrow = narrow};
    lay_out(&d);
    chart_begin(&b, d.width, (narrow ? NARROW_ROW : WIDE_ROW) * (double)chart->count + 2, FONT,
                chart->title);
    put_description(&d);
    for (size_t i = 0; i < chart->count; i++)
        put_bar(&d, i);
    return chart_end(&b, arena, ret_html);
}
