/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Bytes for leaves that are already proved, and entries that are not placed yet. Both come in
 * batches: fetched asleep, then checked and stored in one transaction. */
#include "desk/pull_internal.h"
#include "seal/codename.h"

#define SAVE_EVERY 1024
#define PENDING_ITEM_BYTES (ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES)
#define MISSING_ALARMS_MAX 100
#define BATCH_BYTES_MAX (PULL_BATCH_ENTRIES * (size_t)SOURCE_BODY_MAX_BYTES)

struct batch {
    size_t count;
    struct {
        const uint8_t *id, *leaf; /* leaf only for pending ones */
        size_t at, len;           /* header and sealed bytes in bytes; len 0: not given */
    } items[PULL_BATCH_ENTRIES];
    struct buf bytes;
};

/* Notes where the items of a reply stand. Their form was checked. */
static void take_items(struct batch *b, size_t at, const uint8_t *const *ids,
                       const uint8_t *const *leaves, size_t count)
{
    struct cursor c;
    cursor_init(&c, span_slice(buf_bytes(&b->bytes), at, SIZE_MAX));
    for (size_t i = 0; i < count; i++) {
        struct span bytes = cursor_block32(&c, SOURCE_BODY_MAX_BYTES);
        b->items[b->count].id = ids[i];
        b->items[b->count].leaf = leaves ? leaves[i] : NULL;
        b->items[b->count].at = bytes.len ? (size_t)(bytes.data - b->bytes.data) : 0;
        b->items[b->count++].len = bytes.len;
    }
}

/* Asleep. An entry that is not given is no error here. leaves: NULL, or one for each id. */
static int fetch(struct pulling *p, struct batch *b, const uint8_t *const *ids,
                 const uint8_t *const *leaves, size_t count)
{
    for (size_t done = 0, got = 0; done < count; done += got) {
        size_t at = b->bytes.len;
        TRY(source_get_sealed(p->source, ids + done, count - done, &b->bytes, &got, p->problem));
        take_items(b, at, ids + done, leaves ? leaves + done : NULL, got);
    }
    return 0;
}

static int cut_off(struct pulling *p, const uint8_t *id)
{
    char text[2 * ENTRY_ID_BYTES + 1];
    pull_id_text(id, text);
    return problem_set(p->problem, E_PROOF, "The bytes of entry %s are not the ones in the log.",
                       text);
}

/* Leaves without bytes */

struct filling {
    struct pulling *p;
    struct buf missing, gaps; /* ids */
    size_t fresh;             /* so many bytes of missing were never asked for */
    size_t saved;             /* how much of missing was done when it was kept last */
    uint64_t new_gaps;
    uint8_t first_gap[ENTRY_ID_BYTES];
};

/* The secret that is said to have erased it; NULL when that is not said. */
static const uint8_t *said_secret(const struct pulling *p, const uint8_t *id)
{
    size_t step = ENTRY_ID_BYTES + STORE_SECRET_BYTES;
    for (size_t at = 0; at < p->erased.len; at += step) {
        if (memcmp(p->erased.data + at, id, ENTRY_ID_BYTES) == 0)
            return p->erased.data + at + ENTRY_ID_BYTES;
    }
    return NULL;
}

/* Only who had the caller's secret could say so: the header, which the log holds, has its tag. */
static bool erased_by_caller(const struct pulling *p, const uint8_t *id, struct span header)
{
    struct entry_header parts;
    uint8_t tag[CODENAME_TAG_BYTES];
    const uint8_t *secret = said_secret(p, id);
    if (!secret || entry_header_read(header, &parts) < 0)
        return false;
    codename_erase_tag(secret, tag);
    return memcmp(tag, parts.erase_tag, sizeof tag) == 0;
}

static int add_gap(struct filling *f, const uint8_t *id)
{
    if (id < f->missing.data + f->fresh && f->new_gaps++ == 0)
        memcpy(f->first_gap, id, ENTRY_ID_BYTES);
    buf_put(&f->gaps, id, ENTRY_ID_BYTES);
    return buf_error(&f->gaps);
}

