/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The escapers: whatever the bytes, what is written is UTF-8 and ends no text or attribute. */
#include "base/error.h"
#include "draw/html.h"
#include "fuzz.h"
#include "text/utf8.h"

static void check(void (*escape)(struct buf *, struct span), struct span text,
                  const char *forbidden)
{
    struct buf b CLEANUP(buf_release);
    buf_init(&b, 16 << 20);
    escape(&b, text);
    ASSERT(buf_error(&b) == 0 || buf_error(&b) == E_TOO_LARGE);
    ASSERT(buf_error(&b) != 0 || utf8_check(buf_bytes(&b), 16 << 20) == 0);
    for (; *forbidden; forbidden++)
        ASSERT(b.len == 0 || !memchr(b.data, *forbidden, b.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    check(html_text, text, "<>\"'\x1b\x7f");
    check(html_lines, text, "\"'\n\x1b\x7f");
    check(html_query, text, "<>\"'&?#/ \n\\");
    check(html_url, text, "<>\"' \n\t");
    return 0;
}
