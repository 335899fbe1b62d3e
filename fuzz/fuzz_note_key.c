/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A verifier key that is read is written as it was, but for the case of its id's digits. */
#include <string.h>

#include "fuzz.h"
#include "ledger/note.h"
#include "seal/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct note_key key, made, again;
    struct buf text;
    ASSERT(seal_init() == 0);
    if (note_key_read(span_of(data, size), &key) < 0)
        return 0;
    ASSERT(note_key_make(key.name, key.type, key.public_key, &made) == 0);
    ASSERT(memcmp(made.id, key.id, sizeof key.id) == 0);
    buf_init(&text, size);
    note_key_write(&key, &text);
    ASSERT(buf_error(&text) == 0 && text.len == size);
    ASSERT(note_key_read(buf_bytes(&text), &again) == 0);
    ASSERT(memcmp(&again, &key, sizeof key) == 0);
    buf_release(&text);
    return 0;
}
