/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Tickets under the key of docs/crypto.md's vectors. The first byte says how: an even one, the rest
 * is a ticket's text; an odd one, the rest is what a ticket holds, which comes back. */
#include <string.h>

#include "fuzz.h"
#include "seal/ticket.h"

#define MINUTE 33776645u

static void as_it_is(const struct ticket_keys *keys, struct span text)
{
    struct ticket ticket;
    int error = ticket_open(keys, MINUTE, text, &ticket);
    ASSERT(error == 0 || error == E_FORMAT || error == E_EXPIRED);
}

static void back_again(const struct ticket_keys *keys, struct span bytes)
{
    struct ticket ticket = {0}, back;
    struct cursor c;
    struct buf text;
    cursor_init(&c, bytes);
    ticket.minute = cursor_u32(&c);
    ticket.language = cursor_u8(&c);
    cursor_copy(&c, ticket.codename, sizeof ticket.codename);
    buf_init(&text, TICKET_TEXT_MAX);
    ticket_seal(keys, &ticket, &text);
    int error = ticket_open(keys, MINUTE, buf_bytes(&text), &back);
    bool alive = ticket.minute + TICKET_LIFE_MINUTES >= MINUTE &&
                 ticket.minute <= MINUTE + TICKET_LIFE_MINUTES;
    ASSERT(error == (alive ? 0 : E_EXPIRED));
    ASSERT(error || memcmp(back.codename, ticket.codename, sizeof back.codename) == 0);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ticket_keys keys = {.period = MINUTE / TICKET_LIFE_MINUTES};
    if (size == 0 || seal_init() < 0)
        return 0;
    for (uint8_t i = 0; i < SEAL_KEY_BYTES; i++)
        keys.current[i] = 0x40 + i;
    struct span rest = span_of(data + 1, size - 1);
    if (data[0] % 2 == 0)
        as_it_is(&keys, rest);
    else
        back_again(&keys, rest);
    return 0;
}
