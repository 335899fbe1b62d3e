/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/report.h"

#include <math.h>

#include "draw/term.h"

#define ARENA_BYTES_MAX ((size_t)64 << 20)
#define WORDS_BYTES_MAX 8192
#define PROSE_MAX 96
#define SHOWN_MAX 10 /* decisions of one kind */

struct text {
    const struct link_result *result;
    struct buf *out;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* what is put together; reset before each use */
};

void link_report_use(const struct link_column *column, struct buf *out)
{
    static const char *const parts[] = {[LINK_PART_WHOLE] = "",
                                        [LINK_PART_YEAR] = ", its year",
                                        [LINK_PART_MONTH] = ", its month",
                                        [LINK_PART_DAY] = ", its day"};
    static const char *const roles[] = {
        [LINK_ROLE_IGNORED] = "left out, as was asked",
        [LINK_ROLE_ID] = "not compared: another in every row",
        [LINK_ROLE_CONSTANT] = "not compared: the same in every row",
        [LINK_ROLE_EMPTY] = "not compared: empty",
    };
    if (column->role == LINK_ROLE_FIELD)
        buf_printf(out, "%s%s", link_kind_name(column->kind), parts[column->part]);
    else
        buf_text(out, roles[column->role]);
}

void link_report_pass(const struct link_result *result, unsigned pass, struct buf *out)
{
    const struct link_pass *p = &result->plan.pass[pass];
    for (unsigned i = 0; i < p->keys; i++)
        buf_printf(out, "%s%s: %s", i > 0 ? ", " : "",
                   link_field_name(result->records, p->key[i].field),
                   link_key_name(result->records, p->key[i].field, p->key[i].key));
}

double link_report_missed(const struct link_result *result)
{
    double coverage = result->plan.coverage;
    return result->plan.all || coverage <= 0 ? 0 : result->found.matches * (1 / coverage - 1);
}

/* Words */

static void put_heading(struct text *t, const char *title)
{
    buf_printf(t->out, "\n%s\n", title);
    for (size_t i = term_columns_of(title); i > 0; i--)
        buf_u8(t->out, '-');
    buf_u8(t->out, '\n');
}

static const char *keep(struct text *t)
{
    char *copy = arena_copy_text(&t->arena, buf_bytes(&t->words));
    if (!copy || buf_error(&t->words))
        buf_fail(t->out, E_NOMEM);
    buf_reset(&t->words);
    return copy ? copy : "";
}

static void put_prose(struct text *t)
{
    if (buf_error(&t->words))
        buf_fail(t->out, buf_error(&t->words));
    term_paragraph(t->out, buf_cstr(&t->words), 0, t->prose);
    buf_reset(&t->words);
}

/* 1,234,567 */
static void add_number(struct text *t, double n)
{
    char digits[32];
    int len = snprintf(digits, sizeof digits, "%.0f", n);
    for (int i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            buf_u8(&t->words, ',');
        buf_u8(&t->words, (uint8_t)digits[i]);
    }
}

static const char *number(struct text *t, double n)
{
    add_number(t, n);
    return keep(t);
}

static const char **cells_for(struct text *t, size_t rows, size_t columns)
{
    const char **cells = arena_alloc(&t->arena, (rows + 1) * columns * sizeof *cells);
    if (!cells)
        buf_fail(t->out, E_NOMEM);
    return cells;
}

static const char *ident(struct text *t, uint32_t record)
{
    link_idents_put(&t->result->idents, record, &t->words);
    return keep(t);
}

/* The parts */

static void put_lists(struct text *t)
{
    static const struct term_column columns[] = {
        {.title = "List", .cut = true}, {.title = "Records", .right = true}, {.title = ""}};
    const struct link_lists *lists = &t->result->lists;
    const char **cells = cells_for(t, lists->count, COUNT_OF(columns));
    for (unsigned i = 0; cells && i < lists->count; i++) {
        const struct link_list *list = &lists->lists[i];
        cells[3 * i] = list->name;
        cells[3 * i + 1] = number(t, list->rows);
        if (list->short_rows > 0)
            buf_printf(&t->words, "%u rows are shorter than the header, the first in line %u",
                       list->short_rows, list->first_short_line);
        else if (list->unique)
            buf_text(&t->words, "each person once");
        cells[3 * i + 2] = keep(t);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, lists->count, t->width);
}

static void put_columns(struct text *t)
{
    static const struct term_column columns[] = {{.title = "Column", .cut = true},
                                                 {.title = "of", .cut = true},
                                                 {.title = "taken for"},
                                                 {.title = "because", .cut = true}};
    const struct link_columns *all = &t->result->columns;
    const char **cells = cells_for(t, all->count, COUNT_OF(columns));
    put_heading(t, "What the columns are");
    for (unsigned i = 0; cells && i < all->count; i++) {
        const struct link_column *c = &all->columns[i];
        cells[4 * i] = c->name;
        cells[4 * i + 1] = t->result->lists.lists[c->list].name;
        link_report_use(c, &t->words);
        cells[4 * i + 2] = keep(t);
        cells[4 * i + 3] = c->role == LINK_ROLE_FIELD ? c->why : "";
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, all->count, t->width);
}

