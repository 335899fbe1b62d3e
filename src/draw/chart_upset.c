/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Wide is the picture of the paper: histories are columns, lists are rows, bars stand above and
 * to the left. Narrow turns it: the lists come first, each with its number, and histories are rows.
 */
#include "draw/chart_upset.h"

#include <stdlib.h>

#include "draw/chart_part.h"
#include "draw/term.h"

#define CHART_BYTES_MAX (1u << 20)
#define FONT 13
#define GAP 12
#define FULL 160 /* the highest bar */
#define ROW 24
#define WIDE_HISTORIES_MAX 24
#define WIDE_WIDTH_MIN 860
#define WIDE_WIDTH_MAX 920
#define WIDE_NAME 20
#define WIDE_NAME_COLUMNS 30
#define SIZE_BAR 90 /* the longest bar of a list */
#define COLUMN_MIN 26
#define COLUMN_MAX 44
#define NARROW_WIDTH 360
#define NARROW_HISTORIES_MAX 20
#define NARROW_DOT 20

struct drawing {
    struct buf *b;
    const struct chart_upset *chart;
    size_t count, shown; /* histories */
    unsigned order[1 << CHART_UPSET_LISTS_MAX];
    uint64_t most, largest; /* persons with one history, on one list */
    size_t most_columns, largest_columns;
    double left, column, width, height;
};

static unsigned bits_in(unsigned history)
{
    unsigned bits = 0;
    for (; history; history &= history - 1)
        bits++;
    return bits;
}

struct ranked {
    unsigned history;
    uint64_t persons;
};

static int by_persons(const void *one, const void *other)
{
    const struct ranked *a = one, *b = other;
    if (a->persons != b->persons)
        return a->persons > b->persons ? -1 : 1;
    unsigned on_a = bits_in(a->history), on_b = bits_in(b->history);
    if (on_a != on_b)
        return on_a < on_b ? -1 : 1;
    return a->history < b->history ? -1 : 1;
}

size_t chart_upset_order(const struct chart_upset *chart,
                         unsigned ret_order[1 << CHART_UPSET_LISTS_MAX])
{
    struct ranked ranked[1 << CHART_UPSET_LISTS_MAX];
    size_t count = 0;
    for (unsigned h = 1; h < 1u << chart->lists; h++) {
        if (chart->cells[h] > 0)
            ranked[count++] = (struct ranked){h, chart->cells[h]};
    }
    qsort(ranked, count, sizeof *ranked, by_persons);
    for (size_t i = 0; i < count; i++)
        ret_order[i] = ranked[i].history;
    return count;
}

static void measure(struct drawing *d)
{
    d->count = chart_upset_order(d->chart, d->order);
    d->most = d->count > 0 ? d->chart->cells[d->order[0]] : 1;
    d->largest = 1;
    for (unsigned i = 0; i < d->chart->lists; i++)
        d->largest = d->chart->sizes[i] > d->largest ? d->chart->sizes[i] : d->largest;
    d->most_columns = chart_number_columns((double)d->most);
    d->largest_columns = chart_number_columns((double)d->largest);
}

static double columns_wide(size_t columns)
{
    return (double)columns * FONT * CHART_COLUMN_EM;
}

static void put_number_at(struct drawing *d, double x, double y, const char *anchor, uint64_t n)
{
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", x, y, anchor);
    chart_put_number(d->b, (double)n);
    buf_text(d->b, "</text>");
}

static void put_dot(struct drawing *d, double x, double y, bool on)
{
    buf_printf(d->b, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%s/>", x, y,
               on ? "6\"" : "2.5\" fill-opacity=\".4\"");
}

/* A line through the dots from the first list of a history to its last. */
static void put_spine(struct drawing *d, unsigned history, double x, double y, bool upright)
{
    unsigned first = 0, last = d->chart->lists - 1;
    while (!(history >> first & 1))
        first++;
    while (!(history >> last & 1))
        last--;
    double step = upright ? ROW : NARROW_DOT;
    if (first < last)
        buf_printf(d->b,
                   "<path stroke=\"currentColor\" stroke-width=\"3\" d=\"M%.1f %.1f%c%.1f\"/>",
                   upright ? x : x + step * first, upright ? y + step * first : y,
                   upright ? 'v' : 'h', step * (last - first));
}

