/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "origins/gather.h"

#include <inttypes.h>
#include <string.h>

#include "base/mem.h"
#include "origins/about_names.h"

#define WORDS_BYTES_MAX ((size_t)64 << 30)

struct gather {
    struct gather_setup setup;
    struct arena words;
    struct about_place *places; /* in the order in which they were added to the corpus */
    uint32_t count, capacity;
    struct gather_remark *remarks;
    uint64_t remark_count;
    struct span path; /* of the file that is being read; in words once it has a document */
    bool path_kept;
    struct problem *problem;
    uint32_t later; /* documents that are dated after today */
    uint32_t first_later;
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
    if (!g->remarks) {
        g->remarks = mem_calloc(GATHER_REMARKS_MAX, sizeof *g->remarks);
        REJECT_IF(!g->remarks, E_NOMEM);
    }
    struct gather_remark *r = &g->remarks[g->remark_count - 1];
    TRY(keep(g, path, &r->path));
    return keep(g, span_text(sentence), &r->sentence);
}

static int remark(void *arg, const char *sentence)
{
    struct gather *g = arg;
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
    TRY(corpus_add(g->setup.corpus, &document, g->problem));
    if (about.day != ABOUT_DAY_NONE && about.day > g->setup.today && g->later++ == 0)
        g->first_later = g->count;
    g->count++;
    watch_progress(g->setup.watch, "documents read", g->count, 0);
    return 0;
}

int gather_file(struct gather *g, struct span path, const struct read_input *input,
                struct problem *problem)
{
    const struct read_sink sink = {.document = take, .remark = remark, .arg = g};
    struct problem of_file = {0};
    g->path = path;
    g->path_kept = false;
    g->problem = &of_file;
    int error = read_documents(input, g->setup.languages, &sink, g->setup.watch, &of_file);
    bool full = g->count == CORPUS_DOCUMENTS_MAX;
    if (!full && (error == E_FORMAT || error == E_UTF8 || error == E_TOO_LARGE))
        return gather_remark(g, path, problem_text(&of_file, error));
    if (error < 0) {
        problem_set(problem, error, "%s", problem_text(&of_file, error));
        problem_at(problem, "%.*s", (int)path.len, (const char *)path.data);
    }
    return error;
}

static int remark_later(struct gather *g)
{
    char sentence[PROBLEM_TEXT_MAX];
    if (g->later == 0 || g->setup.today == ABOUT_DAY_NONE)
        return 0;
    if (g->later == 1)
        return gather_remark(g, g->places[g->first_later].path,
                             "it is dated later than today; see whether the date is right");
    snprintf(sentence, sizeof sentence,
             "it is dated later than today, as %" PRIu32
             " others are; see whether the dates are right",
             g->later - 1);
    return gather_remark(g, g->places[g->first_later].path, sentence);
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

int gather_close(struct gather *g, struct problem *problem)
{
    if (g->count == 0)
        return problem_set(problem, E_NOT_FOUND, "there is no document in what was given%s%.*s%s%s",
                           g->remark_count ? ": " : "",
                           g->remark_count ? (int)g->remarks[0].path.len : 0,
                           g->remark_count ? (const char *)g->remarks[0].path.data : "",
                           g->remark_count ? ": " : "",
                           g->remark_count ? (const char *)g->remarks[0].sentence.data : "");
    TRY(remark_later(g));
    TRY(remark_unused(g));
    TRY(about_names_make(g->places, g->count, &g->words));
    for (uint32_t i = 0; i < g->count; i++)
        TRY(corpus_name(g->setup.corpus, i, g->places[i].name));
    return corpus_close(g->setup.corpus, problem);
}

const struct gather_remark *gather_remarks(const struct gather *g, uint64_t *ret_count)
{
    *ret_count = g->remark_count;
    return g->remarks;
}
