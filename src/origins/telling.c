/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/telling.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/fold.h"
#include "text/word.h"

#define TELLINGS_ARENA_BYTES ((size_t)16 << 30)
#define PLACE_BYTES 4 /* of a key, by which a place is known in whatever case it stands */
#define TITLE_BYTES_MAX 400

#define LEAD_BYTES 300
#define YEAR_MIN 1900
#define DAYS_IN_YEAR 365.2425

#define SLOTS_MIN 256
#define LOOK_AT_MAX 64

struct adding {
    struct tellings *t;
    struct known_names *names;
    const struct language *language;
    struct span text;
    struct buf key, kept_keys; /* of one word; of all tellers, behind each other */
};

/* One telling that is being put together. */
struct draft {
    struct told told;
    struct teller tellers[CLAIM_CHAIN_MAX];
    uint32_t places[TELLING_PLACES_MAX];
    uint32_t year; /* of which it tells, where that is not the document's, or 0 */
};

void tellings_init(struct tellings *t)
{
    *t = (struct tellings){.count = 0};
    arena_init(&t->arena, TELLINGS_ARENA_BYTES);
}

void tellings_release(struct tellings *t)
{
    mem_free(t->tellings);
    mem_free(t->slots);
    arena_release(&t->arena);
}

static int make_room(struct tellings *t)
{
    if (t->count < t->capacity)
        return 0;
    size_t capacity = t->capacity ? 2 * t->capacity : 32;
    struct telling *more = mem_realloc(t->tellings, capacity * sizeof *more);
    REJECT_IF(!more, E_NOMEM);
    t->tellings = more;
    t->capacity = capacity;
    return 0;
}

static int keep(struct tellings *t, struct span s, struct span *ret_kept)
{
    *ret_kept = (struct span){.len = 0};
    if (s.len == 0)
        return 0;
    char *copy = arena_copy_text(&t->arena, s);
    REJECT_IF(!copy, E_NOMEM);
    *ret_kept = span_of(copy, s.len);
    return 0;
}

/* At a character. */
static struct span cut(struct span text, size_t max_bytes)
{
    size_t len = text.len < max_bytes ? text.len : max_bytes;
    while (len < text.len && len > 0 && (text.data[len] & 0xc0) == 0x80)
        len--;
    return span_slice(text, 0, len);
}

/* One of its words says that they cannot be named. */
static int is_nameless(struct adding *a, struct span name, bool *ret_nameless)
{
    const struct language_section *nameless = language_section(a->language, "nameless");
    struct span word;
    *ret_nameless = false;
    while (word_next(&name, &word)) {
        if (word.len > KNOWN_NAME_MAX_BYTES)
            continue;
        buf_reset(&a->key);
        if (fold_search(word, &a->key) == 0)
            *ret_nameless |= language_has(nameless, buf_bytes(&a->key));
        TRY(buf_error(&a->key));
    }
    return 0;
}

/* "Police have confirmed": its capital is that of the sentence. */
static int is_role(struct adding *a, struct span name, bool *ret_role)
{
    struct span word;
    *ret_role = word_next(&name, &word);
    if (!*ret_role)
        return 0;
    buf_reset(&a->key);
    int error = fold_search(word, &a->key);
    REJECT_IF(error == E_NOMEM, E_NOMEM);
    *ret_role =
        error == 0 && language_has(language_section(a->language, "source"), buf_bytes(&a->key));
    while (word_next(&name, &word))
        *ret_role &= !word_is_capital(word);
    return 0;
}

/* A mark that the name opens is closed behind its last word. */
static struct stretch with_mark(struct span text, struct stretch s)
{
    static const char *const marks[][2] = {{"«", "»"}, {"“", "”"}, {"„", "“"}, {"\"", "\""}};
    struct span name = span_slice(text, s.from, s.to - s.from);
    for (size_t i = 0; i < COUNT_OF(marks); i++) {
        struct span open = span_text(marks[i][0]), close = span_text(marks[i][1]);
        const uint8_t *at = memmem(name.data, name.len, open.data, open.len);
        if (!at)
            continue;
        struct span behind = span_of(at + open.len, (size_t)(name.data + name.len - at) - open.len);
        if (!memmem(behind.data, behind.len, close.data, close.len) &&
            span_equal(span_slice(text, s.to, close.len), close))
            return (struct stretch){s.from, s.to + (uint32_t)close.len};
    }
    return s;
}

/* The key stands in kept_keys, and is found when all are there. */
static int add_teller(struct adding *a, struct draft *made, struct stretch s)
{
    s = with_mark(a->text, s);
    struct span name = cut(span_slice(a->text, s.from, s.to - s.from), KNOWN_NAME_MAX_BYTES);
    struct teller *teller = &made->tellers[made->told.teller_count++];
    TRY(is_nameless(a, name, &teller->nameless));
    bool role;
    TRY(is_role(a, name, &role));
    buf_reset(&a->key);
    if (!role)
        TRY(known_names_key(a->names, name, &a->key));
    teller->name = name;
    teller->key.len = a->key.len;
    buf_span(&a->kept_keys, buf_bytes(&a->key));
    return buf_error(&a->kept_keys);
}

