/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tickets: what a form carries instead of a session. docs/crypto.md, "Ticket". */
#ifndef SEAL_TICKET_H
#define SEAL_TICKET_H

#include "seal/seal.h"
#include "seal/words.h"

#define TICKET_LIFE_MINUTES 20
#define TICKET_TEXT_MAX 160

struct ticket {
    uint32_t minute; /* when it was made */
    uint8_t codename[WORDS_SECRET_BYTES];
    uint8_t form_nonce[16];
    uint8_t language; /* place in the table of languages */
};

/* The key of now and the one before. Lives in memory only; wiped by the owner. The period is
 * minute / TICKET_LIFE_MINUTES: ticket_keys_advance ratchets forward (never back) to it. */
struct ticket_keys {
    uint8_t current[SEAL_KEY_BYTES], before[SEAL_KEY_BYTES];
    uint32_t period;
};
void ticket_keys_random(uint32_t minute, struct ticket_keys *ret_keys);
void ticket_keys_advance(struct ticket_keys *keys, uint32_t minute);

void ticket_seal(const struct ticket_keys *keys, const struct ticket *ticket, struct buf *out);
/* Good for TICKET_LIFE_MINUTES from its minute, and as long before, for a clock that was set back.
 * E_EXPIRED, also when no key opens it; E_FORMAT; E_NOMEM. */
int ticket_open(const struct ticket_keys *keys, uint32_t now_minute, struct span text,
                struct ticket *ret_ticket) MUST_USE;

#endif
