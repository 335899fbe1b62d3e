/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* One fold function for each kind of record. Each puts facts that stand by themselves, or replaces
 * a fact by one that is later by (order, signer, id): so the order in which entries come does not
 * matter, and an entry that comes twice changes nothing. */
#include "base/clock.h"
#include "desk/model_internal.h"

#define DAY_MINUTES 1440

static void position_write(uint32_t minute, uint32_t order, const uint8_t *id,
                           uint8_t out[MODEL_POSITION_BYTES])
{
    for (unsigned i = 0; i < 4; i++) {
        out[i] = (uint8_t)(minute >> (24 - 8 * i));
        out[4 + i] = (uint8_t)(order >> (24 - 8 * i));
    }
    memcpy(out + 8, id, ENTRY_ID_BYTES);
}

static int mark_dirty_of_report(struct model *model, const uint8_t *report)
{
    return sql_run(&model->sql, "INSERT OR IGNORE INTO dirty SELECT conv FROM reports WHERE id = ?",
                   SQL_ARGS(SQL_BLOB(report, ENTRY_ID_BYTES)));
}

static int mark_dirty(struct model *model, const void *conv, size_t len)
{
    return sql_run(&model->sql, "INSERT OR IGNORE INTO dirty VALUES(?)",
                   SQL_ARGS(SQL_BLOB(conv, len)));
}

/* The text of a report or an answer, and its words: a multiple of what an entry can hold, and
 * without a bound of its own, since what does not fit would keep all else from being shown. */
static int put_text(struct model *model, const uint8_t *id, struct span raw)
{
    struct buf text, words;
    buf_init(&text, SIZE_MAX / 8);
    buf_init(&words, SIZE_MAX / 8);
    model_text_clean(&text, raw);
    int error = buf_error(&text);
    if (error == 0)
        error = model_text_words(&words, buf_bytes(&text));
    if (error == 0)
        error = sql_run(&model->sql, "INSERT INTO texts(entry, body) VALUES(?, ?)",
                        SQL_ARGS(SQL_BLOB(id, ENTRY_ID_BYTES), SQL_TEXT(buf_bytes(&text))));
    if (error == 0)
        error =
            sql_run(&model->sql, "INSERT INTO words(rowid, body) VALUES(last_insert_rowid(), ?)",
                    SQL_ARGS(SQL_TEXT(buf_bytes(&words))));
    buf_wipe_release(&text);
    buf_wipe_release(&words);
    return error;
}

static struct sql_value clean_value(struct buf *storage, const char *text)
{
    buf_init(storage, 64);
    model_text_clean(storage, span_text(text));
    return SQL_TEXT(buf_bytes(storage));
}

/* A line gives a report its minute and its day. One that is not of the other, or still to come, may
 * have been given to put the report where nobody waits for it: before what was answered, or after
 * all that will be. */
static int check_time(const struct model_folding *f)
{
    int64_t day = f->opened->envelope.minute / DAY_MINUTES, header_day = f->header->day;
    int64_t tomorrow = (int64_t)clock_day(clock_now_s()) + 1;
    if (f->opened->has_signer ||
        (day >= header_day - 1 && day <= header_day + 1 && header_day <= tomorrow))
        return 0;
    return model_fold_alarm(f->model, ALARM_DAMAGED, f->header->id,
                            header_day > tomorrow ? "Its day is still to come."
                                                  : "Its time is not of its day.");
}

