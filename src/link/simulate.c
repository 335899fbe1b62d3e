/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A person is made from (seed, number) and a record from (seed, list, number), so nothing needs to
 * be remembered between rows. The order of rows is a walk n -> (n * step) mod size over all
 * possible records, which visits each once. */
#include <math.h>
#include <string.h>

#include "base/rng.h"
#include "link/simulate.h"
#include "link/spell.h"
#include "table/csv.h"
#include "text/utf8.h"

#define COPIES 2 /* records that a list can have of one person */
#define LETTERS_MAX 64

enum { FAMILY, GIVEN, PATRONYMIC, NAMES };

struct date {
    int year, month, day;
};

struct person {
    bool woman;
    char names[NAMES][SPELL_SOUNDS_MAX];
    struct date born;
    uint64_t place;
    uint64_t phone;
};

struct letters {
    size_t count;
    uint32_t at[LETTERS_MAX];
};

struct record {
    enum spell_script script;
    struct letters names[NAMES];
    struct date born; /* year 0: not known */
    bool sex_known, phone_known, place_known;
    uint64_t place, phone;
};

/* How a list writes. */
struct habit {
    enum spell_script script;
    unsigned romanisation;
    bool full_name, date_in_parts;
    char date_mark; /* '-' for 2031-04-09, else 09.04.2031 with that mark */
};

static struct habit habit_of(const struct link_simulation *s, unsigned list)
{
    static const enum spell_script scripts[] = {SPELL_LATIN,    SPELL_CYRILLIC, SPELL_ARABIC,
                                                SPELL_LATIN,    SPELL_GEORGIAN, SPELL_GREEK,
                                                SPELL_ARMENIAN, SPELL_HEBREW};
    static const char marks[] = {'-', '.', '/', '.'};
    return (struct habit){.script = s->scripts ? scripts[list % COUNT_OF(scripts)] : SPELL_LATIN,
                          .romanisation = s->scripts ? list % SPELL_ROMANISATIONS : 0,
                          .full_name = list % 4 == 2,
                          .date_in_parts = list % 4 == 3,
                          .date_mark = marks[list % COUNT_OF(marks)]};
}

static struct date some_date(struct rng *rng)
{
    return (struct date){.year = 1930 + (int)rng_below(rng, 82),
                         .month = 1 + (int)rng_below(rng, 12),
                         .day = 1 + (int)rng_below(rng, 28)};
}

/* Four towns hold half of the people. */
static uint64_t some_place(struct rng *rng)
{
    return rng_below(rng, 2) == 0 ? rng_below(rng, 4) : 4 + rng_below(rng, 60);
}

static void make_person(const struct link_simulation *s, uint64_t number, struct person *p)
{
    struct rng rng;
    rng_init(&rng, s->seed, number);
    char father[SPELL_SOUNDS_MAX];
    uint64_t families = 200 + s->persons / 20;
    double u = rng_unit(&rng);
    p->woman = rng_below(&rng, 2) == 0;
    spell_family((uint64_t)((double)families * u * u), p->woman, p->names[FAMILY]);
    spell_given(p->woman, &rng, p->names[GIVEN]);
    spell_given(false, &rng, father);
    spell_patronymic(father, p->woman, p->names[PATRONYMIC]);
    p->born = some_date(&rng);
    p->place = some_place(&rng);
    p->phone = 600000000 + rng_below(&rng, 100000000);
}

static int spell_letters(const char *sounds, const struct habit *habit, struct rng *rng,
                         struct letters *ret_letters)
{
    struct buf text;
    unsigned romanisation = habit->romanisation;
    if (habit->romanisation > 0 && rng_below(rng, 3) == 0)
        romanisation = (unsigned)rng_below(rng, SPELL_ROMANISATIONS);
    buf_init(&text, 512);
    spell(sounds, habit->script, romanisation, &text);
    struct span rest = buf_bytes(&text);
    ret_letters->count = 0;
    while (rest.len > 0 && ret_letters->count < LETTERS_MAX)
        ret_letters->at[ret_letters->count++] = utf8_next(&rest);
    int error = buf_error(&text);
    buf_release(&text);
    return error;
}

/* One letter wrong, left out, doubled, or in its neighbour's place. */
static void slip(struct letters *l, enum spell_script script, struct rng *rng)
{
    if (l->count < 2)
        return;
    size_t i = rng_below(rng, l->count - 1);
    uint32_t kept = l->at[i];
    switch (rng_below(rng, 4)) {
    case 0:
        l->at[1 + i] = spell_letter(script, rng);
        break;
    case 1:
        memmove(l->at + i, l->at + i + 1, (l->count - i - 1) * sizeof l->at[0]);
        l->count--;
        break;
    case 2:
        if (l->count < LETTERS_MAX) {
            memmove(l->at + i + 1, l->at + i, (l->count - i) * sizeof l->at[0]);
            l->count++;
        }
        break;
    default:
        l->at[i] = l->at[i + 1];
        l->at[i + 1] = kept;
    }
}

