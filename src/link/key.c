/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/records_internal.h"

static const char *const date_names[] = {"the whole", "year and month", "year", "month and day"};
static const char *const text_names[] = {"the whole", "first three letters", "consonants", "words"};

unsigned link_field_keys(const struct link_records *r, unsigned field)
{
    return link_field_kind(r, field) == LINK_DATE ? COUNT_OF(date_names) : COUNT_OF(text_names);
}

const char *link_key_name(const struct link_records *r, unsigned field, unsigned key)
{
    ASSERT(key < link_field_keys(r, field));
    return link_field_kind(r, field) == LINK_DATE ? date_names[key] : text_names[key];
}

static uint64_t date_key(link_date d, unsigned key)
{
    unsigned year = link_date_year(d), rest = d & 511;
    switch (key) {
    case 0:
        return d;
    case 1:
        return year && link_date_month(d) ? d >> 5 : 0;
    case 2:
        return year;
    default:
        return link_date_month(d) && link_date_day(d) ? rest : 0;
    }
}

static struct span word_at(struct span text, unsigned index)
{
    for (size_t from = 0; from < text.len;) {
        size_t to = from;
        while (to < text.len && text.data[to] != ' ')
            to++;
        if (index-- == 0)
            return span_slice(text, from, to - from);
        from = to + 1;
    }
    return span_of(NULL, 0);
}

static uint64_t consonants(struct span text)
{
    uint64_t key = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool vowel = c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
        if (!vowel && c != ' ' && (i == 0 || c != text.data[i - 1]))
            key = key * 31 + c;
    }
    return key;
}

uint64_t link_key(const struct link_records *r, unsigned field, unsigned key, uint32_t record,
                  unsigned index)
{
    ASSERT(field < r->fields_count && key < link_field_keys(r, field));
    const struct link_field *f = &r->fields[field];
    uint32_t value = f->column[record];
    if (value == 0 || (index > 0 && key != 3))
        return 0;
    if (f->kind == LINK_DATE)
        return date_key(f->dates[value], key);
    struct span text = link_pool_text(&f->plain, value);
    if (key == 0)
        return link_hash(text, 0) | 1;
    if (key == 2)
        return consonants(text);
    struct span part = key == 1 ? span_slice(text, 0, 3) : word_at(text, index);
    return part.len ? link_hash(part, key) | 1 : 0;
}
