/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Leaves are gone through once: the tree grown from them says what every node must be, and the
 * notes are then held against those nodes. A part that cannot be read through is a finding, and
 * the next part is looked at all the same. */
#include "ledger/fsck.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/encode.h"
#include "seal/codename.h"

#define WHERE_MAX 80

struct audit {
    struct store *store;
    const struct fsck *fsck;
    fsck_fn *fn;
    void *context;
    uint64_t findings;
    struct merkle_source nodes;
    struct merkle_edge edge; /* of the leaves seen so far */
    uint8_t last_id[ENTRY_ID_BYTES];
    uint64_t last_note;       /* size of the newest; 0 when there is none */
    struct checkpoint before; /* of the last note that was good; size 0 when there is none */
    bool gap;
};

static void PRINTF_LIKE(4, 5)
    find(struct audit *audit, enum fsck_kind kind, const char *what, const char *where, ...)
{
    char text[WHERE_MAX];
    va_list args;
    va_start(args, where);
    vsnprintf(text, sizeof text, where, args);
    va_end(args);
    audit->findings++;
    audit->fn(audit->context, kind, text, what);
}

static void find_in_file(void *context, const char *what)
{
    find(context, FSCK_STORE, what, "files");
}

static void find_id(struct audit *audit, enum fsck_kind kind, const char *what, const char *word,
                    const uint8_t *id)
{
    find(audit, kind, what, "%s %02x%02x%02x%02x...", word, id[0], id[1], id[2], id[3]);
}

static int check_node(void *context, unsigned level, uint64_t index, const struct hash *node)
{
    struct audit *audit = context;
    struct hash kept;
    int error = audit->nodes.get(audit->nodes.context, level, index, &kept);
    REJECT_IF(error && error != E_DAMAGED, error);
    if (error)
        find(audit, FSCK_NODE, "is missing", "node %u/%llu", level, (unsigned long long)index);
    else if (!hash_equal(&kept, node))
        find(audit, FSCK_NODE, "is not the hash of what is under it", "node %u/%llu", level,
             (unsigned long long)index);
    return 0;
}

static int check_id(struct audit *audit, const struct store_entry *entry, const uint8_t *id)
{
    unsigned long long index = entry->index;
    struct store_entry found;
    struct span note;
    int error = store_find(audit->store, id, &found);
    REJECT_IF(error && error != E_NOT_FOUND && error != E_DAMAGED, error);
    if (error || !found.in_log || found.index != entry->index)
        find(audit, FSCK_ID, "is not what is found by its id", "entry %llu", index);
    bool ordered = index == 0 || memcmp(audit->last_id, id, ENTRY_ID_BYTES) < 0;
    memcpy(audit->last_id, id, ENTRY_ID_BYTES);
    if (ordered || !audit->fsck->every_placement)
        return 0;
    /* Order starts anew after each placement, and each left a note. */
    error = store_note_of_size(audit->store, index, &note);
    if (error == E_NOT_FOUND)
        find(audit, FSCK_ORDER, "is not in order within its placement", "entry %llu", index);
    return error == E_NOT_FOUND ? 0 : error;
}

/* Header and sealed bytes, as far as they are held, against the leaf. */
static void check_bytes(struct audit *audit, const struct store_entry *entry,
                        const struct entry_leaf *leaf, enum fsck_kind header_kind,
                        enum fsck_kind sealed_kind, const char *where)
{
    struct entry_header header;
    struct hash hash = hash_sha256(entry->header);
    bool fits = entry_header_read(entry->header, &header) == 0 &&
                memcmp(header.id, leaf->id, ENTRY_ID_BYTES) == 0 &&
                hash_equal(&hash, &leaf->header);
    if (entry->header.len == 0 && entry->sealed.len == 0)
        return;
    if (!fits)
        find(audit, header_kind, "has a header that does not fit its leaf", "%s", where);
    hash = hash_sha256(entry->sealed);
    if (entry->sealed.len > 0 && !hash_equal(&hash, &leaf->sealed))
        find(audit, sealed_kind, "has sealed bytes that do not fit its leaf", "%s", where);
    else if (entry->sealed.len > 0 && fits &&
             entry_check(entry->header, entry->leaf, entry->sealed, NULL) < 0)
        find(audit, sealed_kind, "has sealed bytes of a wrong form", "%s", where);
}

