/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Keys are made of what values say, never of their numbers, which depend on the order of the rows.
 */
#include <string.h>

#include "link/records_internal.h"

static const char *const date_names[] = {"the whole", "year and month", "year", "month and day"};
static const char *const code_names[] = {"the whole", "its end"};
static const char *const words_names[] = {"the whole", "sound", "first three letters", "words"};
enum { WHOLE, SOUND, BEGINNING, EACH };

#define END_BYTES 6
#define BEGINNING_BYTES 3

unsigned link_field_keys(const struct link_records *r, unsigned field)
{
    ASSERT(field < r->fields_count);
    switch (r->fields[field].way) {
    case LINK_WAY_DATE:
        return COUNT_OF(date_names);
    case LINK_WAY_CODE:
        return r->fields[field].kind == LINK_SEX ? 1 : COUNT_OF(code_names);
    default:
        return COUNT_OF(words_names);
    }
}

const char *link_key_name(const struct link_records *r, unsigned field, unsigned key)
{
    ASSERT(key < link_field_keys(r, field));
    switch (r->fields[field].way) {
    case LINK_WAY_DATE:
        return date_names[key];
    case LINK_WAY_CODE:
        return code_names[key];
    default:
        return words_names[key];
    }
}

static uint64_t date_key(link_date d, unsigned key)
{
    switch (key) {
    case 0:
        return d;
    case 1:
        return link_date_year(d) && link_date_month(d) ? d >> 5 : 0;
    case 2:
        return link_date_year(d);
    default:
        return link_date_month(d) && link_date_day(d) ? d & 511 : 0;
    }
}

/* Of an e-mail address what stands before the @; of numbers the last digits. */
static uint64_t code_key(enum link_kind kind, struct span code, unsigned key)
{
    if (key == WHOLE || code.len == 0)
        return code.len ? link_hash(code, 0) | 1 : 0;
    const uint8_t *at = kind == LINK_EMAIL ? memchr(code.data, '@', code.len) : NULL;
    struct span part = at                     ? span_slice(code, 0, (size_t)(at - code.data))
                       : code.len > END_BYTES ? span_slice(code, code.len - END_BYTES, END_BYTES)
                                              : code;
    return part.len ? link_hash(part, 1) | 1 : 0;
}

static uint64_t number_key(uint64_t number, unsigned key)
{
    return link_hash(span_of(&number, sizeof number), key) | 1;
}

/* All words in whatever order. */
static uint64_t whole_key(const struct link_words *dictionary, const uint32_t *words, size_t count)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += number_key(dictionary->words[words[i]].class, WHOLE);
    return sum | 1;
}

/* Each way to hear each word, one after the other. */
static uint64_t sound_key(const struct link_words *dictionary, const uint32_t *words, size_t count,
                          unsigned index)
{
    for (size_t i = 0; i < count; i++) {
        struct link_sounds sounds;
        uint64_t keys[LINK_SOUND_KEYS_MAX];
        link_words_sounds(dictionary, words[i], &sounds);
        unsigned ways = link_sounds_keys(&sounds, keys);
        if (index < ways)
            return number_key(keys[index], SOUND);
        index -= ways;
    }
    return 0;
}

static uint64_t words_key(const struct link_records *r, const struct link_field *f, uint32_t value,
                          unsigned key, unsigned index)
{
    const uint32_t *words;
    size_t count = link_field_words(f, value, &words);
    if (count == 0)
        return 0;
    switch (key) {
    case WHOLE:
        return index == 0 ? whole_key(&r->dictionary, words, count) : 0;
    case SOUND:
        return sound_key(&r->dictionary, words, count, index);
    case BEGINNING: {
        struct span latin = link_words_latin(&r->dictionary, words[0]);
        return index == 0 ? link_hash(span_slice(latin, 0, BEGINNING_BYTES), BEGINNING) | 1 : 0;
    }
    default:
        return index < count ? number_key(r->dictionary.words[words[index]].class, EACH) : 0;
    }
}

uint64_t link_key(const struct link_records *r, unsigned field, unsigned key, uint32_t record,
                  unsigned index)
{
    ASSERT(field < r->fields_count && key < link_field_keys(r, field));
    const struct link_field *f = &r->fields[field];
    uint32_t value = f->column[record];
    if (value == 0 || index >= LINK_KEY_VALUES_MAX)
        return 0;
    if (f->way == LINK_WAY_WORDS)
        return words_key(r, f, value, key, index);
    if (index > 0)
        return 0;
    return f->way == LINK_WAY_DATE ? date_key(f->dates[value], key)
                                   : code_key(f->kind, link_pool_text(&f->codes, value), key);
}
