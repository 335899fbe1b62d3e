/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two loops. The inner one finds the matches and m, with u as it stands; the outer one learns u
 * anew from what is left. In one loop the two slowly trade: pairs of strangers whose fields hang
 * together are taken for matches, and then no longer seem to hang together. */
#include <math.h>

#include "base/mem.h"
#include "link/em_internal.h"

#define ROUNDS_MAX 50
/* Odds are taken to this power before a pair counts for m: a great many pairs that are a little
 * doubtful would else make a kind of match of their own, of strangers who share one rare thing,
 * that feeds on itself. With three fields nothing else holds it back. */
#define SHARPENED 1.15
#define DOUBTED 0.05 /* matches not recognised, for each that is */
#define OUTER_ROUNDS_MAX 20
#define SETTLED 1e-3 /* change of a share of matches, relative, or of an m */
#define ROWS_PER_TASK 4096
#define PRIOR_M_PAIRS 20.0 /* matches that general knowledge of m counts as */
#define PRIOR_U_PAIRS 0.5  /* pairs, for each level, that u counts beyond those seen */
#define PRIOR_GIVEN_PAIRS 10.0
#define PRIOR_RARITY_PAIRS 5.0
#define OTHERS_MIN 1000.0   /* pairs that nobody asks about, to be told anything by them */
#define FREE_PAIRS_MIN 30.0 /* matches found without the field, for m to come from them alone */
#define COVERAGE_MIN 0.5
#define TELLS 0.7              /* of random pairs differ in a field that tells records apart */
#define CLOSE_LEVELS 4         /* of a field of words, those from "a part" on */
#define MATCHES_PER_RECORD 8.0 /* more than that is not believed */

struct sums {
    double share[LINK_CLASSES][LINK_FIELDS_MAX][LINK_LEVELS_MAX];
    double of_all[LINK_FIELDS_MAX][LINK_LEVELS_MAX]; /* m from all matches, free or not */
    /* By the parent's level and the own; and for the rows the sum of squares. */
    double given[LINK_CLASSES][LINK_FIELDS_MAX][LINK_LEVELS_MAX][LINK_LEVELS_MAX];
    double squares[LINK_CLASSES][LINK_FIELDS_MAX][LINK_LEVELS_MAX];
    /* By level and frequency code; for the other pairs the sum of squares. */
    double codes[LINK_CLASSES][LINK_FIELDS_MAX][LINK_LEVELS_MAX][LINK_FREQUENCY_CODES];
    double code_squares[LINK_FIELDS_MAX][LINK_LEVELS_MAX];
    double matches;
    double once, twice; /* matches that one pass alone finds, and two */
};

struct em {
    const struct link_em_input *in;
    struct link_model *model;
    struct link_em_row *rows;
    struct sums *sums; /* per task */
    size_t tasks;
    double value_share[LINK_FIELDS_MAX][LINK_FREQUENCY_CODES];
};

double link_em_class_weight(const struct link_em_row *row, enum link_class class,
                            double *ret_square)
{
    double one = row->weight * (class == LINK_M ? row->match : 1 - row->match);
    if (class == LINK_M && row->outside)
        one = 0;
    *ret_square = row->pairs * one * one;
    return row->pairs * one;
}

/* By field and frequency code, under the model as it is. */
static void set_value_shares(struct em *em)
{
    for (unsigned f = 0; f < em->model->fields; f++) {
        double mates = link_model_mates(em->model, f);
        for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++)
            em->value_share[f][code] =
                link_value_share(link_frequency_of_code(code), em->in->present[f], mates);
    }
}

/* The likelihood ratio. */
static double ratio_of(const struct em *em, const struct link_em_row *row)
{
    double u[LINK_FIELDS_MAX], m[LINK_FIELDS_MAX], ratio = 1;
    link_model_terms(em->model, LINK_U, row->level, u);
    link_model_terms(em->model, LINK_M, row->level, m);
    for (unsigned f = 0; f < em->model->fields; f++) {
        double term = u[f];
        if (row->frequency[f] != 0)
            term = link_model_rarity(em->model, f, row->level[f], term,
                                     em->value_share[f][row->frequency[f]]);
        ratio *= m[f] / term;
    }
    return ratio;
}

/* Rounds */

