/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Any bytes: folding is stable, words lie within, and what is shown is UTF-8 without controls. */
#include "base/error.h"
#include "fuzz.h"
#include "text/fold.h"
#include "text/show.h"
#include "text/utf8.h"
#include "text/word.h"

static void check_fold(int (*fold)(struct span text, struct buf *out), struct span text, bool valid)
{
    struct buf once, twice;
    buf_init(&once, 1 << 24);
    buf_init(&twice, 1 << 24);
    ASSERT(fold(text, &once) == (valid ? 0 : E_UTF8));
    if (valid) {
        ASSERT(utf8_check(buf_bytes(&once), SIZE_MAX) == 0);
        ASSERT(fold(buf_bytes(&once), &twice) == 0);
        ASSERT(span_equal(buf_bytes(&once), buf_bytes(&twice)));
    }
    buf_release(&once);
    buf_release(&twice);
}

static void check_words(struct span text)
{
    const uint8_t *at = text.data;
    struct span rest = text, word;
    while (word_next(&rest, &word)) {
        ASSERT(word.len && word.data >= at && word.data + word.len <= text.data + text.len);
        at = word.data + word.len;
    }
}

static void check_shown(struct buf *shown, bool one_line)
{
    ASSERT(buf_error(shown) == 0);
    for (struct span rest = buf_bytes(shown); rest.len;) {
        uint32_t c = utf8_next(&rest);
        ASSERT(c != UTF8_INVALID && (c < 0x7F || c > 0x9F) && (c < 0x202A || c > 0x202E));
        ASSERT(c >= 0x20 || (!one_line && (c == '\n' || c == '\t')));
    }
    buf_reset(shown);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span text = span_of(data, size);
    bool valid = utf8_check(text, SIZE_MAX) == 0;
    check_fold(fold_nfc, text, valid);
    check_fold(fold_search, text, valid);
    check_words(text);
    struct buf shown;
    buf_init(&shown, 1 << 24);
    show_block(&shown, text);
    check_shown(&shown, false);
    show_line(&shown, text, size ? data[0] : SIZE_MAX);
    check_shown(&shown, true);
    buf_release(&shown);
    return 0;
}
