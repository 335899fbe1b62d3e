/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How fast the estimators are, and how often their 95% intervals hold a number that is known.
 *
 *     bench_count [THREADS]     2 unless said
 *
 * The table of killings in Kosovo is that of Ball, Betts, Scheuren, Dudukovich and Asher (2002);
 * the wider ones are drawn here from a population in which persons differ in how easily they are
 * reached. Memory is that of a process of its own. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "count/bounds.h"
#include "count/decomposable.h"
#include "count/latent.h"
#include "count/linkage.h"
#include "count/loglinear.h"
#include "count/read.h"
#include "count/report.h"
#include "count/sparse.h"

#define POPULATIONS 1000
#define POPULATIONS_LATENT 200
#define EFFECTIVE_LATENT 1000
#define PERSONS 2000
#define ROWS 1000000

/* EXH, ABA, OSCE, HRW. */
static const struct count_table kosovo = {
    .lists = 4,
    .cells = {0, 1131, 845, 177, 936, 228, 217, 181, 306, 106, 31, 18, 123, 42, 32, 27}};

static struct workers *workers;
static struct count_estimate estimate;

static void need(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s: %s\n", what, error_name(error));
    exit(1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double logistic(double x)
{
    return 1 / (1 + exp(-x));
}

/* Nearly normal: the sum of twelve. */
static double normal(struct rng *rng)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += rng_unit(rng);
    return sum;
}

static struct count_table differing(unsigned lists, uint64_t persons, uint64_t seed)
{
    struct count_table t = {.lists = lists};
    struct rng rng;
    double reach[COUNT_LISTS_MAX];
    rng_init(&rng, seed, lists);
    for (unsigned i = 0; i < lists; i++)
        reach[i] = -2.5 + 1.5 * rng_unit(&rng);
    for (uint64_t p = 0; p < persons; p++) {
        double easy = 0.8 * normal(&rng);
        unsigned h = 0;
        for (unsigned i = 0; i < lists; i++)
            h |= (unsigned)(rng_unit(&rng) < logistic(reach[i] + easy)) << i;
        t.cells[h]++;
    }
    t.cells[0] = 0;
    return t;
}

/* Runs it often enough for a steady figure; the best time. */
static double best_s(int (*run)(const struct count_table *t, const struct count_means *means),
                     const struct count_table *t, const struct count_means *means)
{
    double best = INFINITY, spent = 0;
    for (int i = 0; i < 200 && (i == 0 || spent < 1); i++) {
        double start = now_s();
        need(run(t, means), "estimator");
        double took = now_s() - start;
        best = took < best ? took : best;
        spent += took;
    }
    return best;
}

/* The most memory that the run needs beyond that of a process that does nothing, or -1. */
static double memory_mib(int (*run)(const struct count_table *t, const struct count_means *means),
                         const struct count_table *t)
{
    double mib[2] = {-1, -1};
    for (int i = 0; i < 2; i++) {
        struct rusage used;
        int status = 1;
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            const struct count_means means = {.seed = 1};
            _exit(i == 1 && run(t, &means) < 0 ? 1 : 0);
        }
        if (child < 0 || wait4(child, &status, 0, &used) != child || status != 0)
            return -1;
        mib[i] = (double)used.ru_maxrss / 1024;
    }
    return mib[1] - mib[0];
}

static int run_dga(const struct count_table *t, const struct count_means *means)
{
    return decomposable_run(t, NULL, means, &estimate, NULL);
}

static int run_dga_limited(const struct count_table *t, const struct count_means *means)
{
    const struct decomposable_options options = {.unseen_max = 250000};
    return decomposable_run(t, &options, means, &estimate, NULL);
}

static int run_113(const struct count_table *t, const struct count_means *means)
{
    static struct loglinear_model models[HIERARCHY_ALL_MAX];
    size_t count;
    (void)means;
    return loglinear_all(t, true, models, &count);
}

static int run_bootstrap(const struct count_table *t, const struct count_means *means)
{
    return count_sparse(t, 1000, means, &estimate);
}