static void add_branch(struct sums *s, const struct link_model *model,
                       const struct link_em_row *row, unsigned f, enum link_class class)
{
    int parent = model->field[f].of[class].parent;
    if (parent < 0 || row->level[parent] == LINK_LEVEL_MISSING)
        return;
    double square, pairs = link_em_class_weight(row, class, &square);
    s->given[class][f][row->level[parent]][row->level[f]] += pairs;
    s->squares[class][f][row->level[parent]] += square;
}

static void add_row(struct sums *s, const struct link_model *model, const struct link_em_row *row)
{
    double square, match = link_em_class_weight(row, LINK_M, &square);
    double other = link_em_class_weight(row, LINK_U, &square);
    double sure = row->outside ? 0 : row->pairs * row->weight * row->sure;
    s->matches += match;
    s->once += row->passes == 1 ? match : 0;
    s->twice += row->passes == 2 ? match : 0;
    for (unsigned f = 0; f < model->fields; f++) {
        unsigned level = row->level[f];
        if (level == LINK_LEVEL_MISSING)
            continue;
        s->share[LINK_U][f][level] += other;
        s->of_all[f][level] += sure;
        if (row->free_fields & 1u << f)
            s->share[LINK_M][f][level] += sure;
        if (row->frequency[f] != 0) {
            s->codes[LINK_M][f][level][row->frequency[f]] += match;
            s->codes[LINK_U][f][level][row->frequency[f]] += other;
            s->code_squares[f][level] += square;
        }
        add_branch(s, model, row, f, LINK_U);
        add_branch(s, model, row, f, LINK_M);
    }
}

static int expect_task(void *arg, size_t task, unsigned worker)
{
    (void)worker;
    struct em *em = arg;
    struct sums *s = &em->sums[task];
    const struct link_model *model = em->model;
    double odds = model->match_share / (1 - model->match_share);
    size_t from = task * ROWS_PER_TASK;
    *s = (struct sums){.matches = 0};
    for (size_t i = from; i < em->in->count && i - from < ROWS_PER_TASK; i++) {
        struct link_em_row *row = &em->rows[i];
        double ratio = odds * ratio_of(em, row);
        row->match = ratio / (1 + ratio);
        ratio = pow(ratio, SHARPENED);
        row->sure = isfinite(ratio) ? ratio / (1 + ratio) : 1;
        add_row(s, model, row);
    }
    return 0;
}

static void add_sums(struct sums *into, const struct sums *from)
{
    double *to = (double *)into;
    const double *add = (const double *)from;
    for (size_t i = 0; i < sizeof *into / sizeof *to; i++)
        to[i] += add[i];
}

static double sum_of(const double *shares, unsigned levels)
{
    double sum = 0;
    for (unsigned level = 1; level < levels; level++)
        sum += shares[level];
    return sum;
}

/* shares become counts + prior * prior_pairs, over their sum. */
static void set_shares(double *shares, const double *counts, const double *prior,
                       double prior_pairs, unsigned levels)
{
    double sum = sum_of(counts, levels) + prior_pairs;
    for (unsigned level = 1; level < levels; level++) {
        shares[level] = (counts[level] + prior_pairs * prior[level]) / sum;
        if (shares[level] < LINK_SHARE_MIN)
            shares[level] = LINK_SHARE_MIN;
    }
}

/* Neighbouring levels whose m/u falls are given one m/u, until none does. */
static void make_monotone(double *m, const double *u, unsigned levels)
{
    double sum_m[LINK_LEVELS_MAX], sum_u[LINK_LEVELS_MAX];
    unsigned first[LINK_LEVELS_MAX], pools = 0;
    for (unsigned level = 1; level < levels; level++) {
        sum_m[pools] = m[level];
        sum_u[pools] = u[level];
        first[pools++] = level;
        while (pools > 1 &&
               sum_m[pools - 1] * sum_u[pools - 2] < sum_m[pools - 2] * sum_u[pools - 1]) {
            pools--;
            sum_m[pools - 1] += sum_m[pools];
            sum_u[pools - 1] += sum_u[pools];
        }
    }
    for (unsigned p = 0; p < pools; p++) {
        unsigned end = p + 1 < pools ? first[p + 1] : levels;
        for (unsigned level = first[p]; level < end; level++)
            m[level] = u[level] * sum_m[p] / sum_u[p];
    }
}

