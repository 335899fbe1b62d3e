/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <string.h>

#include "link/code.h"
#include "link/columns_internal.h"
#include "link/date.h"
#include "link/names_data.h"

#define LOOKED_AT_MAX 20000 /* values: enough to know what a column is */
#define PHONE_DIGITS_MIN 7
#define HEAP_SHARE 50 /* one row in so many; and HEAP_ROWS_MIN */
#define HEAP_ROWS_MIN 5
#define SEXES_MAX 8
#define SEX_BYTES_MAX 32
#define TEXT_WORDS 6

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

static bool is_word(struct span text, const char *word)
{
    for (size_t i = 0; i < text.len; i++)
        if (lower(text.data[i]) != (uint8_t)word[i])
            return false;
    return word[text.len] == '\0';
}

/* NA only in capitals: Na is a family name. */
static bool says_unknown(struct span text)
{
    static const char *const words[] = {
        "n/a",   "n.a.",      "null",       "none",       "nil",         "-",
        "--",    "?",         "??",         "???",        ".",           "unknown",
        "unk",   "not known", "nan",        "missing",    "not stated",  "not available",
        "#n/a",  "n.d.",      "неизвестно", "Неизвестно", "нет данных",  "Нет данных",
        "неизв", "н/д",       "unbekannt",  "inconnu",    "desconocido", "غير معروف"};
    if (text.len == 2 && memcmp(text.data, "NA", 2) == 0)
        return true;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (strlen(words[i]) == text.len && is_word(text, words[i]))
            return true;
    return false;
}

/* 0000, 9999999, 00/00/0000. */
static bool is_filler(struct span text)
{
    size_t digits = 0;
    uint8_t digit = 0;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        if (c < '0' || c > '9') {
            if (c != '-' && c != '/' && c != '.' && c != ' ')
                return false;
            continue;
        }
        if ((c != '0' && c != '9') || (digits++ > 0 && c != digit))
            return false;
        digit = c;
    }
    return digits >= 4;
}

static bool may_be_filled(enum link_kind kind)
{
    return kind == LINK_DATE || kind == LINK_PHONE || kind == LINK_NUMBER;
}

struct span link_column_text(const struct link_column *column, const struct link_raw_column *raw,
                             uint32_t id)
{
    struct span text = link_pool_text(&raw->values, id);
    bool unknown = (column->heap > 0 && id == column->heap && column->kind == LINK_DATE) ||
                   says_unknown(text) || (may_be_filled(column->kind) && is_filler(text));
    return unknown ? span_of(NULL, 0) : text;
}

struct seen {
    size_t digits, letters, others, words;
    bool at, phone_marks_only;
    uint64_t number; /* of the last run of digits */
};

static struct seen look(struct span text)
{
    struct seen s = {.phone_marks_only = true};
    bool in_word = false, in_digits = false;
    for (size_t i = 0; i < text.len; i++) {
        uint8_t c = text.data[i];
        bool digit = c >= '0' && c <= '9',
             letter = lower(c) >= 'a' && (lower(c) <= 'z' || c >= 0x80);
        s.digits += digit;
        s.letters += letter;
        s.others += !digit && !letter;
        s.at = s.at || (c == '@' && i > 0 && i + 1 < text.len);
        s.phone_marks_only = s.phone_marks_only && (digit || (c != 0 && strchr("+()-/. ", c)));
        s.words += (digit || letter) && !in_word;
        in_word = digit || letter || (in_word && (c == '\'' || c == '.'));
        s.number =
            digit ? (in_digits && s.number < UINT32_MAX ? s.number * 10 : 0) + (c - '0') : s.number;
        in_digits = digit;
    }
    return s;
}

/* Letters of any case and script. */
static int is_sex(struct span text, bool *ret_is)
{
    struct buf form;
    *ret_is = false;
    if (text.len > SEX_BYTES_MAX)
        return 0;
    buf_init(&form, LINK_VALUE_BYTES_MAX);
    int error = link_code_form(LINK_SEX, text, &form);
    struct span is = buf_bytes(&form);
    *ret_is = is.len == 1 && memchr("fmx", is.data[0], 3);
    buf_release(&form);
    return error;
}

static int add_value(struct link_speller *speller, struct span text, uint32_t rows,
                     struct link_shape *s)
{
    static const struct link_date_order order;
    struct span plain;
    bool sex;
    TRY(link_speller_plain(speller, text, &plain));
    struct seen seen = look(text);
    bool only_digits = seen.digits == text.len;
    bool dated = link_date_possible(link_date_read(&order, plain));
    unsigned month = link_date_month_read(plain);
    /* 1980 and 19800503 are dates only where something else says so. */
    s->dates += dated && (!only_digits || text.len == 8) ? rows : 0;
    s->years += only_digits && text.len == 4 && dated ? rows : 0;
    s->months += month >= 1 && month <= 12 ? rows : 0;
    s->days += only_digits && seen.number >= 1 && seen.number <= 31 ? rows : 0;
    s->emails += seen.at ? rows : 0;
    s->phones += seen.phone_marks_only && seen.digits >= PHONE_DIGITS_MIN ? rows : 0;
    s->whole_numbers += only_digits ? rows : 0;
    s->with_digits += seen.digits > 0 ? rows : 0;
    s->words += (double)seen.words * rows;
    TRY(is_sex(text, &sex));
    s->sexes += sex ? rows : 0;
    return 0;
}

