/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A wording becomes a telling, as a claim does: documents are read once, in their order, and then
 * the tellings are traced statement by statement. */
#include "origins/statement_origin.h"

#include <stdlib.h>

#include "base/mem.h"
#include "text/fold.h"

#define ARENA_BYTES_MAX ((size_t)16 << 30)

/* One wording that is traced. */
struct place {
    uint32_t document, statement, wording;
    uint32_t telling;
};

struct making {
    struct corpus *corpus;
    const struct languages *languages;
    struct known_names *names;
    const struct statements *statements;
    struct statement_origins *made;
    struct place *places;
    size_t count;
};

uint32_t statement_documents(const struct statement *s)
{
    uint32_t count = s->count > 0;
    for (uint32_t i = 1; i < s->count; i++)
        count += s->wordings[i].document != s->wordings[i - 1].document;
    return count;
}

void statement_origins_init(struct statement_origins *s)
{
    *s = (struct statement_origins){.origins = NULL};
    tellings_init(&s->tellings);
    arena_init(&s->arena, ARENA_BYTES_MAX);
}

void statement_origins_release(struct statement_origins *s)
{
    mem_free(s->origins);
    tellings_release(&s->tellings);
    arena_release(&s->arena);
}

static int by_document(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->document != b->document)
        return a->document < b->document ? -1 : 1;
    if (a->statement != b->statement)
        return a->statement < b->statement ? -1 : 1;
    return a->wording < b->wording ? -1 : a->wording > b->wording;
}

static int by_statement(const void *x, const void *y)
{
    const struct place *a = x, *b = y;
    if (a->statement != b->statement)
        return a->statement < b->statement ? -1 : 1;
    return a->wording < b->wording ? -1 : a->wording > b->wording;
}

static int find_places(struct making *m)
{
    size_t room = 0;
    for (uint32_t i = 0; i < m->statements->count; i++)
        room += m->statements->statements[i].count;
    m->places = mem_calloc(room + 1, sizeof *m->places);
    REJECT_IF(!m->places, E_NOMEM);
    for (uint32_t i = 0; i < m->statements->count; i++) {
        const struct statement *s = &m->statements->statements[i];
        uint32_t traced = statement_documents(s) > 1 ? s->count : 0;
        for (uint32_t k = 0; k < traced; k++)
            m->places[m->count++] = (struct place){s->wordings[k].document, i, k, 0};
    }
    qsort(m->places, m->count, sizeof *m->places, by_document);
    return 0;
}

/* "he" leads to nobody. */
static int is_pronoun(const struct language *language, struct span mention, bool *ret_pronoun)
{
    struct buf folded CLEANUP(buf_release);
    buf_init(&folded, 1 << 16);
    *ret_pronoun = false;
    if (!language || mention.len > KNOWN_NAME_MAX_BYTES)
        return 0;
    TRY(fold_search(mention, &folded));
    *ret_pronoun = language_has(language_section(language, "pronoun"), buf_bytes(&folded));
    return 0;
}

static int tell(struct making *m, struct place *p, struct span text)
{
    const struct wording *w = &m->statements->statements[p->statement].wordings[p->wording];
    const struct language *language = languages_detect(m->languages, text);
    const struct document document = corpus_document(m->corpus, p->document);
    struct claim said = {.number = w->parts[0],
                         .sentence = {w->parts[0].from, w->parts[w->part_count - 1].to}};
    bool pronoun = false, named = w->named.to > w->named.from;
    said.chain[0] = named ? w->named : w->speaker;
    if (!named)
        TRY(is_pronoun(language, span_slice(text, w->speaker.from, w->speaker.to - w->speaker.from),
                       &pronoun));
    said.chain_count = w->attributed && !pronoun && said.chain[0].to > said.chain[0].from;
    p->telling = (uint32_t)m->made->tellings.count;
    return tellings_add(&m->made->tellings, &document, p->document, text, language,
                        &(struct claims){.claims = &said, .count = 1}, m->names);
}

static int tell_all(struct making *m)
{
    struct corpus_reader *reader;
    struct span text = {0};
    int error = 0;
    TRY(corpus_reader_new(m->corpus, &reader));
    for (size_t i = 0; i < m->count && error == 0; i++) {
        if (i == 0 || m->places[i].document != m->places[i - 1].document)
            error = corpus_read(reader, m->places[i].document, &text);
        if (error == 0)
            error = tell(m, &m->places[i], text);
    }
    corpus_reader_free(reader);
    return error;
}

static int trace(struct making *m, struct origin_index *index, const struct origins_means *means)
{
    const struct telling **tellings =
        arena_alloc(&m->made->arena, (m->count + 1) * sizeof(const struct telling *));
    REJECT_IF(!tellings, E_NOMEM);
    qsort(m->places, m->count, sizeof *m->places, by_statement);
    for (size_t i = 0; i < m->count; i++)
        tellings[i] = &m->made->tellings.tellings[m->places[i].telling];
    for (size_t from = 0, to; from < m->count; from = to) {
        uint32_t statement = m->places[from].statement;
        for (to = from; to < m->count && m->places[to].statement == statement;)
            to++;
        REJECT_IF(watch_stopped(means->watch), E_STOPPED);
        TRY(origin_trace(index, tellings + from, to - from, &m->made->arena,
                         &m->made->origins[statement]));
    }
    return 0;
}

int statement_origins_make(struct origin_index *index, struct corpus *corpus,
                           const struct languages *languages, struct known_names *names,
                           const struct statements *statements, const struct origins_means *means,
                           struct statement_origins *made)
{
    struct making m = {.corpus = corpus,
                       .languages = languages,
                       .names = names,
                       .statements = statements,
                       .made = made};
    made->origins = mem_calloc(statements->count + 1, sizeof *made->origins);
    REJECT_IF(!made->origins, E_NOMEM);
    int error = find_places(&m);
    if (error == 0)
        error = tell_all(&m);
    if (error == 0)
        error = trace(&m, index, means);
    mem_free(m.places);
    return error;
}
