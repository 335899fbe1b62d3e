/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "seal/ticket.h"

#include <sodium.h>

#include "base/encode.h"
#include "base/random.h"
#include "seal/prim_internal.h"
#include "seal/secret.h"

#define NONCE_BYTES crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define PLAIN_BYTES (4 + WORDS_SECRET_BYTES + 16 + 1)
#define SEALED_BYTES (NONCE_BYTES + PLAIN_BYTES + PRIM_TAG_BYTES)

_Static_assert((SEALED_BYTES * 4 + 2) / 3 <= TICKET_TEXT_MAX, "base64 without padding");
_Static_assert(SEAL_KEY_BYTES + NONCE_BYTES == PRIM_KN_BYTES, "key and nonce");

static const char purpose[] = "vouchsafe/ticket/1";

void ticket_keys_random(uint32_t minute, struct ticket_keys *ret_keys)
{
    random_bytes(ret_keys->current, sizeof ret_keys->current);
    random_bytes(ret_keys->before, sizeof ret_keys->before);
    ret_keys->period = minute / TICKET_LIFE_MINUTES;
}

void ticket_keys_advance(struct ticket_keys *keys, uint32_t minute)
{
    uint32_t period = minute / TICKET_LIFE_MINUTES;
    for (; keys->period < period; keys->period++) {
        memcpy(keys->before, keys->current, sizeof keys->before);
        prim_kdf("VsTicket", keys->before, 1, keys->current, sizeof keys->current);
    }
}

/* The key with the nonce, as the primitive takes them. */
static void join(const uint8_t key[SEAL_KEY_BYTES], const uint8_t nonce[NONCE_BYTES],
                 uint8_t ret_kn[PRIM_KN_BYTES])
{
    memcpy(ret_kn, key, SEAL_KEY_BYTES);
    memcpy(ret_kn + SEAL_KEY_BYTES, nonce, NONCE_BYTES);
}

void ticket_seal(const struct ticket_keys *keys, const struct ticket *ticket, struct buf *out)
{
    uint8_t sealed[SEALED_BYTES], kn[PRIM_KN_BYTES], *plain = sealed + NONCE_BYTES;
    random_bytes(sealed, NONCE_BYTES);
    for (int i = 0; i < 4; i++)
        plain[i] = (uint8_t)(ticket->minute >> (24 - 8 * i));
    memcpy(plain + 4, ticket->codename, WORDS_SECRET_BYTES);
    memcpy(plain + 4 + WORDS_SECRET_BYTES, ticket->form_nonce, 16);
    plain[PLAIN_BYTES - 1] = ticket->language;
    join(keys->current, sealed, kn);
    prim_aead_seal(kn, span_text(purpose), span_of(plain, PLAIN_BYTES), plain);
    secret_wipe(kn, sizeof kn);
    base64url_put(out, span_of(sealed, sizeof sealed));
}

static bool open_under(const uint8_t key[SEAL_KEY_BYTES], struct span sealed,
                       uint8_t ret_plain[PLAIN_BYTES])
{
    uint8_t kn[PRIM_KN_BYTES];
    join(key, sealed.data, kn);
    bool opens = prim_aead_open(kn, span_text(purpose), span_slice(sealed, NONCE_BYTES, sealed.len),
                                ret_plain);
    secret_wipe(kn, sizeof kn);
    return opens;
}

static void read_plain(struct span plain, struct ticket *ret_ticket)
{
    struct cursor c;
    cursor_init(&c, plain);
    ret_ticket->minute = cursor_u32(&c);
    cursor_copy(&c, ret_ticket->codename, sizeof ret_ticket->codename);
    cursor_copy(&c, ret_ticket->form_nonce, sizeof ret_ticket->form_nonce);
    ret_ticket->language = cursor_u8(&c);
    int error = cursor_end(&c);
    ASSERT(error == 0);
}

/* The clock of the machine may be set back a little between sealing and opening. */
static bool alive(uint32_t made_minute, uint32_t now_minute)
{
    uint32_t apart = made_minute < now_minute ? now_minute - made_minute : made_minute - now_minute;
    return apart <= TICKET_LIFE_MINUTES;
}

static int open_sealed(const struct ticket_keys *keys, uint32_t now_minute, struct span sealed,
                       struct ticket *ret_ticket)
{
    uint8_t plain[PLAIN_BYTES];
    struct ticket ticket;
    REJECT_IF(sealed.len != SEALED_BYTES, E_FORMAT);
    REJECT_IF(!open_under(keys->current, sealed, plain) && !open_under(keys->before, sealed, plain),
              E_EXPIRED);
    read_plain(span_of(plain, sizeof plain), &ticket);
    bool good = alive(ticket.minute, now_minute);
    if (good)
        *ret_ticket = ticket;
    secret_wipe(plain, sizeof plain);
    secret_wipe(&ticket, sizeof ticket);
    return good ? 0 : E_EXPIRED;
}

int ticket_open(const struct ticket_keys *keys, uint32_t now_minute, struct span text,
                struct ticket *ret_ticket)
{
    REJECT_IF(text.len > TICKET_TEXT_MAX, E_FORMAT);
    struct buf sealed;
    buf_init(&sealed, TICKET_TEXT_MAX);
    int error = base64url_read(text, &sealed);
    if (!error)
        error = open_sealed(keys, now_minute, buf_bytes(&sealed), ret_ticket);
    buf_release(&sealed);
    return error;
}
