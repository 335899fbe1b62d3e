/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The fields about safety and agreement. A form says all of them; what becomes a record is only
 * what differs from what was known when it is read, so that two members who change different
 * things do not take back each other's. */
#include "base/clock.h"
#include "desk/web_internal.h"
#include "desk/when.h"

/* What people are asked, and the purpose that stands in the record. */
static const struct purpose {
    const char *key, *purpose, *said;
} purposes[] = {
    {"publication", "publication", N_("publishing it, without names")},
    {"court", "court", N_("using it before a court or the United Nations")},
    {"lawyer", "legal aid", N_("passing it to a lawyer")},
    {"help", "help by others", N_("passing it to others who can help")},
    {"press", "press", N_("a journalist asking them")},
};

static const struct text_field {
    const char *name;
    enum record_details_set bit;
    size_t known, record; /* where in model_details, and in record_details */
} text_fields[] = {
#define FIELD(name, bit, member)                                                                   \
    {                                                                                              \
        name, bit, offsetof(struct model_details, member), offsetof(struct record_details, member) \
    }
    FIELD("safe_ways", DETAILS_SAFE_WAYS, safe_ways),
    FIELD("safe_hours", DETAILS_SAFE_HOURS, safe_hours),
    FIELD("somebody_else", DETAILS_TO_OTHERS, to_others),
    FIELD("interpreter", DETAILS_INTERPRETER, interpreter),
    FIELD("members_note", DETAILS_NOTE, note),
#undef FIELD
};

static const char *known_text(const struct model_details *details, const struct text_field *field)
{
    const char *text;
    memcpy(&text, (const char *)details + field->known, sizeof text);
    return text;
}

static struct span *record_text(struct record_details *details, const struct text_field *field)
{
    return (struct span *)(void *)((char *)details + field->record);
}

/* Of no recipient in particular: what the form's boxes are about. */
static bool is_given(const struct model_conversation *conversation, const char *purpose)
{
    for (size_t i = 0; conversation && i < conversation->consent_count; i++) {
        const struct model_consent *consent = &conversation->consents[i];
        if (!consent->recipient[0] && strcmp(consent->purpose, purpose) == 0)
            return consent->given;
    }
    return false;
}

/* "consent-KEY", as the form names its box. */
static const char *box_name(struct visit *visit, const struct purpose *purpose)
{
    char *name = arena_printf(&visit->arena, "consent-%s", purpose->key);
    visit->failed |= !name;
    return name ? name : "";
}

static void put_zone(struct visit *visit, struct values *values)
{
    char zone[WHEN_ZONE_BYTES];
    when_zone(clock_minute(clock_now_s()), zone);
    char *copy = arena_copy_text(&visit->arena, span_text(zone));
    visit->failed |= !copy;
    values_text(values, "zone", copy ? copy : "");
}

static const char *due_field(struct visit *visit, uint32_t due_minute)
{
    char text[WHEN_TEXT_BYTES];
    when_field(due_minute, text);
    return due_minute ? visit_line(visit, text, sizeof text) : NULL;
}

static void add_box(struct visit *visit, struct values *values, const struct purpose *purpose,
                    bool given)
{
    struct values *item = values_add(values, "consents");
    values_text(item, "key", purpose->key);
    values_text(item, "label", visit_say(visit, purpose->said));
    values_flag(item, "given", given);
}

void web_details_show(struct visit *visit, struct values *values,
                      const struct model_conversation *conversation)
{
    const struct model_details *details = &conversation->details;
    put_zone(visit, values);
    values_flag(values, "danger", details->danger == DANGER_NOW);
    values_text(values, "due", due_field(visit, details->due_minute));
    for (size_t i = 0; i < COUNT_OF(text_fields); i++)
        values_text(values, text_fields[i].name,
                    visit_block(visit, span_text(known_text(details, &text_fields[i]))));
    for (size_t i = 0; i < COUNT_OF(purposes); i++)
        add_box(visit, values, &purposes[i], is_given(conversation, purposes[i].purpose));
}