static void make_shares(struct link_shape *s, double looked_at)
{
    double *const shares[] = {&s->dates,  &s->years, &s->months,        &s->days,        &s->emails,
                              &s->phones, &s->sexes, &s->whole_numbers, &s->with_digits, &s->words};
    for (size_t i = 0; i < COUNT_OF(shares) && looked_at > 0; i++)
        *shares[i] /= looked_at;
}

/* 1900-01-01 and the like, when suspiciously many have it. */
static bool is_heap(struct span text, uint32_t count, uint32_t rows)
{
    static const struct link_date_order order;
    link_date date = link_date_read(&order, text);
    unsigned year = link_date_year(date);
    bool new_year = link_date_month(date) <= 1 && link_date_day(date) <= 1;
    return (year == 1900 || year == 1901 || year == 1970) && new_year && count >= HEAP_ROWS_MIN &&
           count >= rows / HEAP_SHARE;
}

/* Whole numbers that go up by one somewhere near, all with the same or no letters before. */
static bool is_numbering(const struct link_raw_column *raw, uint32_t rows)
{
    uint64_t least = UINT64_MAX, most = 0;
    uint32_t count = link_pool_count(&raw->values);
    for (uint32_t id = 1; id < count; id++) {
        struct seen seen = look(link_pool_text(&raw->values, id));
        if (seen.digits == 0 || seen.words > 2)
            return false;
        least = seen.number < least ? seen.number : least;
        most = seen.number > most ? seen.number : most;
    }
    return count > 1 && most - least < 4 * (uint64_t)rows;
}

int link_shape_of(struct link_speller *speller, const struct link_column *column,
                  const struct link_raw_column *raw, uint32_t rows, struct link_shape *ret_shape)
{
    struct link_shape s = {0};
    uint32_t count = link_pool_count(&raw->values);
    double looked_at = 0;
    for (uint32_t id = 1; id < count; id++) {
        struct span text = link_column_text(column, raw, id);
        if (text.len == 0) {
            s.unknown += raw->counts[id];
            continue;
        }
        s.distinct++;
        s.filled += raw->counts[id];
        if (is_heap(text, raw->counts[id], rows))
            s.heap = id;
        if (s.distinct <= LOOKED_AT_MAX) {
            TRY(add_value(speller, text, raw->counts[id], &s));
            looked_at += raw->counts[id];
        }
    }
    make_shares(&s, looked_at);
    s.numbering = s.distinct == rows && is_numbering(raw, rows);
    *ret_shape = s;
    return 0;
}

bool link_shape_allows(const struct link_shape *s, unsigned concept)
{
    switch (concept) {
    case LINK_CONCEPT_EMAIL:
        return s->emails > 0.3;
    case LINK_CONCEPT_PHONE:
        return s->with_digits > 0.5;
    case LINK_CONCEPT_SEX:
        return s->distinct <= SEXES_MAX;
    case LINK_CONCEPT_YEAR:
        return s->years > 0.5;
    case LINK_CONCEPT_MONTH:
        return s->months > 0.5;
    case LINK_CONCEPT_DAY:
        return s->days > 0.5;
    case LINK_CONCEPT_DATE:
    case LINK_CONCEPT_DEATH:
    case LINK_CONCEPT_EVENT:
        return s->dates + s->years > 0.5;
    case LINK_CONCEPT_GIVEN:
    case LINK_CONCEPT_FAMILY:
    case LINK_CONCEPT_PATRONYMIC:
    case LINK_CONCEPT_FULL:
        return s->with_digits < 0.5 && s->emails < 0.5;
    case LINK_CONCEPT_NUMBER:
    case LINK_CONCEPT_ID:
        return s->with_digits > 0.3;
    default:
        return true;
    }
}

enum link_kind link_shape_kind(const struct link_shape *s)
{
    if (s->emails > 0.5)
        return LINK_EMAIL;
    if (s->dates > 0.6)
        return LINK_DATE;
    if (s->sexes > 0.9 && s->distinct <= SEXES_MAX)
        return LINK_SEX;
    if (s->phones > 0.7 && s->distinct > s->filled / 4)
        return LINK_PHONE;
    if (s->with_digits > 0.8 && s->words < 2 && s->distinct > s->filled / 4)
        return LINK_NUMBER;
    if (s->words > TEXT_WORDS)
        return LINK_TEXT;
    if (s->words > 1.5 && s->with_digits > 0.5)
        return LINK_ADDRESS;
    if (s->words > 1.7 && s->with_digits < 0.05 && s->distinct > s->filled / 4)
        return LINK_FULL_NAME;
    return LINK_OTHER;
}