static void slip_of_date(struct date *d, struct rng *rng)
{
    int kept = d->day;
    switch (rng_below(rng, 4)) {
    case 0: /* day and month in each other's place */
        if (d->day <= 12) {
            d->day = d->month;
            d->month = kept;
        }
        break;
    case 1:
        d->year += rng_below(rng, 2) == 0 ? 1 : 10;
        break;
    case 2:
        d->day = 1 + (int)rng_below(rng, 28);
        break;
    default:
        d->year = 0;
    }
}

static void forget_one(struct record *r, struct rng *rng)
{
    switch (rng_below(rng, 5)) {
    case 0:
        r->names[PATRONYMIC].count = 0;
        break;
    case 1:
        r->names[rng_below(rng, 2)].count = 0;
        break;
    case 2:
        r->phone_known = false;
        break;
    case 3:
        r->place_known = false;
        break;
    default:
        r->sex_known = false;
    }
}

static int mistake(struct record *r, const struct person *p, const struct habit *habit,
                   struct rng *rng)
{
    char nickname[SPELL_SOUNDS_MAX];
    struct letters kept = r->names[FAMILY];
    switch (rng_below(rng, 12)) {
    case 0:
        r->names[FAMILY] = r->names[GIVEN];
        r->names[GIVEN] = kept;
        return 0;
    case 1:
        r->names[FAMILY] = r->names[PATRONYMIC];
        r->names[PATRONYMIC].count = 0;
        return 0;
    case 2:
        return spell_nickname(p->names[GIVEN], nickname)
                   ? spell_letters(nickname, habit, rng, &r->names[GIVEN])
                   : 0;
    case 3:
    case 4:
        slip_of_date(&r->born, rng);
        return 0;
    case 5:
        r->place = some_place(rng);
        return 0;
    case 6:
        r->phone += 1 + rng_below(rng, 9);
        return 0;
    case 7:
    case 8:
        forget_one(r, rng);
        return 0;
    default:
        slip(&r->names[rng_below(rng, NAMES)], r->script, rng);
        return 0;
    }
}

static int make_record(const struct link_simulation *s, const struct person *p,
                       const struct habit *habit, struct rng *rng, struct record *r)
{
    *r = (struct record){.script = habit->script,
                         .born = p->born,
                         .sex_known = true,
                         .phone_known = rng_below(rng, 3) > 0,
                         .place_known = true,
                         .place = p->place,
                         .phone = p->phone};
    for (size_t i = 0; i < NAMES; i++)
        TRY(spell_letters(p->names[i], habit, rng, &r->names[i]));
    if (s->mistakes <= 0)
        return 0;
    /* As many as a Poisson variate has (Knuth's product of uniforms). */
    double limit = exp(-s->mistakes), product = rng_unit(rng);
    while (product > limit) {
        TRY(mistake(r, p, habit, rng));
        product *= rng_unit(rng);
    }
    return 0;
}

static void put_letters(struct buf *b, const struct letters *l)
{
    for (size_t i = 0; i < l->count; i++)
        utf8_put(b, l->at[i]);
}

static void field(struct csv_writer *w, struct buf *text)
{
    csv_write_field(w, buf_bytes(text));
    buf_reset(text);
}

static void put_names(struct csv_writer *w, const struct habit *habit, const struct record *r,
                      struct buf *text)
{
    for (size_t i = 0; i < NAMES; i++) {
        if (habit->full_name && text->len > 0 && r->names[i].count > 0)
            buf_u8(text, ' ');
        put_letters(text, &r->names[i]);
        if (!habit->full_name || i + 1 == NAMES)
            field(w, text);
    }
}

static void put_number(struct csv_writer *w, struct buf *text, int number)
{
    if (number > 0)
        buf_printf(text, "%d", number);
    field(w, text);
}

static void put_date(struct csv_writer *w, const struct habit *habit, struct date d,
                     struct buf *text)
{
    if (habit->date_in_parts) {
        put_number(w, text, d.year);
        put_number(w, text, d.year ? d.month : 0);
        put_number(w, text, d.year ? d.day : 0);
        return;
    }
    if (d.year > 0 && habit->date_mark == '-')
        buf_printf(text, "%04d-%02d-%02d", d.year, d.month, d.day);
    else if (d.year > 0)
        buf_printf(text, "%02d%c%02d%c%04d", d.day, habit->date_mark, d.month, habit->date_mark,
                   d.year);
    field(w, text);
}

