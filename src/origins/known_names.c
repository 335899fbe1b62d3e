/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* ICU brings other scripts to Latin letters; it takes a hundredth of a second to open, so it is
 * opened when the first name needs it. */
#include "origins/known_names.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

#include "base/arena.h"
#include "base/mem.h"
#include "origins/name.h"
#include "table/csv.h"
#include "text/fold.h"
#include "text/utf8.h"
#include "text/word.h"

#define UNITS_MAX 1024
#define NAMES_ARENA_BYTES ((size_t)256 << 20)

struct known {
    struct span key, main_key, shown;
};

struct known_names {
    UTransliterator *icu;
    struct arena arena;
    struct known *known; /* by key */
    size_t count, capacity;
    struct buf folded;
    struct quote_words inflected[LANGUAGES_MAX]; /* languages that have endings */
    size_t inflected_count;
};

int known_names_new(const struct languages *languages, struct known_names **ret_names)
{
    struct known_names *n = mem_calloc(1, sizeof *n);
    REJECT_IF(!n, E_NOMEM);
    const struct language *language;
    for (size_t i = 0; (language = languages_at(languages, i)) != NULL; i++) {
        if (language_section_count(language_section(language, "ending")) > 0)
            n->inflected[n->inflected_count++] = quote_words_of(language);
    }
    arena_init(&n->arena, NAMES_ARENA_BYTES);
    buf_init(&n->folded, 1 << 16);
    *ret_names = n;
    return 0;
}

void known_names_free(struct known_names *n)
{
    if (!n)
        return;
    if (n->icu)
        utrans_close(n->icu);
    arena_release(&n->arena);
    buf_release(&n->folded);
    mem_free(n->known);
    mem_free(n);
}

static bool is_ascii(struct span s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.data[i] >= 0x80)
            return false;
    }
    return true;
}

static int open_icu(struct known_names *n)
{
    static const UChar id[] =
        u"Russian-Latin/BGN; Any-Latin; Latin-ASCII; ['\\u02B9\\u02BA\\u2019] Remove; Lower";
    UErrorCode status = U_ZERO_ERROR;
    if (!n->icu)
        n->icu = utrans_openU(id, -1, UTRANS_FORWARD, NULL, 0, NULL, &status);
    return n->icu && !U_FAILURE(status) ? 0 : E_NOMEM;
}

/* What ICU cannot bring to Latin letters stays as it is folded. */
static int put_latin(struct known_names *n, struct span folded, struct buf *out)
{
    UChar units[UNITS_MAX];
    char latin[UNITS_MAX * 3];
    int32_t len = 0, limit, written = 0;
    UErrorCode status = U_ZERO_ERROR;
    TRY(open_icu(n));
    u_strFromUTF8(units, UNITS_MAX, &len, (const char *)folded.data, (int32_t)folded.len, &status);
    if (U_FAILURE(status)) {
        buf_span(out, folded);
        return 0;
    }
    limit = len;
    utrans_transUChars(n->icu, units, &len, UNITS_MAX, 0, &limit, &status);
    u_strToUTF8(latin, sizeof latin, &written, units, len, &status);
    if (U_FAILURE(status) || written > (int32_t)sizeof latin)
        buf_span(out, folded);
    else
        buf_put(out, latin, (size_t)written);
    return 0;
}

/* Names stand in whatever case the sentence asks for. */
static struct span without_ending(const struct known_names *n, struct span folded)
{
    for (size_t i = 0; i < n->inflected_count; i++) {
        struct span stem = name_stem(&n->inflected[i], folded);
        if (stem.len < folded.len)
            return stem;
    }
    return folded;
}

static int put_word(struct known_names *n, struct span word, struct buf *out)
{
    buf_reset(&n->folded);
    if (fold_search(word, &n->folded) == E_NOMEM)
        return E_NOMEM;
    struct span folded = buf_bytes(&n->folded);
    if (is_ascii(folded)) {
        buf_span(out, folded);
        return 0;
    }
    return put_latin(n, without_ending(n, folded), out);
}

/* The possessive of a name is the name. */
static struct span without_possessive(struct span word)
{
    if (word.len > 2 && word.data[word.len - 1] == 's' && word.data[word.len - 2] == '\'')
        word.len -= 2;
    else if (word.len > 4 && memcmp(word.data + word.len - 4, "\xe2\x80\x99s", 4) == 0)
        word.len -= 4;
    return word;
}

