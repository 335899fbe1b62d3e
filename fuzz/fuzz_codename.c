/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Twelve words as people type them: what is read is spelled and read again; what is not read is
 * told in text that can be shown. */
#include <string.h>

#include "fuzz.h"
#include "seal/seal.h"
#include "seal/words.h"
#include "text/utf8.h"

static void spelled_again(const struct words_list *list, const uint8_t secret[WORDS_SECRET_BYTES])
{
    const char *words[WORDS_SECRET_COUNT];
    const struct words_list *found;
    uint8_t back[WORDS_SECRET_BYTES];
    struct buf text;
    words_of_secret(list, secret, words);
    buf_init(&text, 1024);
    for (size_t i = 0; i < WORDS_SECRET_COUNT; i++)
        buf_printf(&text, "%s ", words[i]);
    int error = words_read_secret(list, buf_bytes(&text), back, &found, NULL);
    ASSERT(!error && found == list && memcmp(secret, back, sizeof back) == 0);
    buf_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t secret[WORDS_SECRET_BYTES];
    const struct words_list *list;
    struct words_fault fault;
    struct problem problem = {0};
    if (seal_init() < 0)
        return 0;
    struct span text = span_of(data, size);
    int error = words_read_fault(words_of_language("ru"), text, secret, &list, &fault);
    if (!error)
        spelled_again(list, secret);
    if (error == E_BAD_WORD) {
        ASSERT(fault.place >= 1 && fault.place <= WORDS_SECRET_COUNT);
        int not_text = utf8_check(span_text(fault.word), WORDS_FAULT_WORD_MAX);
        ASSERT(!not_text && fault.word[0]);
    }
    int again = words_read_secret(words_of_language("ru"), text, secret, &list, &problem);
    ASSERT(again == error && (error == E_BAD_WORD) <= (problem.text[0] != '\0'));
    return 0;
}