static void put_passes(struct text *t)
{
    static const struct term_column columns[] = {
        {.title = "Pairs that agree on", .cut = true},
        {.title = "pairs", .right = true},
        {.title = "matches", .right = true},
    };
    unsigned count = t->result->plan.passes;
    const char **cells = cells_for(t, count, COUNT_OF(columns));
    for (unsigned i = 0; cells && i < count; i++) {
        link_report_pass(t->result, i, &t->words);
        cells[3 * i] = keep(t);
        cells[3 * i + 1] = number(t, (double)t->result->found.pass[i].pairs);
        cells[3 * i + 2] = number(t, t->result->found.pass[i].matches);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, count, t->width);
}

static void put_pairs(struct text *t)
{
    const struct link_result *result = t->result;
    put_heading(t, "Which pairs were looked at");
    if (result->plan.all) {
        buf_text(&t->words, "All ");
        add_number(t, (double)result->universe.pairs);
        buf_text(&t->words, " possible pairs.");
        put_prose(t);
        return;
    }
    add_number(t, (double)result->found.pairs);
    buf_text(&t->words, " of ");
    add_number(t, (double)result->universe.pairs);
    buf_printf(
        &t->words,
        " possible pairs: those that agree on one of the keys below. About %.1f of 100 pairs "
        "of one person are expected to be among them; some ",
        100 * result->plan.coverage);
    add_number(t, ceil(link_report_missed(result)));
    buf_text(&t->words, " are not, and no later step can find them.");
    put_prose(t);
    put_passes(t);
}

static void put_persons(struct text *t)
{
    const struct link_result *result = t->result;
    size_t doubts;
    link_clustering_doubts(result->clustering, &doubts);
    put_heading(t, "Who is the same person");
    add_number(t, (double)result->universe.count);
    buf_text(&t->words, result->universe.count == 1 ? " record is " : " records are ");
    add_number(t, result->cluster_count);
    buf_text(&t->words, result->cluster_count == 1 ? " person" : " persons");
    buf_text(&t->words, "; not fewer than ");
    add_number(t, result->clusters_merged);
    buf_text(&t->words, " if all that is in doubt is joined, and ");
    add_number(t, result->clusters_apart);
    buf_text(&t->words, " if none of it is.");
    if (doubts > 0) {
        buf_u8(&t->words, ' ');
        add_number(t, (double)doubts);
        buf_text(&t->words, doubts == 1 ? " pair should be looked at by a person."
                                        : " pairs should be looked at by a person.");
    }
    put_prose(t);
}

static void put_sizes(struct text *t)
{
    uint32_t sizes[LINK_SIZES_MAX];
    link_result_sizes(t->result, sizes);
    buf_text(&t->words, "With one record: ");
    add_number(t, sizes[1]);
    for (unsigned i = 2; i < LINK_SIZES_MAX; i++) {
        if (sizes[i] == 0)
            continue;
        buf_printf(&t->words, "; with %u: ", i);
        add_number(t, sizes[i]);
    }
    if (sizes[0] > 0) {
        buf_printf(&t->words, "; with %d and more: ", LINK_SIZES_MAX);
        add_number(t, sizes[0]);
    }
    buf_u8(&t->words, '.');
    put_prose(t);
}

static void put_one(struct text *t, size_t at, size_t count)
{
    put_prose(t);
    if (at + 1 == SHOWN_MAX && count > SHOWN_MAX) {
        buf_printf(&t->words, "... and %zu more like it.", count - SHOWN_MAX);
        put_prose(t);
    }
}

static void put_contradictions(struct text *t)
{
    const struct link_result *result = t->result;
    size_t count;
    const struct link_contradiction *all =
        link_clustering_contradictions(result->clustering, &count);
    for (size_t i = 0; i < count && i < SHOWN_MAX; i++) {
        const char *a = ident(t, all[i].a), *b = ident(t, all[i].b);
        if (all[i].what == LINK_CONTRA_CANNOT)
            buf_printf(&t->words,
                       "Contradiction: %s and %s were decided to be different, but other decisions "
                       "make them the same.",
                       a, b);
        else
            buf_printf(&t->words,
                       "Contradiction: decisions make %s and %s the same, but their list is said "
                       "to hold each person once.",
                       a, b);
        put_one(t, i, count);
    }
    for (size_t i = 0; i < result->against_count && i < SHOWN_MAX; i++) {
        const struct link_against *against = &result->against[i];
        const char *a = ident(t, against->a), *b = ident(t, against->b);
        buf_printf(&t->words,
                   "%s and %s were decided to be %s, though all that is compared says "
                   "the opposite (%+.1f bits). The decision was obeyed.",
                   a, b, against->same ? "the same" : "different", (double)against->bits);
        put_one(t, i, result->against_count);
    }
}

