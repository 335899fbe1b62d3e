/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* From a checkpoint to appended leaves. The root is worked out here before the store sees a leaf,
 * so that it can be told apart what went wrong: a copy that was damaged on the way, or a log that
 * is not the continuation of the one already held. */
#include "base/mem.h"
#include "desk/pull_internal.h"
#include "ledger/tile.h"

#define LEAVES_MAX_BYTES (1u << 30)

struct log_step {
    struct pulling *p;
    struct checkpoint checkpoint;
    struct buf note;   /* what is kept of it: see take_note */
    uint64_t from;     /* our size when the leaves were asked for */
    struct buf leaves; /* 113 bytes each, from index from */
};

/* Leaves [from, to) of the source, asleep */

struct tile_reading {
    struct buf *out;
    unsigned skip;
};

static int take_leaf(void *context, unsigned place, struct span leaf)
{
    struct tile_reading *reading = context;
    if (place >= reading->skip)
        buf_span(reading->out, leaf);
    return buf_error(reading->out);
}

static int get_tile(struct log_step *s, const struct tile *tile, struct tile_reading *reading)
{
    struct pulling *p = s->p;
    struct buf path, bytes;
    buf_init(&path, TILE_PATH_MAX + 2);
    buf_init(&bytes, TILE_BYTES_MAX);
    buf_u8(&path, '/');
    tile_path_write(tile, &path);
    int error = buf_error(&path);
    if (error == 0)
        error = source_get(p->source, buf_cstr(&path), TILE_BYTES_MAX, &bytes, p->problem);
    if (error == 0)
        error = tile_entries_read(buf_bytes(&bytes), tile->width, take_leaf, reading);
    if (error == E_FORMAT)
        problem_set(p->problem, error, "%s is not a piece of a log.", buf_cstr(&path));
    buf_release(&bytes);
    buf_release(&path);
    return error;
}

static int get_leaves(struct log_step *s, uint64_t from, uint64_t to, struct buf *out)
{
    for (uint64_t at = from / TILE_WIDTH; at * TILE_WIDTH < to; at++) {
        uint64_t first = at * TILE_WIDTH, left = to - first;
        const struct tile tile = {
            .entries = true, .index = at, .width = left < TILE_WIDTH ? (unsigned)left : TILE_WIDTH};
        struct tile_reading reading = {.out = out,
                                       .skip = first < from ? (unsigned)(from - first) : 0};
        TRY(get_tile(s, &tile, &reading));
        TRY(pull_progress(s->p, "leaves", first < from ? 0 : first - from, to - from));
    }
    return 0;
}

/* The root */

static int root_of(struct merkle_edge *edge, struct span leaves, struct hash *ret_root)
{
    for (size_t at = 0; at < leaves.len; at += ENTRY_LEAF_BYTES) {
        struct hash hash = merkle_leaf_hash(span_of(leaves.data + at, ENTRY_LEAF_BYTES));
        TRY(merkle_edge_add(edge, &hash, NULL, NULL));
    }
    *ret_root = merkle_edge_root(edge);
    return 0;
}

/* The leaves do not continue our log to the signed root. If all of the source's own leaves do give
 * that root, then the line signed another history; else the copy is damaged. */
static int tell_fork(struct log_step *s)
{
    struct pulling *p = s->p;
    struct merkle_edge edge;
    struct buf all;
    struct hash root = {{0}};
    buf_init(&all, LEAVES_MAX_BYTES);
    merkle_edge_init(&edge);
    pull_leave(p);
    int error = get_leaves(s, 0, s->checkpoint.size, &all);
    TRY(pull_return(p));
    if (error == 0)
        error = root_of(&edge, buf_bytes(&all), &root);
    buf_release(&all);
    if (error == 0 && hash_equal(&root, &s->checkpoint.root))
        return pull_alarm(p, ALARM_FORK, NULL, E_FORK,
                          "It signed a log of %llu entries that does not continue the %llu here.",
                          (unsigned long long)s->checkpoint.size, (unsigned long long)s->from);
    problem_clear(p->problem);
    return problem_set(p->problem, E_PROOF,
                       "The entries do not give the root that the line signed: one is missing or "
                       "was changed on the way.");
}

static int check_root(struct log_step *s)
{
    const struct merkle_source nodes = store_nodes(desk_store(s->p->desk));
    struct merkle_edge edge;
    struct hash root;
    TRY(merkle_edge_load(&nodes, s->from, &edge));
    TRY(root_of(&edge, buf_bytes(&s->leaves), &root));
    return hash_equal(&root, &s->checkpoint.root) ? 0 : tell_fork(s);
}

/* Appending */

/* Those whose bytes are not here already, as pending ones. */
static int add_missing(struct log_step *s, struct buf *missing)
{
    TRY(pull_list_load(s->p, PULL_VALUE_MISSING, missing));
    for (size_t at = 0; at < s->leaves.len; at += ENTRY_LEAF_BYTES) {
        struct entry_leaf leaf;
        struct store_entry entry;
        TRY(entry_leaf_read(span_of(s->leaves.data + at, ENTRY_LEAF_BYTES), &leaf));
        int error = store_find(desk_store(s->p->desk), leaf.id, &entry);
        if (error == E_NOT_FOUND)
            buf_put(missing, leaf.id, sizeof leaf.id);
        else
            TRY(error);
    }
    return buf_error(missing);
}