static void point_to_keys(const struct adding *a, struct draft *made)
{
    size_t at = 0;
    for (unsigned i = 0; i < made->told.teller_count; i++) {
        struct span *key = &made->tellers[i].key;
        *key = span_slice(buf_bytes(&a->kept_keys), at, key->len);
        at += key->len;
    }
}

static int by_value(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return a < b ? -1 : a > b;
}

static void add_place(struct draft *made, struct span key)
{
    uint32_t hash = 2166136261u ^ made->year;
    for (size_t i = 0; i < key.len && i < PLACE_BYTES; i++)
        hash = (hash ^ key.data[i]) * 16777619u;
    for (unsigned i = 0; i < made->told.place_count; i++) {
        if (made->places[i] == hash)
            return;
    }
    if (made->told.place_count < TELLING_PLACES_MAX)
        made->places[made->told.place_count++] = hash;
}

/* Words that begin sentences without being names, and names that are no places. */
static bool is_common(const struct adding *a, struct span folded, bool first)
{
    static const char *const always[] = {"day name", "month", "stop"};
    static const char *const at_first[] = {"number",      "vague number", "people",  "role",
                                           "source",      "determiner",   "nobody",  "hedge",
                                           "preposition", "conjunction",  "pronoun", "relative"};
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        if (language_has(language_section(a->language, always[i]), folded))
            return true;
    }
    for (size_t i = 0; first && i < sizeof at_first / sizeof at_first[0]; i++) {
        if (language_has(language_section(a->language, at_first[i]), folded))
            return true;
    }
    return false;
}

static int add_places(struct adding *a, struct draft *made, struct span s)
{
    struct span word;
    for (bool first = true; word_next(&s, &word); first = false) {
        if (!word_is_capital(word) || word.len > KNOWN_NAME_MAX_BYTES)
            continue;
        buf_reset(&a->key);
        if (fold_search(word, &a->key) == E_NOMEM)
            return E_NOMEM;
        if (is_common(a, buf_bytes(&a->key), first))
            continue;
        buf_reset(&a->key);
        TRY(known_names_key(a->names, word, &a->key));
        add_place(made, buf_bytes(&a->key));
    }
    return 0;
}

/* "In 2019, police killed 14": what was in another year is compared with what was then. */
static uint32_t year_of(int32_t day, struct span s)
{
    struct span word;
    if (day == CORPUS_DAY_NONE)
        return 0;
    uint32_t own = (uint32_t)(1970 + ((double)day + 0.5) / DAYS_IN_YEAR), year = 0;
    while (word_next(&s, &word)) {
        uint32_t number = 0;
        for (size_t i = 0; i < word.len && word.len == 4; i++)
            number = word.data[i] >= '0' && word.data[i] <= '9' ? number * 10 + word.data[i] - '0'
                                                                : 10000;
        if (number == own)
            return 0;
        year = number >= YEAR_MIN && number < own ? number : year;
    }
    return year;
}

static struct span title_of(const struct document *d, struct span text)
{
    struct span title = d->title;
    if (title.len == 0) {
        title = span_slice(text, 0, TITLE_BYTES_MAX);
        const uint8_t *end = title.len ? memchr(title.data, '\n', title.len) : NULL;
        title.len = end ? (size_t)(end - title.data) : title.len;
    }
    return span_slice(title, 0, TITLE_BYTES_MAX);
}

/* Where a report begins stands where it happened. */
static struct span lead_of(struct span text)
{
    size_t len = text.len < LEAD_BYTES ? text.len : LEAD_BYTES;
    while (len < text.len && len > 0 && (text.data[len] & 0xc0) == 0x80)
        len--;
    return span_slice(text, 0, len);
}

/* What was told before */

static bool same_stretch(struct stretch a, struct stretch b)
{
    return a.from == b.from && a.to == b.to;
}

static bool same_claim(const struct claim *a, const struct claim *b)
{
    for (unsigned i = 0; i < a->chain_count && i < b->chain_count; i++) {
        if (!same_stretch(a->chain[i], b->chain[i]))
            return false;
    }
    return same_stretch(a->sentence, b->sentence) && same_stretch(a->number, b->number) &&
           same_stretch(a->what, b->what) && same_stretch(a->act, b->act) && a->bound == b->bound &&
           a->low == b->low && a->high == b->high && a->act_kind == b->act_kind &&
           a->hedged == b->hedged && a->denied == b->denied && a->quote == b->quote &&
           a->chain_count == b->chain_count;
}

static bool same_told(const struct told *a, const struct told *b)
{
    if (!same_claim(&a->claim, &b->claim) || !span_equal(a->said, b->said) ||
        a->teller_count != b->teller_count || a->place_count != b->place_count)
        return false;
    for (unsigned i = 0; i < a->teller_count; i++) {
        const struct teller *x = &a->tellers[i], *y = &b->tellers[i];
        if (!span_equal(x->name, y->name) || !span_equal(x->key, y->key) ||
            x->nameless != y->nameless)
            return false;
    }
    return a->place_count == 0 ||
           memcmp(a->places, b->places, a->place_count * sizeof *a->places) == 0;
}

