/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Nobody can know what a terminal does; utf8proc's table is what most of them follow. */
#include "text/width.h"

#include <utf8proc.h>

#include "text/utf8.h"

static size_t width_of(uint32_t c)
{
    return c == UTF8_INVALID ? 1 : (size_t)utf8proc_charwidth((utf8proc_int32_t)c);
}

size_t width_columns(struct span text)
{
    size_t columns = 0;
    while (text.len > 0)
        columns += width_of(utf8_next(&text));
    return columns;
}

struct span width_cut(struct span text, size_t columns)
{
    struct span rest = text;
    size_t fitting = 0;
    while (rest.len > 0) {
        size_t width = width_of(utf8_next(&rest));
        if (width > columns)
            break;
        columns -= width;
        fitting = text.len - rest.len;
    }
    return span_slice(text, 0, fitting);
}
