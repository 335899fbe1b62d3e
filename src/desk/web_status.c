/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /status, and POST /alarms/NUMBER: a member has seen it. */
#include "base/clock.h"
#include "base/encode.h"
#include "desk/swap.h"
#include "desk/web_internal.h"
#include "desk/when.h"
#include "draw/chart.h"
#include "seal/words.h"

#define EXPIRING_DAYS 14
#define CHART_DAYS 30

static const char *six_words(struct visit *visit, const uint8_t hash[HASH_BYTES])
{
    struct buf words CLEANUP(buf_release);
    buf_init(&words, 1024);
    words_six(hash, &words);
    return visit_block(visit, buf_bytes(&words));
}

/* A line could make two logs whose roots have the same six words. */
static const char *twelve_words(struct visit *visit, const uint8_t hash[HASH_BYTES])
{
    struct buf words CLEANUP(buf_release);
    buf_init(&words, 1024);
    words_six(hash, &words);
    buf_u8(&words, ' ');
    words_six_more(hash, &words);
    return visit_block(visit, buf_bytes(&words));
}

static const char *day_text(struct visit *visit, uint32_t day)
{
    char text[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(day, text);
    return visit_line(visit, text, sizeof text);
}

static void put_number(struct visit *visit, struct values *values, const char *name,
                       uint64_t number)
{
    if (number)
        values_text(values, name, visit_number(visit, number));
}

static void put_line(struct visit *visit, struct values *v)
{
    const struct desk_line *line = desk_line(visit->web->desk);
    const struct web_pull *pull = &visit->web->pull;
    const char *from = visit->web->options.from;
    const char *address = from ? from : line->address;
    if (address[0])
        values_text(v, "line", visit_line(visit, address, DESK_ADDRESS_MAX));
    if (line->pinned) {
        struct hash hash = note_key_fingerprint(&line->key);
        values_text(v, "fingerprint", six_words(visit, hash.bytes));
    }
    if (pull->minute)
        values_text(v, "pulled", visit_minute(visit, pull->minute));
    if (pull->failure[0])
        values_text(v, "pull_problem",
                    visit_say(visit, visit_line(visit, pull->failure, PROBLEM_TEXT_MAX)));
    put_number(visit, v, "waiting", visit->status.outbox);
}

static void put_ledger(struct visit *visit, struct values *v)
{
    const struct model_status *status = &visit->status;
    values_text(v, "size", visit_number(visit, status->log_size));
    put_number(visit, v, "pending", status->pending);
    if (!status->has_checkpoint)
        return;
    values_text(v, "root", twelve_words(visit, status->checkpoint_root));
    put_number(visit, v, "cosigners", status->cosigners);
}

static uint64_t count_alarms(const struct model_status *status, enum alarm_kind kind)
{
    uint64_t count = 0;
    for (size_t i = 0; i < status->alarm_count; i++)
        count += status->alarms[i].kind == kind;
    return count;
}

static void put_desk(struct visit *visit, struct values *v)
{
    const struct model_status *status = &visit->status;
    values_text(v, "reports", visit_number(visit, status->reports));
    values_text(v, "conversations", visit_number(visit, status->conversations));
    values_text(v, "unanswered", visit_number(visit, status->waiting));
    put_number(visit, v, "danger_now", status->danger_now);
    put_number(visit, v, "overdue", status->overdue);
    put_number(visit, v, "not_held", status->not_held);
    put_number(visit, v, "unopened", count_alarms(status, ALARM_UNOPENED));
    put_number(visit, v, "unknown", status->not_understood);
    values_flag(v, "swap", swap_in_clear(""));
}

static void put_intake(struct visit *visit, struct values *v)
{
    const struct model_status *status = &visit->status;
    uint32_t today = clock_day(clock_now_s());
    if (!status->intake_epoch)
        return;
    values_text(v, "epoch", visit_number(visit, status->intake_epoch));
    values_text(v, "expiry", day_text(visit, status->intake_last_day));
    values_flag(v, "expiring", status->intake_last_day < today + EXPIRING_DAYS);
}

static int put_chart(struct visit *visit, struct values *v)
{
    const struct model_status *status = &visit->status;
    uint32_t counts[CHART_DAYS] = {0}, reports = 0;
    size_t days = status->day_count < CHART_DAYS ? status->day_count : CHART_DAYS;
    struct html html;
    for (size_t i = 0; i < days; i++) {
        counts[i] = status->days[i].reports;
        reports += counts[i];
    }
    if (!reports)
        return 0;
    struct chart_days chart = {.title = visit_say(visit, N_("Reports a day")),
                               .first_day = status->days[0].day,
                               .counts = counts,
                               .days = days};
    TRY(chart_days(&chart, &visit->arena, &html));
    values_html(v, "chart", html);
    return 0;
}

int web_status(struct visit *visit, struct problem *problem)
{
    struct values *v;
    TRY(visit_values(visit, &v, problem));
    put_line(visit, v);
    put_ledger(visit, v);
    put_desk(visit, v);
    put_intake(visit, v);
    TRY(put_chart(visit, v));
    visit_reply(visit, 200, &page_desk_status, v);
    return 0;
}

int web_status_seen(struct visit *visit, struct problem *problem)
{
    uint64_t number;
    TRY(decimal_read(visit->id, UINT32_MAX, &number));
    int error = alarm_seen(visit->web->desk, (uint32_t)number);
    if (error < 0)
        return problem_set(problem, error, "%s", error_sentence(error));
    visit_go(visit, "/status");
    return 0;
}