/* A header alone is kept too: erasures are checked against it. */
static int fill_item(struct filling *f, const struct batch *b, size_t i)
{
    struct pulling *p = f->p;
    const uint8_t *id = b->items[i].id;
    if (b->items[i].len == 0)
        return add_gap(f, id);
    struct span bytes = span_slice(buf_bytes(&b->bytes), b->items[i].at, b->items[i].len);
    struct span header = span_slice(bytes, 0, ENTRY_HEADER_BYTES);
    if (bytes.len < ENTRY_HEADER_BYTES || memcmp(bytes.data + 1, id, ENTRY_ID_BYTES) != 0)
        return cut_off(p, id);
    int error =
        store_fill(desk_store(p->desk), header, span_slice(bytes, ENTRY_HEADER_BYTES, SIZE_MAX));
    if (error == E_PROOF)
        return cut_off(p, id);
    TRY(error);
    if (bytes.len == ENTRY_HEADER_BYTES)
        return erased_by_caller(p, id, header) ? 0 : add_gap(f, id);
    p->report->received++;
    return 0;
}

static int keep_lists(struct filling *f, size_t done)
{
    if (done < f->missing.len && done - f->saved < (size_t)SAVE_EVERY * ENTRY_ID_BYTES)
        return 0;
    f->saved = done;
    TRY(pull_list_save(f->p, PULL_VALUE_GAPS, buf_bytes(&f->gaps)));
    return pull_list_save(f->p, PULL_VALUE_MISSING,
                          span_slice(buf_bytes(&f->missing), done, SIZE_MAX));
}

static int fill_batch(struct filling *f, const struct batch *b, size_t done)
{
    TRY(desk_begin(f->p->desk, f->p->problem));
    int error = 0;
    for (size_t i = 0; i < b->count && error == 0; i++)
        error = fill_item(f, b, i);
    if (error == 0)
        error = keep_lists(f, done);
    if (error == 0)
        return desk_commit(f->p->desk, f->p->problem);
    desk_rollback(f->p->desk);
    return error;
}

/* Those that are held already (a pull that was cut off kept them, but not the list) are passed
 * over. Awake. */
static bool is_held(struct pulling *p, const uint8_t *id)
{
    struct store_entry entry;
    return store_find(desk_store(p->desk), id, &entry) == 0 && entry.sealed.len > 0;
}

static int fill_some(struct filling *f, size_t *at)
{
    struct pulling *p = f->p;
    struct batch b = {0};
    const uint8_t *wanted[PULL_BATCH_ENTRIES];
    size_t count = 0;
    while (*at < f->missing.len && count < PULL_BATCH_ENTRIES) {
        const uint8_t *id = f->missing.data + *at;
        if (!is_held(p, id))
            wanted[count++] = id;
        *at += ENTRY_ID_BYTES;
    }
    buf_init(&b.bytes, BATCH_BYTES_MAX);
    pull_leave(p);
    int error = fetch(p, &b, wanted, NULL, count);
    int woken = pull_return(p);
    if (error == 0)
        error = woken;
    if (error == 0)
        error = fill_batch(f, &b, *at);
    buf_release(&b.bytes);
    return error;
}

/* No error: the log itself is whole. */
static int tell_gaps(struct filling *f)
{
    struct pulling *p = f->p;
    p->report->gaps = f->gaps.len / ENTRY_ID_BYTES;
    if (f->new_gaps == 0)
        return 0;
    char text[2 * ENTRY_ID_BYTES + 1];
    pull_id_text(f->first_gap, text);
    const char *why = said_secret(p, f->first_gap)
                          ? ", which the line says its caller had erased, and does not show"
                          : "";
    int error =
        pull_alarm(p, ALARM_GAP, f->first_gap, E_MISSING, "%llu of them; the first is %s%s.",
                   (unsigned long long)f->new_gaps, text, why);
    problem_clear(p->problem);
    return error == E_MISSING ? 0 : error;
}

