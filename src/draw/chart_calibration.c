/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Each point has a line of two standard errors of a share around where it should stand, so that
 * few cases that are off by chance are not taken for a fault. */
#include "draw/chart_calibration.h"

#include <math.h>

#include "draw/chart_part.h"

#define CHART_BYTES_MAX (256u << 10)
#define FONT 13
#define LEFT 44
#define TOP 12
#define SIDE 280
#define WIDTH 360
#define HEIGHT 348

static double x_of(double chance)
{
    return LEFT + SIDE * chance;
}

static double y_of(double share)
{
    return TOP + SIDE * (1 - share);
}

static void put_frame(struct buf *b)
{
    buf_printf(b,
               "<path fill=\"none\" stroke=\"currentColor\" d=\"M%d %dV%dH%d\"/>"
               "<path stroke=\"currentColor\" stroke-dasharray=\"2 3\" d=\"M%d %dL%d %d\"/>",
               LEFT, TOP, TOP + SIDE, LEFT + SIDE, LEFT, TOP + SIDE, LEFT + SIDE, TOP);
    for (int i = 0; i <= 4; i++) {
        double share = i / 4.0;
        buf_printf(b,
                   "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%d%%</text>"
                   "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%d%%</text>",
                   x_of(share), TOP + SIDE + 18, 25 * i, LEFT - 6, y_of(share) + FONT * 0.36,
                   25 * i);
    }
    buf_printf(b,
               "<text x=\"%d\" y=\"%d\">across: the chance given; up: how many were</text>"
               "<text x=\"%d\" y=\"%d\" font-size=\"11\">upright lines: where chance alone may put "
               "a point</text>",
               LEFT, TOP + SIDE + 37, LEFT, TOP + SIDE + 53);
}

static void put_point(struct buf *b, const struct chart_calibrated *p)
{
    double spread = 2 * sqrt(p->expected * (1 - p->expected) / (double)p->cases);
    double low = fmax(0, p->expected - spread), high = fmin(1, p->expected + spread);
    buf_printf(b,
               "<path stroke=\"currentColor\" stroke-opacity=\".6\" d=\"M%.1f %.1fV%.1fm-4 0h8m-8 "
               "%.1fh8\"/><circle cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>",
               x_of(p->expected), y_of(low), y_of(high), y_of(low) - y_of(high), x_of(p->expected),
               y_of(p->observed));
}

/* What is read aloud. */
static void put_description(struct buf *b, const struct chart_calibration *chart)
{
    buf_text(b, "<desc>");
    for (size_t i = 0; i < chart->count; i++) {
        const struct chart_calibrated *p = &chart->points[i];
        buf_printf(b, "Chance given %.1f%%, came true %.1f%%, of ", 100 * p->expected,
                   100 * p->observed);
        chart_put_number(b, (double)p->cases);
        buf_text(b, ". ");
    }
    buf_text(b, "</desc>");
}

int chart_calibration(const struct chart_calibration *chart, struct arena *arena,
                      struct html *ret_html)
{
    ASSERT(chart->count > 0 && chart->count <= CHART_CALIBRATION_MAX);
    struct buf b CLEANUP(buf_release);
    buf_init(&b, CHART_BYTES_MAX);
    chart_begin(&b, WIDTH, HEIGHT, FONT, chart->title);
    put_description(&b, chart);
    put_frame(&b);
    for (size_t i = 0; i < chart->count; i++)
        put_point(&b, &chart->points[i]);
    return chart_end(&b, arena, ret_html);
}