/* What is read aloud; the table beside the picture has the rest. */
static void put_description(struct drawing *d)
{
    buf_text(d->b, "<desc>");
    for (unsigned i = 0; i < d->chart->lists; i++) {
        chart_put_name(d->b, d->chart->names[i], WIDE_NAME_COLUMNS);
        buf_text(d->b, ": ");
        chart_put_number(d->b, (double)d->chart->sizes[i]);
        buf_text(d->b, ". ");
    }
    for (size_t i = 0; i < d->shown; i++) {
        const char *before = "Only on ";
        for (unsigned list = 0; list < d->chart->lists; list++) {
            if (!(d->order[i] >> list & 1))
                continue;
            buf_text(d->b, before);
            chart_put_name(d->b, d->chart->names[list], WIDE_NAME_COLUMNS);
            before = " and ";
        }
        buf_text(d->b, ": ");
        chart_put_number(d->b, (double)d->chart->cells[d->order[i]]);
        buf_text(d->b, ". ");
    }
    buf_text(d->b, "</desc>");
}

static void put_left_out(struct drawing *d, double x, double y)
{
    uint64_t persons = 0;
    for (size_t i = d->shown; i < d->count; i++)
        persons += d->chart->cells[d->order[i]];
    if (d->shown == d->count)
        return;
    buf_printf(d->b, "<text x=\"%.1f\" y=\"%.1f\">and %zu smaller %s: ", x, y, d->count - d->shown,
               d->count - d->shown == 1 ? "group" : "groups");
    chart_put_number(d->b, (double)persons);
    buf_printf(d->b, " %s</text>", persons == 1 ? "person" : "persons");
}

/* Wide. */

static double list_y(unsigned list)
{
    return 2 * FONT + FULL + GAP + ROW * (list + 0.5);
}

static void put_list(struct drawing *d, unsigned list)
{
    double y = list_y(list), end = d->left - GAP;
    double bar = SIZE_BAR * (double)d->chart->sizes[list] / (double)d->largest;
    if (list % 2 == 0)
        buf_printf(d->b,
                   "<rect x=\"0\" y=\"%.1f\" width=\"%.1f\" height=\"%d\" "
                   "fill-opacity=\".06\"/>",
                   y - ROW / 2.0, d->width, ROW);
    buf_printf(d->b,
               "<text x=\"4\" y=\"%.1f\" font-weight=\"700\">%c</text>"
               "<text x=\"%d\" y=\"%.1f\">",
               y + 4.5, '1' + list, WIDE_NAME, y + 4.5);
    chart_put_name(d->b, d->chart->names[list], WIDE_NAME_COLUMNS);
    buf_text(d->b, "</text>");
    buf_printf(d->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\"/>", end - bar, y - 6,
               bar);
    put_number_at(d, end - SIZE_BAR - 6, y + 4.5, "end", d->chart->sizes[list]);
}

static void put_history(struct drawing *d, size_t place)
{
    unsigned history = d->order[place];
    double x = d->left + d->column * ((double)place + 0.5), base = 2 * FONT + FULL;
    double height = FULL * (double)d->chart->cells[history] / (double)d->most;
    double bar = d->column * 0.6 < 30 ? d->column * 0.6 : 30;
    buf_printf(d->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x - bar / 2,
               base - height, bar, height);
    put_number_at(d, x, base - height - 5, "middle", d->chart->cells[history]);
    put_spine(d, history, x, list_y(0), true);
    for (unsigned list = 0; list < d->chart->lists; list++)
        put_dot(d, x, list_y(list), history >> list & 1);
}

/* As many histories as there is room for without type becoming too small. */
static void show_at_most(struct drawing *d, size_t most)
{
    d->shown = d->count < most ? d->count : most;
}

static void lay_out_wide(struct drawing *d)
{
    size_t names = 0;
    for (unsigned i = 0; i < d->chart->lists; i++) {
        size_t name = term_columns_of(d->chart->names[i]);
        names = name > names ? name : names;
    }
    names = names < WIDE_NAME_COLUMNS ? names : WIDE_NAME_COLUMNS;
    d->left = WIDE_NAME + columns_wide(names) + GAP + columns_wide(d->largest_columns) + 6 +
              SIZE_BAR + GAP;
    d->column = columns_wide(d->most_columns) + 6;
    d->column = d->column > COLUMN_MIN ? d->column : COLUMN_MIN;
    double room = (WIDE_WIDTH_MAX - d->left) / d->column;
    show_at_most(d, room < WIDE_HISTORIES_MAX ? room > 4 ? (size_t)room : 4 : WIDE_HISTORIES_MAX);
    /* Few histories stand further apart; the picture is never so narrow that the page would enlarge
     * its type. */
    double spread = (WIDE_WIDTH_MIN - d->left) / (double)(d->shown > 0 ? d->shown : 1);
    spread = spread < COLUMN_MAX ? spread : COLUMN_MAX;
    d->column = d->column > spread ? d->column : spread;
    d->width = d->left + d->column * (double)d->shown + 4;
    d->width = d->width > WIDE_WIDTH_MIN ? d->width : WIDE_WIDTH_MIN;
    d->height = list_y(d->chart->lists) - ROW / 2.0 + (d->shown < d->count ? 2 * FONT : 2);
}

