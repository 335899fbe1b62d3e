/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "samples_desk.h"

#include <assert.h>

#include "base/clock.h"
#include "draw/chart.h"

struct item {
    const char *id, *day, *channel, *language, *start, *due;
    bool danger, overdue, unanswered, handled;
};

static const struct item items[] = {
    {"5f0c9a2e71d84b36a0c4e2917f5b8d60", "2031-04-09", "The line", "English",
     "On Tuesday before dawn, men in two grey vans came to Mill Street in Karsk and took my",
     "2031-04-09 18:00", true, true, true, false},
    {"0a1b2c3d4e5f60718293a4b5c6d7e8f9", "2031-04-10", "Telephone", "Русский",
     "Звонит мать: сына забрали с работы в Желане, телефон выключен со вчерашнего вечера",
     "2031-04-12 09:00", true, false, false, false},
    {"9b8a7c6d5e4f30211203f4e5d6c7b8a9", "2031-04-08", "The line", "English",
     "I work at the archive in Orlets. The registers of March are to be burned on Friday.",
     "2031-04-13 12:00", false, false, true, false},
    {"33d1f0a9c27e4b5886aa10e94c5d2b71", "2031-04-02", "Paper", NULL,
     "A note pushed under the door, in pencil: four names, and \"Tolma, cellar, since Sunday\".",
     NULL, false, false, true, false},
    {"c0ffee00a9b8c7d6e5f4a3b2c1d0e9f8", "2031-04-07", "A message from elsewhere", "Русский",
     "Ещё раз о ёлочном рынке: сторож видел номер машины и готов рассказать", NULL, false, false,
     false, false},
    {"77f3a1c2a9b8c7d6e5f4a3b2c1d0e9f8", "2031-04-01", "The line", "English",
     "Thank you. My sister is home again.", NULL, false, false, false, true},
};

/* As members speak of it. */
static void put_label(struct values *v, const struct item *item)
{
    values_printf(v, "label", "%.8s", item->id);
}

static void fill_common(struct values *v, const struct language *language)
{
    values_text(v, "org", "Veshnia Legal Aid");
    values_text(v, "member", "Mira Sol");
    values_text(v, "csrf", "3b9f0c5ad1e84c7fa60b2f4d9e1c8a75");
    values_number(v, "inbox_count", 4);
    values_number(v, "erasure_count", 1);
    values_languages(v, language);
}

static void fill_items(struct values *v, size_t selected)
{
    for (size_t i = 0; i < COUNT_OF(items); i++) {
        struct values *item = values_add(v, "items");
        values_text(item, "id", items[i].id);
        values_flag(item, "selected", i == selected);
        put_label(item, &items[i]);
        values_text(item, "day", items[i].day);
        values_text(item, "channel", items[i].channel);
        values_text(item, "language", items[i].language);
        values_text(item, "start", items[i].start);
        values_flag(item, "danger", items[i].danger);
        values_text(item, "due", items[i].due);
        values_flag(item, "overdue", items[i].overdue);
        values_flag(item, "unanswered", items[i].unanswered);
        values_flag(item, "handled", items[i].handled);
    }
    values_number(v, "more", 112);
}

void desk_inbox(struct values *v, const struct language *language)
{
    fill_common(v, language);
    struct values *alarm = values_add(v, "alarms");
    values_text(alarm, "text",
                "One entry was sealed to an epoch that nobody here holds: 77777777.");
    alarm = values_add(v, "alarms");
    values_text(alarm, "text",
                "The line showed an older log than the one that this desk already holds.");
    values_text(alarm, "number", "2");
    values_text(v, "more_alarms", "3");
    fill_items(v, COUNT_OF(items));
    values_text(v, "pulled", "2031-04-10 08:12");
    values_number(v, "waiting", 2);
}

void desk_inbox_empty(struct values *v, const struct language *language)
{
    values_text(v, "org", "Veshnia Legal Aid");
    values_text(v, "member", "Mira Sol");
    values_text(v, "csrf", "3b9f0c5ad1e84c7fa60b2f4d9e1c8a75");
    values_languages(v, language);
}

