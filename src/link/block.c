/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A record's blocks are known by hashes only as long as it takes to sort records by them: then the
 * blocks have numbers, small and equal for every number of threads, and all that follows looks up
 * numbers. A block that is too large has its records' hashes changed by the next key, and these
 * are sorted again. */
#include "link/block.h"

#include <string.h>

#include "base/mem.h"

#define RECORDS_PER_TASK 65536u
#define ENTRIES_PER_TASK 65536u

void link_plan_init(struct link_plan *plan)
{
    *plan = (struct link_plan){.passes = 0};
}

void link_plan_release(struct link_plan *plan)
{
    mem_free(plan->numbers);
    link_plan_init(plan);
}

/* Hashes */

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

/* Those of a record, before any is cut. */
static unsigned blocks_of(const struct link_pass *pass, const struct link_records *r,
                          uint32_t record, uint64_t blocks[LINK_BLOCKS_MAX])
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
            count = add_block(blocks, count, block | 1);
        }
    }
    return count;
}

/* Preparing */

/* The work is parted by the blocks' first bits, so that it takes not more memory than is said: in
 * how many parts depends on the number of records alone, for the numbers of blocks do. */
struct preparing {
    struct link_pass *pass;
    uint32_t *numbers; /* by place, slots each; 0: none, or of a block of one record */
    const struct link_universe *u;
    struct workers *w;
    unsigned part_bits;
    uint64_t part;
    size_t tasks;
    size_t *starts;             /* per task: how many entries it has, or where they begin */
    uint8_t *slots;             /* per task: the most blocks of a record */
    struct link_entry *entries; /* what: the slot */
    size_t count;
    unsigned depth; /* of cuts */
};

static bool is_in_part(const struct preparing *p, uint64_t block)
{
    return p->part_bits == 0 || block >> (64 - p->part_bits) == p->part;
}

static int count_task(void *arg, size_t task, unsigned worker)
{
    (void)worker;
    struct preparing *p = arg;
    uint64_t blocks[LINK_BLOCKS_MAX];
    uint32_t from = (uint32_t)task * RECORDS_PER_TASK;
    p->starts[task] = 0;
    for (uint32_t i = from; i < p->u->count && i - from < RECORDS_PER_TASK; i++) {
        unsigned count = blocks_of(p->pass, p->u->records, p->u->order[i], blocks);
        if (count > p->slots[task])
            p->slots[task] = (uint8_t)count;
        for (unsigned b = 0; b < count; b++)
            p->starts[task] += is_in_part(p, blocks[b]);
    }
    return 0;
}

static int fill_task(void *arg, size_t task, unsigned worker)
{
    (void)worker;
    struct preparing *p = arg;
    uint64_t blocks[LINK_BLOCKS_MAX];
    uint32_t from = (uint32_t)task * RECORDS_PER_TASK;
    struct link_entry *at = p->entries + p->starts[task];
    for (uint32_t i = from; i < p->u->count && i - from < RECORDS_PER_TASK; i++) {
        unsigned count = blocks_of(p->pass, p->u->records, p->u->order[i], blocks);
        for (unsigned b = 0; b < count; b++) {
            if (is_in_part(p, blocks[b]))
                *at++ = (struct link_entry){blocks[b], i, b};
        }
    }
    return 0;
}

static int fill(struct preparing *p)
{
    TRY(workers_run(p->w, p->tasks, count_task, p));
    p->count = 0;
    for (size_t i = 0; i < p->tasks; i++) {
        size_t count = p->starts[i];
        p->starts[i] = p->count;
        p->count += count;
        p->pass->slots = p->slots[i] > p->pass->slots ? p->slots[i] : p->pass->slots;
    }
    if (!p->numbers) {
        p->numbers = mem_calloc((size_t)p->u->count * p->pass->slots + 1, sizeof *p->numbers);
        REJECT_IF(!p->numbers, E_NOMEM);
    }
    p->entries = mem_alloc((p->count + 1) * sizeof *p->entries);
    REJECT_IF(!p->entries, E_NOMEM);
    return workers_run(p->w, p->tasks, fill_task, p);
}

static uint64_t pairs_of_block(const struct link_universe *u, const struct link_entry *e,
                               size_t size)
{
    uint32_t counts[LINK_LISTS_MAX] = {0};
    if (u->every)
        return (uint64_t)size * (size - 1) / 2;
    for (size_t i = 0; i < size; i++)
        counts[u->list[u->order[e[i].place]]]++;
    return link_universe_pairs_of(u, counts);
}