static void draw_wide(struct drawing *d)
{
    lay_out_wide(d);
    chart_begin(d->b, d->width, d->height, FONT, d->chart->title);
    put_description(d);
    for (unsigned i = 0; i < d->chart->lists; i++)
        put_list(d, i);
    for (size_t i = 0; i < d->shown; i++)
        put_history(d, i);
    buf_printf(d->b, "<path stroke=\"currentColor\" d=\"M%.1f %d.5H%.1f\"/>", d->left,
               2 * FONT + FULL, d->left + d->column * (double)d->shown);
    put_left_out(d, d->left, d->height - 4);
}

/* Narrow. */

static void put_narrow_list(struct drawing *d, unsigned list)
{
    double y = ROW * 1.6 * (list + 0.5);
    double room = NARROW_WIDTH - 28 - columns_wide(d->largest_columns) - 8;
    double bar = room * (double)d->chart->sizes[list] / (double)d->largest;
    buf_printf(d->b, "<text x=\"4\" y=\"%.1f\" font-weight=\"700\">%c</text>", y, '1' + list);
    buf_printf(d->b, "<text x=\"28\" y=\"%.1f\">", y);
    chart_put_name(d->b, d->chart->names[list], (size_t)(300 / (FONT * CHART_COLUMN_EM)));
    buf_text(d->b, "</text>");
    buf_printf(d->b, "<rect x=\"28\" y=\"%.1f\" width=\"%.1f\" height=\"8\"/>", y + 6, bar);
    put_number_at(d, 28 + bar + 6, y + 14.5, "start", d->chart->sizes[list]);
}

static void put_narrow_history(struct drawing *d, size_t place, double y)
{
    unsigned history = d->order[place];
    double room = NARROW_WIDTH - d->left - columns_wide(d->most_columns) - 8;
    double bar = room * (double)d->chart->cells[history] / (double)d->most;
    put_spine(d, history, NARROW_DOT / 2.0, y, false);
    for (unsigned list = 0; list < d->chart->lists; list++)
        put_dot(d, NARROW_DOT * (list + 0.5), y, history >> list & 1);
    buf_printf(d->b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"12\"/>", d->left, y - 6,
               bar);
    put_number_at(d, d->left + bar + 6, y + 4.5, "start", d->chart->cells[history]);
}

static void draw_narrow(struct drawing *d)
{
    show_at_most(d, NARROW_HISTORIES_MAX);
    d->left = NARROW_DOT * d->chart->lists + GAP;
    double head = ROW * 1.6 * d->chart->lists + ROW;
    d->height = head + ROW * (double)d->shown + (d->shown < d->count ? ROW + 8 : 8);
    chart_begin(d->b, NARROW_WIDTH, d->height, FONT, d->chart->title);
    put_description(d);
    for (unsigned i = 0; i < d->chart->lists; i++) {
        put_narrow_list(d, i);
        buf_printf(d->b,
                   "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\" font-weight=\"700\">%c"
                   "</text>",
                   NARROW_DOT * (i + 0.5), head - 6, '1' + i);
    }
    for (size_t i = 0; i < d->shown; i++)
        put_narrow_history(d, i, head + ROW * ((double)i + 0.5));
    put_left_out(d, 0, d->height - 8);
}

int chart_upset(const struct chart_upset *chart, bool narrow, struct arena *arena,
                struct html *ret_html)
{
    ASSERT(chart->lists > 0 && chart->lists <= CHART_UPSET_LISTS_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    struct drawing d = {.b = &b, .chart = chart};
    measure(&d);
    if (narrow)
        draw_narrow(&d);
    else
        draw_wide(&d);
    return chart_end(&b, arena, ret_html);
}