static void fill_details(struct values *v)
{
    static const char *const consents[][2] = {
        {"publication", "publishing it, without names"},
        {"court", "using it before a court or the United Nations"},
        {"lawyer", "passing it to a lawyer"},
        {"press", "a journalist asking them"},
    };
    values_flag(v, "danger", true);
    values_text(v, "due", "2031-04-09T18:00");
    values_text(v, "zone", "UTC");
    values_text(v, "safe_ways",
                "Only by the line. Never the landline: the brother-in-law answers.");
    values_text(v, "safe_hours", "after 21:00, not on Sundays");
    values_text(v, "somebody_else", "It is about the library book.");
    values_text(v, "members_note", "Vera calls her on Friday if nobody has by then.");
    for (size_t i = 0; i < COUNT_OF(consents); i++) {
        struct values *consent = values_add(v, "consents");
        values_text(consent, "key", consents[i][0]);
        values_text(consent, "label", consents[i][1]);
        values_flag(consent, "given", i < 2);
    }
}

static void fill_message(struct values *v, const char *who, const char *minute, const char *text,
                         const char *state)
{
    struct values *message = values_add(v, "messages");
    values_flag(message, "ours", who != NULL);
    values_text(message, "who", who);
    values_text(message, "minute", minute);
    values_text(message, "text", text);
    if (state)
        values_flag(message, state, true);
}

void desk_report(struct values *v, const struct language *language)
{
    fill_common(v, language);
    fill_items(v, 0);
    fill_details(v);
    values_text(v, "note", "The answer is sealed and waits to be sent.");
    values_text(v, "agreed", "passing it to a lawyer; a journalist asking them (Orlets Courier)");
    values_text(v, "refused", "publishing it, without names");
    values_text(v, "once", "00112233445566778899aabbccddeeff");
    values_text(v, "id", items[0].id);
    values_text(v, "shown", "c07d1b6a94e25f3801be7a6d5c2f9e44");
    put_label(v, &items[0]);
    values_text(v, "once", "9d2f0c5ad1e84c7fa60b2f4d9e1c8a75");
    values_flag(v, "overdue", true);
    values_text(v, "due_text", "2031-04-09 18:00");
    values_flag(v, "unanswered", true);
    values_text(v, "channel", items[0].channel);
    values_text(v, "language", "English");
    values_text(v, "language_code", "en");
    values_flag(v, "can_answer", true);
    values_text(v, "agreed", "passing it to a lawyer");
    values_text(v, "refused", "publishing it, without names");
    values_text(v, "prove", "vouchsafe prove 5f0c9a2e71d84b36a0c4e2917f5b8d60 -o proof/");
    fill_message(
        v, NULL, "2031-04-09 05:40",
        "On Tuesday before dawn, men in two grey vans came to Mill Street in Karsk and took "
        "my neighbour, Ilya Varn. They did not say where to.\n\nHis sister asked at the "
        "station in Tolma on Wednesday. They told her to come back \"when it is quiet\".",
        NULL);
    fill_message(v, "Mira Sol", "2031-04-09 09:15",
                 "We have read what you wrote. Are you safe where you are now?", "fetched");
    fill_message(v, NULL, "2031-04-10 06:02",
                 "Yes, for now. A file came with this name: photo[U+202E]gpj.exe", NULL);
    fill_message(v, "Mira Sol", "2031-04-10 08:10",
                 "Thank you. We asked a lawyer in Tolma to go to the station.", "waiting");
}

void desk_take(struct values *v, const struct language *language)
{
    static const char *const channels[][2] = {
        {"telephone", "Telephone"}, {"message", "A message from elsewhere"}, {"paper", "Paper"}};
    fill_common(v, language);
    fill_details(v);
    values_text(v, "once", "9d2f0c5ad1e84c7fa60b2f4d9e1c8a75");
    for (size_t i = 0; i < COUNT_OF(channels); i++) {
        struct values *channel = values_add(v, "channels");
        values_text(channel, "key", channels[i][0]);
        values_text(channel, "label", channels[i][1]);
        values_flag(channel, "selected", i == 0);
    }
    const struct language *theirs;
    for (size_t i = 0; (theirs = language_at(i)); i++) {
        struct values *item = values_add(v, "callers_languages");
        values_text(item, "code", theirs->code);
        values_text(item, "name", theirs->name);
        values_flag(item, "selected", i == 1);
    }
    values_text(v, "came", "2031-04-10T08:30");
    values_text(v, "once", "00112233445566778899aabbccddeeff");
    values_text(v, "problem", "Nothing is written in the text.");
}

