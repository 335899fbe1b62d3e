/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "table/real.h"

#include <math.h>
#include <stdlib.h>

#define WHOLE_MAX 0x1p53
/* With so many significant digits every double is read back as it was. */
#define DIGITS_MAX 17

void real_put(struct buf *b, double v)
{
    ASSERT(isfinite(v));
    char text[40];
    int digits = 1;
    if (v == 0)
        v = 0; /* no sign */
    if (v == floor(v) && fabs(v) <= WHOLE_MAX)
        snprintf(text, sizeof text, "%.0f", v);
    else
        do
            snprintf(text, sizeof text, "%.*g", digits, v);
        while (strtod(text, NULL) != v && ++digits <= DIGITS_MAX);
    buf_text(b, text);
}