static int append_leaves(struct log_step *s, struct span missing)
{
    struct pulling *p = s->p;
    size_t count = s->leaves.len / ENTRY_LEAF_BYTES;
    struct store_entry *entries = mem_calloc(count + 1, sizeof *entries);
    REJECT_IF(!entries, E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        entries[i].leaf = span_of(s->leaves.data + i * ENTRY_LEAF_BYTES, ENTRY_LEAF_BYTES);
        entries[i].source = STORE_FROM_DOOR;
    }
    int error = desk_begin(p->desk, p->problem);
    if (error == 0) {
        error =
            store_append(desk_store(p->desk), entries, count, &s->checkpoint, buf_bytes(&s->note));
        if (error == 0)
            error = pull_list_save(p, PULL_VALUE_MISSING, missing);
        if (error < 0)
            desk_rollback(p->desk);
        else
            error = desk_commit(p->desk, p->problem);
    }
    mem_free(entries);
    /* The root came out, so these are the line's own doing. */
    if (error == E_PROOF)
        return pull_alarm(p, ALARM_FORK, NULL, E_FORK,
                          "It placed an entry under an id that it had listed for another one.");
    if (error == E_EXISTS)
        return pull_alarm(p, ALARM_FORK, NULL, E_FORK, "It placed one id twice.");
    if (error == 0)
        p->report->placed += count;
    return error;
}

static int append(struct log_step *s)
{
    struct buf missing;
    REJECT_IF(store_size(desk_store(s->p->desk)) != s->from, E_BUSY);
    TRY(check_root(s));
    buf_init(&missing, STORE_VALUE_MAX);
    int error = add_missing(s, &missing);
    if (error == 0)
        error = append_leaves(s, buf_bytes(&missing));
    buf_release(&missing);
    return error;
}

/* The checkpoint against our log */

/* Of the signature lines only the line's own are kept. Another could say that it is this desk's and
 * not fit: then every note and every proof with it would be refused. */
static int take_note(struct log_step *s, struct span bytes)
{
    const struct note_key *key = &desk_line(s->p->desk)->key;
    struct note note;
    TRY(checkpoint_open(bytes, key, &s->checkpoint, s->p->problem));
    TRY(note_read(bytes, &note, s->p->problem));
    buf_span(&s->note, note.text);
    buf_u8(&s->note, '\n');
    note_put_lines(&note, key, &s->note);
    note_release(&note);
    return buf_error(&s->note);
}

/* One of a size that is held here. */
static int compare_root(struct log_step *s)
{
    const struct merkle_source nodes = store_nodes(desk_store(s->p->desk));
    struct hash root;
    if (s->checkpoint.size == 0)
        root = merkle_empty_root();
    else
        TRY(merkle_root_at(&nodes, s->checkpoint.size, &root));
    if (hash_equal(&root, &s->checkpoint.root))
        return 0;
    return pull_alarm(s->p, ALARM_FORK, NULL, E_FORK,
                      "For %llu entries it signed another root than the one held here.",
                      (unsigned long long)s->checkpoint.size);
}

/* A line goes back never. A copy may be an old one: it has what the line has forgotten since. */
static int rolled_back(struct log_step *s, uint64_t theirs)
{
    s->p->report->older = true;
    if (!source_is_line(s->p->source))
        return 0;
    return pull_alarm(s->p, ALARM_ROLLBACK, NULL, E_ROLLBACK,
                      "Shown: %llu entries. Held here: %llu.", (unsigned long long)theirs,
                      (unsigned long long)s->from);
}

static int run(struct log_step *s)
{
    struct pulling *p = s->p;
    struct buf bytes;
    buf_init(&bytes, NOTE_BYTES_MAX);
    int error = pull_fetch(p, "/checkpoint", NOTE_BYTES_MAX, &bytes);
    bool none = error == E_NOT_FOUND;
    if (error == 0) {
        error = take_note(s, buf_bytes(&bytes));
        if (error < 0)
            problem_at(p->problem, "checkpoint");
    }
    buf_release(&bytes);
    s->from = store_size(desk_store(p->desk));
    if (none) {
        problem_clear(p->problem);
        return s->from ? rolled_back(s, 0) : 0;
    }
    TRY(error);
    if (s->checkpoint.size < s->from)
        TRY(rolled_back(s, s->checkpoint.size));
    if (s->checkpoint.size <= s->from)
        return compare_root(s);
    pull_leave(p);
    error = get_leaves(s, s->from, s->checkpoint.size, &s->leaves);
    TRY(pull_return(p));
    if (error == E_NOT_FOUND || error == E_ERASED) {
        problem_clear(p->problem);
        return problem_set(p->problem, E_MISSING,
                           "Pieces of the log that the line signed are missing.");
    }
    return error < 0 ? error : append(s);
}

int pull_log(struct pulling *p)
{
    struct log_step s = {.p = p};
    buf_init(&s.note, NOTE_BYTES_MAX);
    buf_init(&s.leaves, LEAVES_MAX_BYTES);
    int error = run(&s);
    buf_release(&s.leaves);
    buf_release(&s.note);
    return error;
}