static void measure(const char *what, const struct count_table *t, unsigned threads,
                    int (*run)(const struct count_table *t, const struct count_means *means))
{
    const struct count_means means = {.workers = threads > 1 ? workers : NULL, .seed = 1};
    double took = best_s(run, t, &means);
    printf("{\"what\": \"%s\", \"lists\": %u, \"persons\": %llu, \"threads\": %u, \"ms\": %.3f, "
           "\"memory_mib\": %.1f}\n",
           what, t->lists, (unsigned long long)count_table_n(t),
           threads > 1 ? workers_count(workers) : 1, took * 1e3, memory_mib(run, t));
    fflush(stdout);
}

/* The whole run */

static struct count_data data_of(const struct count_table *t)
{
    static const char *const names[COUNT_LISTS_MAX] = {"A", "B", "C", "D", "E", "F", "G", "H"};
    struct count_data data = {.source = "bench", .list_count = t->lists, .stratum_count = 1};
    memcpy(data.lists, names, sizeof names);
    data.whole.has_table = true;
    data.whole.table = *t;
    data.whole.documented.persons = count_table_n(t);
    return data;
}

struct whole {
    double start_s, first_s;
};

static void note_first(void *arg, const struct count_result *result)
{
    struct whole *w = arg;
    if (result->whole.estimate_count > 0 && w->first_s == 0)
        w->first_s = now_s() - w->start_s;
}

static void measure_whole(const char *what, const struct count_table *t)
{
    const struct count_options options = {0};
    const struct count_means means = {.workers = workers, .seed = 1};
    const struct count_data data = data_of(t);
    struct whole w = {.start_s = now_s()};
    struct count_result *result;
    need(count_run(&data, &options, &means, note_first, &w, &result), what);
    printf("{\"what\": \"%s\", \"lists\": %u, \"threads\": %u, \"first_ms\": %.1f, \"s\": %.2f}\n",
           what, t->lists, workers_count(workers), w.first_s * 1e3, now_s() - w.start_s);
    fflush(stdout);
    count_result_free(result);
}

static void measure_linkage(void)
{
    const struct count_means means = {.workers = workers, .seed = 1};
    const struct count_options options = {.estimators =
                                              COUNT_FAMILY_BOUNDS | COUNT_FAMILY_LOGLINEAR |
                                              COUNT_FAMILY_DECOMPOSABLE | COUNT_FAMILY_SPARSE};
    struct arena memory;
    struct count_shift *shifts;
    size_t count;
    arena_init(&memory, 1u << 28);
    double start = now_s();
    need(count_linkage_shifts(&kosovo, &options, &means, &memory, &shifts, &count), "linkage");
    printf(
        "{\"what\": \"wrong linkages, kosovo\", \"threads\": %u, \"tables\": %zu, \"s\": %.2f}\n",
        workers_count(workers), count * COUNT_LINKAGE_REPETITIONS, now_s() - start);
    arena_release(&memory);
}

/* Latent classes */

static void measure_sweeps(const char *what, unsigned moves)
{
    struct latent_model model = {.lists = 4,
                                 .histories = 16,
                                 .classes = 10,
                                 .alpha_shape = 0.25,
                                 .alpha_rate = 0.25,
                                 .moves = moves,
                                 .n = (double)count_table_n(&kosovo)};
    for (unsigned h = 1; h < model.histories; h++) {
        model.history[model.cell_count] = h;
        model.persons[model.cell_count++] = (int64_t)kosovo.cells[h];
        model.counts[h] = (double)kosovo.cells[h];
    }
    struct latent_chain chain;
    need(latent_chain_init(&chain, &model, 1, 0), "latent classes");
    uint64_t sweeps = 0;
    clock_t start = clock(), spent = 0;
    for (; spent < 2 * CLOCKS_PER_SEC; spent = clock() - start) {
        for (int i = 0; i < 1000; i++)
            latent_chain_sweep(&chain);
        sweeps += 1000;
    }
    printf("{\"what\": \"%s\", \"classes\": 10, \"sweeps_per_core_s\": %.0f}\n", what,
           (double)sweeps * CLOCKS_PER_SEC / (double)spent);
    fflush(stdout);
    latent_chain_release(&chain);
}

