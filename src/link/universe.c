/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A value's own number depends on which row came first, and its blocking keys are those of other
 * values too; so what a record holds is hashed from all that its values say. */
#include "link/universe.h"
#include "base/mem.h"
#include "link/sort.h"

static int add_field(const struct link_records *r, unsigned field, struct link_entry *entries)
{
    uint32_t values = link_field_values(r, field);
    uint64_t *hashes = mem_calloc(values, sizeof *hashes);
    REJECT_IF(!hashes, E_NOMEM);
    for (uint32_t value = 1; value < values; value++)
        hashes[value] = link_value_hash(r, field, value) | 1;
    uint32_t count = (uint32_t)link_records_count(r);
    for (uint32_t i = 0; i < count; i++)
        entries[i].hash = link_mix(entries[i].hash * 31 + hashes[link_record_values(r, i)[field]]);
    mem_free(hashes);
    return 0;
}

static void count_lists(struct link_universe *u, unsigned scope)
{
    uint32_t counts[LINK_LISTS_MAX] = {0};
    u->every = u->between;
    for (unsigned list = 0; list < link_records_lists(u->records); list++) {
        u->within[list] = (scope & LINK_WITHIN) && !link_records_list_is_unique(u->records, list);
        u->every = u->every && u->within[list];
    }
    for (uint32_t i = 0; i < u->count; i++) {
        u->list[i] = (uint8_t)link_records_list_of(u->records, i);
        counts[u->list[i]]++;
    }
    u->pairs = link_universe_pairs_of(u, counts);
}

static int fill(struct link_universe *u, unsigned scope, struct link_entry *entries)
{
    const struct link_records *r = u->records;
    count_lists(u, scope);
    for (uint32_t i = 0; i < u->count; i++)
        entries[i] = (struct link_entry){.hash = u->list[i], .what = i};
    for (unsigned f = 0; f < link_records_fields(r); f++)
        TRY(add_field(r, f, entries));
    TRY(link_sort(entries, u->count, NULL));
    for (uint32_t i = 0; i < u->count; i++) {
        u->order[i] = entries[i].what;
        u->rank[entries[i].what] = i;
    }
    return 0;
}

int link_universe_init(struct link_universe *u, const struct link_records *r, unsigned scope)
{
    size_t count = link_records_count(r);
    ASSERT(count <= LINK_RECORDS_MAX);
    *u = (struct link_universe){
        .records = r, .count = (uint32_t)count, .between = (scope & LINK_BETWEEN) != 0};
    u->order = mem_calloc(count + 1, sizeof *u->order);
    u->rank = mem_calloc(count + 1, sizeof *u->rank);
    u->list = mem_calloc(count + 1, 1);
    struct link_entry *entries = mem_calloc(count + 1, sizeof *entries);
    int error = u->order && u->rank && u->list && entries ? fill(u, scope, entries) : E_NOMEM;
    mem_free(entries);
    if (error < 0)
        link_universe_release(u);
    return error;
}

void link_universe_release(struct link_universe *u)
{
    mem_free(u->order);
    mem_free(u->rank);
    mem_free(u->list);
    *u = (struct link_universe){.records = NULL};
}

uint64_t link_universe_pairs_of(const struct link_universe *u,
                                const uint32_t counts[LINK_LISTS_MAX])
{
    uint64_t all = 0, pairs = 0;
    for (unsigned list = 0; list < LINK_LISTS_MAX; list++) {
        uint64_t n = counts[list];
        if (u->between)
            pairs += all * n;
        if (u->within[list])
            pairs += n * (n - (n > 0)) / 2;
        all += n;
    }
    return pairs;
}
