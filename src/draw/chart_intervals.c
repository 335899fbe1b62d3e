/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two layouts of the same rows. Wide: name, picture and numbers stand side by side, and the
 * picture gets what the words leave. Narrow: they stand one under the other, since type must not
 * shrink below what a person can read. Nothing is drawn under an empty mark, so that the paper's
 * colour need not be known. */
#include "draw/chart_intervals.h"

#include "draw/chart_part.h"
#include "draw/term.h"

#define CHART_BYTES_MAX (1u << 20)
#define FONT 13
#define MARK 5
#define GAP 14
#define TOP 26  /* the documented number */
#define FOOT 40 /* the axis */
#define WIDE_WIDTH 900
#define WIDE_ROW 25
#define WIDE_GROUP 30
#define WIDE_PICTURE_MIN 260
#define NAME_COLUMNS_MAX 44
#define LABEL_COLUMNS_MAX 200
#define NARROW_WIDTH 360
#define NARROW_ROW 64
#define NARROW_GROUP 34
#define TICK_UNITS 75 /* ticks stand about that far apart */

struct drawing {
    struct buf *b;
    const struct chart_intervals *chart;
    struct chart_axis axis;
    bool narrow;
    size_t name_columns;
    double left, picture; /* where the picture begins, how wide it is */
    double labels;        /* how wide the words behind it are */
    double width, height;
};

static double columns_wide(size_t columns)
{
    return (double)columns * FONT * CHART_COLUMN_EM;
}

static void lay_out_wide(struct drawing *d)
{
    size_t names = 0, labels = 0;
    for (size_t i = 0; i < d->chart->count; i++) {
        const struct chart_interval *row = &d->chart->rows[i];
        size_t name = term_columns_of(row->name);
        size_t label = row->given ? term_columns_of(row->label) : 0;
        names = name > names ? name : names;
        labels = label > labels ? label : labels;
        d->height += row->group ? WIDE_GROUP : 0;
    }
    d->name_columns = names < NAME_COLUMNS_MAX ? names : NAME_COLUMNS_MAX;
    d->left = columns_wide(d->name_columns) + GAP;
    d->labels = columns_wide(labels);
    double words = d->left + GAP + d->labels;
    d->picture = WIDE_WIDTH - words > WIDE_PICTURE_MIN ? WIDE_WIDTH - words : WIDE_PICTURE_MIN;
    d->width = words + d->picture;
    d->height += TOP + WIDE_ROW * (double)d->chart->count + FOOT;
}

static void lay_out_narrow(struct drawing *d)
{
    d->name_columns = (size_t)(NARROW_WIDTH / (FONT * CHART_COLUMN_EM));
    d->left = MARK;
    d->picture = NARROW_WIDTH - 2 * MARK;
    d->width = NARROW_WIDTH;
    for (size_t i = 0; i < d->chart->count; i++)
        d->height += d->chart->rows[i].group ? NARROW_GROUP : 0;
    d->height += TOP + NARROW_ROW * (double)d->chart->count + FOOT;
}

static double at(const struct drawing *d, double value)
{
    return d->left + d->picture * chart_axis_at(&d->axis, value);
}

static void put_text(struct drawing *d, double x, double y, const char *more, const char *text,
                     size_t columns)
{
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\"%s>", x, y, more);
    chart_put_name(d->b, text, columns);
    buf_text(d->b, "</text>");
}

/* The interval on both sides of the mark, with a stroke at each end. */
static void put_interval(struct drawing *d, const struct chart_interval *row, double x, double y)
{
    double low = at(d, row->low), high = at(d, row->high);
    buf_printf(d->b, "<path d=\"M%.1f %.1fv8", low, y - 4);
    if (low < x - MARK)
        buf_printf(d->b, "M%.1f %.1fH%.1f", low, y, high < x - MARK ? high : x - MARK);
    if (high > x + MARK)
        buf_printf(d->b, "M%.1f %.1fH%.1f", low > x + MARK ? low : x + MARK, y, high);
    buf_printf(d->b, "M%.1f %.1fv8\"/>", high, y - 4);
}

/* From the mark to the end of the picture, with a head. */
static void put_arrow(struct drawing *d, double x, double y)
{
    double end = d->left + d->picture;
    if (x + MARK < end)
        buf_printf(d->b, "<path d=\"M%.1f %.1fH%.1fm-7 -5l7 5l-7 5\" stroke-dasharray=\"6 3\"/>",
                   x + MARK, y, end);
}