/* The others take what is over, each in its proportion: their order stays. */
static void cap_different(double *m, double most, unsigned levels)
{
    double different = m[LINK_LEVEL_DIFFERENT];
    if (different <= most)
        return;
    for (unsigned level = LINK_LEVEL_DIFFERENT + 1; level < levels; level++)
        m[level] *= (1 - most) / (1 - different);
    m[LINK_LEVEL_DIFFERENT] = most;
}

/* Conditional shares: as many pairs as were truly seen, the rest from the field's own shares. Of
 * matches the cap holds here too: else strangers who agree in what hangs together (a name, and an
 * e-mail address made of it) and in nothing else become a kind of match. */
static void set_given(struct link_branch *branch, const struct sums *s, unsigned f,
                      enum link_class class, double different_max, unsigned levels)
{
    for (unsigned above = 1; above < LINK_LEVELS_MAX; above++) {
        const double *row = s->given[class][f][above];
        double counts[LINK_LEVELS_MAX] = {0}, sum = sum_of(row, levels);
        double square = s->squares[class][f][above], seen = square > 0 ? sum * sum / square : 0;
        for (unsigned level = 1; level < levels && sum > 0; level++)
            counts[level] = row[level] / sum * seen;
        set_shares(branch->given[above], counts, branch->share, PRIOR_GIVEN_PAIRS, levels);
        cap_different(branch->given[above], different_max, levels);
    }
}

/* What is seen, and a few pairs as theory has them: matches hold a value as often as records do,
 * others as often as two records do by chance. */
static void set_rarity(struct em *em, const struct sums *s, unsigned f, unsigned level)
{
    double matches[LINK_FREQUENCY_CODES], others[LINK_FREQUENCY_CODES];
    double log_share[LINK_FREQUENCY_CODES] = {0}, sum = 0, sum_m = 0, sum_u = 0;
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++) {
        sum += s->codes[LINK_U][f][level][code];
        sum_m += em->in->holders[f][code];
        sum_u += em->in->squares[f][code];
        log_share[code] = log(em->value_share[f][code]);
    }
    if (sum_u <= 0)
        return;
    double seen = sum > 0 ? sum / s->code_squares[f][level] : 0;
    for (unsigned code = 1; code < LINK_FREQUENCY_CODES; code++) {
        matches[code] = s->codes[LINK_M][f][level][code] / em->in->found_weight +
                        PRIOR_RARITY_PAIRS * em->in->holders[f][code] / sum_m;
        others[code] = s->codes[LINK_U][f][level][code] * seen +
                       PRIOR_RARITY_PAIRS * em->in->squares[f][code] / sum_u;
    }
    em->model->field[f].rarity[level] = link_em_fit_rarity(matches, others, log_share);
}

static void maximise_m(struct em *em, const struct sums *s, unsigned f)
{
    struct link_model_field *field = &em->model->field[f];
    double prior[LINK_LEVELS_MAX], *m = field->of[LINK_M].share;
    const double *counts = s->share[LINK_M][f], *u = field->of[LINK_U].share;
    unsigned levels = field->levels;
    link_model_prior_m(field->kind, levels, prior);
    if (sum_of(counts, levels) < FREE_PAIRS_MIN * em->in->found_weight)
        counts = s->of_all[f];
    set_shares(m, counts, prior, PRIOR_M_PAIRS * em->in->found_weight, levels);
    make_monotone(m, u, levels);
    cap_different(m, link_model_different_max(field->kind), levels);
    set_given(&field->of[LINK_M], s, f, LINK_M, link_model_different_max(field->kind), levels);
}

/* Nothing in the pairs themselves tells its u from its m. */
static bool is_of_chance(const struct em *em, unsigned f)
{
    const struct link_chance *chance = em->in->chance;
    return chance && chance->known && chance->alone && chance->field == f;
}

static void set_chance(const struct em *em, struct link_model_field *field)
{
    for (unsigned level = 1; level < field->levels; level++)
        field->of[LINK_U].share[level] = fmax(em->in->chance->u[level], LINK_SHARE_MIN);
}

