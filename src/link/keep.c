/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/keep.h"

#include <string.h>

#include "base/mem.h"

/* What a part is, in its first byte. */
#define LEARNT 1
#define FOUND 2

#define FIRST_CAPACITY 1024
#define EDGE_BYTES 12

static void put_real(struct buf *b, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    buf_u64(b, bits);
}

static double get_real(struct cursor *c)
{
    uint64_t bits = cursor_u64(c);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static int damaged(struct parts *parts, int error)
{
    return problem_set(&parts->problem, error,
                       "what was finished before does not belong to these records");
}

/* The next part into text, which the caller releases in any case; its first byte is what. */
static int take_part(struct parts *parts, uint8_t what, struct buf *text, struct cursor *c,
                     bool *ret_got)
{
    buf_init(text, PARTS_PART_MAX_BYTES);
    TRY(parts_next(parts, text, ret_got));
    if (!*ret_got)
        return 0;
    cursor_init(c, buf_bytes(text));
    return cursor_u8(c) == what ? 0 : damaged(parts, E_FORMAT);
}

/* What was learnt */

static void put_atoms(struct buf *b, const struct link_atom *atoms, uint8_t count)
{
    buf_u8(b, count);
    for (unsigned i = 0; i < count; i++) {
        buf_u8(b, atoms[i].field);
        buf_u8(b, atoms[i].key);
    }
}

static void get_atoms(struct cursor *c, const struct link_records *r, struct link_atom *atoms,
                      unsigned max, uint8_t *ret_count)
{
    uint8_t count = cursor_u8(c);
    for (unsigned i = 0; i < count; i++) {
        struct link_atom atom = {.field = cursor_u8(c)};
        atom.key = cursor_u8(c);
        if (i >= max || atom.field >= link_records_fields(r) ||
            atom.key >= link_field_keys(r, atom.field)) {
            cursor_fail(c);
            return;
        }
        atoms[i] = atom;
    }
    *ret_count = count;
}

static void put_pass(struct buf *b, const struct link_pass *pass)
{
    put_atoms(b, pass->key, pass->keys);
    put_atoms(b, pass->cut, pass->cuts);
    buf_u32(b, pass->block_max);
    buf_u64(b, pass->pairs);
    put_real(b, pass->found);
    put_real(b, pass->added);
}

static void get_pass(struct cursor *c, const struct link_records *r, struct link_pass *pass)
{
    *pass = (struct link_pass){.keys = 0};
    get_atoms(c, r, pass->key, LINK_PASS_KEYS_MAX, &pass->keys);
    get_atoms(c, r, pass->cut, LINK_PASS_CUTS_MAX, &pass->cuts);
    pass->block_max = cursor_u32(c);
    pass->pairs = cursor_u64(c);
    pass->found = get_real(c);
    pass->added = get_real(c);
    if (pass->keys == 0)
        cursor_fail(c);
}

static int get_plan(struct cursor *c, const struct link_records *r, struct link_plan *plan)
{
    plan->all = cursor_u8(c) != 0;
    unsigned passes = cursor_u8(c);
    plan->pairs = cursor_u64(c);
    plan->coverage = get_real(c);
    REJECT_IF(passes > LINK_PASSES_MAX, E_FORMAT);
    while (plan->passes < passes)
        get_pass(c, r, &plan->pass[plan->passes++]);
    return cursor_end(c);
}

static int get_learnt(struct cursor *c, const struct link_records *r, struct link_plan *plan,
                      struct link_model *model)
{
    struct span text = cursor_block32(c, LINK_MODEL_TEXT_MAX);
    TRY(link_model_read(text, model, NULL));
    TRY(link_model_fits(model, r, NULL));
    return get_plan(c, r, plan);
}

int link_keep_take_learnt(struct parts *parts, const struct link_records *r, struct link_plan *plan,
                          struct link_model *model, bool *ret_got)
{
    struct buf text;
    struct cursor c;
    bool got = false;
    int error = take_part(parts, LEARNT, &text, &c, &got);
    if (error == 0 && got) {
        error = get_learnt(&c, r, plan, model);
        if (error < 0 && error != E_NOMEM)
            error = damaged(parts, E_FORMAT);
    }
    buf_wipe_release(&text);
    TRY(error);
    *ret_got = got;
    return 0;
}

static int put_learnt(struct buf *b, const struct link_plan *plan, const struct link_model *model)
{
    struct buf text;
    buf_init(&text, LINK_MODEL_TEXT_MAX);
    link_model_write(model, &text);
    int error = buf_error(&text);
    buf_u8(b, LEARNT);
    buf_u32(b, (uint32_t)text.len);
    buf_span(b, buf_bytes(&text));
    buf_release(&text);
    TRY(error);
    buf_u8(b, plan->all);
    buf_u8(b, (uint8_t)plan->passes);
    buf_u64(b, plan->pairs);
    put_real(b, plan->coverage);
    for (unsigned p = 0; p < plan->passes; p++)
        put_pass(b, &plan->pass[p]);
    return buf_error(b);
}

int link_keep_put_learnt(struct parts *parts, const struct link_plan *plan,
                         const struct link_model *model)
{
    struct buf b;
    buf_init(&b, PARTS_PART_MAX_BYTES);
    int error = put_learnt(&b, plan, model);
    if (error == 0)
        error = parts_add(parts, buf_bytes(&b));
    buf_wipe_release(&b);
    return error;
}

/* What was found */

void link_tally_add(struct link_tally *to, const struct link_tally *from)
{
    to->looked_at += from->looked_at;
    for (unsigned p = 0; p < LINK_PASSES_MAX; p++) {
        to->pairs[p] += from->pairs[p];
        to->matches[p] += from->matches[p];
    }
    for (unsigned i = 0; i < LINK_HISTOGRAM_BARS; i++)
        to->histogram[i] += from->histogram[i];
}

void link_kept_release(struct link_kept *k)
{
    mem_free(k->tasks);
    mem_free(k->edges);
    *k = (struct link_kept){.task_count = 0};
}

int link_kept_add_task(struct link_kept *k, uint64_t task)
{
    if (k->task_count == k->task_capacity) {
        size_t capacity = k->task_capacity ? k->task_capacity * 2 : FIRST_CAPACITY;
        uint64_t *tasks = mem_realloc(k->tasks, capacity * sizeof *tasks);
        REJECT_IF(!tasks, E_NOMEM);
        k->tasks = tasks;
        k->task_capacity = capacity;
    }
    k->tasks[k->task_count++] = task;
    return 0;
}

int link_kept_add_edge(struct link_kept *k, struct link_edge edge)
{
    if (k->edge_count == k->edge_capacity) {
        size_t capacity = k->edge_capacity ? k->edge_capacity * 2 : FIRST_CAPACITY;
        struct link_edge *edges = mem_realloc(k->edges, capacity * sizeof *edges);
        REJECT_IF(!edges, E_NOMEM);
        k->edges = edges;
        k->edge_capacity = capacity;
    }
    k->edges[k->edge_count++] = edge;
    return 0;
}

static void put_tally(struct buf *b, const struct link_tally *tally)
{
    buf_u64(b, tally->looked_at);
    for (unsigned p = 0; p < LINK_PASSES_MAX; p++) {
        buf_u64(b, tally->pairs[p]);
        buf_u64(b, tally->matches[p]);
    }
    for (unsigned i = 0; i < LINK_HISTOGRAM_BARS; i++)
        buf_u64(b, tally->histogram[i]);
}

static void get_tally(struct cursor *c, struct link_tally *tally)
{
    tally->looked_at = cursor_u64(c);
    for (unsigned p = 0; p < LINK_PASSES_MAX; p++) {
        tally->pairs[p] = cursor_u64(c);
        tally->matches[p] = cursor_u64(c);
    }
    for (unsigned i = 0; i < LINK_HISTOGRAM_BARS; i++)
        tally->histogram[i] = cursor_u64(c);
}

static int get_edges(struct cursor *c, uint32_t records, struct link_kept *k)
{
    uint32_t count = cursor_u32(c);
    REJECT_IF((uint64_t)count * EDGE_BYTES != cursor_left(c), E_FORMAT);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t bits;
        struct link_edge edge = {.a = cursor_u32(c)};
        edge.b = cursor_u32(c);
        bits = cursor_u32(c);
        memcpy(&edge.bits, &bits, sizeof bits);
        REJECT_IF(edge.a >= records || edge.b >= records || edge.a == edge.b, E_FORMAT);
        REJECT_IF(!(edge.bits >= LINK_EDGE_BITS_MIN), E_FORMAT);
        TRY(link_kept_add_edge(k, edge));
    }
    return cursor_end(c);
}

