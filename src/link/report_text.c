/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For a terminal. Prose is kept narrow even where the terminal is wide; tables take what there
 * is. */
#include "link/report.h"

#include "draw/term.h"
#include "link/say.h"

#define ARENA_BYTES_MAX ((size_t)64 << 20)
#define WORDS_BYTES_MAX (64u << 10)
#define PROSE_MAX 96
#define SHOWN_MAX 20 /* of what should be looked at again */

struct text {
    const struct link_result *result;
    struct buf *out;
    size_t width, prose;
    struct arena arena;
    struct buf words; /* what is put together; reset before each use */
};

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

static const char *number(struct text *t, double n)
{
    say_number(&t->words, n);
    return keep(t);
}

static const char *real(struct text *t, int digits, double v)
{
    buf_printf(&t->words, "%.*f", digits, v);
    return keep(t);
}

static const char *bits(struct text *t, unsigned field, unsigned level)
{
    chart_put_bits(&t->words, say_level_bits(t->result, field, level));
    return keep(t);
}

static const char **cells_for(struct text *t, size_t rows, size_t columns)
{
    const char **cells = arena_alloc(&t->arena, (rows + 1) * columns * sizeof *cells);
    if (!cells)
        buf_fail(t->out, E_NOMEM);
    return cells;
}

/* The parts */

static void put_lists(struct text *t)
{
    static const struct term_column columns[] = {{.title = "List", .cut = true},
                                                 {.title = "Records", .right = true},
                                                 {.title = "", .cut = true}};
    const struct link_lists *lists = &t->result->lists;
    const char **cells = cells_for(t, lists->count, COUNT_OF(columns));
    for (unsigned i = 0; cells && i < lists->count; i++) {
        cells[3 * i] = lists->lists[i].name;
        cells[3 * i + 1] = number(t, lists->lists[i].rows);
        say_list(&t->words, &lists->lists[i]);
        cells[3 * i + 2] = keep(t);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, lists->count, t->width);
}

/* All tables are of one piece, so that they stand under each other. */
static void put_columns(struct text *t)
{
    static const struct term_column columns[] = {{.title = "Column", .cut = true},
                                                 {.title = "taken for", .cut = true},
                                                 {.title = "because", .cut = true}};
    const struct link_columns *all = &t->result->columns;
    const char **cells = cells_for(t, all->count + t->result->lists.count, COUNT_OF(columns));
    size_t rows = 0;
    unsigned list = UINT32_MAX;
    put_heading(t, "What the columns are");
    for (unsigned i = 0; cells && i < all->count; i++) {
        const struct link_column *c = &all->columns[i];
        if (c->list != list && t->result->lists.count > 1) {
            buf_printf(&t->words, "%s:", t->result->lists.lists[c->list].name);
            cells[3 * rows++] = keep(t);
        }
        list = c->list;
        cells[3 * rows] = c->name;
        say_use(&t->words, c);
        cells[3 * rows + 1] = keep(t);
        cells[3 * rows++ + 2] = c->role == LINK_ROLE_FIELD ? c->why : "";
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, rows, t->width);
}

static void put_passes(struct text *t)
{
    static const struct term_column columns[] = {
        {.title = "Pairs that agree on", .cut = true},
        {.title = "pairs", .right = true},
        {.title = "of one person", .right = true},
    };
    unsigned count = t->result->plan.passes;
    const char **cells = cells_for(t, count, COUNT_OF(columns));
    for (unsigned i = 0; cells && i < count; i++) {
        say_pass(&t->words, t->result, i);
        cells[3 * i] = keep(t);
        cells[3 * i + 1] = number(t, (double)t->result->found.pass[i].pairs);
        cells[3 * i + 2] = number(t, t->result->found.pass[i].matches);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, count, t->width);
}

static void put_pairs(struct text *t)
{
    put_heading(t, "Which pairs were looked at");
    say_pairs(&t->words, t->result);
    put_prose(t);
    if (!t->result->plan.all)
        put_passes(t);
}

