/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "link/sort.h"

#define PARTS 256
#define FEW 48 /* at most so many are sorted by insertion */

struct sorting {
    struct link_entry *entries, *other;
    size_t start[PARTS + 1];
};

static void sort_few(struct link_entry *e, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct link_entry moved = e[i];
        size_t at = i;
        for (; at > 0 && e[at - 1].hash > moved.hash; at--)
            e[at] = e[at - 1];
        e[at] = moved;
    }
}

/* One byte of the hash; false when all have the same one, and nothing was done. */
static bool sort_byte(const struct link_entry *from, struct link_entry *to, size_t count,
                      unsigned shift)
{
    size_t at[PARTS] = {0};
    for (size_t i = 0; i < count; i++)
        at[(from[i].hash >> shift) & 255]++;
    if (at[(from[0].hash >> shift) & 255] == count)
        return false;
    size_t sum = 0;
    for (unsigned p = 0; p < PARTS; p++) {
        size_t n = at[p];
        at[p] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++)
        to[at[(from[i].hash >> shift) & 255]++] = from[i];
    return true;
}

/* The part stands in other; it is sorted into entries. */
static int sort_part(void *arg, size_t part, unsigned worker)
{
    (void)worker;
    struct sorting *s = arg;
    size_t start = s->start[part], count = s->start[part + 1] - start;
    struct link_entry *from = s->other + start, *to = s->entries + start;
    if (count <= FEW) {
        sort_few(from, count);
    } else {
        for (unsigned shift = 0; shift < 56; shift += 8) {
            if (sort_byte(from, to, count, shift)) {
                struct link_entry *was = from;
                from = to;
                to = was;
            }
        }
    }
    if (from != s->entries + start)
        memcpy(s->entries + start, from, count * sizeof *from);
    return 0;
}

int link_sort(struct link_entry *entries, size_t count, struct workers *w)
{
    if (count <= FEW) {
        sort_few(entries, count);
        return 0;
    }
    struct sorting s = {.entries = entries};
    s.other = mem_alloc(count * sizeof *entries);
    REJECT_IF(!s.other, E_NOMEM);
    for (size_t i = 0; i < count; i++)
        s.start[(entries[i].hash >> 56) + 1]++;
    for (unsigned p = 0; p < PARTS; p++)
        s.start[p + 1] += s.start[p];
    size_t at[PARTS];
    memcpy(at, s.start, sizeof at);
    for (size_t i = 0; i < count; i++)
        s.other[at[entries[i].hash >> 56]++] = entries[i];
    int error = workers_run(w, PARTS, sort_part, &s);
    mem_free(s.other);
    return error;
}
