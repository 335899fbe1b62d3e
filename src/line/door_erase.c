/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* POST /erase asks once more; POST /erased shows the keeper every erase secret that the codename
 * gives: those of the caller's own entries and those of the answers. */
#include "base/random.h"
#include "line/door.h"
#include "pages/line.h"
#include "seal/secret.h"

void door_erase(struct flow *flow, const struct form *form)
{
    struct values *values;

    if (flow_take_ticket(flow, form) < 0) {
        flow_problem(flow, 410, "expired");
        return;
    }
    values = flow_values(flow);
    random_bytes(flow->ticket.form_nonce, sizeof flow->ticket.form_nonce);
    values_text(values, "ticket", flow_ticket_text(flow));
    flow_reply(flow, 200, &page_line_erase, values);
}

static void erased(void *context, int error, struct span reply)
{
    struct flow *flow = context;

    (void)reply;
    if (!flow->request)
        flow_free(flow);
    else if (error < 0)
        flow_problem(flow, 503, "failed");
    else
        flow_reply(flow, 200, &page_line_erased, flow_values(flow));
}

void door_erased(struct flow *flow, const struct form *form)
{
    uint8_t secrets[2 * CODENAME_SLOTS][CODENAME_ERASE_SECRET_BYTES];

    if (flow_take_ticket(flow, form) < 0) {
        flow_problem(flow, 410, "expired");
        return;
    }
    for (unsigned slot = 0; slot < CODENAME_SLOTS; slot++) {
        codename_erase_secret(flow->keys.erase_key, slot, secrets[slot]);
        codename_answer_erase_secret(flow->keys.reply_key, slot, secrets[CODENAME_SLOTS + slot]);
    }
    flow_ask(flow, WIRE_ERASE, span_of(secrets, sizeof secrets), erased);
    secret_wipe(secrets, sizeof secrets);
}