static void put_fields(struct text *t)
{
    static const struct term_column columns[] = {{.title = "What is compared", .cut = true},
                                                 {.title = "the same", .right = true},
                                                 {.title = "different", .right = true},
                                                 {.title = "goes together with", .cut = true}};
    unsigned count = t->result->model.fields, wide = COUNT_OF(columns) - 1;
    for (unsigned f = 0; f < count; f++) {
        say_beside(&t->words, t->result, f);
        wide = t->words.len > 0 ? COUNT_OF(columns) : wide;
        buf_reset(&t->words);
    }
    const char **cells = cells_for(t, count, COUNT_OF(columns));
    put_heading(t, "What agreement weighs, in bits");
    say_model(&t->words, t->result);
    put_prose(t);
    for (unsigned f = 0; cells && f < count; f++) {
        unsigned top = t->result->model.field[f].levels - 1;
        const char **row = cells + wide * f;
        row[0] = t->result->model.field[f].name;
        row[1] = bits(t, f, top);
        row[2] = bits(t, f, LINK_LEVEL_DIFFERENT);
        say_beside(&t->words, t->result, f);
        if (wide == COUNT_OF(columns))
            row[3] = keep(t);
        buf_reset(&t->words);
    }
    if (cells)
        term_table(t->out, columns, wide, cells, count, t->width);
}

static void put_persons(struct text *t)
{
    put_heading(t, "Who is the same person");
    say_persons(&t->words, t->result);
    buf_u8(&t->words, ' ');
    say_bounds(&t->words, t->result);
    put_prose(t);
    say_review(&t->words, t->result);
    put_prose(t);
    buf_text(&t->words, "Persons by how many records they have: ");
    say_sizes(&t->words, t->result);
    put_prose(t);
}

static void put_decisions(struct text *t)
{
    size_t troubles = say_troubles(t->result);
    if (t->result->decision_count == 0)
        return;
    put_heading(t, "What people decided");
    say_decisions(&t->words, t->result);
    put_prose(t);
    for (size_t i = 0; i < troubles && i < SHOWN_MAX; i++) {
        buf_u8(t->out, '\n');
        say_trouble(&t->words, t->result, i);
        put_prose(t);
    }
    if (troubles > SHOWN_MAX) {
        buf_printf(&t->words, "And %zu more, which --json and --html list.", troubles - SHOWN_MAX);
        put_prose(t);
    }
}

static void put_scores(struct text *t)
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
    for (size_t i = 0; cells && i < COUNT_OF(scores); i++) {
        const char **row = cells + i * COUNT_OF(columns);
        row[0] = i == 0 ? "pairs" : "persons";
        row[1] = real(t, 4, link_score_precision(scores[i]));
        row[2] = real(t, 4, link_score_recall(scores[i]));
        row[3] = real(t, 4, link_score_f1(scores[i]));
        row[4] = number(t, (double)scores[i]->wanted);
        row[5] = number(t, (double)scores[i]->found);
        row[6] = number(t, (double)scores[i]->right);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, COUNT_OF(scores), t->width);
}

static void put_chances(struct text *t)
{
    static const struct term_column columns[] = {{.title = "chance given", .right = true},
                                                 {.title = "came true", .right = true},
                                                 {.title = "pairs", .right = true}};
    const char **cells = cells_for(t, LINK_CALIBRATION_BINS, COUNT_OF(columns));
    struct say_chances chances;
    size_t rows = 0;
    say_chances(t->result, &chances);
    for (size_t i = 0; cells && i < LINK_CALIBRATION_BINS; i++) {
        double pairs = (double)chances.bin[i].pairs;
        if (chances.bin[i].pairs == 0)
            continue;
        cells[3 * rows] = real(t, 3, chances.bin[i].expected);
        cells[3 * rows + 1] = real(t, 3, (double)chances.bin[i].right / pairs);
        cells[3 * rows++ + 2] = number(t, pairs);
    }
    if (cells)
        term_table(t->out, columns, COUNT_OF(columns), cells, rows, t->width);
}

static void put_evaluation(struct text *t)
{
    if (!t->result->evaluated)
        return;
    put_heading(t, "How right it is");
    put_scores(t);
    buf_u8(t->out, '\n');
    term_paragraph(t->out, say_about_truth, 0, t->prose);
    put_chances(t);
}

int link_report_text(const struct link_result *result, size_t width, struct buf *out)
{
    width = width < LINK_REPORT_WIDTH_MIN ? LINK_REPORT_WIDTH_MIN : width;
    struct text t = {.result = result,
                     .out = out,
                     .width = width,
                     .prose = width < PROSE_MAX ? width : PROSE_MAX};
    arena_init(&t.arena, ARENA_BYTES_MAX);
    buf_init(&t.words, WORDS_BYTES_MAX);
    put_lists(&t);
    put_columns(&t);
    put_pairs(&t);
    put_fields(&t);
    put_persons(&t);
    put_decisions(&t);
    put_evaluation(&t);
    put_heading(&t, "To repeat it");
    say_repeat(&t.words, result);
    put_prose(&t);
    buf_wipe_release(&t.words);
    arena_release(&t.arena);
    return buf_error(out);
}