static int get_found(struct cursor *c, uint32_t records, struct link_kept *k)
{
    k->task_count = k->edge_count = 0;
    get_tally(c, &k->tally);
    uint32_t count = cursor_u32(c);
    REJECT_IF((uint64_t)count * 8 > cursor_left(c), E_FORMAT);
    for (uint32_t i = 0; i < count; i++)
        TRY(link_kept_add_task(k, cursor_u64(c)));
    return get_edges(c, records, k);
}

int link_keep_take_found(struct parts *parts, uint32_t records, struct link_kept *k, bool *ret_got)
{
    struct buf text;
    struct cursor c;
    bool got = false;
    int error = take_part(parts, FOUND, &text, &c, &got);
    if (error == 0 && got) {
        error = get_found(&c, records, k);
        if (error == E_FORMAT)
            error = damaged(parts, error);
    }
    buf_wipe_release(&text);
    TRY(error);
    *ret_got = got;
    return 0;
}

int link_keep_put_found(struct parts *parts, const struct link_kept *k)
{
    struct buf b;
    buf_init(&b, PARTS_PART_MAX_BYTES);
    buf_u8(&b, FOUND);
    put_tally(&b, &k->tally);
    buf_u32(&b, (uint32_t)k->task_count);
    for (size_t i = 0; i < k->task_count; i++)
        buf_u64(&b, k->tasks[i]);
    buf_u32(&b, (uint32_t)k->edge_count);
    for (size_t i = 0; i < k->edge_count; i++) {
        uint32_t bits;
        memcpy(&bits, &k->edges[i].bits, sizeof bits);
        buf_u32(&b, k->edges[i].a);
        buf_u32(&b, k->edges[i].b);
        buf_u32(&b, bits);
    }
    int error = buf_error(&b);
    if (error == 0)
        error = parts_add(parts, buf_bytes(&b));
    buf_wipe_release(&b);
    return error;
}
