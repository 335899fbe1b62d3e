/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A text becomes numbers and words; a day is a number or word followed by two more that fit. */
#include "origins/about.h"

#include <string.h>

#include "base/arena.h"
#include "text/fold.h"
#include "text/utf8.h"

#define TOP_BYTES 1500
#define TOP_LINE_BYTES 160
#define WORD_BYTES_MAX 40
#define FILL_MAX 3 /* words such as "th" and "of" between parts of a day */

/* Days */

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year));
}

static int days_before_year(int year)
{
    int y = year - 1;
    return 365 * y + y / 4 - y / 100 + y / 400;
}

static bool day_of(int64_t year, int64_t month, int64_t day, int32_t *ret_day)
{
    if (year < ABOUT_YEAR_MIN || year > ABOUT_YEAR_MAX || month < 1 || month > 12 || day < 1 ||
        day > days_in((int)year, (int)month))
        return false;
    int days = days_before_year((int)year) - days_before_year(1970);
    for (int m = 1; m < month; m++)
        days += days_in((int)year, m);
    *ret_day = days + (int)day - 1;
    return true;
}

bool about_is_day(int32_t day)
{
    return day == ABOUT_DAY_NONE ||
           (day >= days_before_year(ABOUT_YEAR_MIN) - days_before_year(1970) &&
            day < days_before_year(ABOUT_YEAR_MAX + 1) - days_before_year(1970));
}

void about_put_day(struct buf *out, int32_t day)
{
    int year = ABOUT_YEAR_MIN, month = 1, left = day;
    while (days_before_year(year + 1) - days_before_year(1970) <= day)
        year++;
    left -= days_before_year(year) - days_before_year(1970);
    while (left >= days_in(year, month))
        left -= days_in(year, month++);
    buf_printf(out, "%04d-%02d-%02d", year, month, left + 1);
}

/* Words and numbers */

enum item_kind { ITEM_END, ITEM_NUMBER, ITEM_WORD };
struct item {
    enum item_kind kind;
    struct span text, behind; /* itself, and all that comes after */
    int64_t number;
    size_t digits;
    uint8_t before; /* the one ASCII character between this and the item before, or 0 */
};

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c | 32) >= 'a' ? (c | 32) <= 'z' || c >= 0x80 : false;
}

static struct item next_item(struct span rest)
{
    struct item i = {.kind = ITEM_END};
    size_t at = 0, end;
    while (at < rest.len && !is_digit(rest.data[at]) && !is_letter(rest.data[at]))
        at++;
    i.before = at == 1 ? rest.data[0] : 0;
    end = at;
    if (at < rest.len && is_digit(rest.data[at])) {
        i.kind = ITEM_NUMBER;
        for (; end < rest.len && is_digit(rest.data[end]); end++)
            i.number = end - at < 9 ? i.number * 10 + (rest.data[end] - '0') : 0;
        i.digits = end - at;
    } else if (at < rest.len) {
        i.kind = ITEM_WORD;
        while (end < rest.len && is_letter(rest.data[end]))
            end++;
    }
    i.text = span_slice(rest, at, end - at);
    i.behind = span_slice(rest, end, rest.len);
    return i;
}

struct finding {
    const struct languages *languages;
    struct buf folded;
};

/* The number that a word has in a section of any language; -1 when it is in none. */
static int64_t number_of(struct finding *f, struct span word, const char *section)
{
    const struct language *l;
    struct span folded;
    int64_t number;
    buf_reset(&f->folded);
    if (word.len > WORD_BYTES_MAX || fold_search(word, &f->folded) < 0)
        return -1;
    folded = buf_bytes(&f->folded);
    for (size_t i = 0; (l = languages_at(f->languages, i)) != NULL; i++) {
        if (language_match(language_section(l, section), &folded, 1, &number) > 0)
            return number;
    }
    return -1;
}

/* The next that is none of the words that stand between parts of a day. */
static struct item next_part(struct finding *f, struct span rest)
{
    struct item i = next_item(rest);
    for (int n = 0; n < FILL_MAX && i.kind == ITEM_WORD && number_of(f, i.text, "date") >= 0; n++)
        i = next_item(i.behind);
    return i;
}

static bool is_day_number(const struct item *i)
{
    return i->kind == ITEM_NUMBER && i->digits <= 2;
}

static bool is_year(const struct item *i)
{
    return i->kind == ITEM_NUMBER && i->digits == 4;
}

/* 2031-04-09 or 09.04.2031, the same sign between. */
static bool in_numbers(const struct item *a, int32_t *ret_day)
{
    struct item b = next_item(a->behind), c = next_item(b.behind);
    if (!is_day_number(&b) || b.before == 0 || !strchr("-/._", b.before) || c.before != b.before)
        return false;
    if (is_year(a) && is_day_number(&c))
        return day_of(a->number, b.number, c.number, ret_day);
    if (!is_day_number(a) || !is_year(&c))
        return false;
    if (b.before == '.' || a->number > 12 || a->number == b.number)
        return day_of(c.number, b.number, a->number, ret_day);
    return b.number > 12 && day_of(c.number, a->number, b.number, ret_day);
}

/* 9th of April, 2031 */
static bool day_first(struct finding *f, const struct item *day, int32_t *ret_day)
{
    struct item month = next_part(f, day->behind);
    if (month.kind != ITEM_WORD)
        return false;
    int64_t number = number_of(f, month.text, "month");
    struct item year = next_part(f, month.behind);
    return number > 0 && is_year(&year) && day_of(year.number, number, day->number, ret_day);
}

