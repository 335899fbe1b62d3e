/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "count/screen.h"

#include <stdarg.h>

struct screening {
    const struct count_data *data;
    const struct count_table *table;
    struct arena *memory;
    struct count_stratum *s;
    unsigned empty, copies; /* lists, bit by bit; of equal ones all but the first are copies */
};

static void warn(struct screening *c, enum count_warning w)
{
    c->s->warnings |= UINT32_C(1) << w;
}

static void detail(struct screening *c, const char *format, ...) PRINTF_LIKE(2, 3);
static void detail(struct screening *c, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    count_detail_put(c->s->detail, format, args);
    va_end(args);
}

static int no_estimate(struct screening *c, const char *format, ...) PRINTF_LIKE(2, 3);
static int no_estimate(struct screening *c, const char *format, ...)
{
    char text[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    c->s->no_estimate = arena_printf(c->memory, "%s", text);
    return c->s->no_estimate ? 0 : E_NOMEM;
}

static const char *name(const struct screening *c, unsigned list)
{
    return c->data->lists[list];
}

static void look_at_pair(struct screening *c, unsigned i, unsigned j)
{
    uint64_t a = count_table_on(c->table, i), b = count_table_on(c->table, j);
    uint64_t both = count_table_both(c->table, i, j);
    if (both == a && both == b) {
        warn(c, COUNT_WARN_SAME_LIST);
        detail(c, "%.*s is %.*s.", COUNT_SHORT(name(c, i)), COUNT_SHORT(name(c, j)));
        c->copies |= 1u << j;
    } else if (both == a || both == b) {
        warn(c, COUNT_WARN_LIST_INSIDE);
        detail(c, "%.*s is inside %.*s.", COUNT_SHORT(name(c, both == a ? i : j)),
               COUNT_SHORT(name(c, both == a ? j : i)));
    }
}

static void look_at_lists(struct screening *c)
{
    for (unsigned i = 0; i < c->table->lists; i++) {
        if (count_table_on(c->table, i) == 0) {
            warn(c, COUNT_WARN_EMPTY_LIST);
            detail(c, "Nobody is on %.*s.", COUNT_SHORT(name(c, i)));
            c->empty |= 1u << i;
        }
    }
    for (unsigned i = 0; i < c->table->lists; i++) {
        for (unsigned j = i + 1; j < c->table->lists; j++) {
            if (!(c->empty >> i & 1 || c->empty >> j & 1 || c->copies >> j & 1))
                look_at_pair(c, i, j);
        }
    }
}

/* The lists that one comes to from this one over lists that have persons in common. */
static unsigned group_of(const struct screening *c, unsigned list)
{
    unsigned group = 1u << list, before = 0;
    while (group != before) {
        before = group;
        for (unsigned h = 1; h < 1u << c->table->lists; h++) {
            if (c->table->cells[h] > 0 && h & group)
                group |= h;
        }
    }
    return group;
}

static uint64_t persons_of(const struct screening *c, unsigned group)
{
    uint64_t persons = 0;
    for (unsigned h = 1; h < 1u << c->table->lists; h++)
        persons += h & group ? c->table->cells[h] : 0;
    return persons;
}

static int look_for_groups(struct screening *c)
{
    uint64_t all = count_table_n(c->table), most = 0;
    unsigned largest = 0, every = (1u << c->table->lists) - 1;
    for (unsigned i = 0; i < c->table->lists; i++) {
        unsigned group = group_of(c, i);
        uint64_t persons = persons_of(c, group);
        if (persons > most) {
            most = persons;
            largest = group;
        }
    }
    unsigned others = every & ~largest & ~c->empty;
    if (others == 0)
        return 0;
    warn(c, COUNT_WARN_APART);
    for (unsigned i = 0; i < c->table->lists; i++) {
        if (others >> i & 1)
            detail(c, "%.*s stands apart.", COUNT_SHORT(name(c, i)));
    }
    if ((double)(all - most) < COUNT_SCREEN_APART * (double)all)
        return 0;
    return no_estimate(c, "The lists fall into groups that have nobody in common. How many are on "
                          "no list is estimated from how lists overlap, so that nothing can be "
                          "said of all of them together; what is documented is the answer.");
}

static int look_at_number(struct screening *c)
{
    unsigned held = c->table->lists - (unsigned)__builtin_popcount(c->empty);
    unsigned differ = held - (unsigned)__builtin_popcount(c->copies);
    if (held == 0)
        return no_estimate(c, "Nobody is documented here.");
    if (differ == 1)
        return no_estimate(c, "There is one list only. How many are missing from it cannot be seen "
                              "in the list itself: that takes at least three lists that overlap, "
                              "so that what is documented is the answer.");
    if (differ == 2)
        return no_estimate(c, "There are two lists only. Two lists give a number only to one who "
                              "believes that being on one does not change the chance to be on the "
                              "other, and two lists cannot show whether that is so: it takes at "
                              "least three. What is documented is the answer.");
    return 0;
}

int count_screen(const struct count_data *data, struct arena *memory, struct count_stratum *s)
{
    struct screening c = {.data = data, .table = &s->data->table, .memory = memory, .s = s};
    if (!s->data->has_table)
        return no_estimate(&c,
                           "There are %u lists, and estimates are made from at most %d. What is "
                           "documented is the answer, unless some of the lists are chosen "
                           "(--lists).",
                           data->list_count, COUNT_LISTS_MAX);
    look_at_lists(&c);
    TRY(look_at_number(&c));
    return s->no_estimate ? 0 : look_for_groups(&c);
}
