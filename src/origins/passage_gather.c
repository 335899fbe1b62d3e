/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/passage_gather.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define COPY_SHARED 0.6f /* of both: a short text within a long one is no copy of all of it */

static int by_documents(const void *x, const void *y)
{
    const struct passage *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    if (a->b != b->b)
        return a->b < b->b ? -1 : 1;
    return a->a_from < b->a_from ? -1 : a->a_from > b->a_from;
}

static int by_pair(const void *x, const void *y)
{
    const struct document_pair *a = x, *b = y;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

static int gather(struct pair_found *lists, size_t list_count, struct passages *p)
{
    size_t count = 0, pairs = 0;
    for (size_t i = 0; i < list_count; i++) {
        count += lists[i].count;
        pairs += lists[i].pair_count;
    }
    p->passages = mem_alloc((count + 1) * sizeof *p->passages);
    p->pairs = mem_alloc((pairs + 1) * sizeof *p->pairs);
    REJECT_IF(!p->passages || !p->pairs, E_NOMEM);
    for (size_t i = 0; i < list_count; i++) {
        struct pair_found *from = &lists[i];
        if (from->count > 0)
            memcpy(p->passages + p->count, from->passages, from->count * sizeof *p->passages);
        if (from->pair_count > 0)
            memcpy(p->pairs + p->pair_count, from->pairs, from->pair_count * sizeof *p->pairs);
        p->count += from->count;
        p->pair_count += from->pair_count;
        pair_found_release(from);
    }
    if (p->count > 1)
        qsort(p->passages, p->count, sizeof *p->passages, by_documents);
    if (p->pair_count > 1)
        qsort(p->pairs, p->pair_count, sizeof *p->pairs, by_pair);
    return 0;
}

/* A document joins the group of the first one that it is a copy of and that is not in another's
 * group itself: nothing is handed on from copy to copy. */
static int group_copies(struct passages *p, uint32_t documents)
{
    p->copy_group = mem_alloc(((size_t)documents + 1) * sizeof *p->copy_group);
    REJECT_IF(!p->copy_group, E_NOMEM);
    for (uint32_t d = 0; d < documents; d++)
        p->copy_group[d] = d;
    for (size_t i = 0; i < p->pair_count; i++) {
        const struct document_pair *pair = &p->pairs[i];
        float less = pair->a_shared < pair->b_shared ? pair->a_shared : pair->b_shared;
        if (pair->relation == RELATION_COPY && less >= COPY_SHARED &&
            p->copy_group[pair->a] == pair->a && p->copy_group[pair->b] == pair->b)
            p->copy_group[pair->b] = pair->a;
    }
    return 0;
}

int passages_gather(struct pair_found *lists, size_t list_count, uint32_t documents,
                    struct passages *p)
{
    TRY(gather(lists, list_count, p));
    return group_copies(p, documents);
}

void passages_free(struct passages *p)
{
    if (!p)
        return;
    mem_free(p->passages);
    mem_free(p->pairs);
    mem_free(p->copy_group);
    mem_free(p);
}
