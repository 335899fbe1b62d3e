/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two texts, parted by a newline, as dates: what is read is written and read again, and compared
 * both ways. */
#include "base/mem.h"
#include "fuzz.h"
#include "link/date.h"
#include "link/script.h"

static link_date read_date(struct link_speller *speller, struct link_date_order *order,
                           struct span text)
{
    struct span plain;
    if (link_speller_plain(speller, text, &plain) < 0)
        return 0;
    link_date_learn(order, plain, 1);
    link_date_decide(order);
    ASSERT(link_date_month_read(plain) < 99);
    return link_date_read(order, plain);
}

static void check_written(link_date d)
{
    struct buf out;
    buf_init(&out, 64);
    link_date_write(&out, d);
    ASSERT(buf_error(&out) == E_NOMEM || link_date_parse(buf_bytes(&out)) == d);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct link_speller *speller = link_speller_new();
    struct link_date_order order = {.month_leads = false};
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = newline ? (size_t)(newline - data) : size;
    if (!speller)
        return 0;
    link_date a = read_date(speller, &order, span_of(data, first));
    link_date b = newline ? read_date(speller, &order, span_of(newline + 1, size - first - 1)) : 0;
    check_written(a);
    enum link_date_level level = link_date_compare(a, b);
    ASSERT(level < LINK_DATE_LEVEL_COUNT && level == link_date_compare(b, a));
    ASSERT((level == LINK_DATE_SAME) == (a == b && a != 0));
    ASSERT(!link_date_possible(a) || a != 0);
    link_speller_free(speller);
    return 0;
}
