/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/mem.h"
#include "link/block.h"

void link_plan_init(struct link_plan *plan)
{
    *plan = (struct link_plan){.passes = 0};
}

void link_plan_release(struct link_plan *plan)
{
    for (unsigned p = 0; p < plan->passes; p++)
        mem_free(plan->pass[p].too_large);
    link_plan_init(plan);
}

static bool is_too_large(const struct link_pass *pass, uint64_t block)
{
    if (pass->too_large_capacity == 0)
        return false;
    size_t mask = pass->too_large_capacity - 1;
    for (size_t at = block & mask; pass->too_large[at] != 0; at = (at + 1) & mask) {
        if (pass->too_large[at] == block)
            return true;
    }
    return false;
}

/* One value for a key of several: the smallest, which two records that share most also share. */
static uint64_t smallest_key(const struct link_records *r, struct link_atom atom, uint32_t record)
{
    uint64_t keys[LINK_KEY_VALUES_MAX];
    unsigned count = link_keys(r, atom.field, atom.key, record, keys);
    uint64_t smallest = count > 0 ? keys[0] : 0;
    for (unsigned i = 1; i < count; i++)
        smallest = keys[i] < smallest ? keys[i] : smallest;
    return smallest;
}

/* A record without the key is in a block of those without it. */
static uint64_t cut_block(const struct link_pass *pass, const struct link_records *r,
                          uint32_t record, uint64_t block)
{
    for (unsigned i = 0; i < pass->cuts && is_too_large(pass, block); i++)
        block = link_mix(block ^ link_mix(smallest_key(r, pass->cut[i], record) + i + 1)) | 1;
    return block;
}

static unsigned add_block(uint64_t *blocks, unsigned count, uint64_t block)
{
    for (unsigned i = 0; i < count; i++) {
        if (blocks[i] == block)
            return count;
    }
    if (count < LINK_BLOCKS_MAX)
        blocks[count++] = block;
    return count;
}

unsigned link_pass_blocks(const struct link_pass *pass, const struct link_records *r,
                          uint32_t record, uint64_t ret_blocks[LINK_BLOCKS_MAX])
{
    const struct link_atom *k = pass->key;
    uint64_t firsts[LINK_KEY_VALUES_MAX], seconds[LINK_KEY_VALUES_MAX] = {0};
    unsigned count = 0, firsts_count = link_keys(r, k[0].field, k[0].key, record, firsts);
    unsigned seconds_count = 1;
    if (pass->keys > 1 && firsts_count > 0)
        seconds_count = link_keys(r, k[1].field, k[1].key, record, seconds);
    for (unsigned i = 0; i < firsts_count; i++) {
        uint64_t first = link_mix(firsts[i]);
        for (unsigned j = 0; j < seconds_count; j++) {
            uint64_t block = pass->keys > 1 ? link_mix(first * 31 + seconds[j]) : first;
            count = add_block(ret_blocks, count, cut_block(pass, r, record, block | 1));
        }
    }
    return count;
}

/* Sorting */

#define RECORDS_PER_TASK 65536u
#define PART_RECORDS_MIN 4096u /* smaller parts would save little, and each looks at all records */

struct filling {
    const struct link_pass *pass;
    const struct link_universe *u;
    unsigned part_bits;
    uint64_t part;
    size_t *starts;             /* per task: first how many entries it has, then where they begin */
    struct link_entry *entries; /* NULL: only counting */
};

static int fill_task(void *arg, size_t task, unsigned worker)
{
    (void)worker;
    struct filling *f = arg;
    uint64_t blocks[LINK_BLOCKS_MAX];
    uint32_t from = (uint32_t)task * RECORDS_PER_TASK;
    size_t at = f->entries ? f->starts[task] : 0;
    for (uint32_t i = from; i < f->u->count && i - from < RECORDS_PER_TASK; i++) {
        uint32_t record = f->u->order[i];
        unsigned count = link_pass_blocks(f->pass, f->u->records, record, blocks);
        for (unsigned b = 0; b < count; b++) {
            if (f->part_bits > 0 && blocks[b] >> (64 - f->part_bits) != f->part)
                continue;
            if (f->entries)
                f->entries[at] = (struct link_entry){blocks[b], i, record};
            at++;
        }
    }
    if (!f->entries)
        f->starts[task] = at;
    return 0;
}