static void put_disputes(struct text *t)
{
    const struct link_settled *settled = &t->result->settled;
    for (size_t i = 0; i < settled->dispute_count && i < SHOWN_MAX; i++) {
        const struct link_decision *one = settled->disputes[i].one;
        const struct link_decision *other = settled->disputes[i].other;
        buf_text(&t->words, "Reviewers differ, so nothing is decided: ");
        buf_span(&t->words, one->a);
        buf_text(&t->words, " and ");
        buf_span(&t->words, one->b);
        buf_printf(&t->words, " (lines %llu and %llu).", (unsigned long long)one->line,
                   (unsigned long long)other->line);
        put_one(t, i, settled->dispute_count);
    }
}

static void put_decisions(struct text *t)
{
    const struct link_settled *settled = &t->result->settled;
    if (t->result->decision_count == 0)
        return;
    put_heading(t, "What was decided");
    buf_printf(&t->words, "%zu pairs are the same person, %zu are not", settled->must_count,
               settled->cannot_count);
    if (settled->unsure > 0)
        buf_printf(&t->words, ", of %zu it could not be told", settled->unsure);
    if (settled->waiting > 0)
        buf_printf(&t->words, ", %zu wait for a second reviewer", settled->waiting);
    buf_u8(&t->words, '.');
    if (settled->unknown > 0)
        buf_printf(&t->words,
                   " %zu decisions are about records that are not in these lists, the first in "
                   "line %llu.",
                   settled->unknown, (unsigned long long)settled->unknown_line);
    put_prose(t);
    put_disputes(t);
    put_contradictions(t);
}

static void put_evaluation(struct text *t)
{
    static const struct term_column columns[] = {
        {.title = ""},
        {.title = "precision", .right = true},
        {.title = "recall", .right = true},
        {.title = "F1", .right = true},
        {.title = "true", .right = true},
        {.title = "found", .right = true},
        {.title = "right", .right = true},
    };
    const struct link_evaluation *e = &t->result->evaluation;
    const struct link_score *scores[] = {&e->pairs, &e->clusters};
    const char **cells = cells_for(t, COUNT_OF(scores), COUNT_OF(columns));
    put_heading(t, "How right it is");
    for (size_t i = 0; cells && i < COUNT_OF(scores); i++) {
        const double shares[] = {link_score_precision(scores[i]), link_score_recall(scores[i]),
                                 link_score_f1(scores[i])};
        const char **row = cells + i * COUNT_OF(columns);
        row[0] = i == 0 ? "pairs" : "clusters";
        for (size_t k = 0; k < COUNT_OF(shares); k++) {
            buf_printf(&t->words, "%.4f", shares[k]);
            row[1 + k] = keep(t);
        }
        row[4] = number(t, (double)scores[i]->wanted);
        row[5] = number(t, (double)scores[i]->found);
        row[6] = number(t, (double)scores[i]->right);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, COUNT_OF(scores), t->width);
}

static void put_calibration(struct text *t)
{
    static const struct term_column columns[] = {{.title = "chance given", .right = true},
                                                 {.title = "were the same", .right = true},
                                                 {.title = "pairs", .right = true}};
    const struct link_evaluation *e = &t->result->evaluation;
    const char **cells = cells_for(t, LINK_CALIBRATION_BINS, COUNT_OF(columns));
    size_t rows = 0;
    for (size_t i = 0; cells && i < LINK_CALIBRATION_BINS; i++) {
        uint64_t pairs = e->calibration[i].pairs;
        if (pairs == 0)
            continue;
        buf_printf(&t->words, "%.3f", e->calibration[i].expected);
        cells[3 * rows] = keep(t);
        buf_printf(&t->words, "%.3f", (double)e->calibration[i].right / (double)pairs);
        cells[3 * rows + 1] = keep(t);
        cells[3 * rows + 2] = number(t, (double)pairs);
        rows++;
    }
    buf_u8(t->out, '\n');
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, rows, t->width);
}

int link_report_text(const struct link_result *result, size_t width, struct buf *out)
{
    struct text t = {.result = result,
                     .out = out,
                     .width = width,
                     .prose = width < PROSE_MAX ? width : PROSE_MAX};
    arena_init(&t.arena, ARENA_BYTES_MAX);
    buf_init(&t.words, WORDS_BYTES_MAX);
    put_lists(&t);
    put_columns(&t);
    put_pairs(&t);
    put_persons(&t);
    put_sizes(&t);
    put_decisions(&t);
    if (result->evaluated) {
        put_evaluation(&t);
        put_calibration(&t);
    }
    buf_wipe_release(&t.words);
    arena_release(&t.arena);
    return buf_error(out);
}
