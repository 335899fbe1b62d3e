/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Documents by themselves come first, block by block: what is found in one depends on it alone. */
#include "origins/origins.h"

#include <stdatomic.h>
#include <string.h>

#include "base/mem.h"

#define BLOCK_DOCUMENTS 64u
#define KEPT_BYTES_MAX ((size_t)16 << 30)
#define SCRATCH_BYTES_MAX ((size_t)16 << 30)

struct looking {
    struct origins *origins;
    const struct origins_means *means;
    struct corpus_reader *readers[WORKERS_MAX];
    atomic_uint done;
};

static int keep_quotes(struct arena *arena, const struct quotes *found, struct quotes *kept)
{
    *kept = (struct quotes){.count = found->count};
    if (found->count == 0)
        return 0;
    kept->quotes = arena_alloc(arena, found->count * sizeof *found->quotes);
    REJECT_IF(!kept->quotes, E_NOMEM);
    memcpy(kept->quotes, found->quotes, found->count * sizeof *found->quotes);
    return 0;
}

static int keep_claims(struct arena *arena, const struct claims *found, struct claims *kept)
{
    *kept = (struct claims){.count = found->count};
    if (found->count == 0)
        return 0;
    kept->claims = arena_alloc(arena, found->count * sizeof *found->claims);
    REJECT_IF(!kept->claims, E_NOMEM);
    memcpy(kept->claims, found->claims, found->count * sizeof *found->claims);
    return 0;
}

static int look_at(struct looking *l, uint32_t number, struct arena *kept, unsigned worker)
{
    struct origins_document *d = &l->origins->documents[number];
    struct arena scratch;
    struct quotes quotes;
    struct claims claims;
    struct span text;
    TRY(corpus_read(l->readers[worker], number, &text));
    d->language = languages_detect(l->origins->languages, text);
    arena_init(&scratch, SCRATCH_BYTES_MAX);
    int error = quotes_find(text, d->language, &scratch, &quotes);
    if (error == 0)
        error = keep_quotes(kept, &quotes, &d->quotes);
    if (error == 0)
        error = claims_find(text, d->language, &quotes, &scratch, &claims);
    if (error == 0)
        error = keep_claims(kept, &claims, &d->claims);
    arena_release(&scratch);
    return error;
}

static int look_at_block(void *arg, size_t index, unsigned worker)
{
    struct looking *l = arg;
    uint32_t count = corpus_count(l->origins->corpus), from = (uint32_t)index * BLOCK_DOCUMENTS;
    uint32_t to = count - from < BLOCK_DOCUMENTS ? count : from + BLOCK_DOCUMENTS;
    for (uint32_t number = from; number < to; number++) {
        REJECT_IF(watch_stopped(l->means->watch), E_STOPPED);
        if (corpus_same_text(l->origins->corpus, number) == number)
            TRY(look_at(l, number, &l->origins->blocks[index], worker));
    }
    unsigned done = atomic_fetch_add(&l->done, to - from) + (to - from);
    watch_progress(l->means->watch, "looking for quotations and claims: documents", done, count);
    return 0;
}

static int look_at_documents(struct origins *o, const struct origins_means *means)
{
    struct looking l = {.origins = o, .means = means};
    int error = 0;
    uint32_t count = corpus_count(o->corpus);
    o->block_count = (count + BLOCK_DOCUMENTS - 1) / BLOCK_DOCUMENTS;
    o->documents = mem_calloc(count, sizeof *o->documents);
    o->blocks = mem_calloc(o->block_count, sizeof *o->blocks);
    REJECT_IF(!o->documents || !o->blocks, E_NOMEM);
    for (size_t i = 0; i < o->block_count; i++)
        arena_init(&o->blocks[i], KEPT_BYTES_MAX);
    unsigned workers = workers_count(means->workers);
    for (unsigned i = 0; i < workers && error == 0; i++)
        error = corpus_reader_new(o->corpus, &l.readers[i]);
    if (error == 0)
        error = workers_run(means->workers, o->block_count, look_at_block, &l);
    for (unsigned i = 0; i < workers; i++)
        corpus_reader_free(l.readers[i]);
    for (uint32_t i = 0; i < count; i++)
        o->documents[i] = o->documents[corpus_same_text(o->corpus, i)];
    return error;
}

/* Who tells what depends on the text and the title. */
static int tell_of(struct origins *o, uint32_t number, struct corpus_reader *reader,
                   struct known_names *names, const size_t *starts)
{
    const struct origins_document *d = &o->documents[number];
    const struct document document = corpus_document(o->corpus, number);
    uint32_t same = corpus_same_text(o->corpus, number);
    struct span text;
    if (d->claims.count == 0)
        return 0;
    if (same < number && span_equal(document.title, corpus_document(o->corpus, same).title))
        return tellings_repeat(&o->tellings, number, starts[same], starts[same + 1]);
    TRY(corpus_read(reader, number, &text));
    return tellings_add(&o->tellings, &document, number, text, d->language, &d->claims, names);
}

/* One after the other, since names are looked up by one thread; few documents claim anything. */
static int tell(struct origins *o, struct known_names *names)
{
    struct corpus_reader *reader;
    uint32_t count = corpus_count(o->corpus);
    size_t *starts = mem_calloc((size_t)count + 1, sizeof *starts);
    REJECT_IF(!starts, E_NOMEM);
    int error = corpus_reader_new(o->corpus, &reader);
    if (error < 0) {
        mem_free(starts);
        return error;
    }
    for (uint32_t i = 0; i < count && error == 0; i++) {
        error = tell_of(o, i, reader, names, starts);
        starts[i + 1] = o->tellings.count;
    }
    corpus_reader_free(reader);
    mem_free(starts);
    return error;
}

static int trace(struct origins *o, struct known_names *names, const struct origins_means *means)
{
    struct origin_index *index;
    TRY(tell(o, names));
    TRY(origin_index_new(o->corpus, o->passages, names, &index));
    int error = claim_groups_make(index, o->corpus, &o->tellings, means, &o->claims);
    if (error == 0)
        error = statement_origins_make(index, o->corpus, o->languages, names, o->statements, means,
                                       &o->statement_origins);
    origin_index_free(index);
    return error;
}

int origins_run(struct corpus *corpus, const struct languages *languages, struct known_names *names,
                const struct origins_means *means, struct origins **ret_origins,
                struct problem *problem)
{
    ASSERT(corpus_count(corpus) > 0);
    struct origins *o = mem_calloc(1, sizeof *o);
    REJECT_IF(!o, E_NOMEM);
    o->corpus = corpus;
    o->languages = languages;
    tellings_init(&o->tellings);
    statement_origins_init(&o->statement_origins);
    int error = look_at_documents(o, means);
    if (error == 0)
        error = passages_find(corpus, languages, means, &o->passages, problem);
    if (error == 0)
        error = statements_find(corpus, languages, means, &o->statements, problem);
    if (error == 0)
        error = trace(o, names, means);
    if (error < 0)
        origins_free(o);
    else
        *ret_origins = o;
    return error;
}

void origins_free(struct origins *o)
{
    if (!o)
        return;
    statement_origins_release(&o->statement_origins);
    statements_free(o->statements);
    claim_groups_release(&o->claims);
    tellings_release(&o->tellings);
    passages_free(o->passages);
    for (size_t i = 0; o->blocks && i < o->block_count; i++)
        arena_release(&o->blocks[i]);
    mem_free(o->blocks);
    mem_free(o->documents);
    mem_free(o);
}
