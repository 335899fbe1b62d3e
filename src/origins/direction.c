/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Looks only so far around a passage, and at so many passages of a document, so that one passage
 * takes the same time in a large corpus. */
#include "origins/direction.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/fold.h"
#include "text/word.h"

#define TOP_BYTES 240u     /* of the text: title, place, outlet */
#define NEAR_BYTES 400u    /* where an outlet is named */
#define AROUND_BYTES 2000u /* where a name would be, were it not lost */
#define OUTLET_MIN_BYTES 3
#define NAME_WORDS_MAX 8
#define SIDES_MAX 1024 /* of a document: passages in which one that stands between is looked for */
#define NEARER 0.05    /* by how much of the words */
#define FOLDED_BYTES_MAX ((size_t)16 << 30) /* a passage may be a whole book */

/* A passage, seen from one of its documents. */
struct side {
    uint32_t document, passage;
};

struct directions {
    const struct origins *origins;
    struct corpus_reader *readers[2];
    struct side *sides; /* by document, then passage: and so by the other document */
    size_t side_count;
    struct buf folded, name;
};

/* One of the two documents of a passage. */
struct half {
    uint32_t document, from, to;
    struct span text;
    struct document about;
};

static int by_document(const void *x, const void *y)
{
    const struct side *a = x, *b = y;
    if (a->document != b->document)
        return a->document < b->document ? -1 : 1;
    return a->passage < b->passage ? -1 : a->passage > b->passage;
}

static int index_sides(struct directions *d)
{
    const struct passages *p = d->origins->passages;
    d->side_count = 2 * p->count;
    d->sides = mem_calloc(d->side_count + 1, sizeof *d->sides);
    REJECT_IF(!d->sides, E_NOMEM);
    for (size_t i = 0; i < p->count; i++) {
        d->sides[2 * i] = (struct side){p->passages[i].a, (uint32_t)i};
        d->sides[2 * i + 1] = (struct side){p->passages[i].b, (uint32_t)i};
    }
    qsort(d->sides, d->side_count, sizeof *d->sides, by_document);
    return 0;
}

int directions_new(const struct origins *o, struct directions **ret_directions)
{
    struct directions *d = mem_calloc(1, sizeof *d);
    REJECT_IF(!d, E_NOMEM);
    d->origins = o;
    buf_init(&d->folded, FOLDED_BYTES_MAX);
    buf_init(&d->name, FOLDED_BYTES_MAX);
    int error = index_sides(d);
    for (size_t i = 0; i < 2 && error == 0; i++)
        error = corpus_reader_new(o->corpus, &d->readers[i]);
    if (error < 0)
        directions_free(d);
    else
        *ret_directions = d;
    return error;
}

void directions_free(struct directions *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < 2; i++)
        corpus_reader_free(d->readers[i]);
    buf_release(&d->folded);
    buf_release(&d->name);
    mem_free(d->sides);
    mem_free(d);
}

/* Words */

static bool is_within(const struct span *text, size_t at)
{
    return at < text->len && (text->data[at] & 0xC0) == 0x80;
}

/* What is around the passage, from one whole character to another. */
static struct span around(const struct half *h, uint32_t bytes)
{
    size_t from = h->from > bytes ? h->from - bytes : 0;
    size_t to = h->text.len - h->to > bytes ? (size_t)h->to + bytes : h->text.len;
    while (is_within(&h->text, from))
        from++;
    while (is_within(&h->text, to))
        to--;
    return span_slice(h->text, from, to - from);
}

/* Folded words, a space before and after each. */
static int put_words(struct buf *out, struct span text)
{
    struct span word;
    buf_u8(out, ' ');
    while (word_next(&text, &word)) {
        TRY(fold_search(word, out));
        buf_u8(out, ' ');
    }
    return buf_error(out);
}

static bool contains(const struct buf *words, struct span sought)
{
    for (size_t i = 0; i + sought.len <= words->len; i++) {
        if (span_equal(span_of(words->data + i, sought.len), sought))
            return true;
    }
    return false;
}

/* What speaks for a way */

static int names_outlet(struct directions *d, const struct half *of, struct span outlet,
                        bool *ret_names)
{
    size_t top = of->text.len < TOP_BYTES ? of->text.len : TOP_BYTES;
    *ret_names = false;
    if (outlet.len < OUTLET_MIN_BYTES)
        return 0;
    while (is_within(&of->text, top))
        top--;
    buf_reset(&d->name);
    TRY(put_words(&d->name, outlet));
    buf_reset(&d->folded);
    TRY(put_words(&d->folded, span_slice(of->text, 0, top)));
    *ret_names = contains(&d->folded, buf_bytes(&d->name));
    if (*ret_names)
        return 0;
    buf_reset(&d->folded);
    TRY(put_words(&d->folded, around(of, NEAR_BYTES)));
    *ret_names = contains(&d->folded, buf_bytes(&d->name));
    return 0;
}

/* Of the words of a name that begin with a capital fewer than half are in d->folded. */
static int is_lost(struct directions *d, struct span name, bool *ret_lost)
{
    unsigned words = 0, found = 0;
    struct span word;
    while (words < NAME_WORDS_MAX && word_next(&name, &word)) {
        if (!word_is_capital(word))
            continue;
        buf_reset(&d->name);
        TRY(put_words(&d->name, word));
        words++;
        found += contains(&d->folded, buf_bytes(&d->name));
    }
    *ret_lost = words > 0 && 2 * found < words;
    return 0;
}

static bool overlaps(const struct half *h, struct stretch s)
{
    return s.from < h->to && h->from < s.to;
}