/* A copy may hold what the line has forgotten: what was not given before is asked for again. */
static int load_lists(struct filling *f)
{
    TRY(pull_list_load(f->p, PULL_VALUE_MISSING, &f->missing));
    f->fresh = f->missing.len;
    if (source_is_line(f->p->source))
        return pull_list_load(f->p, PULL_VALUE_GAPS, &f->gaps);
    return pull_list_load(f->p, PULL_VALUE_GAPS, &f->missing);
}

int pull_sealed(struct pulling *p)
{
    struct filling f = {.p = p};
    buf_init(&f.missing, STORE_VALUE_MAX);
    buf_init(&f.gaps, STORE_VALUE_MAX);
    int error = load_lists(&f);
    for (size_t at = 0; error == 0 && at < f.missing.len;) {
        error = fill_some(&f, &at);
        if (error == 0)
            error =
                pull_progress(p, "entries", at / ENTRY_ID_BYTES, f.missing.len / ENTRY_ID_BYTES);
    }
    if (error == 0)
        error = tell_gaps(&f);
    buf_release(&f.missing);
    buf_release(&f.gaps);
    return error;
}

/* Pending entries */

static int put_pending(struct pulling *p, const struct batch *b, size_t i)
{
    if (b->items[i].len <= ENTRY_HEADER_BYTES)
        return 0;
    struct span bytes = span_slice(buf_bytes(&b->bytes), b->items[i].at, b->items[i].len);
    const struct store_entry entry = {.header = span_slice(bytes, 0, ENTRY_HEADER_BYTES),
                                      .leaf = span_of(b->items[i].leaf, ENTRY_LEAF_BYTES),
                                      .sealed = span_slice(bytes, ENTRY_HEADER_BYTES, SIZE_MAX),
                                      .source = STORE_FROM_DOOR};
    const uint8_t *listed = b->items[i].leaf - ENTRY_HEADER_BYTES;
    if (!span_equal(entry.header, span_of(listed, ENTRY_HEADER_BYTES)))
        return cut_off(p, b->items[i].id);
    int error = entry_check(entry.header, entry.leaf, entry.sealed, p->problem);
    if (error == E_PROOF) {
        problem_clear(p->problem);
        return cut_off(p, b->items[i].id);
    }
    TRY(error);
    error = store_put_pending(desk_store(p->desk), &entry);
    if (error == E_EXISTS || error == E_ERASED)
        return 0;
    TRY(error);
    p->report->received++;
    return 0;
}

static int put_batch(struct pulling *p, const struct batch *b)
{
    TRY(desk_begin(p->desk, p->problem));
    int error = 0;
    for (size_t i = 0; i < b->count && error == 0; i++)
        error = put_pending(p, b, i);
    if (error == 0)
        return desk_commit(p->desk, p->problem);
    desk_rollback(p->desk);
    return error;
}

/* Whether it is to be fetched; a leaf that is not the one known by that id is an alarm. */
static int want_item(struct pulling *p, const uint8_t *item, bool *ret_want)
{
    struct entry_header header;
    struct entry_leaf leaf;
    struct store_entry known;
    struct span listed = span_of(item + ENTRY_HEADER_BYTES, ENTRY_LEAF_BYTES);
    if (entry_header_read(span_of(item, ENTRY_HEADER_BYTES), &header) < 0 ||
        entry_leaf_read(listed, &leaf) < 0 || memcmp(header.id, leaf.id, sizeof leaf.id) != 0)
        return problem_set(p->problem, E_FORMAT, "The list of pending entries is damaged.");
    int error = store_find(desk_store(p->desk), leaf.id, &known);
    *ret_want = error == E_NOT_FOUND;
    if (*ret_want)
        return 0;
    TRY(error);
    if (!span_equal(known.leaf, listed)) {
        char text[2 * ENTRY_ID_BYTES + 1];
        pull_id_text(leaf.id, text);
        return pull_alarm(p, ALARM_FORK, leaf.id, E_FORK, "Entry %s is listed as another one.",
                          text);
    }
    return 0;
}

