/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Keys are made of what values say, never of their numbers, which depend on the order of the rows.
 */
#include <string.h>

#include "base/mem.h"
#include "link/records_internal.h"

static const char *const date_names[] = {"the whole", "year and month", "year", "month and day"};
static const char *const code_names[] = {"the whole", "its end"};
enum { CODE_PART = 1 };
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
        return link_date_year(d) && link_date_month(d) ? d >> LINK_DATE_DAY_BITS : 0;
    case 2:
        return link_date_year(d);
    default:
        return link_date_month(d) && link_date_day(d) ? d - link_date_of(link_date_year(d), 0, 0)
                                                      : 0;
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

/* What is slow to make is made once: of each value its whole and its beginning or end, of each word
 * the ways to hear it. */

static int make_sound_keys(struct link_records *r)
{
    const struct link_words *d = &r->dictionary;
    size_t count = 0, capacity = (size_t)d->count * 2 + LINK_SOUND_KEYS_MAX;
    r->sound_starts = mem_calloc((size_t)d->count + 1, sizeof *r->sound_starts);
    r->sound_keys = mem_alloc(capacity * sizeof *r->sound_keys);
    REJECT_IF(!r->sound_starts || !r->sound_keys, E_NOMEM);
    for (uint32_t word = 0; word < d->count; word++) {
        struct link_sounds sounds;
        uint64_t keys[LINK_SOUND_KEYS_MAX];
        link_words_sounds(d, word, &sounds);
        unsigned ways = link_sounds_keys(&sounds, keys);
        if (count + ways > capacity) {
            capacity += capacity / 2;
            uint64_t *more = mem_realloc(r->sound_keys, capacity * sizeof *more);
            REJECT_IF(!more, E_NOMEM);
            r->sound_keys = more;
        }
        for (unsigned way = 0; way < ways; way++)
            r->sound_keys[count++] = number_key(keys[way], SOUND);
        r->sound_starts[word + 1] = (uint32_t)count;
    }
    return 0;
}

static uint64_t beginning_key(const struct link_words *dictionary, uint32_t word)
{
    struct span latin = link_words_latin(dictionary, word);
    return link_hash(span_slice(latin, 0, BEGINNING_BYTES), BEGINNING) | 1;
}

static int make_value_keys(const struct link_records *r, struct link_field *f)
{
    f->wholes = mem_calloc(f->values, sizeof *f->wholes);
    f->parts = mem_calloc(f->values, sizeof *f->parts);
    REJECT_IF(!f->wholes || !f->parts, E_NOMEM);
    for (uint32_t value = 1; value < f->values; value++) {
        const uint32_t *words;
        if (f->way == LINK_WAY_CODE) {
            struct span code = link_pool_text(&f->codes, value);
            f->wholes[value] = code_key(f->kind, code, WHOLE);
            f->parts[value] = code_key(f->kind, code, CODE_PART);
            continue;
        }
        size_t count = link_field_words(f, value, &words);
        if (count > 0) {
            f->wholes[value] = whole_key(&r->dictionary, words, count);
            f->parts[value] = beginning_key(&r->dictionary, words[0]);
        }
    }
    return 0;
}

int link_keys_build(struct link_records *r)
{
    TRY(make_sound_keys(r));
    for (unsigned f = 0; f < r->fields_count; f++) {
        if (r->fields[f].way != LINK_WAY_DATE)
            TRY(make_value_keys(r, &r->fields[f]));
    }
    return 0;
}

/* Each way to hear each word, one after the other. */
static unsigned sound_keys(const struct link_records *r, const uint32_t *words, size_t count,
                           uint64_t *keys)
{
    unsigned made = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t at = r->sound_starts[words[i]], end = r->sound_starts[words[i] + 1];
        for (; at < end && made < LINK_KEY_VALUES_MAX; at++)
            keys[made++] = r->sound_keys[at];
    }
    return made;
}

static unsigned each_key(const struct link_records *r, const uint32_t *words, size_t count,
                         uint64_t *keys)
{
    unsigned made = 0;
    for (size_t i = 0; i < count && made < LINK_KEY_VALUES_MAX; i++)
        keys[made++] = number_key(r->dictionary.words[words[i]].class, EACH);
    return made;
}

static unsigned put_key(uint64_t key, uint64_t *keys)
{
    keys[0] = key;
    return key != 0;
}

unsigned link_keys(const struct link_records *r, unsigned field, unsigned key, uint32_t record,
                   uint64_t ret_keys[LINK_KEY_VALUES_MAX])
{
    const struct link_field *f = &r->fields[field];
    uint32_t value = link_record_values(r, record)[field];
    const uint32_t *words;
    if (value == 0)
        return 0;
    if (f->way == LINK_WAY_DATE)
        return put_key(date_key(f->dates[value], key), ret_keys);
    if (key == WHOLE)
        return put_key(f->wholes[value], ret_keys);
    if (f->way == LINK_WAY_CODE || key == BEGINNING)
        return put_key(f->parts[value], ret_keys);
    size_t count = link_field_words(f, value, &words);
    return key == SOUND ? sound_keys(r, words, count, ret_keys)
                        : each_key(r, words, count, ret_keys);
}
