/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Unlocking: from a passphrase to the member's keys and the epochs that they were granted. */
#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "desk/alarm.h"
#include "desk/desk_internal.h"
#include "seal/roster_sign.h"
#include "seal/secret.h"
#include "text/utf8.h"

static size_t count_characters(struct span text, size_t *ret_different)
{
    size_t count = 0, different = 0;
    uint32_t seen[16];
    while (text.len) {
        uint32_t c = utf8_next(&text);
        size_t i = 0;
        while (i < different && seen[i] != c)
            i++;
        if (i == different && different < COUNT_OF(seen))
            seen[different++] = c;
        count++;
    }
    secret_wipe(seen, sizeof seen);
    *ret_different = different;
    return count;
}

int desk_passphrase_check(struct span passphrase, struct problem *problem)
{
    size_t different, count = count_characters(passphrase, &different);
    if (passphrase.len > DESK_PASSPHRASE_MAX_BYTES)
        return problem_set(problem, E_ARGUMENT, "The passphrase is too long.");
    if (count < DESK_PASSPHRASE_MIN)
        return problem_set(problem, E_ARGUMENT,
                           "The passphrase is too short: it needs at least %d characters. Five or "
                           "six words that you choose by chance are good.",
                           DESK_PASSPHRASE_MIN);
    if (different < 5)
        return problem_set(problem, E_ARGUMENT,
                           "The passphrase repeats itself too much to be safe.");
    return 0;
}

void desk_forget_keys(struct desk *desk)
{
    member_keys_free(desk->keys);
    secret_free(desk->epochs);
    desk->keys = NULL;
    desk->epochs = NULL;
}

/* An alarm that cannot be kept must not hide the rest: the epoch is refused either way. */
static int raise_refused(struct desk *desk, const struct roster_intake *intake, int why)
{
    char detail[ALARM_DETAIL_MAX];
    snprintf(detail, sizeof detail, "Intake epoch %u: %s", intake->epoch,
             why == E_ROSTER ? "its secret does not yield the published key."
                             : "its grant to this member does not open or is missing.");
    return alarm_raise(desk, ALARM_INTAKE, NULL, detail);
}

int desk_open_epochs(struct desk *desk, struct problem *problem)
{
    ASSERT(desk->keys && !desk->writing);
    size_t count = roster_intakes(desk->roster);
    struct desk_epochs *epochs = secret_alloc(sizeof *epochs + count * sizeof epochs->list[0]);
    REJECT_IF(!epochs, problem_set(problem, E_NOMEM, "There is no memory for keys."));
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++) {
        const struct roster_intake *intake = roster_intake_at(desk->roster, i);
        struct desk_epoch *e = &epochs->list[epochs->count];
        int why = roster_sign_open_grant(desk->roster, intake, desk->keys, &e->pair);
        if (why == E_ROSTER || why == E_CANNOT_OPEN || why == E_NOT_FOUND) {
            error = raise_refused(desk, intake, why);
            continue;
        }
        if (why < 0) {
            error = why;
            continue;
        }
        e->epoch = intake->epoch;
        e->first_day = intake->first_day;
        e->last_day = intake->last_day;
        epochs->count++;
    }
    secret_free(desk->epochs);
    desk->epochs = epochs;
    return error;
}

static int use_keys(struct desk *desk, struct member_keys *keys, struct problem *problem)
{
    desk_forget_keys(desk);
    desk->keys = keys;
    int error = 0;
    if (memcmp(keys->sign.public_key, desk->sign_key, SIGN_KEY_BYTES) != 0)
        error = problem_set(problem, E_KEYFILE, "The key file was exchanged while it was read.");
    if (error == 0)
        error = desk_open_epochs(desk, problem);
    if (error < 0)
        desk_forget_keys(desk);
    return error;
}

int desk_unlock(struct desk *desk, struct span passphrase, struct problem *problem)
{
    ASSERT(desk->store);
    char *path = desk_path(desk->folder, "key");
    REJECT_IF(!path, E_NOMEM);
    struct buf file;
    struct member_keys *keys = NULL;
    buf_init(&file, KEYFILE_BYTES);
    int error = file_read(path, KEYFILE_BYTES, &file, problem);
    mem_free(path);
    if (error == 0)
        error = keyfile_open(buf_bytes(&file), passphrase, desk->organisation, &keys, problem);
    buf_release(&file);
    return error < 0 ? error : use_keys(desk, keys, problem);
}

int desk_twin(const struct desk *desk, struct desk **ret_desk, struct problem *problem)
{
    ASSERT(desk->keys);
    struct desk *twin;
    TRY(desk_open(desk->folder, &twin, problem));
    struct member_keys *keys = member_keys_of_seed(desk->keys->seed);
    int error = keys ? use_keys(twin, keys, problem) : E_NOMEM;
    if (error < 0)
        desk_free(twin);
    else
        *ret_desk = twin;
    return error;
}

void desk_lock(struct desk *desk)
{
    desk_forget_keys(desk);
}

bool desk_unlocked(const struct desk *desk)
{
    return desk->keys != NULL;
}

const struct member_keys *desk_keys(const struct desk *desk)
{
    ASSERT(desk->keys);
    return desk->keys;
}

size_t desk_epochs(const struct desk *desk)
{
    return desk->epochs ? desk->epochs->count : 0;
}

const struct desk_epoch *desk_epoch_at(const struct desk *desk, size_t index)
{
    ASSERT(index < desk_epochs(desk));
    return &desk->epochs->list[index];
}

const struct desk_epoch *desk_epoch_now(const struct desk *desk)
{
    const struct roster_intake *intake =
        roster_intake_of_day(desk->roster, clock_day(clock_now_s()));
    size_t count = desk_epochs(desk);
    if (!intake || count == 0)
        return NULL;
    const struct desk_epoch *last = desk_epoch_at(desk, count - 1);
    return last->epoch == intake->epoch ? last : NULL;
}