static void put_mark(struct drawing *d, const struct chart_interval *row, double x, double y)
{
    const char *fill = row->warned ? "none" : "currentColor";
    if (row->lower_bound)
        buf_printf(d->b, "<path d=\"M%.1f %.1fl%d %dl-%d %dz\" fill=\"%s\"/>", x - MARK + 1,
                   y - MARK, 2 * MARK, MARK, 2 * MARK, MARK, fill);
    else
        buf_printf(d->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%d\" fill=\"%s\"/>", x, y, MARK - 1,
                   fill);
}

static void put_estimate(struct drawing *d, const struct chart_interval *row, double y)
{
    double x = at(d, row->n);
    if (row->has_interval)
        put_interval(d, row, x, y);
    if (row->open_above)
        put_arrow(d, x, y);
    put_mark(d, row, x, y);
}

static void put_wide_row(struct drawing *d, const struct chart_interval *row, double y)
{
    double base = y + FONT * 0.36;
    put_text(d, 0, base, "", row->name, d->name_columns);
    if (row->given)
        put_text(d, d->left + d->picture + GAP, base, "", row->label, term_columns_of(row->label));
    else
        put_text(d, d->left + GAP, base, "", row->label,
                 (size_t)((d->picture + d->labels - GAP) / columns_wide(1)));
}

/* Why there is no estimate, in up to two lines. */
static void put_reason(struct drawing *d, const struct chart_interval *row, double y)
{
    struct buf lines CLEANUP(buf_release);
    buf_init(&lines, CHART_BYTES_MAX);
    term_paragraph(&lines, row->label, 0, d->name_columns);
    struct cursor rest;
    cursor_init(&rest, buf_bytes(&lines));
    for (int i = 0; i < 2 && cursor_left(&rest) > 0; i++) {
        struct span line = cursor_line(&rest, CHART_BYTES_MAX);
        buf_printf(d->b, "<text x=\"0\" y=\"%.1f\">", y + 16 * i);
        html_text(d->b, line);
        buf_text(d->b, "</text>");
    }
    if (buf_error(&lines))
        buf_fail(d->b, buf_error(&lines));
}

/* Numbers are never cut: those that are too long for the width are written smaller. */
static void put_narrow_row(struct drawing *d, const struct chart_interval *row, double y)
{
    put_text(d, 0, y - 34, " font-weight=\"600\"", row->name, d->name_columns);
    if (!row->given) {
        put_reason(d, row, y - 16);
        return;
    }
    size_t columns = term_columns_of(row->label);
    const char *size = columns > d->name_columns ? " font-size=\"8\"" : "";
    put_text(d, 0, y - 16, size, row->label, columns);
}

static double row_height(const struct drawing *d)
{
    return d->narrow ? NARROW_ROW : WIDE_ROW;
}

/* The middle of each row's picture; group headings go above. */
static double row_y(const struct drawing *d, size_t index)
{
    double y = TOP + (d->narrow ? NARROW_ROW - 14 : WIDE_ROW / 2.0);
    for (size_t i = 0; i <= index; i++) {
        bool group = d->chart->rows[i].group;
        y += (group ? d->narrow ? NARROW_GROUP : WIDE_GROUP : 0) + (i < index ? row_height(d) : 0);
    }
    return y;
}

static void put_groups(struct drawing *d)
{
    for (size_t i = 0; i < d->chart->count; i++) {
        double above = d->narrow ? 56 : WIDE_ROW / 2.0 + 6;
        if (d->chart->rows[i].group)
            put_text(d, 0, row_y(d, i) - above, " font-weight=\"700\"", d->chart->rows[i].group,
                     (size_t)(d->width / (FONT * CHART_COLUMN_EM)));
    }
}

static void put_names(struct drawing *d)
{
    for (size_t i = 0; i < d->chart->count; i++) {
        if (d->narrow)
            put_narrow_row(d, &d->chart->rows[i], row_y(d, i));
        else
            put_wide_row(d, &d->chart->rows[i], row_y(d, i));
    }
}

