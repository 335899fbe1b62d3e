/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One character a column: each row is an array of symbols that is filled from the back to the
 * front, the mark last. */
#include "draw/chart_intervals.h"
#include "draw/chart_part.h"
#include "draw/term.h"

#include <math.h>

#define PICTURE_MAX 90
#define PICTURE_MIN 20
#define NAME_MAX 42
/* Below this names stand above their pictures. */
#define BESIDE_WIDTH 64
#define INDENT 2
#define TICK_COLUMNS 14
#define LABEL_BYTES 64
/* An arrow to where there is no limit has room behind its mark. */
#define ARROW 1.3

struct drawing {
    struct buf *b;
    const struct chart_intervals *chart;
    struct chart_axis axis;
    bool beside;
    size_t name, left, picture; /* columns */
    const char *symbols[PICTURE_MAX];
};

static size_t column_of(const struct drawing *d, double value)
{
    return (size_t)lround(chart_axis_at(&d->axis, value) * (double)(d->picture - 1));
}

static void fill(struct drawing *d, size_t from, size_t to, const char *symbol)
{
    for (size_t i = from; i <= to; i++)
        d->symbols[i] = symbol;
}

static void put_symbols(struct drawing *d)
{
    size_t end = d->picture;
    while (end > 0 && d->symbols[end - 1][0] == ' ')
        end--;
    for (size_t i = 0; i < end; i++)
        buf_text(d->b, d->symbols[i]);
    buf_u8(d->b, '\n');
}

static void pad(struct drawing *d, size_t columns)
{
    for (; columns > 0; columns--)
        buf_u8(d->b, ' ');
}

static const char *mark_of(const struct chart_interval *row)
{
    if (row->lower_bound)
        return row->warned ? "▷" : "▶";
    return row->warned ? "○" : "●";
}

static void put_picture(struct drawing *d, const struct chart_interval *row)
{
    fill(d, 0, d->picture - 1, " ");
    d->symbols[column_of(d, d->chart->documented)] = "┊";
    size_t n = column_of(d, row->n);
    if (row->has_interval) {
        size_t low = column_of(d, row->low), high = column_of(d, row->high);
        fill(d, low, high, "─");
        d->symbols[low] = "├";
        d->symbols[high] = "┤";
    }
    if (row->open_above) {
        fill(d, n, d->picture - 1, "╌");
        d->symbols[d->picture - 1] = "→";
    }
    d->symbols[n] = mark_of(row);
    put_symbols(d);
}

static void put_row(struct drawing *d, const struct chart_interval *row)
{
    if (d->beside) {
        pad(d, INDENT);
        term_cell(d->b, row->name, d->name, TERM_LEFT);
        pad(d, d->left - d->name - INDENT);
    } else {
        term_cell(d->b, row->name, d->left + d->picture, TERM_CUT);
        buf_u8(d->b, '\n');
        pad(d, d->left);
    }
    if (row->given) {
        put_picture(d, row);
        return;
    }
    term_cell(d->b, row->label, d->picture, TERM_CUT);
    buf_u8(d->b, '\n');
}

static size_t put_number(char text[LABEL_BYTES], double value)
{
    struct buf number CLEANUP(buf_release);
    buf_init(&number, LABEL_BYTES);
    chart_put_number(&number, value);
    snprintf(text, LABEL_BYTES, "%s", buf_cstr(&number));
    return number.len;
}

/* Where labels would touch, the later one is left out. */
static void put_tick_labels(struct drawing *d)
{
    size_t used = 0;
    pad(d, d->left);
    for (size_t i = 0; i < d->axis.tick_count; i++) {
        char text[LABEL_BYTES];
        size_t len = put_number(text, d->axis.ticks[i]);
        size_t middle = column_of(d, d->axis.ticks[i]);
        size_t start = middle > len / 2 ? middle - len / 2 : 0;
        if (start + len > d->picture)
            start = d->picture - len;
        if (len > d->picture || (used > 0 && start < used + 1))
            continue;
        pad(d, start - used);
        buf_text(d->b, text);
        used = start + len;
    }
    buf_u8(d->b, '\n');
}

static void put_axis(struct drawing *d)
{
    pad(d, d->left);
    fill(d, 0, d->picture - 1, "─");
    for (size_t i = 0; i < d->axis.tick_count; i++)
        d->symbols[column_of(d, d->axis.ticks[i])] = "┬";
    put_symbols(d);
    put_tick_labels(d);
}

static void put_documented(struct drawing *d)
{
    char text[LABEL_BYTES];
    put_number(text, d->chart->documented);
    pad(d, d->left + column_of(d, d->chart->documented));
    buf_printf(d->b, "┊ %s documented\n", text);
}

/* Only what is in the picture is explained. */
static void put_legend(struct drawing *d)
{
    bool plain = false, warned = false, bound = false;
    for (size_t i = 0; i < d->chart->count; i++) {
        const struct chart_interval *row = &d->chart->rows[i];
        plain |= row->given && !row->warned && !row->lower_bound;
        warned |= row->given && row->warned;
        bound |= row->given && row->lower_bound;
    }
    struct buf legend CLEANUP(buf_release);
    buf_init(&legend, 1000);
    buf_printf(&legend, "%s%s%s%s", plain ? "● an estimate. " : "",
               bound ? "▶ a lower limit. " : "", warned ? "○ or ▷ it has a warning. " : "",
               d->axis.log ? "Equal steps are equal factors (logarithmic)." : "");
    term_paragraph(d->b, buf_cstr(&legend), INDENT, d->left + d->picture);
    if (buf_error(&legend))
        buf_fail(d->b, buf_error(&legend));
}

double chart_intervals_highest(const struct chart_intervals *chart)
{
    double most = chart->documented;
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_interval *row = &chart->rows[i];
        if (row->given)
            most = fmax(most, row->open_above ? row->n * ARROW : row->n);
        if (row->given && row->has_interval)
            most = fmax(most, row->high);
    }
    return most;
}

static void lay_out(struct drawing *d, size_t width)
{
    for (size_t i = 0; i < d->chart->count; i++) {
        const struct chart_interval *row = &d->chart->rows[i];
        size_t name = term_columns_of(row->name);
        d->name = name > d->name ? name : d->name;
    }
    size_t most = width * 2 / 5 < NAME_MAX ? width * 2 / 5 : NAME_MAX;
    d->name = d->name < most ? d->name : most;
    d->beside = width >= BESIDE_WIDTH;
    d->left = d->beside ? INDENT + d->name + INDENT : INDENT;
    size_t room = width > d->left + PICTURE_MIN ? width - d->left : PICTURE_MIN;
    d->picture = room < PICTURE_MAX ? room : PICTURE_MAX;
    size_t ticks = d->picture / TICK_COLUMNS;
    chart_axis_fit(&d->axis, d->chart->documented, chart_intervals_highest(d->chart),
                   ticks > 2 ? ticks : 2);
}

void chart_intervals_text(const struct chart_intervals *chart, size_t width, struct buf *b)
{
    ASSERT(chart->count > 0 && chart->documented > 0);
    struct drawing d = {.b = b, .chart = chart};
    lay_out(&d, width);
    put_documented(&d);
    for (size_t i = 0; i < chart->count; i++) {
        if (chart->rows[i].group)
            term_paragraph(b, chart->rows[i].group, 0, d.left + d.picture);
        put_row(&d, &chart->rows[i]);
    }
    put_axis(&d);
    put_legend(&d);
}
