/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Few languages and a short header: everything is looked for in the plainest way. */
#include "draw/language_table.h"

const struct language *language_at(size_t place)
{
    return place < language_count ? &language_table[place] : NULL;
}

size_t language_place(const struct language *language)
{
    return (size_t)(language - language_table);
}

const struct language *language_find(struct span code)
{
    for (size_t i = 0; i < language_count; i++) {
        if (span_equal(code, span_text(language_table[i].code)))
            return &language_table[i];
    }
    return NULL;
}

static bool is_space(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && is_space(s.data[0]))
        s = span_slice(s, 1, s.len - 1);
    while (s.len > 0 && is_space(s.data[s.len - 1]))
        s.len--;
    return s;
}

/* What stands before the separator; rest goes on behind it. */
static struct span take_until(struct span *rest, uint8_t separator)
{
    size_t len = 0;
    while (len < rest->len && rest->data[len] != separator)
        len++;
    struct span part = span_slice(*rest, 0, len);
    *rest = span_slice(*rest, len + 1, rest->len);
    return trimmed(part);
}

/* "q=0.8" in thousandths; -1 for anything that is no weight. */
static int weight_of(struct span text)
{
    if (text.len < 3 || text.len > 7 || (text.data[0] | 0x20) != 'q' || text.data[1] != '=' ||
        (text.data[2] != '0' && text.data[2] != '1') || (text.len > 3 && text.data[3] != '.'))
        return -1;
    int weight = (text.data[2] - '0') * 1000;
    int unit = 100;
    for (size_t i = 4; i < text.len; i++, unit /= 10) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -1;
        weight += (text.data[i] - '0') * unit;
    }
    return weight <= 1000 ? weight : -1;
}

/* The language of a range such as "ru-RU"; NULL when we do not have it. */
static const struct language *language_of_range(struct span range)
{
    struct span primary = take_until(&range, '-');
    char code[8];
    if (primary.len >= sizeof(code))
        return NULL;
    for (size_t i = 0; i < primary.len; i++) {
        bool upper = primary.data[i] >= 'A' && primary.data[i] <= 'Z';
        code[i] = (char)(upper ? primary.data[i] | 0x20 : primary.data[i]);
    }
    return language_find(span_of(code, primary.len));
}

const struct language *language_accepted(struct span header)
{
    const struct language *best = language_at(0);
    int best_weight = 0;
    struct span rest = span_slice(header, 0, LANGUAGE_HEADER_MAX_BYTES);
    while (rest.len > 0) {
        struct span part = take_until(&rest, ',');
        struct span range = take_until(&part, ';');
        int weight = part.len > 0 ? weight_of(trimmed(part)) : 1000;
        const struct language *language = language_of_range(range);
        if (language && weight > best_weight) {
            best = language;
            best_weight = weight;
        }
    }
    return best;
}

const char *language_text(const struct language *language, const char *msgid)
{
    size_t from = 0, to = language_message_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(msgid, language_messages[middle]);
        if (order == 0)
            return language->texts[middle];
        if (order < 0)
            to = middle;
        else
            from = middle + 1;
    }
    return msgid;
}

static const char *word_of(const char *const words[], const char *name, size_t len)
{
    while (*words && (strlen(*words) != len || memcmp(*words, name, len) != 0))
        words += 2;
    ASSERT(*words && "each {name} of the message has its word");
    return words[1];
}

void language_put(struct buf *b, const struct language *language, const char *msgid,
                  const char *const words[])
{
    const char *at = language_text(language, msgid);
    while (*at) {
        size_t plain = strcspn(at, "{");
        buf_put(b, at, plain);
        at += plain;
        if (*at == '{') {
            size_t len = strcspn(at + 1, "}");
            buf_text(b, word_of(words, at + 1, len));
            at += len + 2;
        }
    }
}
