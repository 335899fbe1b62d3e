/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Checkpoints apart from notes: reading one is only ever the second step, after a signature on its
 * text was found to fit. */
#include "base/encode.h"
#include "ledger/note.h"

#define LINE_MAX_BYTES 4096

void checkpoint_write(const struct checkpoint *checkpoint, struct buf *out)
{
    buf_printf(out, "%s\n%llu\n", checkpoint->origin, (unsigned long long)checkpoint->size);
    base64_put(out, span_of(checkpoint->root.bytes, HASH_BYTES));
    buf_text(out, "\n");
}

static bool has_control(struct span text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] < 0x20)
            return true;
    }
    return false;
}

static int read_root(struct span line, struct hash *ret_root)
{
    CLEANUP(buf_release) struct buf root;
    buf_init(&root, LINE_MAX_BYTES);
    TRY(base64_read(line, &root));
    REJECT_IF(root.len != HASH_BYTES, E_FORMAT);
    memcpy(ret_root->bytes, root.data, HASH_BYTES);
    return 0;
}

int checkpoint_read(struct span text, struct checkpoint *ret_checkpoint)
{
    struct checkpoint checkpoint = {.size = 0};
    struct cursor c;
    cursor_init(&c, text);
    struct span origin = cursor_line(&c, LINE_MAX_BYTES);
    struct span size = cursor_line(&c, LINE_MAX_BYTES);
    struct span root = cursor_line(&c, LINE_MAX_BYTES);
    REJECT_IF(c.failed, E_FORMAT);
    REJECT_IF(origin.len == 0 || origin.len > CHECKPOINT_ORIGIN_MAX, E_FORMAT);
    REJECT_IF(has_control(origin), E_FORMAT);
    memcpy(checkpoint.origin, origin.data, origin.len);
    TRY(decimal_read(size, INT64_MAX, &checkpoint.size));
    TRY(read_root(root, &checkpoint.root));
    while (cursor_left(&c))
        REJECT_IF(cursor_line(&c, LINE_MAX_BYTES).len == 0, E_FORMAT);
    *ret_checkpoint = checkpoint;
    return 0;
}

static int open_note(const struct note *note, const struct note_key *log_key,
                     struct checkpoint *ret_checkpoint, struct problem *problem)
{
    int error = note_check(note, log_key, NULL);
    if (error == E_NOT_FOUND)
        return problem_set(problem, E_SIGNATURE, "the checkpoint is not signed by %s",
                           log_key->name);
    if (error)
        return problem_set(problem, error, "the signature of %s on the checkpoint does not fit",
                           log_key->name);
    struct checkpoint checkpoint;
    error = checkpoint_read(note->text, &checkpoint);
    if (error)
        return problem_set(problem, error, "the checkpoint cannot be read");
    if (!span_equal(span_text(checkpoint.origin), span_text(log_key->name)))
        return problem_set(problem, E_OTHER_ORG, "the checkpoint is of another log: %s",
                           checkpoint.origin);
    *ret_checkpoint = checkpoint;
    return 0;
}

int checkpoint_open(struct span note_bytes, const struct note_key *log_key,
                    struct checkpoint *ret_checkpoint, struct problem *problem)
{
    struct note note;
    TRY(note_read(note_bytes, &note, problem));
    int error = open_note(&note, log_key, ret_checkpoint, problem);
    note_release(&note);
    return error;
}