static int fold_report(const struct model_folding *f)
{
    const struct envelope *e = &f->opened->envelope;
    const uint8_t *id = f->header->id;
    TRY(check_time(f));
    bool by_door = !f->opened->has_signer && e->mailbox && e->reply_key;
    uint8_t pos[MODEL_POSITION_BYTES];
    position_write(e->minute, by_door ? e->minute_order : 0, id, pos);
    struct span conv = by_door ? span_of(e->mailbox, SEAL_KEY_BYTES) : span_of(id, ENTRY_ID_BYTES);
    struct sql_value mailbox = SQL_NULL, reply = SQL_NULL, signer = SQL_NULL;
    if (by_door) {
        mailbox = SQL_BLOB(e->mailbox, SEAL_KEY_BYTES);
        reply = SQL_BLOB(e->reply_key, SEAL_KEY_BYTES);
    }
    if (f->opened->has_signer)
        signer = SQL_BLOB(f->opened->signer, SIGN_KEY_BYTES);
    struct buf language, channel, wording;
    int error = sql_run(
        &f->model->sql,
        "INSERT INTO reports(id, conv, pos, minute, day, language, channel, wording, signer,"
        " mailbox, reply, epoch) VALUES(?,?,?,?,?,?,?,?,?,?,?,?)",
        SQL_ARGS(
            SQL_BLOB(id, ENTRY_ID_BYTES), SQL_BLOB(conv.data, conv.len), SQL_BLOB(pos, sizeof pos),
            SQL_INT(e->minute), SQL_INT(f->header->day),
            clean_value(&language, f->opened->language), clean_value(&channel, f->opened->channel),
            clean_value(&wording, f->opened->wording), signer, mailbox, reply, SQL_INT(f->epoch)));
    buf_release(&language);
    buf_release(&channel);
    buf_release(&wording);
    TRY(error);
    TRY(put_text(f->model, id, f->opened->content));
    return mark_dirty(f->model, conv.data, conv.len);
}

static int fold_answered(const struct model_folding *f)
{
    struct record_answered r;
    TRY(record_answered_read(f->opened->content, &r));
    TRY(sql_run(&f->model->sql,
                "INSERT INTO answers(id, conv, slot, answer, report, minute, day, ord, signer)"
                " VALUES(?,?,?,?,?,?,?,?,?)",
                SQL_ARGS(SQL_BLOB(f->header->id, ENTRY_ID_BYTES),
                         SQL_BLOB(r.mailbox, sizeof r.mailbox), SQL_INT(r.slot),
                         SQL_BLOB(r.answer, sizeof r.answer), SQL_BLOB(r.report, sizeof r.report),
                         SQL_INT(f->opened->envelope.minute), SQL_INT(f->header->day),
                         SQL_INT(f->opened->envelope.order),
                         SQL_BLOB(f->opened->signer, SIGN_KEY_BYTES))));
    TRY(put_text(f->model, f->header->id, r.text));
    return mark_dirty(f->model, r.mailbox, sizeof r.mailbox);
}

static int put_detail(const struct model_folding *f, const uint8_t *report, unsigned field,
                      struct sql_value value)
{
    return sql_run(
        &f->model->sql,
        "INSERT INTO details(report, field, value, ord, signer, id, minute) VALUES(?,?,?,?,?,?,?)"
        " ON CONFLICT DO UPDATE SET value = excluded.value, ord = excluded.ord,"
        " signer = excluded.signer, id = excluded.id, minute = excluded.minute"
        " WHERE (excluded.ord, excluded.signer, excluded.id) > (ord, signer, id)",
        SQL_ARGS(SQL_BLOB(report, ENTRY_ID_BYTES), SQL_INT(field), value,
                 SQL_INT(f->opened->envelope.order), SQL_BLOB(f->opened->signer, SIGN_KEY_BYTES),
                 SQL_BLOB(f->header->id, ENTRY_ID_BYTES), SQL_INT(f->opened->envelope.minute)));
}

static int fold_details(const struct model_folding *f)
{
    struct record_details r;
    TRY(record_details_read(f->opened->content, &r));
    const struct {
        unsigned bit, field;
        struct sql_value value;
    } said[] = {
        {DETAILS_DANGER, 10, SQL_INT(r.danger)},
        {DETAILS_DUE, 11, SQL_INT(r.due_minute)},
        {DETAILS_SAFE_WAYS, 12, SQL_TEXT(r.safe_ways)},
        {DETAILS_SAFE_HOURS, 13, SQL_TEXT(r.safe_hours)},
        {DETAILS_TO_OTHERS, 14, SQL_TEXT(r.to_others)},
        {DETAILS_INTERPRETER, 15, SQL_TEXT(r.interpreter)},
        {DETAILS_HANDLED, 16, SQL_INT(r.handled)},
        {DETAILS_NOTE, 17, SQL_TEXT(r.note)},
    };
    for (size_t i = 0; i < COUNT_OF(said); i++) {
        if (r.set & said[i].bit)
            TRY(put_detail(f, r.report, said[i].field, said[i].value));
    }
    return mark_dirty_of_report(f->model, r.report);
}

