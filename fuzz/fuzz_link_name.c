/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two texts, parted by a newline, as names and as other words: spelled, heard, and compared both
 * ways. */
#include "base/mem.h"
#include "fuzz.h"
#include "link/name.h"

struct read {
    uint32_t words[LINK_NAME_WORDS_MAX];
    size_t count;
};

static void check_words(const struct link_words *dictionary, const struct read *r)
{
    for (size_t i = 0; i < r->count; i++) {
        struct link_sounds sounds;
        uint64_t keys[LINK_SOUND_KEYS_MAX];
        struct span latin = link_words_latin(dictionary, r->words[i]);
        ASSERT(latin.len > 0);
        for (size_t k = 0; k < latin.len; k++)
            ASSERT((latin.data[k] >= 'a' && latin.data[k] <= 'z') ||
                   (latin.data[k] >= '0' && latin.data[k] <= '9'));
        link_words_sounds(dictionary, r->words[i], &sounds);
        ASSERT(link_sounds_keys(&sounds, keys) <= LINK_SOUND_KEYS_MAX);
        ASSERT(link_sounds_distance(&sounds, &sounds, 100) == 0);
    }
}

static void compare(struct link_words *dictionary, enum link_kind kind, const struct read *a,
                    const struct read *b)
{
    static struct link_relations relations;
    memset(&relations, 0, sizeof relations);
    if (a->count == 0 || b->count == 0)
        return;
    enum link_likeness there =
        link_name_compare(dictionary, kind, a->words, a->count, b->words, b->count, &relations);
    ASSERT(there ==
           link_name_compare(dictionary, kind, b->words, b->count, a->words, a->count, &relations));
    ASSERT(link_name_compare(dictionary, kind, a->words, a->count, a->words, a->count,
                             &relations) == LINK_LIKENESS_SAME);
}

static void read_and_compare(struct link_speller *speller, enum link_kind kind, struct span one,
                             struct span other)
{
    struct link_words dictionary;
    struct read a = {.count = 0}, b = {.count = 0};
    if (link_words_init(&dictionary) < 0)
        return;
    if (link_name_read(&dictionary, speller, kind, one, a.words, &a.count) == 0 &&
        link_name_read(&dictionary, speller, kind, other, b.words, &b.count) == 0) {
        link_words_weigh(&dictionary, 1000);
        check_words(&dictionary, &a);
        compare(&dictionary, kind, &a, &b);
    }
    link_words_release(&dictionary);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct link_speller *speller = link_speller_new();
    const uint8_t *newline = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t first = newline ? (size_t)(newline - data) : size;
    struct span one = span_of(data, first);
    struct span other = newline ? span_of(newline + 1, size - first - 1) : span_of(NULL, 0);
    if (speller) {
        read_and_compare(speller, LINK_FULL_NAME, one, other);
        read_and_compare(speller, LINK_ADDRESS, one, other);
    }
    link_speller_free(speller);
    return 0;
}