/* April 9th, 2031 */
static bool month_first(struct finding *f, const struct item *month, int32_t *ret_day)
{
    struct item day = next_part(f, month->behind);
    if (!is_day_number(&day))
        return false;
    struct item year = next_part(f, day.behind);
    if (!is_year(&year))
        return false;
    int64_t number = number_of(f, month->text, "month");
    return number > 0 && day_of(year.number, number, day.number, ret_day);
}

bool about_find_day(struct span text, const struct languages *languages, int32_t *ret_day)
{
    struct finding f = {.languages = languages};
    buf_init(&f.folded, 16 * WORD_BYTES_MAX);
    bool found = false;
    for (struct item i = next_item(text); i.kind != ITEM_END && !found; i = next_item(i.behind)) {
        found = i.kind == ITEM_NUMBER
                    ? in_numbers(&i, ret_day) || (i.digits <= 2 && day_first(&f, &i, ret_day))
                    : month_first(&f, &i, ret_day);
    }
    buf_release(&f.folded);
    return found;
}

bool about_find_day_at_top(struct span text, const struct languages *languages, int32_t *ret_day)
{
    text = span_slice(text, 0, TOP_BYTES);
    while (text.len > 0) {
        const uint8_t *end = memchr(text.data, '\n', text.len);
        size_t len = end ? (size_t)(end - text.data) : text.len;
        struct span line = span_slice(text, 0, len);
        if (len <= TOP_LINE_BYTES && about_find_day(line, languages, ret_day))
            return true;
        text = span_slice(text, len + 1, text.len);
    }
    return false;
}

/* Names and addresses */

static int spaced(struct span name, struct arena *arena, struct span *ret_spaced)
{
    if (name.len == 0)
        return 0;
    char *copy = arena_copy_text(arena, name);
    REJECT_IF(!copy, E_NOMEM);
    for (size_t i = 0; i < name.len; i++) {
        if (copy[i] == '-' || copy[i] == '_')
            copy[i] = ' ';
    }
    *ret_spaced = span_of(copy, name.len);
    return 0;
}

/* "zhelan star" is a name: it is looked for as one. */
static int named(struct span name, struct arena *arena, struct span *ret_named)
{
    TRY(spaced(name, arena, ret_named));
    uint8_t *letters = arena_alloc(arena, ret_named->len + 1);
    REJECT_IF(!letters, E_NOMEM);
    bool first = true;
    for (size_t i = 0; i < ret_named->len; i++) {
        uint8_t c = ret_named->data[i];
        letters[i] = first && c >= 'a' && c <= 'z' ? (uint8_t)(c - 'a' + 'A') : c;
        first = c == ' ';
    }
    ret_named->data = letters;
    return 0;
}

/* 2031-04-09, 2031_04_09 or 20310409, not within a longer number. */
static bool day_at(struct span name, size_t at, size_t *ret_len, int32_t *ret_day)
{
    if (at > 0 && is_digit(name.data[at - 1]))
        return false;
    struct span rest = span_slice(name, at, name.len);
    struct item i = next_item(rest);
    if (i.kind != ITEM_NUMBER || i.text.data != rest.data)
        return false;
    *ret_len = i.digits == 8 ? 8 : 10;
    if (i.digits == 8)
        return day_of(i.number / 10000, i.number / 100 % 100, i.number % 100, ret_day);
    bool shape = i.digits == 4 && rest.len >= 10 && (rest.len == 10 || !is_digit(rest.data[10]));
    return shape && in_numbers(&i, ret_day);
}

static struct span trimmed(struct span s)
{
    while (s.len > 0 && strchr("-_. ", s.data[0]))
        s = span_slice(s, 1, s.len);
    while (s.len > 0 && strchr("-_. ", s.data[s.len - 1]))
        s.len--;
    return s;
}

int about_from_name(struct span name, struct arena *arena, struct about *about)
{
    for (size_t at = 0; at < name.len; at++) {
        size_t len;
        int32_t day;
        if (!is_digit(name.data[at]) || !day_at(name, at, &len, &day))
            continue;
        if (about->day == ABOUT_DAY_NONE)
            about->day = day;
        if (about->outlet.len == 0)
            TRY(named(trimmed(span_slice(name, 0, at)), arena, &about->outlet));
        if (about->title.len == 0)
            TRY(spaced(trimmed(span_slice(name, at + len, name.len)), arena, &about->title));
        return 0;
    }
    return 0;
}

struct span about_host(struct span address)
{
    const uint8_t *colon = address.len ? memmem(address.data, address.len, "://", 3) : NULL;
    if (!colon)
        return span_of(NULL, 0);
    struct span host = span_slice(address, (size_t)(colon - address.data) + 3, address.len);
    size_t len = 0;
    while (len < host.len && !memchr("/?#", host.data[len], 3))
        len++;
    host.len = len;
    const uint8_t *at = host.len ? memrchr(host.data, '@', host.len) : NULL;
    if (at)
        host = span_slice(host, (size_t)(at - host.data) + 1, host.len);
    const uint8_t *port = host.len ? memchr(host.data, ':', host.len) : NULL;
    host.len = port ? (size_t)(port - host.data) : host.len;
    if (host.len > 4 && memcmp(host.data, "www.", 4) == 0)
        host = span_slice(host, 4, host.len);
    return host;
}