static void maximise_u(struct em *em, const struct sums *s, unsigned f)
{
    struct link_model_field *field = &em->model->field[f];
    double even[LINK_LEVELS_MAX];
    unsigned levels = field->levels;
    for (unsigned level = 0; level < LINK_LEVELS_MAX; level++)
        even[level] = 1.0 / (levels - 1);
    double stands_for = em->in->outside_weight > 0 ? em->in->outside_weight : em->in->found_weight;
    if (is_of_chance(em, f))
        set_chance(em, field);
    else
        set_shares(field->of[LINK_U].share, s->share[LINK_U][f], even,
                   PRIOR_U_PAIRS * stands_for * (levels - 1), levels);
    for (unsigned level = LINK_LEVEL_DIFFERENT + 1; level < levels; level++)
        set_rarity(em, s, f, level);
    set_given(&field->of[LINK_U], s, f, LINK_U, 1, levels);
}

static double coverage(const struct em *em, const struct sums *s)
{
    double weight = em->in->found_weight, once = s->once / weight, twice = s->twice / weight;
    double missed = once * fmax(once - 1, 0) / (2 * (twice + 1)) * weight;
    double found = s->matches / (s->matches + missed + 1e-9);
    return fmin(em->in->coverage, fmax(found, COVERAGE_MIN));
}

static double maximise(struct em *em, const struct sums *s)
{
    struct link_model *model = em->model, old = *model;
    double most = MATCHES_PER_RECORD * em->in->records / em->in->pairs_possible;
    model->coverage = em->in->coverage < 1 ? coverage(em, s) : 1;
    double share = (s->matches / model->coverage + 0.5) / (em->in->pairs_possible + 1);
    if (share > most)
        share = most;
    if (share > 0.5)
        share = 0.5;
    model->match_share = share;
    model->mates = 2 * share * em->in->pairs_possible / em->in->records;
    double change = fabs(share / old.match_share - 1);
    for (unsigned f = 0; f < model->fields; f++) {
        maximise_m(em, s, f);
        for (unsigned level = 1; level < model->field[f].levels; level++)
            change = fmax(change, fabs(model->field[f].of[LINK_M].share[level] -
                                       old.field[f].of[LINK_M].share[level]));
    }
    return change;
}

static int expect(struct em *em, struct workers *w, struct sums *ret_sums)
{
    set_value_shares(em);
    TRY(workers_run(w, em->tasks, expect_task, em));
    *ret_sums = (struct sums){.matches = 0};
    for (size_t i = 0; i < em->tasks; i++)
        add_sums(ret_sums, &em->sums[i]);
    return 0;
}

static int run_rounds(struct em *em, unsigned rounds_max, struct workers *w, struct watch *watch,
                      struct link_em_result *result)
{
    struct sums *s = mem_alloc(sizeof *s);
    REJECT_IF(!s, E_NOMEM);
    int error = 0;
    for (unsigned i = 0; i < rounds_max && error == 0; i++) {
        error = watch_stopped(watch) ? E_STOPPED : expect(em, w, s);
        if (error < 0)
            break;
        result->matches = s->matches;
        result->rounds++;
        if (maximise(em, s) < SETTLED)
            break;
    }
    mem_free(s);
    return error;
}

/* From what is not believed to be a match. */
static int learn_u(struct em *em, struct workers *w)
{
    struct sums *s = mem_alloc(sizeof *s);
    REJECT_IF(!s, E_NOMEM);
    int error = expect(em, w, s);
    for (unsigned f = 0; f < em->model->fields && error == 0; f++)
        maximise_u(em, s, f);
    mem_free(s);
    return error;
}

/* In which random records mostly differ, and that most have; not that whose u is known besides. */
static uint32_t telling_fields(const struct em *em)
{
    uint32_t telling = 0;
    for (unsigned f = 0; f < em->model->fields; f++) {
        double different = em->model->field[f].of[LINK_U].share[LINK_LEVEL_DIFFERENT];
        bool most = em->in->present[f] >= TELLS * em->in->records;
        if (different >= TELLS && most && !is_of_chance(em, f))
            telling |= 1u << f;
    }
    return telling;
}

static int learn_trees(struct em *em, double matches)
{
    uint32_t telling = telling_fields(em);
    TRY(link_em_learn_tree(em->rows, em->in->count, LINK_U, DOUBTED * matches, telling, em->model));
    TRY(link_em_learn_tree(em->rows, em->in->count, LINK_M, 0, telling, em->model));
    bool are_trees = link_model_set_order(em->model);
    ASSERT(are_trees);
    return 0;
}