void desk_search(struct values *v, const struct language *language)
{
    fill_common(v, language);
    values_text(v, "query", "елочн");
    values_flag(v, "asked", true);
    values_number(v, "count", 2);
    for (size_t i = 0; i < 2; i++) {
        struct values *result = values_add(v, "results");
        values_text(result, "id", items[4 - i].id);
        put_label(result, &items[4 - i]);
        values_text(result, "day", items[4 - i].day);
        struct values *part = values_add(result, "parts");
        values_text(part, "text", "Ещё раз о ");
        part = values_add(result, "parts");
        values_text(part, "text", "ёлочном");
        values_flag(part, "hit", true);
        part = values_add(result, "parts");
        values_text(part, "text", " рынке: сторож видел номер машины и готов рассказать");
    }
}

void desk_search_nothing(struct values *v, const struct language *language)
{
    fill_common(v, language);
    values_text(v, "query", "\"><script>alert(1)</script>");
    values_flag(v, "asked", true);
}

static void fill_chart(struct values *v, const struct language *language)
{
    static uint8_t memory_of_test[64 << 10];
    static const uint32_t counts[] = {3, 5, 2, 0, 1, 7, 9, 4, 4, 6, 12, 31, 18, 9,
                                      7, 0, 0, 5, 6, 8, 3, 2, 4, 9, 11, 7,  5,  6};
    struct arena arena CLEANUP(arena_release);
    arena_init(&arena, sizeof(memory_of_test));
    struct chart_days chart = {
        .title = language_text(language, "Reports a day"),
        .counts = counts,
        .days = COUNT_OF(counts),
    };
    int error = clock_day_read(span_text("2031-03-14"), &chart.first_day);
    struct html html;
    error = error ? error : chart_days(&chart, &arena, &html);
    assert(error == 0 && html.bytes.len < sizeof(memory_of_test));
    memcpy(memory_of_test, html.bytes.data, html.bytes.len);
    values_html(v, "chart", (struct html){span_of(memory_of_test, html.bytes.len)});
}

void desk_status(struct values *v, const struct language *language)
{
    fill_common(v, language);
    values_text(v, "line", "vouchveshniaexampleexampleexampleexampleexampleexample2d.onion");
    values_text(v, "pulled", "2031-04-10 08:12");
    values_text(v, "pull_problem", "The line could not be reached.");
    values_number(v, "waiting", 2);
    values_number(v, "size", 16384);
    values_text(v, "root", "harvest lantern oblige custom tulip wander");
    values_number(v, "pending", 7);
    values_number(v, "cosigners", 2);
    values_number(v, "epoch", 3);
    values_text(v, "expiry", "2031-04-20");
    values_flag(v, "expiring", true);
    values_number(v, "reports", 212);
    values_number(v, "conversations", 140);
    values_number(v, "unanswered", 4);
    values_number(v, "danger_now", 2);
    values_number(v, "overdue", 1);
    values_number(v, "not_held", 3);
    values_number(v, "unopened", 1);
    values_number(v, "unknown", 1);
    values_text(v, "fingerprint", "crouch ribbon elder novel amount salad");
    values_flag(v, "swap", true);
    fill_chart(v, language);
}

void desk_erasures(struct values *v, const struct language *language)
{
    fill_common(v, language);
    struct values *asked = values_add(v, "asked");
    values_text(asked, "id", items[2].id);
    put_label(asked, &items[2]);
    values_text(asked, "day", "2031-04-10");
    values_number(asked, "reports", 2);
    values_flag(asked, "open", true);
    asked = values_add(v, "asked");
    values_text(asked, "id", items[3].id);
    put_label(asked, &items[3]);
    values_text(asked, "day", "2031-04-02");
    values_number(asked, "reports", 1);
    values_text(asked, "state", "Erased for good.");
}

void desk_problem(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "problem", "There is nothing here by that name.");
    values_text(v, "back", "/report/5f0c9a2e71d84b36a0c4e2917f5b8d60");
}

void desk_locked(struct values *v, const struct language *language)
{
    (void)language;
    values_text(v, "problem",
                "The keys are wiped from memory. Unlock the desk in the terminal that it was "
                "started in.");
    values_flag(v, "locked", true);
    values_text(v, "typed", "Thank you. We asked a lawyer in Tolma to go to the station.");
}