static void put_pictures(struct drawing *d)
{
    buf_text(d->b, "<g stroke=\"currentColor\" stroke-width=\"1.75\" fill=\"none\">");
    for (size_t i = 0; i < d->chart->count; i++) {
        if (d->chart->rows[i].given)
            put_estimate(d, &d->chart->rows[i], row_y(d, i));
    }
    buf_text(d->b, "</g>");
}

/* Upright lines at one number, behind each row's own picture: not through words. */
static void put_uprights(struct drawing *d, double x)
{
    double half = d->narrow ? 9 : WIDE_ROW / 2.0;
    for (size_t i = 0; i < d->chart->count; i++) {
        if (d->chart->rows[i].given)
            buf_printf(d->b, "M%.1f %.1fv%.1f", x, row_y(d, i) - half, 2 * half);
    }
    buf_printf(d->b, "M%.1f %.1fv5", x, d->height - FOOT);
}

static void put_documented(struct drawing *d)
{
    double x = at(d, d->chart->documented);
    buf_printf(d->b, "<path stroke=\"currentColor\" stroke-dasharray=\"2 3\" d=\"M%.1f 4V%d", x,
               TOP - 6);
    put_uprights(d, x);
    buf_printf(d->b, "\"/><text x=\"%.1f\" y=\"%d\">", x + 6, TOP - 10);
    chart_put_number(d->b, d->chart->documented);
    buf_text(d->b, " documented</text>");
}

/* Within the picture; where two would touch, the later one is left out. */
static void put_tick_labels(struct drawing *d)
{
    double y = d->height - FOOT + 19, free_from = 0;
    for (size_t i = 0; i < d->axis.tick_count; i++) {
        double half = (double)chart_number_columns(d->axis.ticks[i]) * FONT * CHART_DIGIT_EM / 2;
        double x = at(d, d->axis.ticks[i]);
        x = x + half > d->width ? d->width - half : x;
        x = x < half ? half : x;
        if (x - half < free_from)
            continue;
        buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">", x, y);
        chart_put_number(d->b, d->axis.ticks[i]);
        buf_text(d->b, "</text>");
        free_from = x + half + FONT / 2.0;
    }
}

static void put_axis(struct drawing *d)
{
    double y = d->height - FOOT;
    buf_text(d->b, "<path stroke=\"currentColor\" stroke-opacity=\".25\" d=\"");
    for (size_t i = 0; i < d->axis.tick_count; i++)
        put_uprights(d, at(d, d->axis.ticks[i]));
    buf_printf(d->b, "\"/><path stroke=\"currentColor\" d=\"M%.1f %.1fh%.1f\"/>", d->left, y,
               d->picture);
    put_tick_labels(d);
    if (d->axis.log)
        buf_printf(d->b,
                   "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11\">"
                   "equal steps are equal factors (logarithmic)</text>",
                   d->left + d->picture, y + 35);
}

/* What is read aloud. */
static void put_description(struct drawing *d)
{
    buf_text(d->b, "<desc>");
    chart_put_number(d->b, d->chart->documented);
    buf_text(d->b, " documented.");
    for (size_t i = 0; i < d->chart->count; i++) {
        buf_u8(d->b, ' ');
        chart_put_name(d->b, d->chart->rows[i].name, NAME_COLUMNS_MAX);
        buf_text(d->b, ": ");
        chart_put_name(d->b, d->chart->rows[i].label, LABEL_COLUMNS_MAX);
        buf_text(d->b, ".");
    }
    buf_text(d->b, "</desc>");
}

int chart_intervals(const struct chart_intervals *chart, bool narrow, struct arena *arena,
                    struct html *ret_html)
{
    ASSERT(chart->count > 0 && chart->count <= CHART_INTERVALS_MAX && chart->documented > 0);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    struct drawing d = {.b = &b, .chart = chart, .narrow = narrow};
    if (narrow)
        lay_out_narrow(&d);
    else
        lay_out_wide(&d);
    size_t ticks = (size_t)(d.picture / TICK_UNITS);
    chart_axis_fit(&d.axis, chart->documented, chart_intervals_highest(chart),
                   ticks < CHART_TICKS_MAX ? ticks : CHART_TICKS_MAX);
    chart_begin(&b, d.width, d.height, FONT, chart->title);
    put_description(&d);
    put_axis(&d);
    put_documented(&d);
    put_groups(&d);
    put_names(&d);
    put_pictures(&d);
    return chart_end(&b, arena, ret_html);
}