static void number_block(struct preparing *p, const struct link_entry *e, size_t size)
{
    p->pass->blocks++;
    for (size_t i = 0; i < size; i++)
        p->numbers[(size_t)e[i].place * p->pass->slots + e[i].what] = p->pass->blocks;
}

/* Those that are too large come to the front, to be cut; how many entries. */
static size_t number_blocks(struct preparing *p)
{
    struct link_pass *pass = p->pass;
    struct link_entry *e = p->entries;
    size_t next, left = 0;
    for (size_t i = 0; i < p->count; i = next) {
        for (next = i + 1; next < p->count && e[next].hash == e[i].hash;)
            next++;
        size_t size = next - i;
        if (size > pass->block_max && p->depth < pass->cuts) {
            memmove(e + left, e + i, size * sizeof *e);
            left += size;
            continue;
        }
        pass->pairs +=
            size > pass->block_max ? size * LINK_NEIGHBOURS : pairs_of_block(p->u, e + i, size);
        if (size > 1)
            number_block(p, e + i, size);
    }
    return left;
}

/* A record without the key is in a block of those without it. */
static int cut_task(void *arg, size_t task, unsigned worker)
{
    (void)worker;
    struct preparing *p = arg;
    size_t from = task * ENTRIES_PER_TASK;
    for (size_t i = from; i < p->count && i - from < ENTRIES_PER_TASK; i++) {
        struct link_entry *e = &p->entries[i];
        uint64_t key = smallest_key(p->u->records, p->pass->cut[p->depth], p->u->order[e->place]);
        e->hash = link_mix(e->hash ^ link_mix(key + p->depth + 1)) | 1;
    }
    return 0;
}

static int prepare_part(struct preparing *p)
{
    TRY(fill(p));
    for (p->depth = 0; p->count > 0; p->depth++) {
        TRY(link_sort(p->entries, p->count, p->w));
        p->count = number_blocks(p);
        TRY(workers_run(p->w, (p->count + ENTRIES_PER_TASK - 1) / ENTRIES_PER_TASK, cut_task, p));
    }
    return 0;
}

static int prepare(struct preparing *p, uint64_t pairs_max)
{
    p->starts = mem_calloc(p->tasks, sizeof *p->starts);
    p->slots = mem_calloc(p->tasks, sizeof *p->slots);
    REJECT_IF(!p->starts || !p->slots, E_NOMEM);
    p->pass->slots = 1;
    p->pass->blocks = 0;
    p->pass->pairs = 0;
    for (; p->part < 1u << p->part_bits && p->pass->pairs <= pairs_max; p->part++) {
        TRY(prepare_part(p));
        mem_free(p->entries);
        p->entries = NULL;
    }
    return 0;
}

/* Rows become as short as the blocks of one record allow. */
static void close_rows(struct preparing *p)
{
    unsigned slots = p->pass->slots, most = 1;
    for (size_t i = 0; i < p->u->count; i++) {
        uint32_t *row = p->numbers + i * slots;
        unsigned count = 0;
        for (unsigned k = 0; k < slots; k++) {
            uint32_t number = row[k];
            row[k] = 0;
            if (number != 0)
                row[count++] = number;
        }
        most = count > most ? count : most;
    }
    for (size_t i = 0; i < p->u->count && most < slots; i++)
        memmove(p->numbers + i * most, p->numbers + i * slots, most * sizeof *p->numbers);
    p->pass->slots = (uint8_t)most;
}

/* The plan's rows become longer, from the last to the first, where they stand. */
static int add_numbers(struct link_plan *plan, struct preparing *p)
{
    size_t slots = p->pass->slots, width = plan->width, wider = width + slots;
    uint32_t *rows = mem_realloc(plan->numbers, (p->u->count * wider + 1) * sizeof *rows);
    REJECT_IF(!rows, E_NOMEM);
    for (size_t i = p->u->count; i-- > 0;) {
        memmove(rows + i * wider, rows + i * width, width * sizeof *rows);
        memcpy(rows + i * wider + width, p->numbers + i * slots, slots * sizeof *rows);
    }
    p->pass->from = (unsigned)width;
    plan->numbers = rows;
    plan->width = (unsigned)wider;
    plan->prepared++;
    return 0;
}

