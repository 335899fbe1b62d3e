/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/pull.h"

#include <stdarg.h>

#include "base/encode.h"
#include "desk/cosign.h"
#include "desk/pull_internal.h"

#define ERASED_ITEM_BYTES (ENTRY_ID_BYTES + STORE_SECRET_BYTES)

void pull_leave(struct pulling *p)
{
    if (source_is_line(p->source))
        desk_sleep(p->desk);
}

int pull_return(struct pulling *p)
{
    return desk_wake(p->desk, p->problem);
}

int pull_fetch(struct pulling *p, const char *path, size_t max_bytes, struct buf *out)
{
    pull_leave(p);
    int error = source_get(p->source, path, max_bytes, out, p->problem);
    TRY(pull_return(p));
    return error;
}

int pull_progress(struct pulling *p, const char *what, uint64_t done, uint64_t of)
{
    return p->options->progress ? p->options->progress(p->options->context, what, done, of) : 0;
}

int pull_alarm(struct pulling *p, enum alarm_kind kind, const uint8_t *entry, int error,
               const char *format, ...)
{
    char detail[ALARM_DETAIL_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(detail, sizeof detail, format, args);
    va_end(args);
    p->report->alarms++;
    problem_clear(p->problem);
    problem_set(p->problem, error, "%s %s", alarm_sentence(kind), detail);
    TRY(alarm_raise(p->desk, kind, entry, detail));
    return error;
}

void pull_id_text(const uint8_t *id, char out[2 * ENTRY_ID_BYTES + 1])
{
    for (size_t i = 0; i < ENTRY_ID_BYTES; i++)
        snprintf(out + 2 * i, 3, "%02x", id[i]);
}

int pull_list_load(struct pulling *p, const char *name, struct buf *out)
{
    struct span ids;
    int error = store_value_get(desk_store(p->desk), name, &ids);
    if (error == E_NOT_FOUND)
        return 0;
    TRY(error);
    REJECT_IF(ids.len % ENTRY_ID_BYTES != 0, E_DAMAGED);
    buf_span(out, ids);
    return buf_error(out);
}

int pull_list_save(struct pulling *p, const char *name, struct span ids)
{
    return store_value_put(desk_store(p->desk), name, ids);
}

/* Roster */

/* The line is behind: it learns from us. */
static int send_roster(struct pulling *p, size_t theirs)
{
    const struct roster *roster = desk_roster(p->desk);
    for (size_t i = theirs; i < roster_count(roster) && source_is_line(p->source); i++) {
        struct span entry = roster_entry(roster, i);
        pull_leave(p);
        int error = source_post(p->source, "/roster", entry, p->problem);
        TRY(pull_return(p));
        if (error == E_FORK)
            return pull_alarm(p, ALARM_ROSTER_FORK, NULL, E_FORK,
                              "The line refuses entry %zu of it.", i + 1);
        TRY(error);
    }
    return 0;
}

static int keep_roster(struct pulling *p, struct roster *theirs)
{
    int error = desk_begin(p->desk, p->problem);
    if (error == 0)
        error = desk_roster_put(p->desk, theirs, p->problem);
    if (error < 0) {
        desk_rollback(p->desk);
        roster_free(theirs);
        return error;
    }
    TRY(desk_commit(p->desk, p->problem));
    return desk_open_epochs(p->desk, p->problem);
}

/* Takes ownership. */
static int take_roster(struct pulling *p, struct roster *theirs)
{
    size_t count = roster_count(theirs);
    int error = desk_roster_check(p->desk, theirs, p->problem);
    if (error == 0 && count > roster_count(desk_roster(p->desk)))
        return keep_roster(p, theirs);
    roster_free(theirs);
    if (error == E_ROLLBACK)
        return send_roster(p, count);
    if (error != E_FORK)
        return error;
    const struct problem said = *p->problem;
    return pull_alarm(p, ALARM_ROSTER_FORK, NULL, E_FORK, "%s", said.text);
}

int pull_roster(struct pulling *p)
{
    struct buf chain;
    struct roster *theirs;
    buf_init(&chain, SOURCE_REPLY_MAX_BYTES);
    int error = pull_fetch(p, "/roster", SOURCE_REPLY_MAX_BYTES, &chain);
    if (error == 0)
        error = roster_chain_read(buf_bytes(&chain), &theirs, p->problem);
    buf_release(&chain);
    if (error < 0) {
        problem_at(p->problem, "roster");
        return error;
    }
    return take_roster(p, theirs);
}

/* Erasures */

static int fetch_erased(struct pulling *p)
{
    int error = pull_fetch(p, "/erased", SOURCE_REPLY_MAX_BYTES, &p->erased);
    TRY(error == E_NOT_FOUND ? 0 : error);
    if (p->erased.len % ERASED_ITEM_BYTES != 0)
        return problem_set(p->problem, E_FORMAT, "The list of erasures is cut off.");
    return 0;
}

static int count_one(void *context, const uint8_t id[ENTRY_ID_BYTES],
                     const uint8_t secret[STORE_SECRET_BYTES])
{
    (void)id;
    (void)secret;
    ++*(uint64_t *)context;
    return 0;
}

static int note_one(struct pulling *p, const uint8_t *item)
{
    int error = store_note_erased(desk_store(p->desk), item, item + ENTRY_ID_BYTES);
    if (error == E_PROOF) {
        char id[2 * ENTRY_ID_BYTES + 1];
        pull_id_text(item, id);
        return problem_set(p->problem, E_PROOF,
                           "The line says that entry %s was erased but does not show the secret.",
                           id);
    }
    return error == E_NOT_FOUND ? 0 : error;
}

static int keep_erased(struct pulling *p)
{
    uint64_t before = 0, after = 0;
    struct store *store = desk_store(p->desk);
    TRY(store_each_erased(store, count_one, &before));
    TRY(desk_begin(p->desk, p->problem));
    int error = 0;
    for (size_t at = 0; at < p->erased.len && error == 0; at += ERASED_ITEM_BYTES)
        error = note_one(p, p->erased.data + at);
    if (error == 0)
        error = store_each_erased(store, count_one, &after);
    if (error < 0 || after == before) {
        desk_rollback(p->desk);
        return error;
    }
    p->report->erased = after - before;
    return desk_commit(p->desk, p->problem);
}

/* Cosigning, once all is stored */

/* The line may forget what it gave. What it did not give, it does not have. */
static int send_held(struct pulling *p)
{
    struct buf note, missing;
    buf_init(&note, NOTE_BYTES_MAX);
    buf_init(&missing, STORE_VALUE_MAX);
    int error = pull_list_load(p, PULL_VALUE_MISSING, &missing);
    if (error == 0)
        error = missing.len ? E_MISSING : cosign_note(p->desk, &note);
    if (error == 0) {
        pull_leave(p);
        error = source_post(p->source, "/held", buf_bytes(&note), p->problem);
        TRY(pull_return(p));
    }
    buf_release(&missing);
    buf_release(&note);
    return error == E_MISSING ? 0 : error;
}

static int cosign(struct pulling *p)
{
    TRY(cosign_newest(p->desk, p->options->order, &p->report->cosigned, p->problem));
    if (!source_is_line(p->source) || store_size(desk_store(p->desk)) == 0)
        return 0;
    return send_held(p);
}

/* All of it */

static int open_source(struct desk *desk, const struct pull_options *options,
                       struct source **ret_source, struct problem *problem)
{
    const struct desk_line *line = desk_line(desk);
    if (!line->pinned)
        return problem_set(problem, E_ARGUMENT,
                           "This desk does not know its line's key yet. First: vouchsafe line "
                           "ADDRESS");
    if (options->from)
        return source_open_folder(options->from, ret_source, problem);
    if (!line->address[0])
        return problem_set(problem, E_ARGUMENT,
                           "This desk has no line's address. First: vouchsafe line ADDRESS");
    return source_open_line(line->address, options->proxy, &desk_keys(desk)->sign, line->key.name,
                            ret_source, problem);
}

static int run_steps(struct pulling *p)
{
    if (!p->options->push_only) {
        TRY(pull_progress(p, "roster", 0, 0));
        TRY(pull_roster(p));
        TRY(pull_log(p));
        TRY(fetch_erased(p));
        TRY(pull_sealed(p));
        TRY(pull_pending(p));
        TRY(keep_erased(p));
        TRY(cosign(p));
    }
    return source_is_line(p->source) ? pull_push(p) : 0;
}

static int count_waiting(void *context, const struct store_entry *entry)
{
    *(uint64_t *)context += entry->source == STORE_OUTBOX;
    return 0;
}

int pull_run(struct desk *desk, const struct pull_options *options, struct pull_report *ret_report,
             struct problem *problem)
{
    ASSERT(desk_unlocked(desk) && desk_awake(desk));
    struct problem own;
    problem_clear(&own);
    *ret_report = (struct pull_report){0};
    struct pulling p = {.desk = desk,
                        .options = options,
                        .report = ret_report,
                        .problem = problem ? problem : &own};
    buf_init(&p.erased, SOURCE_REPLY_MAX_BYTES);
    int error = open_source(desk, options, &p.source, p.problem);
    if (error == 0) {
        source_on_wait(p.source, options->progress, options->context);
        error = run_steps(&p);
    }
    source_free(p.source);
    buf_release(&p.erased);
    if (!desk_awake(desk))
        TRY(desk_wake(desk, p.problem));
    ret_report->log_size = store_size(desk_store(desk));
    int counted = store_each_pending(desk_store(desk), count_waiting, &ret_report->waiting);
    return error < 0 ? error : counted;
}