static int fold_consent(const struct model_folding *f)
{
    struct record_consent r;
    TRY(record_consent_read(f->opened->content, &r));
    return sql_run(
        &f->model->sql,
        "INSERT INTO consents(report, purpose, recipient, given, ord, signer, id, minute)"
        " VALUES(?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET given = excluded.given,"
        " ord = excluded.ord, signer = excluded.signer, id = excluded.id, minute = excluded.minute"
        " WHERE (excluded.ord, excluded.signer, excluded.id) > (ord, signer, id)",
        SQL_ARGS(SQL_BLOB(r.report, sizeof r.report), SQL_TEXT(r.purpose), SQL_TEXT(r.recipient),
                 SQL_INT(r.given), SQL_INT(f->opened->envelope.order),
                 SQL_BLOB(f->opened->signer, SIGN_KEY_BYTES),
                 SQL_BLOB(f->header->id, ENTRY_ID_BYTES), SQL_INT(f->opened->envelope.minute)));
}

static int fold_erasure(const struct model_folding *f)
{
    struct record_erasure r;
    TRY(record_erasure_read(f->opened->content, &r));
    TRY(sql_run(
        &f->model->sql,
        "INSERT INTO erasures(entry, signer, decision, reason, ord, id, minute)"
        " VALUES(?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET decision = excluded.decision,"
        " reason = excluded.reason, ord = excluded.ord, id = excluded.id,"
        " minute = excluded.minute WHERE (excluded.ord, excluded.id) > (ord, id)",
        SQL_ARGS(SQL_BLOB(r.entry, sizeof r.entry), SQL_BLOB(f->opened->signer, SIGN_KEY_BYTES),
                 SQL_INT(r.decision), SQL_TEXT(r.reason), SQL_INT(f->opened->envelope.order),
                 SQL_BLOB(f->header->id, ENTRY_ID_BYTES), SQL_INT(f->opened->envelope.minute))));
    return mark_dirty_of_report(f->model, r.entry);
}

/* What the note says is looked at when the log is long enough (model_cosigned.c). */
static int fold_cosignature(const struct model_folding *f)
{
    return sql_run(&f->model->sql,
                   "INSERT INTO cosigned(id, signer, note, size, checked) VALUES(?,?,?,0,0)",
                   SQL_ARGS(SQL_BLOB(f->header->id, ENTRY_ID_BYTES),
                            SQL_BLOB(f->opened->signer, SIGN_KEY_BYTES),
                            SQL_BLOB(f->opened->content.data, f->opened->content.len)));
}

static int fold_cover(const struct model_folding *f)
{
    (void)f;
    return 0;
}

static const struct {
    uint32_t kind;
    bool needs_signer;
    int (*fold)(const struct model_folding *f);
} folds[] = {
    {KIND_REPORT, false, fold_report},  {KIND_ANSWERED, true, fold_answered},
    {KIND_COVER, false, fold_cover},    {KIND_DETAILS, true, fold_details},
    {KIND_CONSENT, true, fold_consent}, {KIND_COSIGNATURE, true, fold_cosignature},
    {KIND_ERASURE, true, fold_erasure},
};

int model_fold_state(struct model *model, const uint8_t *id, const struct entry_header *header,
                     enum model_state state, bool in_log, enum store_source source)
{
    return sql_run(&model->sql,
                   "INSERT INTO entries(id, day, state, in_log, source) VALUES(?,?,?,?,?)"
                   " ON CONFLICT DO UPDATE SET day = excluded.day, state = excluded.state,"
                   " in_log = excluded.in_log, source = excluded.source",
                   SQL_ARGS(SQL_BLOB(id, ENTRY_ID_BYTES), SQL_INT(header ? header->day : 0),
                            SQL_INT(state), SQL_INT(in_log), SQL_INT(source)));
}

