/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/date.h"

#include <string.h>

#include "link/names_data.h"

#define PARTS_MAX 3
#define YEAR_MIN 1000
#define YEAR_MAX 2199
#define UNKNOWN_YEAR 9999
#define UNKNOWN_PART 99

/* What a text holds: runs of digits, and the month where a word names one. */
struct reading {
    unsigned value[PARTS_MAX], digits[PARTS_MAX], count;
    unsigned month; /* by its name; 0: none */
    bool good;
};

link_date link_date_of(unsigned year, unsigned month, unsigned day)
{
    year = year < UNKNOWN_YEAR ? year : 0;
    month = month < UNKNOWN_PART ? month : 0;
    day = day < UNKNOWN_PART ? day : 0;
    return (year << LINK_DATE_MONTH_BITS | month) << LINK_DATE_DAY_BITS | day;
}

bool link_date_possible(link_date d)
{
    unsigned year = link_date_year(d);
    return d != 0 && (year == 0 || (year >= YEAR_MIN && year <= YEAR_MAX)) &&
           link_date_month(d) <= 12 && link_date_day(d) <= 31;
}

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* The longest beginning of the letters that names a month. */
static unsigned named_month(struct span letters)
{
    unsigned month = 0;
    size_t longest = 0;
    for (size_t i = 0; i < link_data_months_count; i++) {
        const char *name = link_data_months[i].word;
        size_t len = strlen(name), same = 0;
        while (same < len && same < letters.len && (letters.data[same] | 0x20) == name[same])
            same++;
        if (same == len && len > longest) {
            longest = len;
            month = link_data_months[i].number;
        }
    }
    return month;
}

/* The time of day behind a date is left out. */
static struct span without_time(struct span text)
{
    for (size_t i = 0; i + 3 < text.len; i++)
        if ((text.data[i] == 'T' || text.data[i] == ' ') && is_digit(text.data[i + 1]) &&
            (text.data[i + 2] == ':' || text.data[i + 3] == ':'))
            return span_slice(text, 0, i);
    return text;
}

static struct reading read_parts(struct span text)
{
    struct reading r = {.good = true};
    text = without_time(text);
    for (size_t i = 0; i < text.len;) {
        uint8_t c = text.data[i];
        if (is_digit(c) && r.count < PARTS_MAX) {
            unsigned value = 0, digits = 0;
            for (; i < text.len && is_digit(text.data[i]); i++, digits++)
                value = digits < 8 ? value * 10 + (text.data[i] - '0') : value;
            r.value[r.count] = value;
            r.digits[r.count++] = digits;
            r.good = r.good && digits <= 8;
        } else if (is_letter(c)) {
            size_t from = i;
            while (i < text.len && is_letter(text.data[i]))
                i++;
            unsigned month = named_month(span_slice(text, from, i - from));
            bool ordinal = i - from == 2 && r.count > 0; /* 3rd, 4th, 5. */
            r.good = r.good && (ordinal || (month && !r.month));
            r.month = month ? month : r.month;
        } else {
            r.good = r.good && (c == '-' || c == '/' || c == '.' || c == ' ' || c == ',');
            i++;
        }
    }
    r.good = r.good && r.count > 0 && (!r.month || r.count <= 2);
    return r;
}

static unsigned whole_year(unsigned value, unsigned digits)
{
    if (digits > 2)
        return value;
    return value < 30 ? 2000 + value : 1900 + value;
}

static link_date in_order(unsigned year, unsigned first, unsigned second, bool month_leads)
{
    unsigned month = month_leads ? first : second, day = month_leads ? second : first;
    bool swap = month > 12 && day <= 12;
    return link_date_of(year, swap ? day : month, swap ? month : day);
}

static link_date read_run(const struct reading *r, bool month_leads)
{
    unsigned v = r->value[0];
    if (r->digits[0] == 4)
        return link_date_of(v, 0, 0);
    if (r->digits[0] == 6 && v % 100 >= 1 && v % 100 <= 12)
        return link_date_of(v / 100, v % 100, 0);
    if (r->digits[0] != 8)
        return 0;
    link_date year_first = link_date_of(v / 10000, v / 100 % 100, v % 100);
    link_date year_last = in_order(v % 10000, v / 1000000, v / 10000 % 100, month_leads);
    bool year_may_lead = v / 10000 >= YEAR_MIN && v / 10000 <= YEAR_MAX;
    if (link_date_possible(year_first))
        return year_first;
    return link_date_possible(year_last) || !year_may_lead ? year_last : year_first;
}

/* The month by name, and the day or not. */
static link_date read_named(const struct reading *r)
{
    unsigned last = r->count - 1;
    if (r->count == 1)
        return link_date_of(whole_year(r->value[0], r->digits[0]), r->month, 0);
    if (r->digits[0] > 2)
        return link_date_of(r->value[0], r->month, r->value[1]);
    return link_date_of(whole_year(r->value[last], r->digits[last]), r->month, r->value[0]);
}

