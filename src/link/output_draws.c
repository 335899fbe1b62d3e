/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A row needs all draws at once, but under a good model few records are ever drawn into another
 * group than the likeliest: each draw is made twice, first to see for which records it is another,
 * then to keep what it says of these. */
#include "base/mem.h"
#include "link/output_internal.h"

struct drawing {
    const struct link_output *o;
    const struct link_clustering *clustering;
    struct output_text text;
    uint32_t records, varying; /* how many records */
    unsigned draws;
    uint64_t seed;
    uint32_t *groups; /* of one draw, by record */
    uint32_t *place;  /* by record: from 1 among the varying; 0: always as it is */
    uint32_t *drawn;  /* [place - 1][draw] */
};

static int draw(struct drawing *d, unsigned number)
{
    REJECT_IF(watch_stopped(d->o->watch), E_STOPPED);
    return link_clustering_draw(d->clustering, d->seed, number, d->o->workers, d->groups);
}

static int find_varying(struct drawing *d)
{
    const uint32_t *usual = link_clustering_groups(d->clustering);
    for (unsigned k = 0; k < d->draws; k++) {
        watch_progress(d->o->watch, "drawing linkages", k, 2 * (uint64_t)d->draws);
        TRY(draw(d, k));
        for (uint32_t i = 0; i < d->records; i++) {
            if (d->groups[i] != usual[i] && !d->place[i])
                d->place[i] = ++d->varying;
        }
    }
    return 0;
}

static int keep_varying(struct drawing *d)
{
    d->drawn = mem_calloc((size_t)d->varying + 1, d->draws * sizeof *d->drawn);
    REJECT_IF(!d->drawn, E_NOMEM);
    for (unsigned k = 0; k < d->draws; k++) {
        watch_progress(d->o->watch, "drawing linkages", d->draws + k, 2 * (uint64_t)d->draws);
        TRY(draw(d, k));
        for (uint32_t i = 0; i < d->records; i++) {
            if (d->place[i])
                d->drawn[(size_t)(d->place[i] - 1) * d->draws + k] = d->groups[i];
        }
    }
    return 0;
}

static int put_header(struct drawing *d)
{
    static const char *const own[] = {"record", "list", "apart", "merged"};
    char name[24];
    for (size_t i = 0; i < COUNT_OF(own); i++)
        output_name(&d->text, own[i]);
    for (unsigned k = 1; k <= d->draws; k++) {
        snprintf(name, sizeof name, "draw_%u", k);
        output_name(&d->text, name);
    }
    return output_row_end(&d->text);
}

/* A group's number is that of a record in it, from 1. */
static int put_row(struct drawing *d, uint32_t record)
{
    const struct link_result *result = d->o->result;
    uint32_t usual = link_clustering_groups(d->clustering)[record], place = d->place[record];
    output_number(&d->text, (uint64_t)record + 1);
    output_name(&d->text, result->lists.lists[result->universe.list[record]].name);
    output_number(&d->text, (uint64_t)link_clustering_apart(d->clustering)[record] + 1);
    output_number(&d->text, (uint64_t)link_clustering_merged(d->clustering)[record] + 1);
    for (unsigned k = 0; k < d->draws; k++)
        output_number(&d->text,
                      (place ? d->drawn[(size_t)(place - 1) * d->draws + k] : usual) + UINT64_C(1));
    return output_row_end(&d->text);
}

static int put_draws(struct drawing *d)
{
    d->groups = mem_calloc((size_t)d->records + 1, sizeof *d->groups);
    d->place = mem_calloc((size_t)d->records + 1, sizeof *d->place);
    REJECT_IF(!d->groups || !d->place, E_NOMEM);
    TRY(find_varying(d));
    TRY(keep_varying(d));
    TRY(put_header(d));
    for (uint32_t i = 0; i < d->records; i++)
        TRY(put_row(d, i));
    return output_flush(&d->text);
}

int link_output_draws(const struct link_output *o, unsigned draws, uint64_t seed,
                      const struct link_sink *sink)
{
    struct drawing d = {.o = o,
                        .clustering = o->result->clustering,
                        .records = o->result->universe.count,
                        .draws = draws,
                        .seed = seed};
    REJECT_IF(draws == 0 || draws > LINK_DRAWS_MAX, E_ARGUMENT);
    output_begin(&d.text, sink);
    int error = put_draws(&d);
    output_release(&d.text);
    mem_free(d.groups);
    mem_free(d.place);
    mem_free(d.drawn);
    return error;
}
