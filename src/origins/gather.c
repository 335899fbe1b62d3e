/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/gather.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "origins/about_names.h"

#define WORDS_BYTES_MAX ((size_t)64 << 30)
#define REMARKS_STEP 1000

struct gather {
    struct gather_setup setup;
    struct arena words;
    struct about_place *places; /* in the order in which they were added to the corpus */
    uint32_t count, capacity;
    struct gather_remark *remarks;
    uint64_t remark_count;
    struct span path; /* of the file that is being read; in words once it has a document */
    bool path_kept;
    struct problem of_file;
};

int gather_new(const struct gather_setup *setup, struct gather **ret_gather)
{
    struct gather *g = mem_calloc(1, sizeof *g);
    REJECT_IF(!g, E_NOMEM);
    g->setup = *setup;
    arena_init(&g->words, WORDS_BYTES_MAX);
    *ret_gather = g;
    return 0;
}

void gather_free(struct gather *g)
{
    if (!g)
        return;
    arena_release(&g->words);
    mem_free(g->places);
    mem_free(g->remarks);
    mem_free(g);
}

static int keep(struct gather *g, struct span text, struct span *ret_kept)
{
    char *copy = arena_copy_text(&g->words, text);
    REJECT_IF(!copy, E_NOMEM);
    *ret_kept = span_of(copy, text.len);
    return 0;
}