static link_date read_reading(const struct reading *r, bool month_leads)
{
    if (!r->good)
        return 0;
    if (r->month)
        return read_named(r);
    if (r->count == 1)
        return read_run(r, month_leads);
    if (r->count == 2 && r->digits[0] == 4)
        return r->value[1] ? link_date_of(r->value[0], r->value[1], 0) : 0;
    if (r->count == 2)
        return r->digits[1] == 4 ? link_date_of(r->value[1], r->value[0], 0) : 0;
    if (r->digits[0] > 2)
        return in_order(r->value[0], r->value[1], r->value[2], true);
    return in_order(whole_year(r->value[2], r->digits[2]), r->value[0], r->value[1], month_leads);
}

link_date link_date_read(const struct link_date_order *order, struct span text)
{
    struct reading r = read_parts(text);
    return read_reading(&r, order->month_leads);
}

void link_date_learn(struct link_date_order *order, struct span text, uint32_t count)
{
    struct reading r = read_parts(text);
    if (!r.good || r.count != 3 || r.digits[0] > 2)
        return;
    if (r.value[0] > 12)
        order->day_first += count;
    else if (r.value[1] > 12)
        order->month_first += count;
}

void link_date_decide(struct link_date_order *order)
{
    order->month_leads = order->month_first > order->day_first;
}

void link_date_write(struct buf *out, link_date d)
{
    if (link_date_year(d))
        buf_printf(out, "%04u", link_date_year(d));
    if (link_date_month(d) || link_date_day(d))
        buf_printf(out, "-%02u", link_date_month(d));
    if (link_date_day(d))
        buf_printf(out, "-%02u", link_date_day(d));
}

link_date link_date_parse(struct span written)
{
    unsigned parts[PARTS_MAX] = {0}, part = 0;
    for (size_t i = 0; i < written.len; i++) {
        if (written.data[i] == '-' && part + 1 < PARTS_MAX)
            part++;
        else if (is_digit(written.data[i]))
            parts[part] = parts[part] * 10 + (written.data[i] - '0');
    }
    return link_date_of(parts[0], parts[1], parts[2]);
}

unsigned link_date_month_read(struct span text)
{
    unsigned value = 0;
    for (size_t i = 0; i < text.len && value < UNKNOWN_PART; i++) {
        if (!is_digit(text.data[i]))
            return named_month(text);
        value = value * 10 + (text.data[i] - '0');
    }
    return value < UNKNOWN_PART ? value : 0;
}

static bool complete(link_date d)
{
    return link_date_year(d) && link_date_month(d) && link_date_day(d);
}

/* The digits of year, month and day, four bits each. */
static uint32_t digits_of(link_date d)
{
    unsigned year = link_date_year(d), month = link_date_month(d), day = link_date_day(d);
    year += 6 * (year / 10) + 6 * 16 * (year / 100) + 6 * 256 * (year / 1000);
    month += 6 * (month / 10);
    day += 6 * (day / 10);
    return year << 16 | month << 8 | day;
}

/* One digit is another, or two neighbours stand the other way round. */
static bool one_slip(link_date a, link_date b)
{
    uint32_t x = digits_of(a), y = digits_of(b), differ = x ^ y;
    differ |= differ >> 1;
    differ = (differ | differ >> 2) & 0x11111111u; /* a bit for each digit */
    uint32_t others = differ & (differ - 1);
    if (others == 0)
        return differ != 0;
    unsigned first = (unsigned)__builtin_ctz(differ);
    return others == UINT32_C(16) << first && (x >> first & 15) == (y >> (first + 4) & 15) &&
           (x >> (first + 4) & 15) == (y >> first & 15);
}

static enum link_date_level compare_known(link_date a, link_date b)
{
    bool year = link_date_year(a) && link_date_year(b),
         month = link_date_month(a) && link_date_month(b);
    bool day = link_date_day(a) && link_date_day(b);
    bool same_year = link_date_year(a) == link_date_year(b);
    if (!year && !month && !day)
        return LINK_DATE_NONE;
    if ((!year || same_year) && (!month || link_date_month(a) == link_date_month(b)) &&
        (!day || link_date_day(a) == link_date_day(b)))
        return LINK_DATE_KNOWN;
    return year && same_year ? LINK_DATE_YEAR : LINK_DATE_DIFFERENT;
}

enum link_date_level link_date_compare(link_date a, link_date b)
{
    if (a == 0 || b == 0)
        return LINK_DATE_NONE;
    if (a == b)
        return LINK_DATE_SAME;
    if (!complete(a) || !complete(b))
        return compare_known(a, b);
    bool year = link_date_year(a) == link_date_year(b);
    bool month = link_date_month(a) == link_date_month(b);
    bool day = link_date_day(a) == link_date_day(b);
    if (year && link_date_month(a) == link_date_day(b) && link_date_day(a) == link_date_month(b))
        return LINK_DATE_SWAPPED;
    if (one_slip(a, b))
        return LINK_DATE_SLIP;
    if (year + month + day == 2)
        return LINK_DATE_TWO_PARTS;
    return year ? LINK_DATE_YEAR : LINK_DATE_DIFFERENT;
}
