/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Texts lie behind each other in the order in which they came: the first ones in memory, what is
 * more than that in the spill space. One that is in memory already is not kept again. One lock
 * around the spill space, since it serves one thread at a time; readers read ahead, so that few
 * calls are made. */
#include "origins/corpus.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/mem.h"
#include "origins/pool.h"
#include "text/utf8.h"

#define CHUNK_BYTES ((size_t)1 << 20)
#define READ_AHEAD_BYTES ((size_t)1 << 18)
#define WORDS_ARENA_BYTES ((size_t)64 << 30)

struct entry {
    struct document known;
    const uint8_t *text; /* NULL: in the spill space */
    uint64_t spilled_at;
    uint32_t len;
    uint32_t same; /* once closed: the first one that is known to have the same text */
};

struct corpus {
    struct spill *spill;
    size_t memory_bytes, used_bytes;
    uint64_t text_bytes, spilled_bytes;
    struct entry *entries;
    uint32_t count, capacity;
    struct arena words, texts;
    struct pool known_words, known_texts; /* until it is closed */
    uint8_t *chunk;
    size_t chunk_left;
    pthread_mutex_t lock;
    bool closed;
};

int corpus_new(size_t memory_bytes, struct spill *spill, struct corpus **ret_corpus)
{
    struct corpus *c = mem_calloc(1, sizeof *c);
    REJECT_IF(!c, E_NOMEM);
    if (pthread_mutex_init(&c->lock, NULL) != 0) {
        mem_free(c);
        return E_NOMEM;
    }
    c->spill = spill;
    c->memory_bytes = memory_bytes;
    arena_init(&c->words, WORDS_ARENA_BYTES);
    arena_init(&c->texts, SIZE_MAX / 2);
    *ret_corpus = c;
    return 0;
}

void corpus_free(struct corpus *c)
{
    if (!c)
        return;
    pthread_mutex_destroy(&c->lock);
    pool_release(&c->known_words);
    pool_release(&c->known_texts);
    arena_release(&c->words);
    arena_release(&c->texts);
    mem_free(c->entries);
    mem_free(c);
}

static int make_room(struct corpus *c)
{
    if (c->count < c->capacity)
        return 0;
    uint32_t capacity = c->capacity ? c->capacity * 2 : 64;
    struct entry *more = mem_realloc(c->entries, capacity * sizeof *more);
    REJECT_IF(!more, E_NOMEM);
    c->entries = more;
    c->capacity = capacity;
    return 0;
}

static int keep_words(struct corpus *c, struct span words, struct span *ret_kept)
{
    *ret_kept = (struct span){.len = 0};
    if (words.len == 0)
        return 0;
    char *copy = arena_copy_text(&c->words, words);
    REJECT_IF(!copy, E_NOMEM);
    *ret_kept = span_of(copy, words.len);
    return 0;
}

/* Of titles and outlets, which many documents have in common. */
static int share_words(struct corpus *c, struct span words, struct span *ret_kept)
{
    if (pool_find(&c->known_words, words, ret_kept))
        return 0;
    TRY(keep_words(c, words, ret_kept));
    return ret_kept->len > 0 ? pool_put(&c->known_words, *ret_kept) : 0;
}

/* Small texts share a piece of memory. */
static uint8_t *room_for_text(struct corpus *c, size_t len)
{
    if (len > CHUNK_BYTES / 4)
        return arena_alloc(&c->texts, len);
    if (len > c->chunk_left) {
        c->chunk = arena_alloc(&c->texts, CHUNK_BYTES);
        c->chunk_left = c->chunk ? CHUNK_BYTES : 0;
        if (!c->chunk)
            return NULL;
    }
    uint8_t *room = c->chunk;
    c->chunk += len;
    c->chunk_left -= len;
    return room;
}

static int keep_text(struct corpus *c, struct span text, struct entry *e, struct problem *problem)
{
    struct span same;
    e->len = (uint32_t)text.len;
    c->text_bytes += text.len;
    if (pool_find(&c->known_texts, text, &same)) {
        e->text = same.data;
        return 0;
    }
    if (c->spill && c->used_bytes + text.len > c->memory_bytes) {
        e->spilled_at = c->spilled_bytes;
        int error = spill_append(c->spill, text.data, text.len);
        if (error < 0)
            return problem_set(problem, error, "%s", problem_text(&c->spill->problem, error));
        c->spilled_bytes += text.len;
        return 0;
    }
    uint8_t *room = room_for_text(c, text.len + 1);
    REJECT_IF(!room, E_NOMEM);
    if (text.len > 0)
        memcpy(room, text.data, text.len);
    c->used_bytes += text.len;
    e->text = room;
    return text.len > 0 ? pool_put(&c->known_texts, span_of(room, text.len)) : 0;
}

int corpus_add(struct corpus *c, const struct document *d, struct problem *problem)
{
    ASSERT(!c->closed);
    struct entry e = {.known.day = d->day};
    if (d->text.len > CORPUS_TEXT_MAX_BYTES || c->count == CORPUS_DOCUMENTS_MAX)
        return problem_set(problem, E_TOO_LARGE, "a document is at most 1 GiB, and a collection %u",
                           CORPUS_DOCUMENTS_MAX);
    TRY(utf8_check(d->text, SIZE_MAX));
    TRY(make_room(c));
    TRY(keep_words(c, d->name, &e.known.name));
    TRY(share_words(c, d->title, &e.known.title));
    TRY(share_words(c, d->outlet, &e.known.outlet));
    TRY(keep_words(c, d->address, &e.known.address));
    TRY(keep_text(c, d->text, &e, problem));
    c->entries[c->count++] = e;
    return 0;
}