/* The effective draws stand in the estimate's description: "..., effective 3,674". */
static double effective_of(const struct count_estimate *e)
{
    const char *at = strstr(e->model, "effective ");
    double number = 0;
    for (at = at ? at + strlen("effective ") : ""; *at; at++)
        number = *at >= '0' && *at <= '9' ? number * 10 + (*at - '0') : number;
    return number;
}

static void measure_latent(const char *what, bool plain)
{
    const struct latent_options options = {.plain = plain};
    const struct count_means means = {.workers = workers, .seed = 1};
    clock_t start = clock();
    double start_s = now_s();
    need(latent_estimate(&kosovo, &options, &means, &estimate), what);
    double core_s = (double)(clock() - start) / CLOCKS_PER_SEC;
    printf("{\"what\": \"%s\", \"threads\": %u, \"s\": %.2f, \"core_s\": %.2f, "
           "\"effective_draws\": %.0f, \"effective_per_core_s\": %.0f, \"median\": %.1f, "
           "\"low\": %.1f, \"high\": %.1f}\n",
           what, workers_count(workers), now_s() - start_s, core_s, effective_of(&estimate),
           effective_of(&estimate) / core_s, estimate.n, estimate.low, estimate.high);
    fflush(stdout);
}

/* The reader */

static void measure_reader(void)
{
    struct buf text;
    struct rng rng;
    buf_init(&text, (size_t)1 << 30);
    buf_text(&text, "record,cluster,list,place\n");
    rng_init(&rng, 1, 0);
    for (uint64_t i = 0; i < ROWS; i++)
        buf_printf(&text, "%llu,person-%07llu,list %llu,place %llu\n", (unsigned long long)i + 1,
                   (unsigned long long)rng_below(&rng, ROWS * 7 / 10),
                   (unsigned long long)rng_below(&rng, 4), (unsigned long long)rng_below(&rng, 20));
    const struct count_reading reading = {
        .input = {.fd = -1, .bytes = buf_bytes(&text)}, .by = "place", .hash_seed = 1};
    struct count_data data;
    double start = now_s();
    need(count_read(&reading, &data, NULL), "reader");
    double took = now_s() - start;
    printf("{\"what\": \"reading records\", \"rows\": %d, \"persons\": %llu, \"rows_per_s\": %.0f, "
           "\"mb_per_s\": %.0f}\n",
           ROWS, (unsigned long long)data.whole.documented.persons, ROWS / took,
           (double)text.len / took / 1e6);
    fflush(stdout);
    count_data_release(&data);
    buf_release(&text);
}

/* How often the interval holds the truth */

struct world {
    const char *name;
    unsigned lists;
    double attracts;  /* lists 0 and 1: being on the one adds so much to the chance of the other */
    double differing; /* how much persons differ, in standard deviations of log odds */
};

static struct count_table population(const struct world *w, uint64_t number)
{
    static const double odds[] = {-0.6, -0.85, -1.1, -1.4};
    struct count_table t = {.lists = w->lists};
    struct rng rng;
    rng_init(&rng, 77, number);
    for (int p = 0; p < PERSONS; p++) {
        double easy = w->differing > 0 ? w->differing * normal(&rng) : 0;
        unsigned h = 0;
        for (unsigned i = 0; i < w->lists; i++) {
            double drawn = i == 1 && h & 1 ? w->attracts : 0;
            h |= (unsigned)(rng_unit(&rng) < logistic(odds[i] + easy + drawn)) << i;
        }
        t.cells[h]++;
    }
    t.cells[0] = 0;
    return t;
}

#define COVERED_MAX 8
struct covering {
    const struct world *world;
    bool latent;
    struct count_estimate *estimates; /* COVERED_MAX a population */
};