int model_fold_alarm(struct model *model, enum alarm_kind kind, const uint8_t *id,
                     const char *detail)
{
    return sql_run(
        &model->sql, "INSERT OR REPLACE INTO alarms(kind, id, detail) VALUES(?,?,?)",
        SQL_ARGS(SQL_INT(kind), SQL_BLOB(id, ENTRY_ID_BYTES), SQL_TEXT(span_text(detail))));
}

/* An epoch ends for callers on the first day of the next one. */
static int check_retired(const struct model_folding *f)
{
    const struct roster *roster = desk_roster(f->model->desk);
    if (f->opened->has_signer)
        return 0;
    for (size_t i = 0; i < roster_intakes(roster); i++) {
        const struct roster_intake *intake = roster_intake_at(roster, i);
        if (intake->epoch > f->epoch && intake->first_day < f->header->day) {
            char detail[ALARM_DETAIL_MAX];
            snprintf(detail, sizeof detail, "Sealed to intake epoch %u while %u was in use.",
                     f->epoch, intake->epoch);
            return model_fold_alarm(f->model, ALARM_RETIRED, f->header->id, detail);
        }
    }
    return 0;
}

/* Gives the state that the entry then has, or an error of the model's own. */
static int fold_opened(const struct model_folding *f)
{
    const struct opened *o = f->opened;
    const uint8_t *id = f->header->id;
    size_t i = 0;
    while (i < COUNT_OF(folds) && folds[i].kind != o->envelope.kind)
        i++;
    TRY(check_retired(f));
    if (i == COUNT_OF(folds) || o->envelope.kind_version != RECORD_VERSION)
        return MODEL_NOT_UNDERSTOOD;
    if (folds[i].needs_signer && !o->has_signer) {
        TRY(model_fold_alarm(f->model, ALARM_SIGNER, id, "A record without any signature."));
        return MODEL_REFUSED;
    }
    if (o->envelope.order > MODEL_ORDER_MAX) {
        TRY(model_fold_alarm(f->model, ALARM_DAMAGED, id, "Its order is out of all bounds."));
        return MODEL_REFUSED;
    }
    if (o->has_signer && o->envelope.order >= f->model->next_order)
        f->model->next_order = o->envelope.order + (o->envelope.order < MODEL_ORDER_MAX);
    int error = folds[i].fold(f);
    if (error == E_FORMAT) {
        TRY(model_fold_alarm(f->model, ALARM_DAMAGED, id, "Its fields break their schema."));
        return MODEL_REFUSED;
    }
    return error < 0 ? error : MODEL_OPENED;
}

static int fold_unopened(struct model *model, const struct opener_job *job, const uint8_t *id)
{
    switch (job->error) {
    case E_NOMEM:
        return E_NOMEM;
    case E_CANNOT_OPEN:
        return MODEL_UNOPENED;
    case E_VERSION:
        return MODEL_NOT_UNDERSTOOD;
    default:
        TRY(model_fold_alarm(model, job->error == E_SIGNATURE ? ALARM_SIGNER : ALARM_DAMAGED, id,
                             error_sentence(job->error)));
        return MODEL_REFUSED;
    }
}

int model_fold_job(struct model *model, struct opener_job *job)
{
    struct entry_header header;
    TRY(entry_header_read(span_of(job->header, sizeof job->header), &header));
    int state;
    if (job->error < 0) {
        state = fold_unopened(model, job, header.id);
    } else if (job->opened.has_signer &&
               !roster_member_find(desk_roster(model->desk), job->opened.signer)) {
        TRY(model_fold_alarm(model, ALARM_SIGNER, header.id, ""));
        state = MODEL_REFUSED;
    } else {
        const struct model_folding f = {model, &header, &job->opened, job->epoch->epoch};
        state = fold_opened(&f);
    }
    TRY(state);
    return model_fold_state(model, header.id, &header, (enum model_state)state, job->in_log,
                            job->source);
}
