/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* C2SP signed notes, checkpoints and cosignatures. */
#ifndef LEDGER_NOTE_H
#define LEDGER_NOTE_H

#include "base/buf.h"
#include "base/error.h"
#include "seal/hash.h"
#include "seal/sign.h"

#define NOTE_NAME_MAX 255
#define NOTE_SIGNATURES_MAX 64
#define NOTE_BYTES_MAX 65536
#define NOTE_TYPE_ED25519 0x01
#define NOTE_TYPE_COSIGNATURE 0x04

/* A verifier key: name+hex(key id)+base64(type, key). */
struct note_key {
    char name[NOTE_NAME_MAX + 1];
    uint8_t id[4];
    uint8_t type;
    uint8_t public_key[SIGN_KEY_BYTES];
};
int note_key_make(const char *name, uint8_t type, const uint8_t public_key[SIGN_KEY_BYTES],
                  struct note_key *ret_key) MUST_USE;
/* A desk's cosigner key: its name is "desk/" and eight bytes of the key in hexadecimal. */
int note_key_of_desk(const uint8_t public_key[SIGN_KEY_BYTES], struct note_key *ret_key) MUST_USE;
int note_key_read(struct span text, struct note_key *ret_key) MUST_USE;
void note_key_write(const struct note_key *key, struct buf *out);
/* SHA-256 of the verifier key's text: what six words are made of. */
struct hash note_key_fingerprint(const struct note_key *key);

struct note_signature {
    struct span name;
    uint8_t id[4];
    struct span bytes; /* after the key id; points into struct note's storage */
};
/* A parsed note: spans point into the text that was parsed and into decoded. */
struct note {
    struct span text; /* with its last newline */
    size_t count;
    struct note_signature signatures[NOTE_SIGNATURES_MAX];
    struct buf decoded;
};
int note_read(struct span bytes, struct note *ret_note, struct problem *problem) MUST_USE;
void note_release(struct note *note);
/* The signature of that key, checked: E_NOT_FOUND when there is none, E_SIGNATURE when it does not
 * fit. For a cosignature ret_time_s (may be NULL) gets its time. */
int note_check(const struct note *note, const struct note_key *key, uint64_t *ret_time_s) MUST_USE;
/* Appends the lines of that key, which note_check found to fit. */
void note_put_lines(const struct note *note, const struct note_key *key, struct buf *out);
/* Appends a signature line (not the text). */
void note_sign_line(const struct note_key *key, const struct sign_pair *pair, struct span text,
                    struct buf *out);
void note_cosign_line(const struct note_key *key, const struct sign_pair *pair, struct span text,
                      uint64_t time_s, struct buf *out);

#define CHECKPOINT_ORIGIN_MAX 200
struct checkpoint {
    char origin[CHECKPOINT_ORIGIN_MAX + 1];
    uint64_t size;
    struct hash root;
};
/* The note's text, and back. Extension lines are allowed and ignored in reading. */
void checkpoint_write(const struct checkpoint *checkpoint, struct buf *out);
int checkpoint_read(struct span text, struct checkpoint *ret_checkpoint) MUST_USE;
/* Parses a note, checks log_key's signature first, and only then reads the checkpoint: its origin
 * must be log_key's name. */
int checkpoint_open(struct span note_bytes, const struct note_key *log_key,
                    struct checkpoint *ret_checkpoint, struct problem *problem) MUST_USE;

#endif
