/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Each worker has a space for the procedure, and what a task gives depends on its number alone:
 * first those of the jackknife, then the replicates, each on its own stream. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "count/bca.h"
#include "count/number.h"
#include "count/sparse.h"
#include "count/stepwise.h"
#include "count/variate.h"

/* The replicates' streams of the seed; "spar". */
#define STREAMS (UINT64_C(0x73706172) << 32)
/* An estimate that moves by so much of itself without one person hangs on one cell. */
#define ONE_CELL_MOVE 0.25
#define POOR_FIT_BELOW 0.001
#define PROGRESS_EACH 16

struct space {
    struct stepwise *stepwise;
    struct variate variate;
    struct count_table table;
};

struct bootstrap {
    const struct count_table *t;
    uint64_t n;
    const struct count_means *means;
    struct space *spaces;
    size_t replicates, done; /* that there will be; that are there */
    double *estimates;       /* the replicates', later sorted */
    size_t cell_count;       /* that hold anybody */
    uint16_t cells[COUNT_CELLS_MAX];
    double without[COUNT_CELLS_MAX]; /* one person of cells[i] */
};

/* n persons drawn again from the cells of t. */
static void resample(struct variate *v, const struct count_table *t, uint64_t n,
                     struct count_table *ret_table)
{
    uint64_t left = n, among = n;
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        uint64_t cell = t->cells[h], drawn = 0;
        if (cell > 0 && left > 0)
            drawn = cell == among ? left
                                  : (uint64_t)variate_binomial(v, (int64_t)left,
                                                               (double)cell / (double)among);
        ret_table->cells[h] = drawn;
        left -= drawn;
        among -= cell;
    }
}

static int task_replicate(void *arg, size_t index, unsigned worker)
{
    struct bootstrap *b = arg;
    struct space *s = &b->spaces[worker];
    if (watch_stopped(b->means->watch))
        return E_STOPPED;
    size_t replicate = b->done + index;
    if (replicate % PROGRESS_EACH == 0)
        watch_progress(b->means->watch, "sparse overlaps, bootstrap", replicate, b->replicates);
    rng_init(&s->variate.rng, b->means->seed, STREAMS + replicate);
    s->table.lists = b->t->lists;
    resample(&s->variate, b->t, b->n, &s->table);
    stepwise_run(s->stepwise, &s->table);
    b->estimates[replicate] = s->stepwise->n;
    return 0;
}

