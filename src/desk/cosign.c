/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/cosign.h"

#include "base/clock.h"
#include "desk/act_seal.h"

int cosign_note(struct desk *desk, struct buf *out)
{
    struct span note;
    TRY(store_note_of_size(desk_store(desk), store_size(desk_store(desk)), &note));
    buf_span(out, note);
    return store_cosignatures(desk_store(desk), store_size(desk_store(desk)), out);
}

/* E_NOT_FOUND when this desk has not cosigned it. */
static int check_ours(struct desk *desk, const struct note_key *key)
{
    struct buf bytes;
    struct note note;
    buf_init(&bytes, NOTE_BYTES_MAX);
    int error = cosign_note(desk, &bytes);
    if (error == 0)
        error = note_read(buf_bytes(&bytes), &note, NULL);
    if (error == 0) {
        error = note_check(&note, key, NULL);
        note_release(&note);
    }
    buf_release(&bytes);
    return error;
}

static int make_line(struct desk *desk, const struct note_key *key, struct buf *line)
{
    struct span bytes;
    struct note note;
    struct checkpoint checkpoint;
    struct store *store = desk_store(desk);
    struct hash root;
    TRY(store_note_of_size(store, store_size(store), &bytes));
    TRY(checkpoint_open(bytes, &desk_line(desk)->key, &checkpoint, NULL));
    TRY(note_read(bytes, &note, NULL));
    note_cosign_line(key, &desk_keys(desk)->cosign, note.text, (uint64_t)clock_now_s(), line);
    note_release(&note);
    TRY(buf_error(line));
    const struct merkle_source nodes = store_nodes(store);
    TRY(merkle_root_at(&nodes, checkpoint.size, &root));
    return hash_equal(&root, &checkpoint.root) ? 0 : E_DAMAGED;
}

static int keep_and_tell(struct desk *desk, struct span line, uint64_t order)
{
    const struct envelope envelope = {.kind = KIND_COSIGNATURE, .order = order};
    struct store *store = desk_store(desk);
    struct span note;
    struct buf told;
    TRY(store_put_cosignature(store, store_size(store), line));
    if (!desk_epoch_now(desk))
        return 0;
    TRY(store_note_of_size(store, store_size(store), &note));
    buf_init(&told, NOTE_BYTES_MAX);
    buf_span(&told, note);
    buf_span(&told, line);
    int error = buf_error(&told);
    if (error == 0)
        error = act_seal_record(desk, &envelope, buf_bytes(&told), NULL, NULL);
    buf_release(&told);
    return error;
}

/* What is signed is a time too, and a proof's day rests on it. A clock that lost its battery shows
 * a day before the organisation was. */
static int check_clock(const struct desk *desk, struct problem *problem)
{
    const struct roster *roster = desk_roster(desk);
    uint32_t today = clock_day(clock_now_s());
    if (roster_intakes(roster) == 0 || today >= roster_intake_at(roster, 0)->first_day)
        return 0;
    char text[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(today, text);
    return problem_set(problem, E_ARGUMENT,
                       "This computer's clock says %s, which is before the organisation was "
                       "founded: set it. Nothing was cosigned.",
                       text);
}

int cosign_newest(struct desk *desk, uint64_t order, bool *ret_new, struct problem *problem)
{
    struct note_key key;
    struct buf line;
    *ret_new = false;
    if (store_size(desk_store(desk)) == 0)
        return 0;
    TRY(note_key_of_desk(desk_member(desk)->cosign_key, &key));
    int error = check_ours(desk, &key);
    if (error != E_NOT_FOUND)
        return error;
    buf_init(&line, 4096);
    error = check_clock(desk, problem);
    if (error == 0)
        error = make_line(desk, &key, &line);
    if (error == 0)
        error = desk_begin(desk, problem);
    if (error == 0) {
        error = keep_and_tell(desk, buf_bytes(&line), order);
        if (error < 0)
            desk_rollback(desk);
        else
            error = desk_commit(desk, problem);
    }
    buf_release(&line);
    if (error < 0)
        return problem_set(problem, error, "The checkpoint could not be cosigned: %s",
                           error_sentence(error));
    *ret_new = true;
    return 0;
}

static int check_against_tree(struct desk *desk, const struct checkpoint *checkpoint,
                              struct problem *problem)
{
    const struct merkle_source nodes = store_nodes(desk_store(desk));
    struct hash root;
    REJECT_IF(checkpoint->size > store_size(desk_store(desk)), E_BUSY);
    TRY(merkle_root_at(&nodes, checkpoint->size, &root));
    if (hash_equal(&root, &checkpoint->root))
        return 0;
    return problem_set(problem, E_FORK,
                       "Another desk cosigned a log of %llu entries that is not the one here.",
                       (unsigned long long)checkpoint->size);
}

int cosign_check(struct desk *desk, const struct roster_member *member, struct span bytes,
                 struct checkpoint *ret_checkpoint, struct problem *problem)
{
    struct checkpoint checkpoint;
    struct note_key key;
    struct note note;
    TRY(checkpoint_open(bytes, &desk_line(desk)->key, &checkpoint, problem));
    TRY(note_key_of_desk(member->cosign_key, &key));
    TRY(note_read(bytes, &note, problem));
    int error = note_check(&note, &key, NULL);
    note_release(&note);
    TRY(error);
    TRY(check_against_tree(desk, &checkpoint, problem));
    *ret_checkpoint = checkpoint;
    return 0;
}

int cosign_keep(struct desk *desk, const struct roster_member *member, struct span bytes)
{
    struct note_key key;
    struct checkpoint checkpoint;
    struct note note;
    struct buf lines;
    TRY(note_key_of_desk(member->cosign_key, &key));
    TRY(checkpoint_open(bytes, &desk_line(desk)->key, &checkpoint, NULL));
    TRY(note_read(bytes, &note, NULL));
    buf_init(&lines, NOTE_BYTES_MAX);
    int error = note_check(&note, &key, NULL);
    if (error == 0) {
        note_put_lines(&note, &key, &lines);
        error = buf_error(&lines);
    }
    note_release(&note);
    if (error == 0)
        error = store_put_cosignature(desk_store(desk), checkpoint.size, buf_bytes(&lines));
    buf_release(&lines);
    return error == E_NOT_FOUND ? 0 : error;
}