static int prepare_into(struct link_plan *plan, struct link_pass *pass,
                        const struct link_universe *u, uint64_t pairs_max, struct workers *w)
{
    struct preparing p = {.pass = pass, .u = u, .w = w, .tasks = u->count / RECORDS_PER_TASK + 1};
    uint64_t bytes = (uint64_t)u->count * 4 * sizeof *p.entries; /* two blocks each, and to sort */
    while (bytes >> p.part_bits > LINK_PREPARE_BYTES)
        p.part_bits++;
    int error = prepare(&p, pairs_max);
    if (error == 0 && pass->pairs <= pairs_max) {
        close_rows(&p);
        error = add_numbers(plan, &p);
    }
    mem_free(p.numbers);
    mem_free(p.entries);
    mem_free(p.starts);
    mem_free(p.slots);
    return error;
}

int link_plan_add(struct link_plan *plan, const struct link_universe *u,
                  const struct link_pass *pass, uint64_t pairs_max, struct workers *w,
                  bool *ret_added)
{
    struct link_pass *added = &plan->pass[plan->passes];
    ASSERT(plan->passes < LINK_PASSES_MAX && plan->prepared == plan->passes);
    *added = *pass;
    TRY(prepare_into(plan, added, u, pairs_max, w));
    *ret_added = plan->prepared > plan->passes;
    if (*ret_added) {
        plan->passes++;
        plan->pairs += added->pairs;
    }
    return 0;
}

int link_plan_prepare(struct link_plan *plan, const struct link_universe *u, struct workers *w)
{
    while (plan->prepared < plan->passes)
        TRY(prepare_into(plan, &plan->pass[plan->prepared], u, UINT64_MAX, w));
    return 0;
}

/* Blocks */

/* How many there are in block n stands two behind it; then where the next begins one behind. */
static size_t count_places(const struct link_plan *plan, const struct link_pass *pass,
                           const struct link_universe *u, uint32_t *starts)
{
    size_t count = 0;
    for (size_t i = 0; i < u->count; i++) {
        const uint32_t *row = plan->numbers + i * plan->width + pass->from;
        for (unsigned k = 0; k < pass->slots && row[k] != 0; k++, count++)
            starts[row[k] + 2]++;
    }
    for (size_t n = 3; n < (size_t)pass->blocks + 3; n++)
        starts[n] += starts[n - 1];
    return count;
}

int link_blocks_new(const struct link_plan *plan, unsigned pass_number,
                    const struct link_universe *u, struct link_blocks *ret_blocks)
{
    const struct link_pass *pass = &plan->pass[pass_number];
    struct link_blocks b = {.count = pass->blocks};
    ASSERT(pass_number < plan->prepared);
    b.starts = mem_calloc((size_t)b.count + 3, sizeof *b.starts);
    REJECT_IF(!b.starts, E_NOMEM);
    size_t count = count_places(plan, pass, u, b.starts);
    b.places = mem_alloc((count + 1) * sizeof *b.places);
    if (!b.places || count > UINT32_MAX) {
        int error = b.places ? E_TOO_LARGE : E_NOMEM;
        link_blocks_release(&b);
        return error;
    }
    for (uint32_t i = 0; i < u->count; i++) {
        const uint32_t *row = plan->numbers + (size_t)i * plan->width + pass->from;
        for (unsigned k = 0; k < pass->slots && row[k] != 0; k++)
            b.places[b.starts[row[k] + 1]++] = i;
    }
    *ret_blocks = b;
    return 0;
}

void link_blocks_release(struct link_blocks *b)
{
    mem_free(b->starts);
    mem_free(b->places);
    *b = (struct link_blocks){.count = 0};
}

/* Pairs and passes */

uint32_t link_plan_passes_of(const struct link_plan *plan, const struct link_universe *u,
                             uint32_t a, uint32_t b)
{
    uint32_t passes = 0;
    if (plan->passes == 0)
        return 0;
    const uint32_t *of_a = plan->numbers + (size_t)u->rank[a] * plan->width;
    const uint32_t *of_b = plan->numbers + (size_t)u->rank[b] * plan->width;
    for (unsigned p = 0; p < plan->passes; p++) {
        unsigned from = plan->pass[p].from, slots = plan->pass[p].slots;
        passes |= (uint32_t)(link_blocks_common(of_a + from, of_b + from, slots) != 0) << p;
    }
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