static int check_entry(void *context, const struct store_entry *entry)
{
    struct audit *audit = context;
    char where[WHERE_MAX];
    snprintf(where, sizeof where, "entry %llu", (unsigned long long)entry->index);
    struct entry_leaf leaf;
    if (entry->index != audit->edge.size && !audit->gap) {
        find(audit, FSCK_LEAF, "comes after a gap", "%s", where);
        audit->gap = true;
    }
    if (entry_leaf_read(entry->leaf, &leaf) < 0) {
        find(audit, FSCK_LEAF, "has a leaf that cannot be read", "%s", where);
    } else {
        TRY(check_id(audit, entry, leaf.id));
        check_bytes(audit, entry, &leaf, FSCK_HEADER, FSCK_SEALED, where);
    }
    struct hash leaf_hash = merkle_leaf_hash(entry->leaf);
    /* After a gap no place is right any more; one finding says so. */
    return merkle_edge_add(&audit->edge, &leaf_hash, audit->gap ? NULL : check_node, audit);
}

static int check_surplus_nodes(struct audit *audit)
{
    for (unsigned level = 0; level < 64 && !audit->gap; level++) {
        struct hash node;
        uint64_t index = audit->edge.size >> level;
        int error = audit->nodes.get(audit->nodes.context, level, index, &node);
        REJECT_IF(error && error != E_DAMAGED, error);
        if (error == 0)
            find(audit, FSCK_NODE, "is beyond the tree", "node %u/%llu", level,
                 (unsigned long long)index);
    }
    return 0;
}

static int check_tree(struct audit *audit)
{
    TRY(store_each_logged(audit->store, 0, check_entry, audit));
    return check_surplus_nodes(audit);
}

static int check_cosignature(struct audit *audit, uint64_t size, struct span text, struct span line)
{
    CLEANUP(buf_release) struct buf bytes;
    buf_init(&bytes, NOTE_BYTES_MAX);
    buf_span(&bytes, text);
    buf_text(&bytes, "\n");
    buf_span(&bytes, line);
    buf_text(&bytes, "\n");
    TRY(buf_error(&bytes));
    struct note note;
    int error = note_read(buf_bytes(&bytes), &note, NULL);
    REJECT_IF(error == E_NOMEM, error);
    if (error) {
        find(audit, FSCK_COSIGNATURE, "has a cosignature that cannot be read", "note %llu",
             (unsigned long long)size);
        return 0;
    }
    for (size_t i = 0; i < audit->fsck->cosigner_count; i++) {
        if (note_check(&note, &audit->fsck->cosigners[i], NULL) == E_SIGNATURE)
            find(audit, FSCK_COSIGNATURE, "has a cosignature that does not fit", "note %llu",
                 (unsigned long long)size);
    }
    note_release(&note);
    return 0;
}

static int check_cosignatures(struct audit *audit, uint64_t size, struct span text)
{
    CLEANUP(buf_release) struct buf lines;
    buf_init(&lines, 1u << 24);
    TRY(store_cosignatures(audit->store, size, &lines));
    struct cursor c;
    cursor_init(&c, buf_bytes(&lines));
    while (cursor_left(&c)) {
        struct span line = cursor_line(&c, NOTE_BYTES_MAX);
        TRY(check_cosignature(audit, size, text, line));
    }
    return 0;
}

/* The proof that a reader of both notes would be given. */
static int check_follows(struct audit *audit, const struct checkpoint *checkpoint,
                         const char **ret_what)
{
    struct merkle_proof proof;
    const struct checkpoint *before = &audit->before;
    int error = 0;
    if (before->size > 0)
        error = merkle_prove_consistency(&audit->nodes, before->size, checkpoint->size, &proof);
    if (error == 0 && before->size > 0)
        error = merkle_check_consistency(before->size, &before->root, checkpoint->size,
                                         &checkpoint->root, &proof);
    REJECT_IF(error && error != E_DAMAGED && error != E_PROOF, error);
    *ret_what = error ? "does not follow from the note before it" : NULL;
    return 0;
}

/* *ret_what is NULL when the note is good; then it is the one that the next must follow. */
static int check_checkpoint(struct audit *audit, uint64_t size, struct span note,
                            const char **ret_what)
{
    struct checkpoint checkpoint;
    struct hash root;
    *ret_what = NULL;
    if (checkpoint_open(note, audit->fsck->log_key, &checkpoint, NULL) < 0)
        *ret_what = "is not a checkpoint signed by this log";
    else if (checkpoint.size != size)
        *ret_what = "is kept for another size than it says";
    else if (size > audit->edge.size)
        *ret_what = "is of a larger log than is here";
    if (*ret_what)
        return 0;
    int error = merkle_root_at(&audit->nodes, size, &root);
    REJECT_IF(error && error != E_DAMAGED, error);
    if (error)
        *ret_what = "cannot be held against the tree";
    else if (!hash_equal(&root, &checkpoint.root))
        *ret_what = "has another root than the tree";
    else
        TRY(check_follows(audit, &checkpoint, ret_what));
    if (!*ret_what)
        audit->before = checkpoint;
    return 0;
}