static size_t sum_starts(size_t *starts, size_t tasks)
{
    size_t sum = 0;
    for (size_t i = 0; i < tasks; i++) {
        size_t count = starts[i];
        starts[i] = sum;
        sum += count;
    }
    return sum;
}

static int fill_and_sort(struct filling *f, size_t tasks, struct workers *w, size_t *ret_count)
{
    TRY(workers_run(w, tasks, fill_task, f));
    *ret_count = sum_starts(f->starts, tasks);
    f->entries = mem_alloc((*ret_count + 1) * sizeof *f->entries);
    REJECT_IF(!f->entries, E_NOMEM);
    TRY(workers_run(w, tasks, fill_task, f));
    return link_sort(f->entries, *ret_count, w);
}

int link_pass_sort(const struct link_pass *pass, const struct link_universe *u, unsigned part_bits,
                   uint64_t part, struct workers *w, struct link_entry **ret_entries,
                   size_t *ret_count)
{
    size_t tasks = u->count / RECORDS_PER_TASK + 1, count = 0;
    struct filling f = {.pass = pass, .u = u, .part_bits = part_bits, .part = part};
    f.starts = mem_calloc(tasks, sizeof *f.starts);
    REJECT_IF(!f.starts, E_NOMEM);
    int error = fill_and_sort(&f, tasks, w, &count);
    mem_free(f.starts);
    if (error < 0) {
        mem_free(f.entries);
        return error;
    }
    *ret_entries = f.entries;
    *ret_count = count;
    return 0;
}

/* Counting and cutting */

static uint64_t pairs_of_block(const struct link_universe *u, const struct link_entry *e,
                               size_t size)
{
    uint32_t counts[LINK_LISTS_MAX] = {0};
    for (size_t i = 0; i < size; i++)
        counts[u->list[e[i].record]]++;
    return link_universe_pairs_of(u, counts);
}

static void mark(struct link_pass *pass, uint64_t block)
{
    size_t mask = pass->too_large_capacity - 1, at = block & mask;
    while (pass->too_large[at] != 0)
        at = (at + 1) & mask;
    pass->too_large[at] = block;
}

static int make_room(struct link_pass *pass, size_t more)
{
    struct link_pass larger = *pass;
    larger.too_large_capacity = 64;
    while (larger.too_large_capacity < 2 * (pass->too_large_capacity + more))
        larger.too_large_capacity *= 2;
    larger.too_large = mem_calloc(larger.too_large_capacity, sizeof *larger.too_large);
    REJECT_IF(!larger.too_large, E_NOMEM);
    for (size_t i = 0; i < pass->too_large_capacity; i++) {
        if (pass->too_large[i] != 0)
            mark(&larger, pass->too_large[i]);
    }
    mem_free(pass->too_large);
    *pass = larger;
    return 0;
}

int link_pass_cut(struct link_pass *pass, const uint64_t *blocks, size_t count)
{
    TRY(make_room(pass, count));
    for (size_t i = 0; i < count; i++)
        mark(pass, blocks[i]);
    return 0;
}

/* The blocks that are too large, to be marked when all have been seen: what is cut must not change
 * while it is counted. */
struct marks {
    uint64_t *blocks;
    size_t count, capacity;
};

static int put_mark(struct marks *m, uint64_t block)
{
    if (m->count == m->capacity) {
        size_t capacity = m->capacity ? m->capacity * 2 : 64;
        uint64_t *blocks = mem_realloc(m->blocks, capacity * sizeof *blocks);
        REJECT_IF(!blocks, E_NOMEM);
        m->blocks = blocks;
        m->capacity = capacity;
    }
    m->blocks[m->count++] = block;
    return 0;
}

