/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Opening what was sealed to a compartment's epoch. Not in vouchsafe-line. */
#ifndef SEAL_PAYLOAD_OPEN_H
#define SEAL_PAYLOAD_OPEN_H

#include "seal/payload.h"

struct opened {
    struct envelope envelope; /* its pointers go into this and into fields: not to be copied */
    struct span fields;       /* the envelope's fields, in bytes */
    struct span content;      /* without padding, in bytes */
    uint8_t k_com[SEAL_KEY_BYTES];
    bool has_signer; /* the signature was checked; whether the signer is a member is
                                   the caller's question */
    uint8_t signer[SIGN_KEY_BYTES];
    char language[16], channel[16], wording[16];
    struct buf bytes;
};

/* Opens and checks all: the leaf is recomputed and must equal leaf, the padding must be zeros, the
 * signature, when there is one, must fit. organisation: 32 bytes. E_CANNOT_OPEN when the key is
 * not the one; E_VERSION; E_DAMAGED when it opens but does not hold together; E_SIGNATURE; E_PROOF
 * when the leaf is another one. The owner releases ret_opened. */
int payload_open(const struct dh_pair *recipient, struct span header, struct span leaf,
                 struct span sealed, const uint8_t organisation[32], struct opened *ret_opened,
                 struct problem *problem) MUST_USE;
void opened_release(struct opened *opened); /* wipes */

#endif
