/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/act.h"

#include "base/clock.h"
#include "desk/act_seal.h"
#include "seal/answer.h"
#include "seal/codename.h"
#include "seal/secret.h"
#include "text/utf8.h"

#define LANGUAGE_MAX 15

/* The write, then the model: after an error of the write nothing was written; what was written is
 * read back by opening it, as every other entry is. */
static int finish(struct desk *desk, struct model *model, int error, struct problem *problem)
{
    if (error < 0) {
        desk_rollback(desk);
        return problem_set(problem, error, "%s", error_sentence(error));
    }
    TRY(desk_commit(desk, problem));
    return model_refresh(model, problem);
}

static bool is_one_of(const char *text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (text && strcmp(text, words[i]) == 0)
            return true;
    }
    return false;
}

static int check_text(struct span text, size_t max_bytes, struct problem *problem)
{
    if (text.len == 0)
        return problem_set(problem, E_ARGUMENT, "There is no text.");
    if (text.len > max_bytes)
        return problem_set(problem, E_TOO_LARGE, "The text has %zu bytes; %zu are the most.",
                           text.len, max_bytes);
    if (utf8_check(text, SIZE_MAX) < 0 || memchr(text.data, 0, text.len))
        return problem_set(problem, E_UTF8, "The text is not valid UTF-8.");
    return 0;
}

static int check_report(const struct act_report *report, struct problem *problem)
{
    static const char *const channels[] = {"telephone", "message", "paper"};
    static const char *const wordings[] = {"verbatim", "summary"};
    if (!is_one_of(report->channel, channels, COUNT_OF(channels)))
        return problem_set(problem, E_ARGUMENT,
                           "It came by telephone, message or paper: say which.");
    if (!is_one_of(report->wording, wordings, COUNT_OF(wordings)))
        return problem_set(problem, E_ARGUMENT, "Say whether it is verbatim or a summary.");
    if (report->language && (utf8_check(span_text(report->language), LANGUAGE_MAX) < 0 ||
                             strlen(report->language) > LANGUAGE_MAX))
        return problem_set(problem, E_ARGUMENT, "A language is two or three letters.");
    if (report->minute > clock_minute(clock_now_s()))
        return problem_set(problem, E_ARGUMENT, "The time when it was said is still to come.");
    return check_text(report->text, ACT_REPORT_MAX_BYTES, problem);
}

static int seal_details(struct desk *desk, const struct record_details *details, uint64_t order,
                        struct problem *problem)
{
    const struct envelope envelope = {.kind = KIND_DETAILS, .order = order};
    struct buf content;
    buf_init(&content, 16 * RECORD_SHORT_TEXT_MAX);
    int error = record_details_put(details, &content);
    if (error == E_ARGUMENT)
        problem_set(problem, error, "A detail is too long (%d bytes are the most) or no UTF-8.",
                    RECORD_SHORT_TEXT_MAX);
    if (error == 0)
        error = act_seal_record(desk, &envelope, buf_bytes(&content), NULL, problem);
    buf_wipe_release(&content);
    return error;
}

static int seal_consent(struct desk *desk, const struct record_consent *consent, uint64_t order,
                        struct problem *problem)
{
    const struct envelope envelope = {.kind = KIND_CONSENT, .order = order};
    struct buf content;
    buf_init(&content, 4 * RECORD_SHORT_TEXT_MAX);
    int error = record_consent_put(consent, &content);
    if (error == E_ARGUMENT)
        problem_set(problem, error, "A consent needs a purpose, of at most %d bytes.",
                    RECORD_SHORT_TEXT_MAX);
    if (error == 0)
        error = act_seal_record(desk, &envelope, buf_bytes(&content), NULL, problem);
    buf_wipe_release(&content);
    return error;
}

static int seal_report(struct desk *desk, struct model *model, const struct act_report *report,
                       uint8_t id[ENTRY_ID_BYTES], struct problem *problem)
{
    uint64_t order = model_next_order(model);
    const struct envelope envelope = {.kind = KIND_REPORT,
                                      .order = order++,
                                      .minute = report->minute,
                                      .language = report->language,
                                      .channel = report->channel,
                                      .wording = report->wording};
    TRY(act_seal_record(desk, &envelope, report->text, id, problem));
    if (report->details.set) {
        struct record_details details = report->details;
        memcpy(details.report, id, sizeof details.report);
        TRY(seal_details(desk, &details, order++, problem));
    }
    for (size_t i = 0; i < report->consent_count; i++) {
        struct record_consent consent = report->consents[i];
        memcpy(consent.report, id, sizeof consent.report);
        TRY(seal_consent(desk, &consent, order++, problem));
    }
    return 0;
}

int act_take(struct desk *desk, struct model *model, const struct act_report *report,
             uint8_t ret_id[ENTRY_ID_BYTES], struct problem *problem)
{
    uint8_t id[ENTRY_ID_BYTES];
    ASSERT(report->consent_count <= ACT_CONSENTS_MAX);
    TRY(check_report(report, problem));
    TRY(desk_begin(desk, problem));
    int error = seal_report(desk, model, report, id, problem);
    TRY(finish(desk, model, error, problem));
    memcpy(ret_id, id, sizeof id);
    return 0;
}

/* Answers */

