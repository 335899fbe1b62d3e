/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* GET /erasures, POST /erasures/ID. Callers erase entry by entry; a member decides about a caller,
 * so what belongs to one conversation is one question here. */
#include "base/clock.h"
#include "base/encode.h"
#include "desk/web_internal.h"

/* Of one conversation: the first of its erasures stands for it. */
struct asked {
    const struct model_erasure *first;
    size_t reports, undecided, deleted;
};

static void add_to(struct asked *asked, const struct model_erasure *erasure)
{
    asked->reports++;
    asked->undecided += erasure->decision == 0;
    asked->deleted += erasure->decision == ERASURE_DELETED;
}

/* What it is called. What was erased for good is in no conversation any more. */
static const char *label_of(const struct model_erasure *erasure)
{
    return erasure->conversation[0] ? erasure->conversation : erasure->short_id;
}

/* Of what was never held here nothing is to be decided. */
static size_t group(const struct model_erasure *erasures, size_t count, struct asked *asked)
{
    size_t groups = 0;
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        if (!erasures[i].conversation[0] && !erasures[i].decision)
            continue;
        while (at < groups &&
               memcmp(asked[at].first->group, erasures[i].group, ENTRY_ID_BYTES) != 0)
            at++;
        if (at == groups)
            asked[groups++] = (struct asked){.first = &erasures[i]};
        add_to(&asked[at], &erasures[i]);
    }
    return groups;
}

static const char *state_of(struct visit *visit, const struct asked *asked)
{
    if (asked->undecided)
        return NULL;
    if (asked->deleted == asked->reports)
        return visit_say(visit, N_("Erased for good."));
    return visit_say(visit, asked->deleted ? N_("Erased in part, kept in part.")
                                           : N_("Kept, and shown again."));
}

static void add_asked(struct visit *visit, struct values *values, const struct asked *asked)
{
    struct values *item = values_add(values, "asked");
    char day[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(asked->first->day, day);
    values_text(item, "id", visit_hex(visit, asked->first->id));
    values_text(item, "label", label_of(asked->first));
    values_text(item, "day", visit_line(visit, day, sizeof day));
    values_text(item, "reports", visit_number(visit, asked->reports));
    values_text(item, "state", state_of(visit, asked));
    values_flag(item, "open", asked->undecided);
}

int web_erasures(struct visit *visit, struct problem *problem)
{
    struct model_erasure *erasures;
    size_t count;
    struct values *v;
    TRY(visit_values(visit, &v, problem));
    TRY(model_erasures(visit->web->model, &visit->arena, &erasures, &count));
    struct asked *asked = arena_alloc(&visit->arena, (count + 1) * sizeof *asked);
    REJECT_IF(!asked, E_NOMEM);
    size_t groups = group(erasures, count, asked);
    for (size_t i = 0; i < groups; i++)
        add_asked(visit, v, &asked[i]);
    visit_reply(visit, 200, &page_desk_erasures, v);
    return 0;
}

static const struct model_erasure *find(const struct model_erasure *erasures, size_t count,
                                        struct span id)
{
    uint8_t bytes[ENTRY_ID_BYTES];
    if (hex_read(id, bytes, sizeof bytes) < 0)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (memcmp(erasures[i].id, bytes, sizeof bytes) == 0)
            return erasures[i].conversation[0] ? &erasures[i] : NULL;
    }
    return NULL;
}

static int decide_all(struct visit *visit, const struct model_erasure *erasures, size_t count,
                      const uint8_t group[ENTRY_ID_BYTES], uint32_t decision,
                      struct problem *problem)
{
    for (size_t i = 0; i < count; i++) {
        struct record_erasure record = {.decision = decision};
        if (erasures[i].decision || memcmp(erasures[i].group, group, ENTRY_ID_BYTES) != 0)
            continue;
        memcpy(record.entry, erasures[i].id, ENTRY_ID_BYTES);
        TRY(act_erasure(visit->web->desk, visit->web->model, &record, problem));
    }
    return 0;
}

int web_erasures_decide(struct visit *visit, struct problem *problem)
{
    const char *decision = visit_field(visit, "decision");
    bool erase = strcmp(decision, "erase") == 0;
    struct model_erasure *erasures;
    size_t count;
    REJECT_IF(!erase && strcmp(decision, "keep") != 0, E_ARGUMENT);
    TRY(model_erasures(visit->web->model, &visit->arena, &erasures, &count));
    const struct model_erasure *one = find(erasures, count, visit->id);
    REJECT_IF(!one, E_NOT_FOUND);
    TRY(decide_all(visit, erasures, count, one->group, erase ? ERASURE_DELETED : ERASURE_KEPT,
                   problem));
    web_pull_soon(visit->web);
    visit_go(visit, "/erasures");
    return 0;
}
