/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Sealing a payload to a compartment's epoch. docs/crypto.md, "Sealed payload".
 * Opening stands in payload_open.h, which the line does not link. */
#ifndef SEAL_PAYLOAD_H
#define SEAL_PAYLOAD_H

#include "base/buf.h"
#include "seal/entry.h"
#include "seal/seal.h"
#include "seal/sign.h"

#define PAYLOAD_ENVELOPE_MAX 2046 /* bytes of fields */

enum payload_kind {
    KIND_REPORT = 1,
    KIND_ANSWERED = 2,
    KIND_COVER = 3,
    KIND_DETAILS = 4,
    KIND_CONSENT = 5,
    KIND_COSIGNATURE = 6,
    KIND_ERASURE = 7,
};

enum envelope_field {
    ENVELOPE_KIND = 1,
    ENVELOPE_KIND_VERSION = 2,
    ENVELOPE_MINUTE = 3,
    ENVELOPE_MINUTE_ORDER = 4,
    ENVELOPE_ORDER = 5,
    ENVELOPE_LENGTH = 6,
    ENVELOPE_LANGUAGE = 7,
    ENVELOPE_MAILBOX = 8,
    ENVELOPE_REPLY_KEY = 9,
    ENVELOPE_CHANNEL = 10,
    ENVELOPE_WORDING = 11,
    ENVELOPE_SIGNER = 60,
    ENVELOPE_SIGNATURE = 61,
};

/* What goes into an envelope. Pointers are borrowed; NULL or 0 leaves a field out, but kind,
 * kind_version and minute are always there. The length is filled in from the content. */
struct envelope {
    uint32_t kind, kind_version, minute, minute_order;
    uint64_t order;
    const char *language, *channel, *wording;
    const uint8_t *mailbox, *reply_key; /* 32 bytes each */
};

/* Seals content into out (appended): the header's bucket must be entry_bucket_for(content.len),
 * its id, tags and day are the caller's to choose. When signer is not NULL the envelope is signed
 * (organisation: 32-byte id). Gives the leaf. E_TOO_LARGE when the envelope does not fit or the
 * bucket is wrong; E_ARGUMENT when recipient is no key; else out's error. On failure out keeps what
 * it had before. Texts of more than 15 bytes are not opened again. */
int payload_seal(const uint8_t recipient[SEAL_KEY_BYTES], const struct entry_header *header,
                 const struct envelope *envelope, struct span content,
                 const struct sign_pair *signer, const uint8_t *organisation, struct buf *out,
                 struct entry_leaf *ret_leaf) MUST_USE;

#endif