static int seal_answer(struct desk *desk, const struct model_caller *caller, unsigned slot,
                       struct span text, uint8_t ret_id[ENTRY_ID_BYTES], struct problem *problem)
{
    const struct desk_epoch *epoch;
    struct entry_header header;
    struct entry_leaf leaf;
    struct buf sealed;
    uint8_t secret[CODENAME_ERASE_SECRET_BYTES];
    TRY(act_seal_epoch(desk, &epoch, problem));
    TRY(act_seal_header(text.len, &header));
    codename_reply_tag(caller->reply_key, slot, header.tag);
    codename_answer_erase_secret(caller->reply_key, slot, secret);
    codename_erase_tag(secret, header.erase_tag);
    secret_wipe(secret, sizeof secret);
    buf_init(&sealed, entry_sealed_bytes(header.bucket));
    int error = answer_seal(&epoch->pair, caller->mailbox, &header, text, &sealed, &leaf);
    if (error == 0)
        error = act_seal_put(desk, &header, &leaf, buf_bytes(&sealed));
    buf_release(&sealed);
    if (error == 0)
        memcpy(ret_id, header.id, ENTRY_ID_BYTES);
    return error;
}

static int seal_answered(struct desk *desk, const struct record_answered *record, uint64_t order,
                         struct problem *problem)
{
    const struct envelope envelope = {.kind = KIND_ANSWERED, .order = order};
    struct buf content;
    buf_init(&content, RECORD_TEXT_MAX + 1024);
    int error = record_answered_put(record, &content);
    if (error == 0)
        error = act_seal_record(desk, &envelope, buf_bytes(&content), NULL, problem);
    buf_wipe_release(&content);
    return error;
}

static int seal_both(struct desk *desk, struct model *model, const struct model_caller *caller,
                     struct record_answered *record, struct problem *problem)
{
    record->slot = 0;
    while (record->slot < CODENAME_SLOTS && caller->slots_used >> record->slot & 1)
        record->slot++;
    if (record->slot == CODENAME_SLOTS)
        return problem_set(problem, E_BUSY, "All %d places for answers to this caller are used.",
                           CODENAME_SLOTS);
    memcpy(record->mailbox, caller->mailbox, sizeof record->mailbox);
    TRY(seal_answer(desk, caller, record->slot, record->text, record->answer, problem));
    return seal_answered(desk, record, model_next_order(model), problem);
}

int act_answer(struct desk *desk, struct model *model, const uint8_t report[ENTRY_ID_BYTES],
               struct span text, struct problem *problem)
{
    struct model_caller caller;
    struct record_answered record = {.text = text};
    TRY(check_text(text, ANSWER_TEXT_MAX, problem));
    int error = model_caller(model, report, &caller);
    if (error == E_NOT_FOUND)
        return problem_set(problem, error,
                           "This report has no mailbox: it did not come through the line.");
    TRY(error);
    memcpy(record.report, report, sizeof record.report);
    error = desk_begin(desk, problem);
    if (error == 0) {
        error = seal_both(desk, model, &caller, &record, problem);
        error = finish(desk, model, error, problem);
    }
    secret_wipe(&caller, sizeof caller);
    return error;
}

/* Details, consent, erasure */

int act_details(struct desk *desk, struct model *model, const struct record_details *details,
                struct problem *problem)
{
    if (details->set == 0)
        return problem_set(problem, E_ARGUMENT, "There is nothing to note.");
    TRY(desk_begin(desk, problem));
    int error = seal_details(desk, details, model_next_order(model), problem);
    return finish(desk, model, error, problem);
}

int act_consent(struct desk *desk, struct model *model, const struct record_consent *consent,
                struct problem *problem)
{
    TRY(desk_begin(desk, problem));
    int error = seal_consent(desk, consent, model_next_order(model), problem);
    return finish(desk, model, error, problem);
}

struct erased_search {
    const uint8_t *id;
    bool found;
};

static int is_erased(void *context, const uint8_t id[ENTRY_ID_BYTES],
                     const uint8_t secret[STORE_SECRET_BYTES])
{
    struct erased_search *search = context;
    (void)secret;
    search->found |= memcmp(id, search->id, ENTRY_ID_BYTES) == 0;
    return 0;
}

static int seal_erasure(struct desk *desk, struct model *model,
                        const struct record_erasure *erasure, struct problem *problem)
{
    const struct envelope envelope = {.kind = KIND_ERASURE, .order = model_next_order(model)};
    struct buf content;
    buf_init(&content, 4 * RECORD_SHORT_TEXT_MAX);
    int error = record_erasure_put(erasure, &content);
    if (error == 0)
        error = act_seal_record(desk, &envelope, buf_bytes(&content), NULL, problem);
    buf_wipe_release(&content);
    if (error == 0 && erasure->decision == ERASURE_DELETED)
        error = store_forget(desk_store(desk), erasure->entry);
    return error == E_NOT_FOUND ? 0 : error;
}

int act_erasure(struct desk *desk, struct model *model, const struct record_erasure *erasure,
                struct problem *problem)
{
    struct erased_search search = {.id = erasure->entry};
    TRY(store_each_erased(desk_store(desk), is_erased, &search));
    if (!search.found)
        return problem_set(problem, E_ARGUMENT, "The caller did not ask to have this erased.");
    TRY(desk_begin(desk, problem));
    int error = seal_erasure(desk, model, erasure, problem);
    return finish(desk, model, error, problem);
}
