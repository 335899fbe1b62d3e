/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Each row's picture is an array of symbols, a column each. */
#include "draw/chart_waterfall.h"

#include <math.h>

#include "draw/chart_part.h"
#include "draw/term.h"

#define PICTURE_MAX 80
#define PICTURE_MIN 12
#define NAME_MAX 30
#define NUMBER_COLUMNS 6
#define NUMBER_BYTES 32
#define INDENT 2
#define GAP 2
/* Below this names stand above their pictures. */
#define BESIDE_WIDTH 60

struct drawing {
    struct buf *b;
    double low, high;
    bool beside;
    size_t name, picture, width;
    const char *symbols[PICTURE_MAX];
};

static void pad(struct buf *b, size_t columns)
{
    for (; columns > 0; columns--)
        buf_u8(b, ' ');
}

static size_t column_of(const struct drawing *d, double bits)
{
    return (size_t)lround((bits - d->low) / (d->high - d->low) * (double)(d->picture - 1));
}

static void lay_out(struct drawing *d, const struct chart_waterfall *chart, size_t width)
{
    double sum = 0;
    size_t names = term_columns_of(chart->total);
    for (size_t i = 0; i < chart->count; i++) {
        size_t name = term_columns_of(chart->steps[i].name);
        names = name > names ? name : names;
        sum += chart->steps[i].bits;
        d->low = fmin(d->low, sum);
        d->high = fmax(d->high, sum);
    }
    if (d->high - d->low < 1)
        d->high = d->low + 1;
    d->width = width;
    d->beside = width >= BESIDE_WIDTH;
    d->name = names < NAME_MAX ? names : NAME_MAX;
    size_t used = INDENT + (d->beside ? d->name + GAP : 0) + NUMBER_COLUMNS + GAP;
    size_t room = width > used + PICTURE_MIN ? width - used : PICTURE_MIN;
    d->picture = room < PICTURE_MAX ? room : PICTURE_MAX;
}

static void put_picture(struct drawing *d, double from, double to)
{
    size_t one = column_of(d, from), other = column_of(d, to), zero = column_of(d, 0);
    size_t end = d->picture;
    for (size_t i = 0; i < d->picture; i++)
        d->symbols[i] = " ";
    d->symbols[zero] = "┊";
    for (size_t i = one < other ? one : other; fabs(to - from) >= 0.05; i++) {
        d->symbols[i] = to > from ? "█" : "░";
        if (i >= one && i >= other)
            break;
    }
    while (end > 0 && d->symbols[end - 1][0] == ' ')
        end--;
    for (size_t i = 0; i < end; i++)
        buf_text(d->b, d->symbols[i]);
    buf_u8(d->b, '\n');
}

static void put_row(struct drawing *d, const char *name, double from, double to)
{
    struct buf number CLEANUP(buf_release);
    buf_init(&number, NUMBER_BYTES);
    chart_put_bits(&number, to - from);
    pad(d->b, INDENT);
    if (d->beside) {
        term_cell(d->b, name, d->name, TERM_LEFT);
        pad(d->b, GAP);
    } else {
        term_cell(d->b, name, d->width > INDENT ? d->width - INDENT : 1, TERM_CUT);
        buf_u8(d->b, '\n');
        pad(d->b, INDENT);
    }
    term_cell(d->b, buf_cstr(&number), NUMBER_COLUMNS, TERM_RIGHT);
    pad(d->b, GAP);
    put_picture(d, from, to);
    if (buf_error(&number))
        buf_fail(d->b, buf_error(&number));
}

void chart_waterfall_text(const struct chart_waterfall *chart, size_t width, struct buf *b)
{
    ASSERT(chart->count > 0 && chart->count <= CHART_WATERFALL_MAX);
    struct drawing d = {.b = b};
    double sum = 0;
    lay_out(&d, chart, width);
    for (size_t i = 0; i < chart->count; i++) {
        put_row(&d, chart->steps[i].name, sum, sum + chart->steps[i].bits);
        sum += chart->steps[i].bits;
    }
    put_row(&d, chart->total, 0, sum);
}
