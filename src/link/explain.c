/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/explain.h"

#include <math.h>

#include "base/mem.h"
#include "draw/chart_part.h"
#include "link/rows.h"

#define SENTENCE_BYTES_MAX 4096
#define NAME_BYTES_MAX 8192
#define BITS_OF_NO_MATTER 0.15 /* a tenth more or less often */
#define RARITY_OF_MATTER 0.5
#define TIMES_MAX 1e6
#define ONE_IN 0.095 /* what is rarer is said as one in so many */

struct viewing {
    const struct link_output *o;
    const struct link_rows *rows;
    struct arena *arena;
    struct buf words; /* reset after each use */
};

static int keep(struct viewing *v, const char **ret_text)
{
    *ret_text = arena_copy_text(v->arena, buf_bytes(&v->words));
    int error = buf_error(&v->words);
    buf_reset(&v->words);
    return error < 0 ? error : *ret_text ? 0 : E_NOMEM;
}

bool link_view_row_says(const struct link_view_row *row)
{
    return row->of_a[0] || row->of_b[0];
}

/* Sentences */

static void put_whole(struct buf *b, double n)
{
    chart_put_number(b, n);
}

/* 3.4, 30, 4,100: as exactly as it is worth. */
static void put_times(struct buf *b, double times)
{
    if (times >= TIMES_MAX) {
        buf_text(b, "over a million");
    } else if (times < 9.95) {
        buf_printf(b, "%.1f", times);
    } else {
        double unit = pow(10, floor(log10(times)) - 1);
        put_whole(b, round(times / unit) * unit);
    }
}

static void put_weight(struct buf *b, const struct link_view_row *row)
{
    if (fabs(row->bits) < BITS_OF_NO_MATTER) {
        buf_text(b, "about as common among records of one person as among others, so it says next "
                    "to nothing");
        return;
    }
    put_times(b, exp2(fabs(row->bits)));
    buf_text(b, row->bits > 0 ? " times as common among records of one person as among others"
                              : " times rarer among records of one person than among others");
}

static void put_missing(struct buf *b, const struct link_view_row *row)
{
    if (row->of_a[0] && row->of_b[0])
        buf_text(b,
                 "says nothing by itself: it could not be read, or it is counted in another row");
    else
        buf_printf(b, "missing in %s, which says nothing",
                   row->of_a[0] || row->of_b[0] ? "one of the two" : "both");
}

static void put_sentence(struct buf *b, const struct link_view_row *row, bool missing)
{
    buf_printf(b, "%s: ", row->field);
    if (missing) {
        put_missing(b, row);
    } else {
        buf_printf(b, "%s; ", row->level);
        put_weight(b, row);
    }
    if (row->rarity_bits > RARITY_OF_MATTER)
        buf_text(b, ", the more so since few hold such a value");
    else if (row->rarity_bits < -RARITY_OF_MATTER)
        buf_text(b, ", and no more, since many hold such a value");
    if (row->beside[0])
        buf_printf(b, "; weighed together with %s%s%s, so that nothing counts twice",
                   row->beside[0], row->beside[1] ? " and " : "",
                   row->beside[1] ? row->beside[1] : "");
    buf_u8(b, '.');
}

void link_view_put_chance(const struct link_view *view, struct buf *out)
{
    double p = view->why.probability, wrong = p > 0.5 ? 1 - p : p;
    buf_text(out, "The chance that they are one person is ");
    if (p < 0.001)
        buf_text(out, "under 0.001");
    else if (p > 0.999)
        buf_text(out, "over 0.999");
    else
        buf_printf(out, "%.3f", p);
    if (wrong > ONE_IN) {
        buf_printf(out, ": of 100 such pairs, %.0f are.", 100 * p);
        return;
    }
    buf_text(out, ": of such pairs, ");
    double of = fmin(wrong > 0 ? round(1 / wrong) : TIMES_MAX, TIMES_MAX);
    if (of >= 1000)
        of = of >= TIMES_MAX ? TIMES_MAX : round(of / 100) * 100;
    put_whole(out, p > 0.5 ? of - 1 : 1);
    bool at_most = of >= TIMES_MAX;
    buf_text(out, !at_most ? " in " : p > 0.5 ? " or more in " : " or fewer in ");
    put_whole(out, of);
    buf_text(out, p > 0.5 || at_most ? " are." : " is.");
}

void link_view_put_prior(const struct link_view *view, struct buf *out)
{
    buf_text(out, "Before anything is compared: of all possible pairs one in ");
    put_whole(out, fmax(1, round(1 + exp2(-view->why.prior_bits))));
    buf_printf(out, " is of one person (%+.1f bits).", view->why.prior_bits);
}

void link_view_put_state(const struct link_view *view, struct buf *out)
{
    bool likely = view->why.bits > 0;
    buf_text(out, view->together ? "At present they are in one cluster"
                                 : "At present they are in different clusters");
    if (view->decided != LINK_DECIDED_NOT)
        buf_printf(out, "; people decided that they are %s",
                   view->decided == LINK_DECIDED_SAME ? "the same person" : "different persons");
    else if (!view->together && view->one_list)
        buf_text(out, ", since their list is said to hold each person once");
    else if (view->together && !likely)
        buf_text(out, ", though this pair alone would not be: other records, or decisions, hold "
                      "them together");
    else if (!view->together && likely)
        buf_text(out, ", though this pair alone would be in one: other records of their clusters, "
                      "a decision or a list of different persons keep them apart");
    buf_u8(out, '.');
}