static int put_key(struct known_names *n, struct span name, struct buf *out)
{
    struct span word;
    size_t start = out->len;
    bool begun = false;
    while (word_next(&name, &word) && out->len - start < KNOWN_NAME_MAX_BYTES) {
        begun |= word_is_capital(word);
        if (!begun || word.len > KNOWN_NAME_MAX_BYTES)
            continue;
        if (out->len > start)
            buf_u8(out, ' ');
        TRY(put_word(n, without_possessive(word), out));
    }
    return buf_error(out);
}

static int by_key(const void *x, const void *y)
{
    const struct known *a = x, *b = y;
    int order = memcmp(a->key.data, b->key.data, a->key.len < b->key.len ? a->key.len : b->key.len);
    return order ? order : a->key.len < b->key.len ? -1 : a->key.len > b->key.len;
}

static const struct known *find(const struct known_names *n, struct span key)
{
    struct known wanted = {.key = key};
    return n->count ? bsearch(&wanted, n->known, n->count, sizeof *n->known, by_key) : NULL;
}

int known_names_key(struct known_names *n, struct span name, struct buf *out)
{
    size_t start = out->len;
    TRY(put_key(n, name, out));
    if (out->len == start)
        return 0;
    const struct known *known = find(n, span_of(out->data + start, out->len - start));
    if (known) {
        buf_cut(out, start);
        buf_span(out, known->main_key);
    }
    return buf_error(out);
}

struct span known_names_shown(const struct known_names *n, struct span key)
{
    const struct known *known = find(n, key);
    return known ? known->shown : (struct span){.len = 0};
}

/* The file of names */

static int keep(struct known_names *n, struct span s, struct span *ret_kept)
{
    char *copy = arena_copy_text(&n->arena, s);
    REJECT_IF(!copy, E_NOMEM);
    *ret_kept = span_of(copy, s.len);
    return 0;
}

static int add_known(struct known_names *n, const struct known *known)
{
    if (n->count == n->capacity) {
        size_t capacity = n->capacity ? 2 * n->capacity : 32;
        struct known *more = mem_realloc(n->known, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        n->known = more;
        n->capacity = capacity;
    }
    n->known[n->count++] = *known;
    return 0;
}

static int add_row(struct known_names *n, const struct csv_reader *r, struct buf *key,
                   struct problem *problem)
{
    struct known known = {.shown = {.len = 0}};
    for (size_t i = 0; i < csv_reader_count(r); i++) {
        struct span field = csv_reader_field(r, i);
        if (field.len == 0)
            continue;
        buf_reset(key);
        TRY(put_key(n, field, key));
        if (key->len == 0)
            return problem_set(problem, E_FORMAT,
                               "line %llu: a name has a capital letter; this has none",
                               (unsigned long long)csv_reader_line(r));
        TRY(keep(n, buf_bytes(key), &known.key));
        if (known.shown.len == 0) {
            known.main_key = known.key;
            TRY(keep(n, field, &known.shown));
        }
        TRY(add_known(n, &known));
    }
    return 0;
}

static int check_twice(struct known_names *n, struct problem *problem)
{
    if (n->count > 1)
        qsort(n->known, n->count, sizeof *n->known, by_key);
    size_t kept = 0;
    for (size_t i = 0; i < n->count; i++) {
        const struct known *k = &n->known[i];
        bool twice = kept > 0 && by_key(k, &n->known[kept - 1]) == 0;
        if (twice && !span_equal(k->main_key, n->known[kept - 1].main_key))
            return problem_set(problem, E_FORMAT, "\"%.*s\" stands in two rows", (int)k->key.len,
                               (const char *)k->key.data);
        if (!twice)
            n->known[kept++] = *k;
    }
    n->count = kept;
    return 0;
}

int known_names_add(struct known_names *n, struct span csv, struct problem *problem)
{
    struct csv_reader *r = csv_reader_new(csv, NULL);
    REJECT_IF(!r, E_NOMEM);
    struct buf key;
    bool got = true;
    int error = 0;
    buf_init(&key, 1 << 16);
    while (error == 0 && got) {
        error = csv_reader_next(r, &got, problem);
        if (error == 0 && got)
            error = add_row(n, r, &key, problem);
    }
    buf_release(&key);
    csv_reader_free(r);
    return error < 0 ? error : check_twice(n, problem);
}