static uint64_t hash_of(const struct told *told)
{
    uint64_t hash = span_hash(told->claim.number.from, told->said);
    for (unsigned i = 0; i < told->place_count; i++)
        hash = (hash ^ told->places[i]) * 0x100000001b3u;
    return hash * 0x9e3779b97f4a7c15u;
}

/* The slot that has it, or a free one near where it would be; NULL: there is none. */
static struct told_slot *slot_for(const struct tellings *t, const struct told *told, uint64_t hash)
{
    for (size_t i = 0; t->slot_count > 0 && i < LOOK_AT_MAX; i++) {
        struct told_slot *slot = &t->slots[((hash >> 32) + i) & (t->slot_count - 1)];
        if (!slot->told || (slot->hash == hash && same_told(slot->told, told)))
            return slot;
    }
    return NULL;
}

static int make_slots(struct tellings *t)
{
    struct tellings larger = {.slot_count = t->slot_count ? t->slot_count * 2 : SLOTS_MIN};
    if (t->told_count < t->slot_count / 2)
        return 0;
    larger.slots = mem_calloc(larger.slot_count, sizeof *larger.slots);
    REJECT_IF(!larger.slots, E_NOMEM);
    for (size_t i = 0; i < t->slot_count; i++) {
        struct told_slot *to =
            t->slots[i].told ? slot_for(&larger, t->slots[i].told, t->slots[i].hash) : NULL;
        if (to)
            *to = t->slots[i];
    }
    mem_free(t->slots);
    t->slots = larger.slots;
    t->slot_count = larger.slot_count;
    return 0;
}

static int keep_told(struct tellings *t, const struct told *told, const struct told **ret_kept)
{
    struct told *kept = arena_alloc(&t->arena, sizeof *kept);
    struct teller *tellers = arena_alloc(&t->arena, told->teller_count * sizeof *tellers);
    uint32_t *places = arena_alloc(&t->arena, told->place_count * sizeof *places);
    REJECT_IF(!kept || !tellers || !places, E_NOMEM);
    *kept = *told;
    kept->tellers = tellers;
    kept->places = places;
    TRY(keep(t, told->said, &kept->said));
    for (unsigned i = 0; i < told->teller_count; i++) {
        tellers[i].nameless = told->tellers[i].nameless;
        TRY(keep(t, told->tellers[i].name, &tellers[i].name));
        TRY(keep(t, told->tellers[i].key, &tellers[i].key));
    }
    if (told->place_count > 0)
        memcpy(places, told->places, told->place_count * sizeof *places);
    *ret_kept = kept;
    return 0;
}

static int put_told(struct tellings *t, const struct told *told, uint32_t number)
{
    uint64_t hash = hash_of(told);
    TRY(make_room(t));
    TRY(make_slots(t));
    struct telling *made = &t->tellings[t->count];
    struct told_slot *slot = slot_for(t, told, hash);
    *made = (struct telling){.document = number, .told = slot ? slot->told : NULL};
    if (!made->told) {
        TRY(keep_told(t, told, &made->told));
        t->told_count++;
        if (slot)
            *slot = (struct told_slot){made->told, hash};
    }
    t->count++;
    return 0;
}

static int add_one(struct adding *a, const struct document *d, uint32_t number,
                   const struct claim *claim)
{
    struct draft made = {.told = {.claim = *claim}};
    struct span sentence =
        span_slice(a->text, claim->sentence.from, claim->sentence.to - claim->sentence.from);
    made.told.said = cut(sentence, TELLING_SAID_BYTES);
    made.told.tellers = made.tellers;
    made.told.places = made.places;
    buf_reset(&a->kept_keys);
    for (unsigned i = 0; i < claim->chain_count; i++)
        TRY(add_teller(a, &made, claim->chain[i]));
    point_to_keys(a, &made);
    made.year = year_of(d->day, sentence);
    TRY(add_places(a, &made, sentence));
    TRY(add_places(a, &made, title_of(d, a->text)));
    TRY(add_places(a, &made, lead_of(a->text)));
    qsort(made.places, made.told.place_count, sizeof made.places[0], by_value);
    return put_told(a->t, &made.told, number);
}

int tellings_add(struct tellings *t, const struct document *document, uint32_t number,
                 struct span text, const struct language *language, const struct claims *claims,
                 struct known_names *names)
{
    struct adding a = {.t = t, .names = names, .language = language, .text = text};
    int error = 0;
    buf_init(&a.key, 1 << 20);
    buf_init(&a.kept_keys, CLAIM_CHAIN_MAX << 20);
    for (size_t i = 0; error == 0 && i < claims->count; i++)
        error = add_one(&a, document, number, &claims->claims[i]);
    buf_release(&a.key);
    buf_release(&a.kept_keys);
    return error;
}

int tellings_repeat(struct tellings *t, uint32_t number, size_t from, size_t to)
{
    ASSERT(from <= to && to <= t->count);
    for (size_t i = from; i < to; i++) {
        TRY(make_room(t));
        t->tellings[t->count] = (struct telling){.document = number, .told = t->tellings[i].told};
        t->count++;
    }
    return 0;
}