static int task_without(void *arg, size_t index, unsigned worker)
{
    struct bootstrap *b = arg;
    struct space *s = &b->spaces[worker];
    if (watch_stopped(b->means->watch))
        return E_STOPPED;
    s->table = *b->t;
    s->table.cells[b->cells[index]]--;
    stepwise_run(s->stepwise, &s->table);
    b->without[index] = s->stepwise->n;
    return 0;
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double acceleration(const struct bootstrap *b)
{
    double cap = COUNT_ABSURD * (double)b->n;
    double without[COUNT_CELLS_MAX], weights[COUNT_CELLS_MAX];
    for (size_t i = 0; i < b->cell_count; i++) {
        without[i] = fmin(b->without[i], cap);
        weights[i] = (double)b->t->cells[b->cells[i]];
    }
    return bca_acceleration(without, weights, b->cell_count);
}

static void sort(struct bootstrap *b, const struct count_estimate *e, struct bca *ret_bca)
{
    qsort(b->estimates, b->done, sizeof *b->estimates, ascending);
    bca_init(ret_bca, b->estimates, b->done, e->n, acceleration(b));
}

static bool is_beyond(const struct bca *bca)
{
    return bca_is_beyond(bca, 0.025) || bca_is_beyond(bca, 0.975);
}

static void say_endless(const struct bootstrap *b, size_t endless, struct count_estimate *e)
{
    if (endless == 0)
        return;
    count_estimate_detail(e, "%.1f%% of %s repetitions have no finite estimate.",
                          100 * (double)endless / (double)b->done, NUMBER(b->done));
    if ((double)endless > COUNT_SPARSE_ENDLESS * (double)b->done)
        count_estimate_warn(e, COUNT_WARN_NO_UPPER_LIMIT);
}

/* The limits and the spread. Of the spread, what is beyond all finite replicates is put at the last
 * of them; when that would be more than a few, there is none. */
static void interval(const struct bootstrap *b, const struct bca *bca, struct count_estimate *e)
{
    size_t finite = b->done;
    while (finite > 0 && isinf(b->estimates[finite - 1]))
        finite--;
    say_endless(b, b->done - finite, e);
    double documented = (double)b->n;
    double low = bca_limit(bca, 0.025), high = bca_limit(bca, 0.975);
    if (isinf(high))
        count_estimate_warn(e, COUNT_WARN_NO_UPPER_LIMIT);
    if (count_estimate_has(e, COUNT_WARN_NO_UPPER_LIMIT)) {
        if (isfinite(low))
            count_estimate_detail(e, "The lower limit is %s.", NUMBER(fmax(low, documented)));
        return;
    }
    if (is_beyond(bca)) {
        count_estimate_warn(e, COUNT_WARN_FEW_DRAWS);
        count_estimate_detail(e, "A limit lies beyond all %s repetitions.", NUMBER(b->done));
    }
    e->low = low;
    e->high = high;
    e->has_interval = e->has_spread = true;
    for (unsigned i = 0; i < COUNT_SPREAD; i++) {
        double limit = bca_limit(bca, (i + 0.5) / COUNT_SPREAD);
        e->spread[i] = fmax(fmin(limit, b->estimates[finite - 1]), documented);
    }
}

/* "13" for the lists 1 and 3, as in the model's text. */
static const char *history_text(unsigned history, char text[COUNT_LISTS_MAX + 1])
{
    size_t length = 0;
    for (unsigned i = 0; i < COUNT_LISTS_MAX; i++) {
        if (history >> i & 1)
            text[length++] = (char)('1' + i);
    }
    text[length] = '\0';
    return text;
}

static void warn_one_cell(const struct bootstrap *b, struct count_estimate *e)
{
    size_t worst = 0;
    for (size_t i = 1; i < b->cell_count; i++) {
        if (fabs(b->without[i] - e->n) > fabs(b->without[worst] - e->n))
            worst = i;
    }
    double without = b->without[worst];
    if (fabs(without - e->n) <= ONE_CELL_MOVE * e->n)
        return;
    char text[COUNT_LISTS_MAX + 1];
    count_estimate_warn(e, COUNT_WARN_ONE_CELL);
    history_text(b->cells[worst], text);
    if (isinf(without))
        count_estimate_detail(e, "Without one person on [%s] alone there would be none.", text);
    else
        count_estimate_detail(e, "Without one person on [%s] alone it would be %s.", text,
                              NUMBER(without));
}

/* "[12,13,4]": the pairs, and the lists that are in none. */
static void say_model(const struct stepwise *s, struct count_estimate *e)
{
    char text[COUNT_LISTS_MAX + 1];
    size_t used = 0;
    for (unsigned i = 0; i < s->lists; i++) {
        bool alone = true;
        for (unsigned j = 0; j < s->lists; j++) {
            unsigned set = 1u << i | 1u << j;
            if (i == j || !stepwise_has(s, set))
                continue;
            alone = false;
            if (i < j)
                used += (size_t)snprintf(e->model + used, sizeof e->model - used, "%c%s",
                                         used ? ',' : '[', history_text(set, text));
        }
        if (alone && s->seen[1u << i] > 0)
            used += (size_t)snprintf(e->model + used, sizeof e->model - used, "%c%u",
                                     used ? ',' : '[', i + 1);
    }
    snprintf(e->model + used, sizeof e->model - used, "]");
}

static void say_impossible_pairs(const struct stepwise *s, struct count_estimate *e)
{
    char text[COUNT_LISTS_MAX + 1];
    for (size_t i = 0, said = 0; i < s->set_count; i++) {
        unsigned set = s->sets[i];
        if (__builtin_popcount(set) == 2 && s->seen[set] == 0)
            count_estimate_detail(e, said++ ? "[%s]" : "Taken never to meet: [%s]",
                                  history_text(set, text));
    }
}

/* The estimate on the table itself, or why there is none. */
static void estimate(struct stepwise *s, const struct count_table *t, struct count_estimate *e)
{
    stepwise_run(s, t);
    bool overlap = false;
    unsigned lists = 0;
    for (unsigned h = 1; h < 1u << t->lists; h++) {
        bool one = (h & (h - 1)) == 0;
        lists += one && s->seen[h] > 0;
        overlap |= !one && s->seen[h] > 0;
    }
    if (lists < 3) {
        count_estimate_warn(e, COUNT_WARN_TOO_FEW_LISTS);
    } else if (!overlap) {
        count_estimate_warn(e, COUNT_WARN_APART);
    } else if (!s->exists) {
        count_estimate_warn(e, COUNT_WARN_NOT_IDENTIFIABLE);
    } else if (!s->glm->converged) {
        count_estimate_warn(e, COUNT_WARN_NO_FIT);
    } else {
        e->given = true;
        e->n = s->n;
        say_model(s, e);
        double df = (double)s->glm->rows_fitted - (double)s->glm->rank;
        if (number_chi_squared_above(s->glm->deviance, df) < POOR_FIT_BELOW)
            count_estimate_warn(e, COUNT_WARN_POOR_FIT);
        say_impossible_pairs(s, e);
    }
}

static int jackknife(struct bootstrap *b)
{
    for (unsigned h = 1; h < 1u << b->t->lists; h++) {
        if (b->t->cells[h] > 0)
            b->cells[b->cell_count++] = (uint16_t)h;
    }
    return workers_run(b->means->workers, b->cell_count, task_without, b);
}

static int draw(struct bootstrap *b, size_t replicates)
{
    double *estimates = mem_realloc(b->estimates, replicates * sizeof *estimates);
    if (!estimates)
        return E_NOMEM;
    b->estimates = estimates;
    b->replicates = replicates;
    TRY(workers_run(b->means->workers, replicates - b->done, task_replicate, b));
    b->done = replicates;
    return 0;
}

static int bootstrap_run(struct bootstrap *b, size_t replicates, struct count_estimate *e)
{
    struct bca bca;
    TRY(jackknife(b));
    TRY(draw(b, replicates));
    sort(b, e, &bca);
    if (is_beyond(&bca)) {
        TRY(draw(b, replicates * COUNT_SPARSE_MORE));
        sort(b, e, &bca);
    }
    warn_one_cell(b, e);
    interval(b, &bca, e);
    return 0;
}

static int with_spaces(struct bootstrap *b, unsigned workers, size_t replicates,
                       struct count_estimate *e)
{
    for (unsigned i = 0; i < workers; i++) {
        struct space *s = &b->spaces[i];
        s->stepwise = stepwise_new(b->t->lists);
        if (!s->stepwise)
            return E_NOMEM;
        variate_init(&s->variate, b->means->seed, 0);
    }
    estimate(b->spaces[0].stepwise, b->t, e);
    if (!e->given || isinf(e->n) || replicates == 0)
        return 0;
    return bootstrap_run(b, replicates, e);
}

int count_sparse(const struct count_table *t, unsigned replicates, const struct count_means *means,
                 struct count_estimate *ret_estimate)
{
    REJECT_IF(replicates > COUNT_SPARSE_REPLICATES_MAX, E_ARGUMENT);
    struct count_estimate e;
    count_estimate_init(
        &e, "sparse", "Sparse overlaps, stepwise",
        "Only pairs of lists depend on each other, those that the overlaps show plainly; the "
        "interval carries that choice.");
    unsigned workers = workers_count(means->workers);
    struct bootstrap b = {.t = t, .n = count_table_n(t), .means = means};
    b.spaces = mem_calloc(workers, sizeof *b.spaces);
    if (!b.spaces)
        return E_NOMEM;
    int error = with_spaces(&b, workers, replicates, &e);
    for (unsigned i = 0; i < workers; i++)
        stepwise_free(b.spaces[i].stepwise);
    mem_free(b.spaces);
    mem_free(b.estimates);
    if (error == E_STOPPED)
        count_estimate_warn(&e, COUNT_WARN_UNFINISHED);
    else
        TRY(error);
    count_estimate_finish(&e, b.n);
    *ret_estimate = e;
    return 0;
}