static void put_place(const struct habit *habit, const struct record *r, struct buf *text)
{
    static const char *const towns[] = {"orlec", "karsk", "tolma", "Zelan"};
    char sounds[SPELL_SOUNDS_MAX];
    if (!r->place_known)
        return;
    if (r->place < COUNT_OF(towns)) {
        spell(towns[r->place], habit->script, habit->romanisation, text);
    } else {
        spell_family(UINT64_C(1) << 40 | r->place, false, sounds); /* named after somebody */
        spell(sounds, habit->script, habit->romanisation, text);
    }
}

static void put_row(struct csv_writer *w, unsigned list, uint64_t row, const struct habit *habit,
                    const struct record *r, const struct person *p, uint64_t number,
                    struct buf *text)
{
    buf_printf(text, "%c%llu", (char)('A' + list), (unsigned long long)row);
    field(w, text);
    put_names(w, habit, r, text);
    put_date(w, habit, r->born, text);
    if (r->sex_known)
        buf_text(text,
                 habit->script == SPELL_CYRILLIC ? (p->woman ? "ж" : "м") : (p->woman ? "F" : "M"));
    field(w, text);
    put_place(habit, r, text);
    field(w, text);
    if (r->phone_known)
        buf_printf(text, list % 2 ? "0%llu" : "+999 %llu", (unsigned long long)r->phone);
    field(w, text);
    buf_printf(text, "%llu", (unsigned long long)number);
    field(w, text);
    csv_write_row_end(w);
}

static void put_header(struct buf *out, const struct habit *habit)
{
    bool cyrillic = habit->script == SPELL_CYRILLIC;
    buf_text(out, "record,");
    buf_text(out, habit->full_name ? "full_name,"
                  : cyrillic       ? "фамилия,имя,отчество,"
                                   : "family_name,given_name,patronymic,");
    buf_text(out, habit->date_in_parts ? "birth_year,birth_month,birth_day,"
                  : cyrillic           ? "дата рождения,"
                                       : "date_of_birth,");
    buf_text(out, cyrillic ? "пол,город,телефон,person\r\n" : "sex,place,phone,person\r\n");
}

/* A step that shares no divisor with size, near its golden section. */
static uint64_t walk_step(uint64_t size)
{
    for (uint64_t step = (uint64_t)((double)size * 0.6180339887498949) | 1;; step += 2) {
        uint64_t a = size, b = step;
        while (b > 0) {
            uint64_t rest = a % b;
            a = b;
            b = rest;
        }
        if (a == 1)
            return step;
    }
}

static int check(const struct link_simulation *s, unsigned list)
{
    REJECT_IF(s->persons == 0 || s->persons > LINK_SIMULATE_PERSONS_MAX, E_ARGUMENT);
    REJECT_IF(s->lists == 0 || s->lists > LINK_SIMULATE_LISTS_MAX || list >= s->lists, E_ARGUMENT);
    REJECT_IF(!(s->captured >= 0 && s->captured <= 1), E_ARGUMENT);
    REJECT_IF(!(s->duplicated >= 0 && s->duplicated <= 1), E_ARGUMENT);
    REJECT_IF(!(s->mistakes >= 0 && s->mistakes <= 10), E_ARGUMENT);
    return 0;
}

/* Whether the list has the record, and then writes it. */
static int maybe_put_record(const struct link_simulation *s, unsigned list, uint64_t row,
                            uint64_t slot, struct csv_writer *w, struct buf *text)
{
    uint64_t number = slot % s->persons;
    struct habit habit = habit_of(s, list);
    struct person person;
    struct record record;
    struct rng known, rng;
    /* Both copies ask the same stream whether the list knows the person at all. */
    rng_init(&known, s->seed ^ UINT64_C(0x6c697374), (number << 8) | list);
    if (rng_unit(&known) >= s->captured)
        return 0;
    if (slot >= s->persons && rng_unit(&known) >= s->duplicated)
        return 0;
    rng_init(&rng, s->seed ^ UINT64_C(0x7265636f7264), (slot << 8) | list);
    make_person(s, number, &person);
    TRY(make_record(s, &person, &habit, &rng, &record));
    put_row(w, list, row, &habit, &record, &person, number, text);
    return buf_error(text);
}

int link_simulate(const struct link_simulation *s, unsigned list, uint64_t *at, size_t enough_bytes,
                  struct buf *out)
{
    TRY(check(s, list));
    uint64_t size = s->persons * COPIES, step = walk_step(size);
    struct habit habit = habit_of(s, list);
    struct csv_writer w;
    struct buf text;
    int error = 0;
    if (*at == 0)
        put_header(out, &habit);
    csv_writer_init(&w, out, ',', false);
    buf_init(&text, 4096);
    do {
        uint64_t slot = (uint64_t)((unsigned __int128)*at * step % size);
        error = maybe_put_record(s, list, *at, slot, &w, &text);
        (*at)++;
    } while (error == 0 && *at < size && out->len < enough_bytes && out->error == 0);
    buf_release(&text);
    if (*at >= size)
        *at = UINT64_MAX;
    return error < 0 ? error : buf_error(out);
}