static int cover_one(void *arg, size_t index, unsigned worker)
{
    const struct covering *c = arg;
    struct count_table t = population(c->world, index);
    const struct count_means means = {.seed = index};
    struct count_estimate *to = &c->estimates[index * COVERED_MAX];
    (void)worker;
    if (c->latent) {
        const struct latent_options options = {.effective = EFFECTIVE_LATENT};
        return latent_estimate(&t, &options, &means, to);
    }
    struct bounds *bounds = calloc(1, sizeof *bounds);
    struct loglinear *loglinear = calloc(1, sizeof *loglinear);
    int error = bounds && loglinear ? loglinear_run(&t, &means, loglinear) : E_NOMEM;
    if (error == 0) {
        bounds_run(&t, bounds);
        *to++ = bounds->chao;
        for (size_t i = 0; i < loglinear->estimate_count; i++)
            *to++ = loglinear->estimates[i];
        error = decomposable_run(&t, NULL, &means, to++, NULL);
    }
    if (error == 0)
        error = count_sparse(&t, 200, &means, to++);
    free(bounds);
    free(loglinear);
    return error;
}

static void put_coverage(const struct covering *c, size_t populations, size_t slot)
{
    size_t given = 0, inside = 0, above = 0, below = 0;
    for (size_t i = 0; i < populations; i++) {
        const struct count_estimate *e = &c->estimates[i * COVERED_MAX + slot];
        if (!e->given || !e->has_interval)
            continue;
        given++;
        above += e->low > PERSONS;
        below += e->high < PERSONS;
        inside += e->low <= PERSONS && PERSONS <= e->high;
    }
    printf("{\"what\": \"95%% intervals\", \"world\": \"%s\", \"estimator\": \"%s\", "
           "\"populations\": %zu, \"persons\": %d, \"answers\": %zu, \"hold_the_truth\": %.3f, "
           "\"all_above\": %.3f, \"all_below\": %.3f}\n",
           c->world->name, c->estimates[slot].id, populations, PERSONS, given,
           (double)inside / (double)given, (double)above / (double)given,
           (double)below / (double)given);
    fflush(stdout);
}

static void measure_coverage(const struct world *world, bool latent)
{
    size_t populations = latent ? POPULATIONS_LATENT : POPULATIONS;
    struct covering c = {.world = world, .latent = latent};
    c.estimates = calloc(populations * COVERED_MAX, sizeof *c.estimates);
    need(c.estimates ? 0 : E_NOMEM, "coverage");
    need(workers_run(workers, populations, cover_one, &c), "coverage");
    for (size_t slot = 0; slot < COVERED_MAX && c.estimates[slot].id; slot++)
        put_coverage(&c, populations, slot);
    free(c.estimates);
}

int main(int argc, char **argv)
{
    static const struct world worlds[] = {{"independent lists", 4, 0, 0},
                                          {"two of four lists depend on each other", 4, 1.2, 0},
                                          {"persons differ", 4, 0, 0.7}};
    workers = workers_new(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 2);
    need(workers ? 0 : E_NOMEM, "threads");
    const struct count_table five = differing(5, 10000, 1), six = differing(6, 10000, 1);
    const struct count_table seven = differing(7, 10000, 1);
    measure_whole("default run, kosovo", &kosovo);
    measure("decomposable, kosovo", &kosovo, 1, run_dga);
    measure("decomposable, 822 graphs, unseen to 250,000", &five, 1, run_dga_limited);
    measure("decomposable, 617,675 graphs", &seven, 2, run_dga);
    measure_sweeps("latent classes, kosovo, plain, a core", 0);
    measure_latent("latent classes, kosovo, plain", true);
    measure_latent("latent classes, kosovo", false);
    measure("113 log-linear models with intervals, kosovo", &kosovo, 1, run_113);
    measure("bootstrap of 1,000", &six, 2, run_bootstrap);
    measure_linkage();
    measure_reader();
    for (size_t i = 0; i < COUNT_OF(worlds); i++)
        measure_coverage(&worlds[i], false);
    for (size_t i = 0; i < COUNT_OF(worlds); i++)
        measure_coverage(&worlds[i], true);
    workers_free(workers);
    return 0;
}
