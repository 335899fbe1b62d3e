/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/telling.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "text/fold.h"
#include "text/word.h"

#define TELLINGS_ARENA_BYTES ((size_t)16 << 30)
#define PLACE_BYTES 5 /* of a key, by which a place is known in whatever case it stands */
#define TITLE_BYTES_MAX 400

struct adding {
    struct tellings *t;
    struct known_names *names;
    const struct language *language;
    struct span text;
    struct buf key;
};

void tellings_init(struct tellings *t)
{
    *t = (struct tellings){.count = 0};
    arena_init(&t->arena, TELLINGS_ARENA_BYTES);
}

void tellings_release(struct tellings *t)
{
    mem_free(t->tellings);
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

/* One of its words says that they cannot be named. */
static int is_nameless(struct adding *a, struct span name, bool *ret_nameless)
{
    const struct language_section *nameless = language_section(a->language, "nameless");
    struct span word;
    *ret_nameless = false;
    while (word_next(&name, &word)) {
        buf_reset(&a->key);
        if (fold_search(word, &a->key) == 0)
            *ret_nameless |= language_has(nameless, buf_bytes(&a->key));
        TRY(buf_error(&a->key));
    }
    return 0;
}

static int add_teller(struct adding *a, struct telling *made, struct stretch s)
{
    struct span name = span_slice(a->text, s.from, s.to - s.from);
    struct teller *teller = &made->tellers[made->teller_count++];
    TRY(is_nameless(a, name, &teller->nameless));
    buf_reset(&a->key);
    TRY(known_names_key(a->names, name, &a->key));
    TRY(keep(a->t, name, &teller->name));
    return keep(a->t, buf_bytes(&a->key), &teller->key);
}

static int by_value(const void *x, const void *y)
{
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    return a < b ? -1 : a > b;
}

static void add_place(struct telling *made, struct span key)
{
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < key.len && i < PLACE_BYTES; i++)
        hash = (hash ^ key.data[i]) * 16777619u;
    for (unsigned i = 0; i < made->place_count; i++) {
        if (made->places[i] == hash)
            return;
    }
    if (made->place_count < TELLING_PLACES_MAX)
        made->places[made->place_count++] = hash;
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

static int add_places(struct adding *a, struct telling *made, struct span s)
{
    struct span word;
    for (bool first = true; word_next(&s, &word); first = false) {
        if (!word_is_capital(word))
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

static struct span title_of(const struct document *d, struct span text)
{
    struct span title = d->title;
    if (title.len == 0) {
        const uint8_t *end = text.len ? memchr(text.data, '\n', text.len) : NULL;
        title = span_slice(text, 0, end ? (size_t)(end - text.data) : text.len);
    }
    return span_slice(title, 0, TITLE_BYTES_MAX);
}

static int add_one(struct adding *a, const struct document *d, uint32_t number,
                   const struct claim *claim)
{
    TRY(make_room(a->t));
    struct telling *made = &a->t->tellings[a->t->count];
    *made = (struct telling){.document = number, .claim = *claim};
    struct span sentence =
        span_slice(a->text, claim->sentence.from, claim->sentence.to - claim->sentence.from);
    size_t len = sentence.len < TELLING_SAID_BYTES ? sentence.len : TELLING_SAID_BYTES;
    while (len < sentence.len && len > 0 && (sentence.data[len] & 0xc0) == 0x80)
        len--;
    TRY(keep(a->t, span_slice(sentence, 0, len), &made->said));
    for (unsigned i = 0; i < claim->chain_count; i++)
        TRY(add_teller(a, made, claim->chain[i]));
    TRY(add_places(a, made, sentence));
    TRY(add_places(a, made, title_of(d, a->text)));
    qsort(made->places, made->place_count, sizeof made->places[0], by_value);
    a->t->count++;
    return 0;
}

int tellings_add(struct tellings *t, const struct document *document, uint32_t number,
                 struct span text, const struct language *language, const struct claims *claims,
                 struct known_names *names)
{
    struct adding a = {.t = t, .names = names, .language = language, .text = text};
    int error = 0;
    buf_init(&a.key, 1 << 20);
    for (size_t i = 0; error == 0 && i < claims->count; i++)
        error = add_one(&a, document, number, &claims->claims[i]);
    buf_release(&a.key);
    return error;
}