int gather_remark(struct gather *g, struct span path, const char *sentence)
{
    if (g->remark_count++ >= GATHER_REMARKS_MAX)
        return 0;
    size_t index = (size_t)g->remark_count - 1;
    if (index % REMARKS_STEP == 0) {
        struct gather_remark *more = mem_realloc(g->remarks, (index + REMARKS_STEP) * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        g->remarks = more;
    }
    struct gather_remark *r = &g->remarks[index];
    r->order = index;
    TRY(keep(g, path, &r->path));
    return keep(g, span_text(sentence), &r->sentence);
}

static int remark(void *arg, const char *sentence)
{
    struct gather *g = arg;
    if (g->setup.index)
        TRY(index_write_remark(g->setup.index, span_text(sentence)));
    return gather_remark(g, g->path, sentence);
}

static int place_for(struct gather *g, struct about_place **ret_place)
{
    if (g->count == g->capacity) {
        uint32_t capacity = g->capacity ? g->capacity * 2 : 256;
        struct about_place *more = mem_realloc(g->places, capacity * sizeof *more);
        REJECT_IF(!more, E_NOMEM);
        g->places = more;
        g->capacity = capacity;
    }
    *ret_place = &g->places[g->count];
    **ret_place = (struct about_place){.path = g->path};
    return 0;
}

static int take(void *arg, const struct read_document *d)
{
    struct gather *g = arg;
    struct about about = d->about;
    struct about_place *place;
    const uint8_t *space = d->record.len ? memrchr(d->record.data, ' ', d->record.len) : NULL;
    struct span address = span_slice(d->record, 0, space ? (size_t)(space - d->record.data) : 0);
    REJECT_IF(watch_stopped(g->setup.watch), E_STOPPED);
    if (g->setup.index)
        TRY(index_write_document(g->setup.index, d));
    if (!g->path_kept)
        TRY(keep(g, g->path, &g->path));
    g->path_kept = true;
    about_table_apply(g->setup.table, g->path, address, &about);
    TRY(place_for(g, &place));
    if (d->record.len > 0)
        TRY(keep(g, d->record, &place->record));
    const struct document document = {.title = about.title,
                                      .outlet = about.outlet,
                                      .address = about.address,
                                      .day = about.day,
                                      .text = d->text};
    TRY(corpus_add(g->setup.corpus, &document, &g->of_file));
    g->count++;
    watch_progress(g->setup.watch, "documents read", g->count, 0);
    return 0;
}

static int begin_file(struct gather *g, struct span path, struct span stamp)
{
    g->path = path;
    g->path_kept = false;
    problem_clear(&g->of_file);
    return g->setup.index ? index_write_file(g->setup.index, path, stamp) : 0;
}

int gather_file(struct gather *g, struct span path, struct span stamp,
                const struct read_input *input, struct problem *problem)
{
    const struct read_sink sink = {.document = take, .remark = remark, .arg = g};
    TRY(begin_file(g, path, stamp));
    int error = read_documents(input, g->setup.languages, &sink, g->setup.watch, &g->of_file);
    bool full = g->count == CORPUS_DOCUMENTS_MAX;
    if (!full && (error == E_FORMAT || error == E_UTF8 || error == E_TOO_LARGE))
        return remark(g, problem_text(&g->of_file, error));
    if (error < 0) {
        problem_set(problem, error, "%s", problem_text(&g->of_file, error));
        problem_at(problem, "%.*s", (int)path.len, (const char *)path.data);
    }
    return error;
}

static int take_remark(struct gather *g, struct span sentence)
{
    char text[PROBLEM_TEXT_MAX];
    snprintf(text, sizeof text, "%.*s", (int)(sentence.len < sizeof text ? sentence.len : 0),
             (const char *)sentence.data);
    return remark(g, text);
}

int gather_index(struct gather *g, struct index_reader *index,
                 bool (*wanted)(void *arg, struct span path, struct span stamp), void *arg,
                 struct problem *problem)
{
    struct index_entry e;
    bool got = true, take_it = false;
    struct span path;
    for (;;) {
        TRY(index_reader_next(index, &e, &got, problem));
        if (!got)
            return 0;
        if (e.kind == INDEX_FILE) {
            take_it = wanted(arg, e.path, e.stamp);
            TRY(keep(g, e.path, &path));
            TRY(take_it ? begin_file(g, path, e.stamp) : 0);
        } else if (take_it) {
            int error =
                e.kind == INDEX_DOCUMENT ? take(g, &e.document) : take_remark(g, e.sentence);
            if (error < 0)
                return problem_set(problem, error, "%s", problem_text(&g->of_file, error));
        }
    }
}

/* By number, which is by name. */
static int remark_later(struct gather *g)
{
    const struct corpus *corpus = g->setup.corpus;
    char sentence[PROBLEM_TEXT_MAX];
    uint32_t later = 0, first = 0;
    for (uint32_t i = 0; g->setup.today != ABOUT_DAY_NONE && i < corpus_count(corpus); i++) {
        int32_t day = corpus_document(corpus, i).day;
        if (day != CORPUS_DAY_NONE && day > g->setup.today && later++ == 0)
            first = i;
    }
    if (later == 0)
        return 0;
    snprintf(sentence, sizeof sentence,
             "%" PRIu32 " documents are dated later than today, this one first; see whether their "
             "dates are right",
             later);
    return gather_remark(g, corpus_document(corpus, first).name,
                         later > 1 ? sentence
                                   : "it is dated later than today; see whether that is right");
}

static int remark_unused(struct gather *g)
{
    char sentence[PROBLEM_TEXT_MAX];
    uint64_t line = 0;
    size_t unused = about_table_unused(g->setup.table, &line);
    if (unused == 0)
        return 0;
    snprintf(sentence, sizeof sentence,
             "%zu rows of the table are of no document, the first on line %" PRIu64, unused, line);
    return gather_remark(g, span_text("--table"), sentence);
}

static size_t kept_remarks(const struct gather *g)
{
    return g->remark_count < GATHER_REMARKS_MAX ? (size_t)g->remark_count : GATHER_REMARKS_MAX;
}

/* Of one file, as they came. */
static int by_path(const void *x, const void *y)
{
    const struct gather_remark *a = x, *b = y;
    size_t len = a->path.len < b->path.len ? a->path.len : b->path.len;
    int order = len ? memcmp(a->path.data, b->path.data, len) : 0;
    if (order == 0)
        order = (a->path.len > b->path.len) - (a->path.len < b->path.len);
    return order ? order : (a->order > b->order) - (a->order < b->order);
}

int gather_close(struct gather *g, struct problem *problem)
{
    if (g->count == 0)
        return problem_set(problem, E_NOT_FOUND, "there is no document in what was given%s%.*s%s%s",
                           g->remark_count ? ": " : "",
                           g->remark_count ? (int)g->remarks[0].path.len : 0,
                           g->remark_count ? (const char *)g->remarks[0].path.data : "",
                           g->remark_count ? ": " : "",
                           g->remark_count ? (const char *)g->remarks[0].sentence.data : "");
    TRY(about_names_make(g->places, g->count, &g->words));
    for (uint32_t i = 0; i < g->count; i++)
        TRY(corpus_name(g->setup.corpus, i, g->places[i].name));
    TRY(corpus_close(g->setup.corpus, problem));
    if (g->remark_count > 1)
        qsort(g->remarks, kept_remarks(g), sizeof *g->remarks, by_path);
    TRY(remark_later(g));
    return remark_unused(g);
}

const struct gather_remark *gather_remarks(const struct gather *g, uint64_t *ret_count)
{
    *ret_count = g->remark_count;
    return g->remarks;
}
