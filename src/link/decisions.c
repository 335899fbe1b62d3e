/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Settling sorts by pair, then reviewer, then line, so that each pair's last words stand side by
 * side. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "link/decisions.h"
#include "table/csv.h"

static const char *const columns[] = {"time", "reviewer", "answer", "a", "b", "reason"};
enum { TIME, REVIEWER, ANSWER, A, B, REASON };
static const char *const answers[] = {"same", "different", "unsure"};

void link_decisions_begin(struct buf *out)
{
    struct csv_writer w;
    csv_writer_init(&w, out, ',', false);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        csv_write_field(&w, span_text(columns[i]));
    csv_write_row_end(&w);
}

void link_decision_put(struct buf *out, const struct link_decision *d)
{
    const struct span fields[] = {d->time, d->reviewer, span_text(answers[d->answer]),
                                  d->a,    d->b,        d->reason};
    struct csv_writer w;
    csv_writer_init(&w, out, ',', false);
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        csv_write_field(&w, fields[i]);
    csv_write_row_end(&w);
}

static int check_header(const struct csv_reader *r, struct problem *problem)
{
    bool right = csv_reader_count(r) == COUNT_OF(columns);
    for (size_t i = 0; right && i < COUNT_OF(columns); i++)
        right = span_equal(csv_reader_field(r, i), span_text(columns[i]));
    if (!right)
        return problem_set(problem, E_FORMAT,
                           "line %llu: a file of decisions begins with the columns time, reviewer, "
                           "answer, a, b, reason",
                           (unsigned long long)csv_reader_line(r));
    return 0;
}

static int read_answer(struct span text, uint64_t line, enum link_answer *ret_answer,
                       struct problem *problem)
{
    for (size_t i = 0; i < COUNT_OF(answers); i++) {
        if (span_equal(text, span_text(answers[i]))) {
            *ret_answer = (enum link_answer)i;
            return 0;
        }
    }
    return problem_set(problem, E_FORMAT, "line %llu: the answer is not same, different or unsure",
                       (unsigned long long)line);
}

static int keep(struct arena *arena, struct span text, struct span *ret_kept)
{
    char *copy = arena_copy_text(arena, text);
    REJECT_IF(!copy, E_NOMEM);
    *ret_kept = span_of(copy, text.len);
    return 0;
}

static int read_row(const struct csv_reader *r, struct arena *arena, struct link_decision *d,
                    struct problem *problem)
{
    struct span *const kept[] = {&d->time, &d->reviewer, NULL, &d->a, &d->b, &d->reason};
    d->line = csv_reader_line(r);
    if (csv_reader_count(r) != COUNT_OF(columns))
        return problem_set(problem, E_FORMAT, "line %llu: a decision has %zu fields, not %zu",
                           (unsigned long long)d->line, COUNT_OF(columns), csv_reader_count(r));
    for (size_t i = 0; i < COUNT_OF(columns); i++) {
        if (kept[i])
            TRY(keep(arena, csv_reader_field(r, i), kept[i]));
    }
    if (d->reviewer.len == 0 || d->a.len == 0 || d->b.len == 0)
        return problem_set(problem, E_FORMAT,
                           "line %llu: a decision names its reviewer and two records",
                           (unsigned long long)d->line);
    return read_answer(csv_reader_field(r, ANSWER), d->line, &d->answer, problem);
}

/* A growing array; the rows are counted only by reading them. */
struct reading {
    struct link_decision *all;
    size_t count, capacity;
};

static int grow(struct reading *all)
{
    if (all->count < all->capacity)
        return 0;
    size_t capacity = all->capacity ? all->capacity * 2 : 16;
    struct link_decision *more = mem_realloc(all->all, capacity * sizeof *more);
    REJECT_IF(!more, E_NOMEM);
    all->all = more;
    all->capacity = capacity;
    return 0;
}

static int read_rows(struct csv_reader *r, struct arena *arena, struct reading *all,
                     struct problem *problem)
{
    bool got, header = true;
    for (;; header = false) {
        TRY(csv_reader_next(r, &got, problem));
        if (!got)
            return 0;
        if (header) {
            TRY(check_header(r, problem));
            continue;
        }
        TRY(grow(all));
        all->all[all->count] = (struct link_decision){0};
        TRY(read_row(r, arena, &all->all[all->count], problem));
        all->count++;
    }
}