static int count_blocks(struct link_pass *pass, const struct link_universe *u,
                        const struct link_entry *e, size_t count, struct marks *m)
{
    size_t next;
    for (size_t i = 0; i < count; i = next) {
        for (next = i + 1; next < count && e[next].hash == e[i].hash;)
            next++;
        if (next - i <= pass->block_max) {
            pass->pairs += pairs_of_block(u, e + i, next - i);
            continue;
        }
        pass->pairs += (next - i) * LINK_NEIGHBOURS;
        TRY(put_mark(m, e[i].hash));
    }
    return 0;
}

static int count_parts(struct link_pass *pass, const struct link_universe *u, unsigned part_bits,
                       struct workers *w, struct marks *m)
{
    pass->pairs = 0;
    for (uint64_t part = 0; part < 1u << part_bits; part++) {
        struct link_entry *entries;
        size_t count;
        TRY(link_pass_sort(pass, u, part_bits, part, w, &entries, &count));
        int error = count_blocks(pass, u, entries, count, m);
        mem_free(entries);
        TRY(error);
    }
    return 0;
}

static int cut_once(struct link_pass *pass, const struct link_universe *u, unsigned part_bits,
                    struct workers *w, bool last, bool *ret_done)
{
    struct marks m = {.blocks = NULL};
    int error = count_parts(pass, u, part_bits, w, &m);
    *ret_done = last || m.count == 0;
    if (error == 0 && !*ret_done)
        error = link_pass_cut(pass, m.blocks, m.count);
    mem_free(m.blocks);
    return error;
}

static void count_slots(struct link_pass *pass, const struct link_universe *u)
{
    uint64_t blocks[LINK_BLOCKS_MAX];
    pass->slots = 1;
    for (uint32_t i = 0; i < u->count; i++) {
        unsigned count = link_pass_blocks(pass, u->records, i, blocks);
        if (count > pass->slots)
            pass->slots = (uint8_t)count;
    }
}

unsigned link_part_bits(const struct link_universe *u, size_t memory_bytes)
{
    unsigned bits = 0;
    uint64_t bytes = (uint64_t)u->count * 2 * sizeof(struct link_entry);
    while (bytes >> bits > memory_bytes && u->count >> bits > PART_RECORDS_MIN)
        bits++;
    return bits;
}

int link_pass_prepare(struct link_pass *pass, const struct link_universe *u, unsigned part_bits,
                      uint64_t pairs_max, struct workers *w)
{
    bool done = false;
    count_slots(pass, u);
    for (unsigned depth = 0; !done; depth++) {
        TRY(cut_once(pass, u, part_bits, w, depth == pass->cuts, &done));
        done = done || pass->pairs > pairs_max;
    }
    return 0;
}

/* Pairs and passes */

static bool share_block(const struct link_pass *pass, const struct link_records *r, uint32_t a,
                        uint32_t b)
{
    uint64_t of_a[LINK_BLOCKS_MAX], of_b[LINK_BLOCKS_MAX];
    unsigned count_a = link_pass_blocks(pass, r, a, of_a);
    unsigned count_b = count_a > 0 ? link_pass_blocks(pass, r, b, of_b) : 0;
    for (unsigned i = 0; i < count_a; i++) {
        for (unsigned j = 0; j < count_b; j++) {
            if (of_a[i] == of_b[j])
                return true;
        }
    }
    return false;
}

uint32_t link_plan_passes_of(const struct link_plan *plan, const struct link_records *r, uint32_t a,
                             uint32_t b)
{
    uint32_t passes = 0;
    for (unsigned p = 0; p < plan->passes; p++)
        passes |= (uint32_t)share_block(&plan->pass[p], r, a, b) << p;
    return passes;
}

uint32_t link_plan_free_fields(const struct link_plan *plan, uint32_t passes)
{
    uint32_t every = (1u << LINK_FIELDS_MAX) - 1, free_fields = plan->all ? every : 0;
    for (unsigned p = 0; p < plan->passes; p++) {
        if (!(passes & 1u << p))
            continue;
        uint32_t used = 0;
        for (unsigned k = 0; k < plan->pass[p].keys; k++)
            used |= 1u << plan->pass[p].key[k].field;
        free_fields |= every & ~used;
    }
    return free_fields;
}
