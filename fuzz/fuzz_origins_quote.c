/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Quotations of a text: the first byte says in which language, or none; whatever the bytes, what is
 * found lies within the text, sorted, each within the one before it or behind it. */
#include "fuzz.h"
#include "origins/quote.h"

static void check(struct span text, const struct quotes *quotes)
{
    for (size_t i = 0; i < quotes->count; i++) {
        const struct quote *q = &quotes->quotes[i];
        const struct stretch all[] = {q->whole, q->words, q->speaker, q->named, q->role, q->cue};
        for (size_t k = 0; k < COUNT_OF(all); k++)
            ASSERT(all[k].from <= all[k].to && all[k].to <= text.len);
        ASSERT(q->whole.from <= q->words.from && q->words.from < q->words.to);
        ASSERT(q->words.to <= q->whole.to && q->continues <= i);
        ASSERT(q->known == (q->speaker.to > q->speaker.from));
        if (i == 0)
            continue;
        ASSERT(quotes->quotes[i - 1].whole.from < q->whole.from);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"en", "ru", ""};
    static struct languages *languages; /* read once: that takes longer than all else */
    struct quotes quotes;
    struct arena arena;
    struct span text = span_of(data, size);
    if (size == 0 || (!languages && languages_new(&languages) < 0))
        return 0;
    const char *name = names[data[0] % COUNT_OF(names)];
    text = span_slice(text, 1, text.len);
    arena_init(&arena, (size_t)1 << 30);
    if (quotes_find(text, languages_find(languages, name), &arena, &quotes) == 0)
        check(text, &quotes);
    arena_release(&arena);
    return 0;
}