int link_decisions_read(struct span file, struct arena *arena, struct link_decision **ret_decisions,
                        size_t *ret_count, struct problem *problem)
{
    struct csv_options options = {.delimiter = ',', .field_max_bytes = LINK_DECISION_FIELD_MAX};
    struct reading all = {0};
    REJECT_IF(file.len > LINK_DECISIONS_MAX_BYTES, E_TOO_LARGE);
    struct csv_reader *r = csv_reader_new(file, &options);
    REJECT_IF(!r, E_NOMEM);
    int error = read_rows(r, arena, &all, problem);
    csv_reader_free(r);
    if (error == 0) {
        struct link_decision *kept = arena_alloc(arena, (all.count + 1) * sizeof *kept);
        if (kept) {
            if (all.count > 0)
                memcpy(kept, all.all, all.count * sizeof *kept);
            *ret_decisions = kept;
            *ret_count = all.count;
        } else {
            error = E_NOMEM;
        }
    }
    mem_free(all.all);
    return error;
}

struct said {
    uint32_t a, b;
    const struct link_decision *decision;
};

static int by_span(struct span x, struct span y)
{
    size_t shorter = x.len < y.len ? x.len : y.len;
    int order = shorter > 0 ? memcmp(x.data, y.data, shorter) : 0;
    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static int by_pair(const void *x, const void *y)
{
    const struct said *s = x, *t = y;
    if (s->a != t->a)
        return s->a < t->a ? -1 : 1;
    if (s->b != t->b)
        return s->b < t->b ? -1 : 1;
    int order = by_span(s->decision->reviewer, t->decision->reviewer);
    if (order != 0)
        return order;
    return s->decision->line < t->decision->line ? -1 : s->decision->line > t->decision->line;
}

static size_t find_records(const struct link_decision *decisions, size_t count,
                           uint32_t (*find)(void *arg, struct span key), void *arg,
                           struct said *said, struct link_settled *settled)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        uint32_t a = find(arg, decisions[i].a), b = find(arg, decisions[i].b);
        if (a == UINT32_MAX || b == UINT32_MAX || a == b) {
            if (settled->unknown++ == 0)
                settled->unknown_line = decisions[i].line;
            continue;
        }
        said[kept++] =
            (struct said){.a = a < b ? a : b, .b = a < b ? b : a, .decision = &decisions[i]};
    }
    return kept;
}

/* What the reviewers last said of one pair. */
static void settle_pair(const struct said *said, size_t count, bool two_reviewers,
                        struct link_settled *settled)
{
    const struct link_decision *last[2] = {NULL, NULL}; /* same, different */
    size_t reviewers[2] = {0};
    for (size_t i = 0; i < count; i++) {
        const struct link_decision *d = said[i].decision;
        bool superseded =
            i + 1 < count && by_span(d->reviewer, said[i + 1].decision->reviewer) == 0;
        if (superseded || d->answer == LINK_ANSWER_UNSURE)
            continue;
        last[d->answer] = d;
        reviewers[d->answer]++;
    }
    struct link_pair pair = {said[0].a, said[0].b};
    if (last[0] && last[1])
        settled->disputes[settled->dispute_count++] = (struct link_dispute){last[0], last[1]};
    else if (!last[0] && !last[1])
        settled->unsure++;
    else if (two_reviewers && reviewers[last[0] ? 0 : 1] < 2)
        settled->waiting++;
    else if (last[0])
        settled->must[settled->must_count++] = pair;
    else
        settled->cannot[settled->cannot_count++] = pair;
}

int link_decisions_settle(const struct link_decision *decisions, size_t count, bool two_reviewers,
                          uint32_t (*find)(void *arg, struct span key), void *arg,
                          struct arena *arena, struct link_settled *ret_settled)
{
    struct link_settled settled = {
        .must = arena_alloc(arena, (count + 1) * sizeof *settled.must),
        .cannot = arena_alloc(arena, (count + 1) * sizeof *settled.cannot),
        .disputes = arena_alloc(arena, (count + 1) * sizeof *settled.disputes)};
    struct said *said = mem_calloc(count + 1, sizeof *said);
    if (!said || !settled.must || !settled.cannot || !settled.disputes) {
        mem_free(said);
        return E_NOMEM;
    }
    size_t kept = find_records(decisions, count, find, arg, said, &settled);
    qsort(said, kept, sizeof *said, by_pair);
    for (size_t i = 0, end; i < kept; i = end) {
        for (end = i + 1; end < kept && said[end].a == said[i].a && said[end].b == said[i].b;)
            end++;
        settle_pair(said + i, end - i, two_reviewers, &settled);
    }
    mem_free(said);
    *ret_settled = settled;
    return 0;
}
