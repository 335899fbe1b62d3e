/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A note that is read is its text, an empty line and its signatures; put together again from those
 * it is read as the same note. */
#include "base/encode.h"
#include "fuzz.h"
#include "ledger/note.h"
#include "seal/seal.h"

static void write_again(const struct note *note, struct buf *out)
{
    buf_span(out, note->text);
    buf_text(out, "\n");
    for (size_t i = 0; i < note->count; i++) {
        const struct note_signature *signature = &note->signatures[i];
        struct buf bytes;
        buf_init(&bytes, NOTE_BYTES_MAX);
        buf_put(&bytes, signature->id, sizeof signature->id);
        buf_span(&bytes, signature->bytes);
        buf_text(out, "\xe2\x80\x94 ");
        buf_span(out, signature->name);
        buf_text(out, " ");
        base64_put(out, buf_bytes(&bytes));
        buf_text(out, "\n");
        buf_release(&bytes);
    }
    ASSERT(buf_error(out) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char key_text[] =
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    struct note_key key;
    struct note note;
    struct buf again;
    ASSERT(seal_init() == 0 && note_key_read(span_text(key_text), &key) == 0);
    if (note_read(span_of(data, size), &note, NULL) < 0)
        return 0;
    int error = note_check(&note, &key, NULL);
    ASSERT(error == 0 || error == E_NOT_FOUND || error == E_SIGNATURE);
    ASSERT(note.count > 0 && note.text.data[note.text.len - 1] == '\n');
    buf_init(&again, size);
    write_again(&note, &again);
    ASSERT(span_equal(buf_bytes(&again), span_of(data, size)));
    buf_release(&again);
    note_release(&note);
    return 0;
}