int corpus_name(struct corpus *c, uint32_t nth, struct span name)
{
    ASSERT(!c->closed && nth < c->count && name.len > 0);
    return keep_words(c, name, &c->entries[nth].known.name);
}

static int compare_names(struct span a, struct span b)
{
    int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);
    return order ? order : a.len < b.len ? -1 : a.len > b.len;
}

static int by_name(const void *x, const void *y)
{
    const struct entry *a = x, *b = y;
    return compare_names(a->known.name, b->known.name);
}

struct text_of {
    const uint8_t *text;
    uint32_t number;
};

static int by_text(const void *x, const void *y)
{
    const struct text_of *a = x, *b = y;
    if (a->text != b->text)
        return (uintptr_t)a->text < (uintptr_t)b->text ? -1 : 1;
    return a->number < b->number ? -1 : a->number > b->number;
}

static int find_same(struct corpus *c)
{
    struct text_of *texts = mem_alloc((size_t)c->count * sizeof *texts + 1);
    REJECT_IF(!texts, E_NOMEM);
    for (uint32_t i = 0; i < c->count; i++)
        texts[i] = (struct text_of){c->entries[i].text, i};
    if (c->count > 1)
        qsort(texts, c->count, sizeof *texts, by_text);
    for (uint32_t i = 0, first = 0; i < c->count; i++) {
        bool same = texts[i].text && texts[i].text == texts[first].text;
        first = same ? first : i;
        c->entries[texts[i].number].same = texts[first].number;
    }
    mem_free(texts);
    return 0;
}

int corpus_close(struct corpus *c, struct problem *problem)
{
    pool_release(&c->known_words);
    pool_release(&c->known_texts);
    if (c->count > 1)
        qsort(c->entries, c->count, sizeof *c->entries, by_name);
    for (uint32_t i = 1; i < c->count; i++) {
        struct span name = c->entries[i].known.name;
        ASSERT(name.len > 0);
        if (span_equal(name, c->entries[i - 1].known.name))
            return problem_set(problem, E_EXISTS, "two documents are called \"%.*s\"",
                               (int)(name.len < 200 ? name.len : 200), (const char *)name.data);
    }
    TRY(find_same(c));
    c->closed = true;
    return 0;
}

uint32_t corpus_count(const struct corpus *c)
{
    return c->count;
}

uint64_t corpus_text_bytes(const struct corpus *c)
{
    return c->text_bytes;
}

struct document corpus_document(const struct corpus *c, uint32_t number)
{
    ASSERT(c->closed && number < c->count);
    return c->entries[number].known;
}

uint32_t corpus_text_len(const struct corpus *c, uint32_t number)
{
    ASSERT(c->closed && number < c->count);
    return c->entries[number].len;
}

uint32_t corpus_same_text(const struct corpus *c, uint32_t number)
{
    ASSERT(c->closed && number < c->count);
    return c->entries[number].same;
}

struct corpus_reader {
    struct corpus *corpus;
    uint8_t *ahead;
    size_t capacity, len;
    uint64_t from;
};

int corpus_reader_new(struct corpus *c, struct corpus_reader **ret_reader)
{
    ASSERT(c->closed);
    struct corpus_reader *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    r->corpus = c;
    *ret_reader = r;
    return 0;
}

void corpus_reader_free(struct corpus_reader *r)
{
    if (!r)
        return;
    mem_free(r->ahead);
    mem_free(r);
}

static int read_ahead(struct corpus_reader *r, uint64_t from, size_t len)
{
    struct corpus *c = r->corpus;
    size_t want = len > READ_AHEAD_BYTES ? len : READ_AHEAD_BYTES;
    if (want > c->spilled_bytes - from)
        want = (size_t)(c->spilled_bytes - from);
    r->len = 0;
    if (want > r->capacity) {
        uint8_t *more = mem_realloc(r->ahead, want);
        REJECT_IF(!more, E_NOMEM);
        r->ahead = more;
        r->capacity = want;
    }
    pthread_mutex_lock(&c->lock);
    int error = spill_read(c->spill, from, r->ahead, want);
    pthread_mutex_unlock(&c->lock);
    TRY(error);
    r->from = from;
    r->len = want;
    return 0;
}

int corpus_read(struct corpus_reader *r, uint32_t number, struct span *ret_text)
{
    ASSERT(number < r->corpus->count);
    const struct entry *e = &r->corpus->entries[number];
    if (e->text || e->len == 0) {
        *ret_text = span_of(e->text, e->len);
        return 0;
    }
    if (e->spilled_at < r->from || e->spilled_at + e->len > r->from + r->len)
        TRY(read_ahead(r, e->spilled_at, e->len));
    *ret_text = span_of(r->ahead + (e->spilled_at - r->from), e->len);
    return 0;
}