/* Views */

static void set_beside(struct link_view_row *row, const struct link_result *result, unsigned field,
                       const struct link_explanation *why)
{
    size_t count = 0;
    int before = -1;
    for (int class = LINK_U; class < LINK_CLASSES; class ++) {
        int parent = result->model.field[field].of[class].parent;
        if (parent < 0 || parent == before || why->term[parent].level == LINK_LEVEL_MISSING)
            continue;
        row->beside[count++] = result->model.field[parent].name;
        before = parent;
    }
}

static int view_row(struct viewing *v, struct link_view *view, struct link_pair pair,
                    unsigned field, double m, double u)
{
    const struct link_result *result = v->o->result;
    const struct link_term *term = &view->why.term[field];
    bool missing = term->level == LINK_LEVEL_MISSING;
    struct link_view_row *row = &view->row[field];
    *row = (struct link_view_row){.field = link_rows_name(v->rows, field),
                                  .level = link_level_name(result->records, field, term->level),
                                  .bits = term->bits,
                                  .m = missing ? 0 : m,
                                  .u = missing ? 0 : u,
                                  .rarity_bits = missing ? 0 : term->rarity_bits};
    buf_text(&v->words, link_rows_value(v->rows, pair.a, field));
    TRY(keep(v, &row->of_a));
    buf_text(&v->words, link_rows_value(v->rows, pair.b, field));
    TRY(keep(v, &row->of_b));
    if (!missing)
        set_beside(row, result, field, &view->why);
    put_sentence(&v->words, row, missing);
    return keep(v, &row->sentence);
}

static bool among(const struct link_pair *pairs, size_t count, struct link_pair pair)
{
    for (size_t i = 0; i < count; i++) {
        if ((pairs[i].a == pair.a && pairs[i].b == pair.b) ||
            (pairs[i].a == pair.b && pairs[i].b == pair.a))
            return true;
    }
    return false;
}

static int view_pair(struct viewing *v, struct link_pair pair, struct link_view *view)
{
    const struct link_result *result = v->o->result;
    const struct link_settled *settled = &result->settled;
    uint8_t levels[LINK_FIELDS_MAX] = {0};
    double m[LINK_FIELDS_MAX], u[LINK_FIELDS_MAX];
    unsigned list = result->universe.list[pair.a];
    *view = (struct link_view){.together = result->cluster[pair.a] == result->cluster[pair.b],
                               .one_list = list == result->universe.list[pair.b] &&
                                           link_records_list_is_unique(result->records, list)};
    link_result_explain(result, pair.a, pair.b, &view->why);
    view->rows = view->why.fields;
    view->row = arena_alloc(v->arena, (view->rows + 1) * sizeof *view->row);
    REJECT_IF(!view->row, E_NOMEM);
    if (among(settled->must, settled->must_count, pair))
        view->decided = LINK_DECIDED_SAME;
    else if (among(settled->cannot, settled->cannot_count, pair))
        view->decided = LINK_DECIDED_DIFFERENT;
    link_idents_put(&result->idents, pair.a, &v->words);
    TRY(keep(v, &view->a));
    link_idents_put(&result->idents, pair.b, &v->words);
    TRY(keep(v, &view->b));
    for (unsigned f = 0; f < view->rows; f++)
        levels[f] = (uint8_t)view->why.term[f].level;
    link_model_terms(&result->model, LINK_M, levels, m);
    link_model_terms(&result->model, LINK_U, levels, u);
    for (unsigned f = 0; f < view->rows; f++)
        TRY(view_row(v, view, pair, f, m[f], u[f]));
    return 0;
}

static int view_all(struct viewing *v, const struct link_pair *pairs, size_t count,
                    struct link_view *views)
{
    for (size_t i = 0; i < count; i++)
        TRY(view_pair(v, pairs[i], &views[i]));
    return 0;
}

int link_views(const struct link_output *o, const struct link_pair *pairs, size_t count,
               struct arena *arena, struct link_view *ret_views, struct problem *problem)
{
    uint32_t *records = mem_calloc(2 * count + 1, sizeof *records);
    struct link_rows *rows = NULL;
    REJECT_IF(!records, E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        records[2 * i] = pairs[i].a;
        records[2 * i + 1] = pairs[i].b;
    }
    int error = link_rows_new(o, records, 2 * count, &rows, problem);
    mem_free(records);
    TRY(error);
    struct viewing v = {.o = o, .rows = rows, .arena = arena};
    buf_init(&v.words, 4u << 20);
    error = view_all(&v, pairs, count, ret_views);
    buf_wipe_release(&v.words);
    link_rows_free(rows);
    return error;
}

int link_view_chart(const struct link_view *view, struct arena *arena,
                    struct chart_waterfall *ret_chart)
{
    size_t count = 1;
    struct chart_step *steps = arena_alloc(arena, (view->rows + 1) * sizeof *steps);
    char *title = arena_printf(arena, "The evidence about %s and %s", view->a, view->b);
    REJECT_IF(!steps || !title, E_NOMEM);
    steps[0] = (struct chart_step){.name = "before anything", .bits = view->why.prior_bits};
    for (unsigned i = 0; i < view->rows; i++) {
        const struct link_view_row *row = &view->row[i];
        if (link_view_row_says(row))
            steps[count++] = (struct chart_step){.name = row->field, .bits = row->bits};
    }
    *ret_chart = (struct chart_waterfall){
        .title = title, .count = count, .steps = steps, .total = "together"};
    return 0;
}
