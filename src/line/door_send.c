/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /send: a report on its way. The text is checked, a free erase tag is asked for, the report
 * is sealed, and "received" is said only when the keeper has answered that it is durable. Once the
 * whole form is here the report is kept even if the caller's connection breaks: the same form sent
 * again is the same entry. */
#include "base/clock.h"
#include "base/mem.h"
#include "base/random.h"
#include "line/door.h"
#include "pages/line.h"
#include "seal/payload.h"
#include "text/utf8.h"

static void late_page(struct flow *flow, int codename_error)
{
    struct values *values = flow_values(flow);

    values_text(values, "text", buf_cstr(&flow->text));
    if (codename_error == 0) {
        values_flag(values, "first", true);
    } else {
        values_text(values, "codename", buf_cstr(&flow->typed));
        flow_codename_problem(flow, values, codename_error);
    }
    flow_reply(flow, codename_error == 0 ? 410 : 400, &page_line_late, values);
}

static bool is_blank(struct span text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] > ' ')
            return false;
    return true;
}

/* NULL when the text may be sent, else the flag of _problem.html. */
static const char *text_problem(struct span text)
{
    if (is_blank(text))
        return "empty";
    if (text.len > DOOR_TEXT_MAX)
        return "long";
    return utf8_check(text, DOOR_TEXT_MAX) < 0 ? "damaged" : NULL;
}

static void done(void *context, int error, struct span reply);

static int free_slot(uint64_t used)
{
    unsigned start = random_below(CODENAME_SLOTS);

    for (unsigned i = 0; i < CODENAME_SLOTS; i++) {
        unsigned slot = (start + i) % CODENAME_SLOTS;

        if (!(used >> slot & 1))
            return (int)slot;
    }
    return (int)start;
}

/* What the keeper says before a report is sealed. The order is the same for all doors, so that a
 * desk shows a caller's messages of one minute as they were written; the day is that of the
 * cover. */
struct probed {
    uint64_t used; /* bit i: the caller's erase tag i is in use */
    uint32_t order, day;
};

static void fill_header(struct flow *flow, const struct probed *known, struct entry_header *header)
{
    struct hash content = hash_sha256(buf_bytes(&flow->text));
    uint8_t secret[CODENAME_ERASE_SECRET_BYTES];

    codename_entry_id(flow->keys.send_key, flow->ticket.form_nonce, &content, header->id);
    random_bytes(header->tag, sizeof header->tag);
    codename_erase_secret(flow->keys.erase_key, (unsigned)free_slot(known->used), secret);
    codename_erase_tag(secret, header->erase_tag);
    mem_wipe(secret, sizeof secret);
    header->day = known->day;
    header->bucket = (uint8_t)entry_bucket_for(flow->text.len);
}

static int seal(struct flow *flow, const struct roster_intake *intake, const struct probed *known,
                struct buf *out)
{
    struct envelope envelope = {
        .kind = KIND_REPORT,
        .kind_version = 1,
        .minute = clock_minute(clock_now_s()),
        .minute_order = known->order,
        .language = flow->language->code,
        .channel = "line",
        .wording = "verbatim",
        .mailbox = flow->keys.mailbox.public_key,
        .reply_key = flow->keys.reply_key,
    };
    uint8_t *front = buf_room(out, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES);
    struct entry_header header;
    struct entry_leaf leaf;

    REJECT_IF(!front, E_NOMEM);
    fill_header(flow, known, &header);
    TRY(payload_seal(intake->public_key, &header, &envelope, buf_bytes(&flow->text), NULL, NULL,
                     out, &leaf));
    entry_header_write(&header, out->data);
    entry_leaf_write(&leaf, out->data + ENTRY_HEADER_BYTES);
    return buf_error(out);
}

static void seal_and_put(struct flow *flow, const struct probed *known)
{
    const struct roster_intake *intake = flow_intake(flow);
    struct buf entry;
    int error = intake ? 0 : E_EXPIRED;

    buf_init(&entry, WIRE_BODY_MAX);
    if (error == 0)
        error = seal(flow, intake, known, &entry);
    if (error == 0)
        flow_ask(flow, WIRE_PUT, buf_bytes(&entry), done);
    else if (!flow->request)
        flow_free(flow);
    else
        door_write_page(flow, 503, "busy");
    buf_wipe_release(&entry);
}

static void probed(void *context, int error, struct span reply)
{
    struct flow *flow = context;
    struct probed known;
    struct cursor c;

    cursor_init(&c, reply);
    known.used = cursor_u64(&c);
    known.order = cursor_u32(&c);
    known.day = cursor_u32(&c);
    if (error == 0)
        error = cursor_end(&c);
    if (error == 0)
        seal_and_put(flow, &known);
    else
        done(flow, error, reply);
}

static void probe(struct flow *flow)
{
    uint8_t tags[CODENAME_SLOTS][CODENAME_TAG_BYTES];

    for (unsigned i = 0; i < CODENAME_SLOTS; i++) {
        uint8_t secret[CODENAME_ERASE_SECRET_BYTES];

        codename_erase_secret(flow->keys.erase_key, i, secret);
        codename_erase_tag(secret, tags[i]);
        mem_wipe(secret, sizeof secret);
    }
    flow_ask(flow, WIRE_PROBE, span_of(tags, sizeof tags), probed);
    mem_wipe(tags, sizeof tags);
}

static void done(void *context, int error, struct span reply)
{
    struct flow *flow = context;

    (void)reply;
    if (error == E_ERASED) {
        /* Erased, and now sent again on purpose: a new entry. */
        random_bytes(flow->ticket.form_nonce, sizeof flow->ticket.form_nonce);
        probe(flow);
    } else if (error == E_EXPIRED) {
        /* The day was closed since the keeper told it. */
        probe(flow);
    } else if (!flow->request) {
        flow_free(flow);
    } else if (error == 0) {
        struct values *values = flow_values(flow);

        values_text(values, "greeting", flow_greeting(flow));
        flow_reply(flow, 200, &page_line_sent, values);
    } else {
        door_write_page(flow, 503, "busy");
    }
}

/* A form without a ticket that is still good has no nonce: one a day, so that sending it twice is
 * one report. */
static void nonce_of_today(struct flow *flow)
{
    uint32_t day = clock_day(clock_now_s());

    memset(flow->ticket.form_nonce, 0, sizeof flow->ticket.form_nonce);
    memcpy(flow->ticket.form_nonce, &day, sizeof day);
}

void door_send(struct flow *flow, const struct form *form)
{
    const char *problem;
    int error;

    buf_span(&flow->text, form_value(form, "text"));
    error = flow_take_ticket(flow, form);
    if (error < 0 && form_value(form, "codename").len > 0) {
        nonce_of_today(flow);
        error = flow_take_codename(flow, form);
        if (error < 0) {
            late_page(flow, error);
            return;
        }
    } else if (error < 0) {
        late_page(flow, 0);
        return;
    }
    problem = text_problem(buf_bytes(&flow->text));
    if (problem)
        door_write_page(flow, strcmp(problem, "long") == 0 ? 413 : 400, problem);
    else
        probe(flow);
}
