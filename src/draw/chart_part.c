/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "draw/chart_part.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "draw/term.h"
#include "text/show.h"

/* Room beyond both ends, as a part of the whole. */
#define MARGIN 0.03
#define NAME_BYTES_MAX (64u << 10)
#define TITLE_CHARACTERS_MAX 1000

/* The widest sets of round numbers first, as digits of each power of ten. */
static const char *const log_digits[] = {"1", "13", "125", "12357", "123456789"};

void chart_begin(struct buf *b, double width, double height, double font_size, const char *title)
{
    buf_printf(b,
               "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 %.0f %.0f\" "
               "fill=\"currentColor\" font-size=\"%g\"><title>",
               ceil(width), ceil(height), font_size);
    struct buf shown CLEANUP(buf_wipe_release);
    buf_init(&shown, NAME_BYTES_MAX);
    show_line(&shown, span_text(title), TITLE_CHARACTERS_MAX);
    html_text(b, buf_bytes(&shown));
    buf_text(b, "</title>");
    if (buf_error(&shown) == E_NOMEM)
        buf_fail(b, E_NOMEM);
}

int chart_end(struct buf *b, struct arena *arena, struct html *ret_html)
{
    buf_text(b, "</svg>");
    char *copy = buf_error(b) ? NULL : arena_copy_text(arena, buf_bytes(b));
    REJECT_IF(!copy, E_NOMEM);
    ret_html->bytes = span_text(copy);
    return 0;
}

/* What stands in a page needs no name space; a file does. */
void chart_put_file(struct html chart, struct buf *out)
{
    static const char open[] = "<svg ";
    size_t skipped = sizeof open - 1;
    ASSERT(chart.bytes.len > skipped && memcmp(chart.bytes.data, open, skipped) == 0);
    buf_text(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" "
                  "style=\"background:#fff;color:#000;font-family:sans-serif\" ");
    buf_span(out, span_slice(chart.bytes, skipped, chart.bytes.len));
    buf_u8(out, '\n');
}

void chart_put_name(struct buf *b, const char *name, size_t columns)
{
    struct buf shown CLEANUP(buf_wipe_release);
    buf_init(&shown, NAME_BYTES_MAX);
    term_cell(&shown, name, columns, TERM_CUT);
    html_text(b, buf_bytes(&shown));
    if (buf_error(&shown) == E_NOMEM)
        buf_fail(b, E_NOMEM);
}

void chart_put_number(struct buf *b, double value)
{
    char digits[400];
    snprintf(digits, sizeof digits, "%.0f", value);
    size_t len = strlen(digits);
    for (size_t i = 0; i < len; i++) {
        buf_u8(b, (uint8_t)digits[i]);
        if ((len - i) % 3 == 1 && i + 1 < len)
            buf_u8(b, ',');
    }
}

size_t chart_number_columns(double value)
{
    int digits = snprintf(NULL, 0, "%.0f", value);
    return (size_t)(digits + (digits - 1) / 3);
}

static void add_tick(struct chart_axis *axis, double value)
{
    if (value >= axis->low && value <= axis->high && axis->tick_count < CHART_TICKS_MAX)
        axis->ticks[axis->tick_count] = value;
    if (value >= axis->low && value <= axis->high)
        axis->tick_count++;
}

static void log_ticks(struct chart_axis *axis, const char *digits)
{
    axis->tick_count = 0;
    double last = pow(10, floor(log10(axis->high)));
    for (double power = pow(10, floor(log10(axis->low))); power <= last; power *= 10) {
        for (const char *digit = digits; *digit; digit++)
            add_tick(axis, power * (*digit - '0'));
    }
}

static void even_ticks(struct chart_axis *axis, double step)
{
    axis->tick_count = 0;
    for (double value = ceil(axis->low / step) * step; value <= axis->high; value += step)
        add_tick(axis, value);
}

/* 1, 2, 5, 10, 20, ... persons: the smallest step with no more ticks than wanted. Where that has
 * none at all, the one before it, without its last ticks. */
static void fit_even_ticks(struct chart_axis *axis, size_t wanted)
{
    static const double factors[] = {2, 2.5, 2};
    double step = 1;
    while ((axis->high - axis->low) / step > CHART_TICKS_MAX)
        step *= 10;
    double before = step;
    even_ticks(axis, step);
    for (size_t i = 0; axis->tick_count > wanted; i++) {
        before = step;
        step *= factors[i % COUNT_OF(factors)];
        even_ticks(axis, step);
    }
    if (axis->tick_count == 0)
        even_ticks(axis, before);
}

void chart_axis_fit(struct chart_axis *axis, double low, double high, size_t wanted)
{
    ASSERT(low > 0 && low <= high && isfinite(high) && wanted >= 2 && wanted <= CHART_TICKS_MAX);
    *axis = (struct chart_axis){.log = high / low > CHART_LOG_OVER};
    if (axis->log) {
        double margin = pow(high / low, MARGIN);
        axis->low = low / margin;
        axis->high = high * margin;
        size_t set = COUNT_OF(log_digits);
        do
            log_ticks(axis, log_digits[--set]);
        while (axis->tick_count > wanted && set > 0);
    } else {
        double margin = high > low ? (high - low) * MARGIN : low * MARGIN;
        axis->low = low - margin;
        axis->high = high + margin;
        fit_even_ticks(axis, wanted);
    }
    axis->tick_count = axis->tick_count > wanted ? wanted : axis->tick_count;
}

double chart_axis_at(const struct chart_axis *axis, double value)
{
    double at = axis->log ? log(value / axis->low) / log(axis->high / axis->low)
                          : (value - axis->low) / (axis->high - axis->low);
    return at < 0 ? 0 : at > 1 ? 1 : at;
}