void web_details_show_typed(struct visit *visit, struct values *values)
{
    put_zone(visit, values);
    values_flag(values, "danger", visit_field(visit, "danger")[0]);
    values_text(values, "due", visit_field(visit, "due"));
    for (size_t i = 0; i < COUNT_OF(text_fields); i++)
        values_text(values, text_fields[i].name, visit_field(visit, text_fields[i].name));
    for (size_t i = 0; i < COUNT_OF(purposes); i++)
        add_box(visit, values, &purposes[i], visit_field(visit, box_name(visit, &purposes[i]))[0]);
}

/* Reading */

/* "At risk" is no box of the form: not ticking danger does not take it back. */
static void read_danger(struct visit *visit, uint32_t known, struct record_details *details)
{
    bool now = visit_field(visit, "danger")[0];
    if (now == (known == DANGER_NOW))
        return;
    details->danger = now ? DANGER_NOW : DANGER_NOT_KNOWN;
    details->set |= DETAILS_DANGER;
}

static int read_due(struct visit *visit, uint32_t known, struct record_details *details,
                    struct problem *problem)
{
    const char *typed = visit_field(visit, "due");
    uint32_t due_minute = 0;
    if (typed[0] && when_read(span_text(typed), &due_minute) < 0)
        return problem_set(problem, E_ARGUMENT, "%s",
                           N_("A time is written like this: 2031-04-09 14:05."));
    if (due_minute == known)
        return 0;
    details->due_minute = due_minute;
    details->set |= DETAILS_DUE;
    return 0;
}

/* Known texts are compared as the form showed them. */
static void read_texts(struct visit *visit, const struct model_conversation *conversation,
                       struct record_details *details)
{
    for (size_t i = 0; i < COUNT_OF(text_fields); i++) {
        const struct text_field *field = &text_fields[i];
        struct span typed = span_text(visit_field(visit, field->name));
        const char *known =
            conversation ? visit_block(visit, span_text(known_text(&conversation->details, field)))
                         : "";
        if (span_equal(typed, span_text(known)))
            continue;
        *record_text(details, field) = typed;
        details->set |= field->bit;
    }
}

static size_t read_consents(struct visit *visit, const struct model_conversation *conversation,
                            struct record_consent *ret_consents)
{
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        bool given = visit_field(visit, box_name(visit, &purposes[i]))[0];
        if (given != is_given(conversation, purposes[i].purpose))
            ret_consents[count++] =
                (struct record_consent){.purpose = span_text(purposes[i].purpose), .given = given};
    }
    return count;
}

int web_details_read(struct visit *visit, const struct model_conversation *conversation,
                     struct record_details *ret_details, struct record_consent *ret_consents,
                     size_t *ret_count, struct problem *problem)
{
    struct record_details details = {.set = 0};
    TRY(read_due(visit, conversation ? conversation->details.due_minute : 0, &details, problem));
    read_danger(visit, conversation ? conversation->details.danger : DANGER_NOT_KNOWN, &details);
    read_texts(visit, conversation, &details);
    *ret_count = read_consents(visit, conversation, ret_consents);
    *ret_details = details;
    return 0;
}

/* Showing what was agreed to */

static const char *purpose_said(struct visit *visit, const char *purpose)
{
    for (size_t i = 0; i < COUNT_OF(purposes); i++) {
        if (strcmp(purposes[i].purpose, purpose) == 0)
            return visit_say(visit, purposes[i].said);
    }
    return visit_line(visit, purpose, RECORD_SHORT_TEXT_MAX);
}

static const char *consents_text(struct visit *visit, const struct model_conversation *conversation,
                                 bool given)
{
    struct buf text CLEANUP(buf_wipe_release);
    buf_init(&text, 1u << 20);
    for (size_t i = 0; i < conversation->consent_count; i++) {
        const struct model_consent *consent = &conversation->consents[i];
        if (consent->given != given)
            continue;
        buf_printf(&text, "%s%s", text.len ? "; " : "", purpose_said(visit, consent->purpose));
        if (consent->recipient[0])
            buf_printf(&text, " (%s)",
                       visit_line(visit, consent->recipient, RECORD_SHORT_TEXT_MAX));
    }
    return text.len ? visit_block(visit, buf_bytes(&text)) : NULL;
}

void web_details_consents(struct visit *visit, struct values *values,
                          const struct model_conversation *conversation)
{
    values_text(values, "agreed", consents_text(visit, conversation, true));
    values_text(values, "refused", consents_text(visit, conversation, false));
}