static void fill_rows(struct em *em)
{
    for (size_t i = 0; i < em->in->count; i++) {
        const struct link_pattern_count *p = &em->in->patterns[i];
        struct link_em_row *row = &em->rows[i];
        for (unsigned f = 0; f < em->model->fields; f++) {
            row->level[f] = (uint8_t)link_pattern_level(&p->pattern, f);
            row->frequency[f] = (uint8_t)link_pattern_frequency(&p->pattern, f);
        }
        row->free_fields = em->in->free_fields[i];
        row->outside = p->pattern.outside != 0;
        row->passes = (unsigned)__builtin_popcount(p->pattern.passes);
        row->pairs = (double)p->pairs;
        row->weight = row->outside ? em->in->outside_weight : em->in->found_weight;
    }
}

/* Where all pairs are of one kind or the other by a single field, only this tells which. */
static void take_others(struct em *em)
{
    for (unsigned f = 0; f < em->model->fields && em->in->others; f++) {
        struct link_model_field *field = &em->model->field[f];
        double even[LINK_LEVELS_MAX];
        for (unsigned level = 0; level < LINK_LEVELS_MAX; level++)
            even[level] = 1.0 / (field->levels - 1);
        if (sum_of(em->in->others[f], field->levels) >= OTHERS_MIN)
            set_shares(field->of[LINK_U].share, em->in->others[f], even,
                       PRIOR_U_PAIRS * (field->levels - 1), field->levels);
    }
}

/* What is more than chance is matches: as many, and they agree so. */
static double take_chance(struct em *em, double share)
{
    const struct link_chance *chance = em->in->chance;
    struct link_model_field *field = &em->model->field[chance->field];
    unsigned levels = field->levels;
    double prior[LINK_LEVELS_MAX], excess[LINK_LEVELS_MAX] = {0}, most = 0, close = 0;
    set_chance(em, field);
    link_model_prior_m(field->kind, levels, prior);
    for (unsigned level = levels - CLOSE_LEVELS; level < levels; level++) {
        excess[level] = fmax(chance->all[level] - chance->u[level], 0);
        most += excess[level];
        close += prior[level];
    }
    if (most <= share)
        return share;
    for (unsigned level = levels - CLOSE_LEVELS; level < levels; level++)
        prior[level] = close * excess[level] / most;
    set_shares(field->of[LINK_M].share, prior, prior, 0, levels);
    return most;
}

/* u as if there were no matches, then a first idea of them: m from general knowledge, and few. No
 * tree is learnt without that idea: it would be the matches' own. */
static int start(struct em *em, struct workers *w, struct watch *watch,
                 struct link_em_result *result)
{
    em->model->match_share = 1e-12;
    em->model->mates = 0;
    TRY(learn_u(em, w));
    take_others(em);
    double share = 0.1 * em->in->records / em->in->pairs_possible;
    if (em->in->chance && em->in->chance->known)
        share = take_chance(em, share);
    em->model->match_share = share < 0.1 ? share : 0.1;
    em->model->mates = 0.2;
    return run_rounds(em, 1, w, watch, result);
}

static int run(struct em *em, struct workers *w, struct watch *watch, struct link_em_result *result)
{
    fill_rows(em);
    TRY(start(em, w, watch, result));
    for (unsigned i = 0; i < OUTER_ROUNDS_MAX; i++) {
        double before = em->model->match_share;
        if (i > 0)
            TRY(learn_u(em, w));
        TRY(learn_trees(em, result->matches));
        TRY(run_rounds(em, ROUNDS_MAX, w, watch, result));
        if (i > 0 && fabs(em->model->match_share / before - 1) < SETTLED)
            break;
    }
    em->model->pairs_possible = em->in->pairs_possible;
    return 0;
}

int link_em_run(const struct link_em_input *in, struct workers *w, struct watch *watch,
                struct link_model *model, struct link_em_result *ret_result)
{
    struct em em = {
        .in = in, .model = model, .tasks = (in->count + ROWS_PER_TASK - 1) / ROWS_PER_TASK};
    struct link_em_result result = {.rounds = 0};
    em.rows = mem_calloc(in->count + 1, sizeof *em.rows);
    em.sums = mem_calloc(em.tasks + 1, sizeof *em.sums);
    int error = em.rows && em.sums ? run(&em, w, watch, &result) : E_NOMEM;
    mem_free(em.rows);
    mem_free(em.sums);
    if (error == 0)
        *ret_result = result;
    return error;
}
