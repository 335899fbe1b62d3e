/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "count/hierarchy.h"

bool hierarchy_has(const struct hierarchy *h, unsigned set)
{
    return (h->has[set / 64] >> set % 64 & 1) != 0;
}

static void flip(struct hierarchy *h, unsigned set)
{
    h->has[set / 64] ^= UINT64_C(1) << set % 64;
}

static unsigned size_of(unsigned set)
{
    return (unsigned)__builtin_popcount(set);
}

struct hierarchy hierarchy_independent(unsigned lists)
{
    struct hierarchy h = {{1}};
    for (unsigned i = 0; i < lists; i++)
        flip(&h, 1u << i);
    return h;
}

struct hierarchy hierarchy_largest(unsigned lists)
{
    struct hierarchy h = {{0}};
    for (unsigned s = 0; s + 1 < 1u << lists; s++)
        flip(&h, s);
    return h;
}

/* All sets that are one list smaller have a term. */
static bool stands_on_subsets(const struct hierarchy *h, unsigned set)
{
    for (unsigned rest = set; rest > 0; rest &= rest - 1) {
        if (!hierarchy_has(h, set & ~(rest & -rest)))
            return false;
    }
    return true;
}

/* No set that is one list larger has a term. */
static bool is_largest(const struct hierarchy *h, unsigned lists, unsigned set)
{
    for (unsigned i = 0; i < lists; i++) {
        if ((set >> i & 1) == 0 && hierarchy_has(h, set | 1u << i))
            return false;
    }
    return hierarchy_has(h, set);
}

size_t hierarchy_all(unsigned lists, struct hierarchy all[HIERARCHY_ALL_MAX])
{
    ASSERT(lists >= 2 && lists <= HIERARCHY_ALL_LISTS);
    size_t count = 1;
    all[0] = hierarchy_independent(lists);
    for (unsigned size = 2; size < lists; size++) {
        for (unsigned set = 0; set < 1u << lists; set++) {
            size_t so_far = size_of(set) == size ? count : 0;
            for (size_t k = 0; k < so_far; k++) {
                if (!stands_on_subsets(&all[k], set))
                    continue;
                all[count] = all[k];
                flip(&all[count++], set);
            }
        }
    }
    return count;
}

size_t hierarchy_steps(const struct hierarchy *h, unsigned lists, unsigned order_max,
                       struct hierarchy steps[HIERARCHY_STEPS_MAX])
{
    size_t count = 0;
    for (unsigned set = 0; set + 1 < 1u << lists; set++) {
        bool has = hierarchy_has(h, set);
        if (size_of(set) < 2 || size_of(set) > order_max ||
            !(has ? is_largest(h, lists, set) : stands_on_subsets(h, set)))
            continue;
        steps[count] = *h;
        flip(&steps[count++], set);
    }
    return count;
}

size_t hierarchy_sets(const struct hierarchy *h, unsigned lists, uint16_t sets[COUNT_CELLS_MAX])
{
    size_t count = 0;
    for (unsigned set = 0; set < 1u << lists; set++) {
        if (hierarchy_has(h, set))
            sets[count++] = (uint16_t)set;
    }
    return count;
}

static size_t put_set(unsigned set, const uint8_t *numbers, char text[COUNT_LISTS_MAX])
{
    size_t len = 0;
    for (unsigned i = 0; set >> i != 0; i++) {
        if (set >> i & 1)
            text[len++] = (char)('0' + numbers[i]);
    }
    return len;
}

struct writing {
    const uint8_t *numbers;
    char *text;
    size_t len;
    bool cut;
};

static void write_set(struct writing *w, unsigned set)
{
    char digits[COUNT_LISTS_MAX];
    size_t len = put_set(set, w->numbers, digits);
    w->cut = w->cut || w->len + len + sizeof ",..]" > COUNT_MODEL_TEXT_MAX;
    if (w->cut)
        return;
    if (w->len > 1)
        w->text[w->len++] = ',';
    memcpy(w->text + w->len, digits, len);
    w->len += len;
}

/* Sets of one size in the order of their digits: 12 13 14 23, which is that of the bits from the
 * lowest, not of the numbers. */
static void write_size(struct writing *w, const struct hierarchy *h, unsigned lists, unsigned size)
{
    for (unsigned mirrored = 1u << lists; mirrored-- > 1;) {
        unsigned set = 0;
        for (unsigned i = 0; i < lists; i++)
            set |= (mirrored >> (lists - 1 - i) & 1) << i;
        if (size_of(set) == size && is_largest(h, lists, set))
            write_set(w, set);
    }
}

void hierarchy_text(const struct hierarchy *h, unsigned lists,
                    const uint8_t numbers[COUNT_LISTS_MAX], char text[COUNT_MODEL_TEXT_MAX])
{
    struct writing w = {.numbers = numbers, .text = text, .len = 1};
    text[0] = '[';
    for (unsigned size = lists; size > 0; size--)
        write_size(&w, h, lists, size);
    if (w.cut)
        text[w.len++] = '.', text[w.len++] = '.';
    text[w.len++] = ']';
    text[w.len] = 0;
}