static int is_any_lost(struct directions *d, const struct half *in, bool *ret_lost)
{
    const struct origins_document *own = &d->origins->documents[in->document];
    for (size_t i = 0; i < own->quotes.count && !*ret_lost; i++) {
        const struct quote *q = &own->quotes.quotes[i];
        if (q->known && q->kind == QUOTE_STATEMENT && overlaps(in, q->words))
            TRY(is_lost(d, span_slice(in->text, q->named.from, q->named.to - q->named.from),
                        ret_lost));
    }
    for (size_t i = 0; i < own->claims.count && !*ret_lost; i++) {
        const struct claim *c = &own->claims.claims[i];
        for (unsigned k = 0; k < c->chain_count && overlaps(in, c->number) && !*ret_lost; k++)
            TRY(is_lost(d,
                        span_slice(in->text, c->chain[k].from, c->chain[k].to - c->chain[k].from),
                        ret_lost));
    }
    return 0;
}

/* That one has it from the other. */
static int find_reasons(struct directions *d, const struct half *one, const struct half *other,
                        unsigned *ret_reasons)
{
    bool named = false, lost = false, signs = false;
    int32_t day = one->about.day, before = other->about.day;
    struct span outlet = other->about.outlet;
    if (!span_equal(outlet, one->about.outlet)) {
        TRY(names_outlet(d, one, outlet, &named));
        TRY(names_outlet(d, other, outlet, &signs));
    }
    buf_reset(&d->folded);
    TRY(put_words(&d->folded, around(one, AROUND_BYTES)));
    TRY(is_any_lost(d, other, &lost));
    bool later = day != CORPUS_DAY_NONE && before != CORPUS_DAY_NONE && before < day;
    *ret_reasons = (later ? DIRECTION_DATE : 0) | (named ? DIRECTION_NAMED : 0) |
                   (lost ? DIRECTION_LOST : 0) | (signs && !named ? DIRECTION_SIGNED : 0);
    return 0;
}

static enum direction_way weigh(unsigned a_from_b, unsigned b_from_a)
{
    const unsigned strong = DIRECTION_DATE | DIRECTION_NAMED;
    const unsigned weak = DIRECTION_LOST | DIRECTION_SIGNED;
    bool a = a_from_b & strong, b = b_from_a & strong;
    if (!a && !b) {
        a = a_from_b & weak;
        b = b_from_a & weak;
    }
    return a == b ? DIRECTION_UNTOLD : a ? DIRECTION_A_FROM_B : DIRECTION_B_FROM_A;
}

/* A wording that stands between */

struct sides {
    const struct side *at, *end;
};

static struct sides sides_of(const struct directions *d, uint32_t document)
{
    size_t low = 0, high = d->side_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (d->sides[middle].document < document)
            low = middle + 1;
        else
            high = middle;
    }
    size_t end = low;
    while (end < d->side_count && end - low < SIDES_MAX && d->sides[end].document == document)
        end++;
    return (struct sides){d->sides + low, d->sides + end};
}

static double sameness(const struct passage *p)
{
    return p->words ? (double)p->same_words / p->words : 0;
}

static uint32_t other_of(const struct directions *d, const struct side *s)
{
    const struct passage *p = &d->origins->passages->passages[s->passage];
    return p->a == s->document ? p->b : p->a;
}

/* How much is the same in its passages that cover at least half of the one in hand, with the
 * document that stands at *s; moves on to the next document. */
static double next_sameness(const struct directions *d, struct sides *s, const struct half *h)
{
    uint32_t other = other_of(d, s->at);
    double best = 0;
    for (; s->at < s->end && other_of(d, s->at) == other; s->at++) {
        const struct passage *p = &d->origins->passages->passages[s->at->passage];
        uint32_t from = p->a == h->document ? p->a_from : p->b_from;
        uint32_t to = p->a == h->document ? p->a_to : p->b_to;
        from = from > h->from ? from : h->from;
        to = to < h->to ? to : h->to;
        bool covers = to > from && 2 * (uint64_t)(to - from) >= h->to - h->from;
        if (covers && sameness(p) > best)
            best = sameness(p);
    }
    return best;
}

static uint32_t find_between(const struct directions *d, const struct passage *p,
                             const struct half halves[2])
{
    struct sides a = sides_of(d, p->a), b = sides_of(d, p->b);
    double least = sameness(p) + NEARER, best = 0;
    uint32_t found = UINT32_MAX;
    while (a.at < a.end && b.at < b.end) {
        uint32_t of_a = other_of(d, a.at), of_b = other_of(d, b.at);
        double to_a = of_a <= of_b ? next_sameness(d, &a, &halves[0]) : 0;
        double to_b = of_b <= of_a ? next_sameness(d, &b, &halves[1]) : 0;
        if (of_a != of_b || to_a < least || to_b < least || to_a + to_b <= best)
            continue;
        best = to_a + to_b;
        found = of_a;
    }
    return found;
}

int directions_of(struct directions *d, size_t passage, struct direction *ret_direction)
{
    const struct passage *p = &d->origins->passages->passages[passage];
    struct half halves[2] = {{.document = p->a, .from = p->a_from, .to = p->a_to},
                             {.document = p->b, .from = p->b_from, .to = p->b_to}};
    struct direction found = {.way = DIRECTION_UNTOLD};
    for (size_t i = 0; i < 2; i++) {
        halves[i].about = corpus_document(d->origins->corpus, halves[i].document);
        TRY(corpus_read(d->readers[i], halves[i].document, &halves[i].text));
    }
    TRY(find_reasons(d, &halves[0], &halves[1], &found.a_from_b));
    TRY(find_reasons(d, &halves[1], &halves[0], &found.b_from_a));
    found.way = weigh(found.a_from_b, found.b_from_a);
    found.between = find_between(d, p, halves);
    *ret_direction = found;
    return 0;
}
