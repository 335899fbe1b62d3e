/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The Accept-Language header of whoever asks: any bytes choose a language of the table, and what
 * stands behind the limit changes nothing. */
#include "draw/language.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct language *chosen = language_accepted(span_of(data, size));
    ASSERT(language_at(language_place(chosen)) == chosen);
    size_t read = size < LANGUAGE_HEADER_MAX_BYTES ? size : LANGUAGE_HEADER_MAX_BYTES;
    ASSERT(language_accepted(span_of(data, read)) == chosen);
    return 0;
}
