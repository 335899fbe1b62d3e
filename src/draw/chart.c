/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Measures are in units of the picture, which the page scales to its width. Bars stand on a line
 * at BASE; numbers stand on bars; days stand under the line. */
#include "draw/chart.h"

#include "base/clock.h"
#include "base/error.h"

#define WIDTH 720
#define HEIGHT 190
#define TOP 24 /* room for the number on the highest bar */
#define BASE 160
#define CHART_BYTES_MAX (64u << 10)
/* With more bars than this a number on each would not fit. */
#define NUMBERED_DAYS_MAX 31
/* Day labels stand at least this far apart. */
#define LABEL_UNITS 160

static uint32_t highest(const struct chart_days *chart)
{
    uint32_t most = 1;
    for (size_t i = 0; i < chart->days; i++)
        most = chart->counts[i] > most ? chart->counts[i] : most;
    return most;
}

/* What is read aloud: the title, then each day that has a number. */
static void put_description(struct buf *b, const struct chart_days *chart)
{
    buf_text(b, "<title>");
    html_text(b, span_text(chart->title));
    buf_text(b, "</title><desc>");
    for (size_t i = 0; i < chart->days; i++) {
        char day[CLOCK_DAY_TEXT_BYTES];
        clock_day_text(chart->first_day + (uint32_t)i, day);
        if (chart->counts[i] > 0)
            buf_printf(b, "%s: %u. ", day, chart->counts[i]);
    }
    buf_text(b, "</desc>");
}

static void put_bar(struct buf *b, const struct chart_days *chart, size_t i, uint32_t most)
{
    uint32_t count = chart->counts[i];
    if (count == 0)
        return;
    double slot = (double)WIDTH / (double)chart->days;
    double height = (double)(BASE - TOP) * count / most;
    double bar = slot > 48 ? 36 : slot * 0.75;
    double x = slot * (double)i + (slot - bar) / 2;
    buf_printf(b, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>", x, BASE - height,
               bar, height);
    if (chart->days <= NUMBERED_DAYS_MAX || count == most || i + 1 == chart->days)
        buf_printf(b, "<text x=\"%.1f\" y=\"%.1f\">%u</text>", x + bar / 2, BASE - height - 6,
                   count);
}

static void put_label(struct buf *b, const struct chart_days *chart, size_t i)
{
    double slot = (double)WIDTH / (double)chart->days;
    const char *anchor = i == 0 ? "start" : i + 1 == chart->days ? "end" : "middle";
    double x = i == 0 ? 0 : i + 1 == chart->days ? WIDTH : slot * ((double)i + 0.5);
    char day[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(chart->first_day + (uint32_t)i, day);
    buf_printf(b, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>", x, HEIGHT - 8, anchor,
               day);
}

/* The first, the last, and as many between as have room. */
static void put_labels(struct buf *b, const struct chart_days *chart)
{
    size_t last = chart->days - 1;
    size_t parts = last < WIDTH / LABEL_UNITS ? last : WIDTH / LABEL_UNITS;
    for (size_t part = 0; part <= parts; part++)
        put_label(b, chart, parts > 0 ? last * part / parts : 0);
}

int chart_days(const struct chart_days *chart, struct arena *arena, struct html *ret_html)
{
    ASSERT(chart->days > 0 && chart->days <= CHART_DAYS_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    uint32_t most = highest(chart);
    buf_printf(&b,
               "<svg class=\"chart\" role=\"img\" viewBox=\"0 0 %d %d\" fill=\"currentColor\" "
               "font-size=\"14\">",
               WIDTH, HEIGHT);
    put_description(&b, chart);
    buf_text(&b, "<g text-anchor=\"middle\">");
    for (size_t i = 0; i < chart->days; i++)
        put_bar(&b, chart, i, most);
    buf_printf(&b, "</g><path d=\"M0 %d.5H%d\" stroke=\"currentColor\"/>", BASE, WIDTH);
    put_labels(&b, chart);
    buf_text(&b, "</svg>");
    char *copy = buf_error(&b) ? NULL : arena_copy_text(arena, buf_bytes(&b));
    REJECT_IF(!copy, E_NOMEM);
    ret_html->bytes = span_text(copy);
    return 0;
}