static int check_note(void *context, uint64_t size, struct span bytes)
{
    struct audit *audit = context;
    const char *what;
    TRY(check_checkpoint(audit, size, bytes, &what));
    if (what)
        find(audit, FSCK_NOTE, what, "note %llu", (unsigned long long)size);
    audit->last_note = size;
    struct note note;
    if (note_read(bytes, &note, NULL) < 0)
        return 0;
    int error = check_cosignatures(audit, size, note.text);
    note_release(&note);
    return error;
}

static int check_notes(struct audit *audit)
{
    TRY(store_each_note(audit->store, 0, check_note, audit));
    if (audit->last_note != store_size(audit->store))
        find(audit, FSCK_NOTE, "is missing: the newest checkpoint is not of the whole log",
             "note %llu", (unsigned long long)store_size(audit->store));
    return 0;
}

static int check_erasure(void *context, const uint8_t *id, const uint8_t *secret)
{
    struct audit *audit = context;
    struct store_entry entry;
    struct entry_header header;
    uint8_t tag[CODENAME_TAG_BYTES];
    int error = store_find(audit->store, id, &entry);
    REJECT_IF(error && error != E_NOT_FOUND && error != E_DAMAGED, error);
    if (error) {
        find_id(audit, FSCK_ERASED, "is of no entry", "erasure", id);
        return 0;
    }
    codename_erase_tag(secret, tag);
    if (entry_header_read(entry.header, &header) == 0 &&
        memcmp(header.erase_tag, tag, sizeof tag) != 0)
        find_id(audit, FSCK_ERASED, "has a secret that is not the entry's", "erasure", id);
    return 0;
}

static int check_erasures(struct audit *audit)
{
    return store_each_erased(audit->store, check_erasure, audit);
}

static int check_pending_entry(void *context, const struct store_entry *entry)
{
    struct audit *audit = context;
    struct entry_leaf leaf;
    struct store_entry found;
    if (entry_leaf_read(entry->leaf, &leaf) < 0) {
        find(audit, FSCK_PENDING, "has a leaf that cannot be read", "pending");
        return 0;
    }
    char where[WHERE_MAX];
    snprintf(where, sizeof where, "pending %02x%02x%02x%02x...", leaf.id[0], leaf.id[1], leaf.id[2],
             leaf.id[3]);
    check_bytes(audit, entry, &leaf, FSCK_PENDING, FSCK_PENDING, where);
    if (entry->source != STORE_FROM_DOOR && entry->source != STORE_FROM_HATCH &&
        entry->source != STORE_OUTBOX)
        find(audit, FSCK_PENDING, "is of an unknown source", "%s", where);
    bool whole;
    TRY(store_pending_whole(audit->store, entry->leaf, &whole));
    if (!whole)
        find(audit, FSCK_PENDING, "has a leaf that was changed", "%s", where);
    int error = store_find(audit->store, leaf.id, &found);
    REJECT_IF(error && error != E_NOT_FOUND && error != E_DAMAGED, error);
    if (error == 0 && found.in_log)
        find(audit, FSCK_PENDING, "is in the log too", "%s", where);
    return 0;
}

static int check_pending(struct audit *audit)
{
    return store_each_pending(audit->store, check_pending_entry, audit);
}

int fsck_run(struct store *store, const struct fsck *fsck, fsck_fn *fn, void *context,
             uint64_t *ret_findings)
{
    static int (*const parts[])(struct audit *) = {check_tree, check_notes, check_erasures,
                                                   check_pending};
    struct audit audit = {
        .store = store, .fsck = fsck, .fn = fn, .context = context, .nodes = store_nodes(store)};
    TRY(store_check(store, find_in_file, &audit));
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        int error = parts[i](&audit);
        if (error == E_DAMAGED)
            find(&audit, FSCK_STORE, "a part is damaged so much that it cannot be read through",
                 "files");
        else if (error)
            return error;
    }
    *ret_findings = audit.findings;
    return 0;
}

const char *fsck_kind_name(enum fsck_kind kind)
{
    static const char *const names[] = {"store",       "leaf",   "id",     "order",
                                        "node",        "header", "sealed", "note",
                                        "cosignature", "erased", "pending"};
    ASSERT((size_t)kind < COUNT_OF(names));
    return names[kind];
}