static int pull_batch(struct pulling *p, const struct buf *list, size_t *at)
{
    struct batch b = {0};
    const uint8_t *ids[PULL_BATCH_ENTRIES], *leaves[PULL_BATCH_ENTRIES];
    size_t count = 0;
    for (; *at < list->len && count < PULL_BATCH_ENTRIES; *at += PENDING_ITEM_BYTES) {
        bool want = false;
        TRY(want_item(p, list->data + *at, &want));
        if (want) {
            ids[count] = list->data + *at + 1;
            leaves[count++] = list->data + *at + ENTRY_HEADER_BYTES;
        }
    }
    if (count == 0)
        return 0;
    buf_init(&b.bytes, BATCH_BYTES_MAX);
    pull_leave(p);
    int error = fetch(p, &b, ids, leaves, count);
    int woken = pull_return(p);
    if (error == 0)
        error = woken;
    if (error == 0)
        error = put_batch(p, &b);
    buf_release(&b.bytes);
    return error;
}

/* What the line once listed and now neither lists nor placed. */

struct vanished {
    const struct buf *list;
    struct buf ids;
};

/* The list is in order of id. */
static bool is_listed(const struct buf *list, const uint8_t *id)
{
    size_t low = 0, high = list->len / PENDING_ITEM_BYTES;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = memcmp(list->data + middle * PENDING_ITEM_BYTES + 1, id, ENTRY_ID_BYTES);
        if (order == 0)
            return true;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static int find_vanished(void *context, const struct store_entry *entry)
{
    struct vanished *v = context;
    struct entry_leaf leaf;
    TRY(entry_leaf_read(entry->leaf, &leaf));
    if (entry->source != STORE_OUTBOX && !is_listed(v->list, leaf.id))
        buf_put(&v->ids, leaf.id, sizeof leaf.id);
    return buf_error(&v->ids);
}

/* A placement between our two requests moves entries out of the list and into the log: so the log
 * is looked at once more. What it then does not have either is gone. */
static int tell_vanished(struct pulling *p, const struct buf *list)
{
    struct vanished v = {.list = list};
    if (!source_is_line(p->source))
        return 0;
    buf_init(&v.ids, STORE_VALUE_MAX);
    int error = store_each_pending(desk_store(p->desk), find_vanished, &v);
    if (error == 0 && v.ids.len > 0)
        error = pull_log(p);
    size_t told = 0;
    for (size_t at = 0; error == 0 && told < MISSING_ALARMS_MAX && at < v.ids.len;
         at += ENTRY_ID_BYTES) {
        struct store_entry entry;
        char text[2 * ENTRY_ID_BYTES + 1];
        error = store_find(desk_store(p->desk), v.ids.data + at, &entry);
        if (error < 0 || entry.in_log)
            continue;
        told++;
        pull_id_text(v.ids.data + at, text);
        error = pull_alarm(p, ALARM_MISSING, v.ids.data + at, E_MISSING, "It is entry %s.", text);
        error = error == E_MISSING ? 0 : error;
        problem_clear(p->problem);
    }
    buf_release(&v.ids);
    return error;
}

int pull_pending(struct pulling *p)
{
    struct buf list;
    buf_init(&list, SOURCE_REPLY_MAX_BYTES);
    int error = pull_fetch(p, "/pending", SOURCE_REPLY_MAX_BYTES, &list);
    if (error == 0 && list.len % PENDING_ITEM_BYTES != 0)
        error = problem_set(p->problem, E_FORMAT, "The list of pending entries is cut off.");
    for (size_t at = 0; error == 0 && at < list.len;) {
        error = pull_batch(p, &list, &at);
        if (error == 0)
            error =
                pull_progress(p, "pending", at / PENDING_ITEM_BYTES, list.len / PENDING_ITEM_BYTES);
    }
    if (error == 0)
        error = tell_vanished(p, &list);
    buf_release(&list);
    return error;
}
