/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How fast pairs of records are weighed, and how long whole lists take.
 *
 *     bench_link [PERSONS ...]     1000000 3000000 unless said
 *
 * Lists are those of vouchsafe link simulate: two, each of which knows half of the persons. First
 * the parts, on one core: texts compared letter by letter, and pairs that blocking proposes
 * weighed in five fields, as they come. Then the engine, by stage; then the command itself, from
 * files to files ($VOUCHSAFE_BIN), in a process of its own whose time and memory are taken. */
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/rng.h"
#include "link/link.h"
#include "link/pairs.h"
#include "link/similarity.h"
#include "link/simulate.h"

#define SEED 7
#define TEXT_MAX_BYTES ((size_t)1 << 30)
#define WORDS 65536
#define WORD_PAIRS (1u << 20)
#define SCORED_PERSONS 200000
#define SCORED_MAX (4u << 20)
#define REPEATS 5
#define STAGES_MAX 24
#define MILLION UINT64_C(1000000)
#define MEMORY "1G"
#define LARGE_PERSONS (5 * MILLION) /* from there on: */
#define LARGE_MEMORY "4G"

static void need(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s: %s\n", what, error_name(error));
    exit(1);
}

/* Checked memory. */
static void *need_memory(void *p)
{
    need(p ? 0 : E_NOMEM, "bench");
    return p;
}

static double clock_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The processor's time, which a busy machine changes less than the time of day. */
static double thread_s(void)
{
    return clock_s(CLOCK_THREAD_CPUTIME_ID);
}

static void simulate(uint64_t persons, unsigned list, struct buf *out)
{
    const struct link_simulation s = {.seed = SEED,
                                      .persons = persons,
                                      .lists = 2,
                                      .captured = 0.5,
                                      .duplicated = 0.05,
                                      .mistakes = 0.5};
    uint64_t at = 0;
    buf_init(out, TEXT_MAX_BYTES);
    while (at != UINT64_MAX)
        need(link_simulate(&s, list, &at, TEXT_MAX_BYTES / 2, out), "simulate");
}

/* The engine on two lists that it has in memory. */
struct lists {
    struct buf text[2];
    struct link_source source[2];
    struct link_result *result;
};

static void lists_run(struct lists *l, uint64_t persons, const char *const *ignore,
                      size_t ignore_count, const struct link_means *means)
{
    struct link_options options = {.sources = l->source,
                                   .source_count = 2,
                                   .columns = {.ignore = ignore, .ignore_count = ignore_count},
                                   .truth = "person",
                                   .seed = 1};
    struct problem problem = {.text = ""};
    for (unsigned i = 0; i < 2; i++) {
        simulate(persons, i, &l->text[i]);
        l->source[i] = (struct link_source){
            .name = i ? "list_2" : "list_1", .fd = -1, .text = buf_bytes(&l->text[i])};
    }
    need(link_run(&options, means, &l->result, &problem), problem.text);
}

static void lists_release(struct lists *l)
{
    link_result_free(l->result);
    buf_release(&l->text[0]);
    buf_release(&l->text[1]);
}

/* Jaro-Winkler */

struct names {
    struct link_packed *packed;
    struct span *text;
    uint32_t (*pairs)[2];
};

static double measure_packed(const struct names *n, double *ret_sum)
{
    double best = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        double start = thread_s(), sum = 0;
        for (uint32_t k = 0; k < WORD_PAIRS; k++)
            sum += link_packed_jaro_winkler(&n->packed[n->pairs[k][0]], &n->packed[n->pairs[k][1]]);
        best = fmin(best, thread_s() - start);
        *ret_sum = sum;
    }
    return best;
}

static double measure_texts(const struct names *n, double *ret_sum)
{
    double best = INFINITY;
    for (int i = 0; i < REPEATS; i++) {
        double start = thread_s(), sum = 0;
        for (uint32_t k = 0; k < WORD_PAIRS; k++)
            sum += link_jaro_winkler(n->text[n->pairs[k][0]], n->text[n->pairs[k][1]]);
        best = fmin(best, thread_s() - start);
        *ret_sum = sum;
    }
    return best;
}

static void put_words(const char *what, const struct names *n)
{
    double sum, packed_s = measure_packed(n, &sum), mean = sum / WORD_PAIRS;
    double text_s = measure_texts(n, &sum);
    printf("{\"what\": \"Jaro-Winkler, %s\", \"pairs\": %u, \"mean_similarity\": %.3f, "
           "\"packed_million_per_s\": %.1f, \"texts_million_per_s\": %.1f, "
           "\"target_million_per_s\": 15, \"known_million_per_s\": 10}\n",
           what, WORD_PAIRS, mean, WORD_PAIRS / packed_s * 1e-6, WORD_PAIRS / text_s * 1e-6);
    fflush(stdout);
}

/* The second value of each row, as of vouchsafe link simulate. */
static uint32_t read_names(struct names *n, struct span text, uint32_t count)
{
    const uint8_t *end = text.data + text.len, *at = memchr(text.data, '\n', text.len);
    while (at && at + 1 < end) {
        const uint8_t *from = (const uint8_t *)memchr(at, ',', (size_t)(end - at)) + 1;
        const uint8_t *to = memchr(from, ',', (size_t)(end - from));
        n->text[count] = span_of(from, (size_t)(to - from));
        link_pack(n->text[count], &n->packed[count]);
        count++;
        at = memchr(to, '\n', (size_t)(end - to));
    }
    return count;
}

/* Names as they stand in lists: of any two records, and of two that are one person. */
static void measure_words(const struct lists *l)
{
    size_t records = link_records_count(l->result->records);
    struct names n = {.packed = need_memory(calloc(records, sizeof *n.packed)),
                      .text = need_memory(calloc(records, sizeof *n.text)),
                      .pairs = need_memory(calloc(WORD_PAIRS, sizeof *n.pairs))};
    struct rng rng;
    uint32_t k = read_names(&n, buf_bytes(&l->text[0]), 0);
    rng_init(&rng, SEED, 1);
    need(read_names(&n, buf_bytes(&l->text[1]), k) == records ? 0 : E_FORMAT, "names");
    for (k = 0; k < WORD_PAIRS; k++) {
        n.pairs[k][0] = (uint32_t)rng_below(&rng, records);
        n.pairs[k][1] = (uint32_t)rng_below(&rng, records);
    }
    put_words("family names of any two records", &n);
    for (k = 0; k < WORD_PAIRS;) {
        const struct link_edge *e = &l->result->edges[rng_below(&rng, l->result->edge_count)];
        if (e->bits > 0 && !span_equal(n.text[e->a], n.text[e->b])) {
            n.pairs[k][0] = e->a;
            n.pairs[k++][1] = e->b;
        }
    }
    put_words("family names of one person that differ", &n);
    free(n.packed);
    free(n.text);
    free(n.pairs);
}

/* Weighing */

struct candidates {
    struct link_pair *pairs;
    size_t count;
};

static int take_candidates(void *arg, unsigned worker, unsigned pass, const struct link_pair *pairs,
                           size_t count)
{
    struct candidates *c = arg;
    (void)worker;
    (void)pass;
    for (size_t i = 0; i < count && c->count < SCORED_MAX; i++)
        c->pairs[c->count++] = pairs[i];
    return 0;
}

static void measure_scoring(const struct link_result *result)
{
    struct candidates c = {.pairs = need_memory(calloc(SCORED_MAX, sizeof *c.pairs))};
    const struct link_pairs job = {.universe = &result->universe,
                                   .plan = &result->plan,
                                   .every = (uint32_t)(result->plan.pairs / SCORED_MAX) + 1,
                                   .take = take_candidates,
                                   .arg = &c,
                                   .what = "candidates"};
    double best = INFINITY;
    size_t kept = 0;
    need(link_pairs_run(&job, NULL, NULL), "candidates");
    for (int i = 0; i < REPEATS; i++) {
        struct link_scoring *s = need_memory(link_scoring_new(result->scorer));
        double start = thread_s();
        kept = 0;
        for (size_t k = 0; k < c.count; k++)
            kept += link_score_least(s, c.pairs[k].a, c.pairs[k].b, LINK_EDGE_BITS_MIN) >=
                    LINK_EDGE_BITS_MIN;
        best = fmin(best, thread_s() - start);
        link_scoring_free(s);
    }
    printf("{\"what\": \"candidate pairs weighed, a core\", \"fields\": %u, \"records\": %zu, "
           "\"pairs\": %zu, \"kept\": %zu, \"million_per_s\": %.2f, \"target_million_per_s\": 5, "
           "\"known_million_per_s\": 0.13}\n",
           link_records_fields(result->records), link_records_count(result->records), c.count, kept,
           (double)c.count / best * 1e-6);
    fflush(stdout);
    free(c.pairs);
}

static void measure_parts(void)
{
    static const char *const ignore[] = {"phone", "sex"};
    const struct link_means means = {.workers = need_memory(workers_new(2))};
    struct lists l;
    lists_run(&l, SCORED_PERSONS, ignore, COUNT_OF(ignore), &means);
    measure_words(&l);
    measure_scoring(l.result);
    lists_release(&l);
    workers_free(means.workers);
}

/* By stage */

struct stages {
    pthread_mutex_t lock;
    const char *what[STAGES_MAX];
    double s[STAGES_MAX], processors_s[STAGES_MAX];
    unsigned count, now;
    double since, processors_since;
};

/* What was being done till now took this long. */
static void next_stage(void *arg, const char *what, uint64_t done, uint64_t total)
{
    struct stages *t = arg;
    (void)done;
    (void)total;
    pthread_mutex_lock(&t->lock);
    double now = clock_s(CLOCK_MONOTONIC), spent = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    t->s[t->now] += now - t->since;
    t->processors_s[t->now] += spent - t->processors_since;
    t->since = now;
    t->processors_since = spent;
    for (t->now = 0; t->now < t->count && strcmp(t->what[t->now], what) != 0;)
        t->now++;
    if (t->now == t->count && t->count < STAGES_MAX)
        t->what[t->count++] = what;
    pthread_mutex_unlock(&t->lock);
}

static void measure_stages(uint64_t persons)
{
    struct stages t = {.lock = PTHREAD_MUTEX_INITIALIZER, .what = {"starting"}, .count = 1};
    struct watch watch = {.progress = next_stage, .arg = &t};
    const struct link_means means = {.workers = need_memory(workers_new(2)), .watch = &watch};
    struct lists l;
    t.processors_since = clock_s(CLOCK_PROCESS_CPUTIME_ID);
    double start = t.since = clock_s(CLOCK_MONOTONIC);
    lists_run(&l, persons, NULL, 0, &means);
    next_stage(&t, "end", 0, 0);
    const struct link_result *r = l.result;
    double whole = clock_s(CLOCK_MONOTONIC) - start;
    printf("{\"what\": \"the engine by stage, two threads\", \"records\": %zu, \"pairs\": %llu, "
           "\"kept\": %zu, \"f1_pairs\": %.4f, \"f1_persons\": %.4f, \"whole_s\": %.1f",
           link_records_count(r->records), (unsigned long long)r->found.pairs, r->edge_count,
           link_score_f1(&r->evaluation.pairs), link_score_f1(&r->evaluation.clusters), whole);
    for (unsigned i = 0; i + 1 < t.count; i++)
        printf(", \"%s_s\": %.2f, \"%s_processors_s\": %.2f", t.what[i], t.s[i], t.what[i],
               t.processors_s[i]);
    printf("}\n");
    fflush(stdout);
    lists_release(&l);
    workers_free(means.workers);
}

/* The command */

static void run(const char *command, struct rusage *ret_used)
{
    int status = 1;
    pid_t child = fork();
    if (child == 0) {
        execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, ret_used) != child || status != 0) {
        fprintf(stderr, "%s: status %d\n", command, status);
        exit(1);
    }
}

static double spent_s(const struct rusage *used)
{
    return (double)used->ru_utime.tv_sec + (double)used->ru_utime.tv_usec * 1e-6 +
           (double)used->ru_stime.tv_sec + (double)used->ru_stime.tv_usec * 1e-6;
}

static double mib_of(const char *folder, const char *name)
{
    char path[256];
    struct stat st;
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return stat(path, &st) == 0 ? (double)st.st_size / 0x1p20 : 0;
}

static void measure_command(const char *program, const char *folder, uint64_t persons)
{
    char command[1024];
    struct rusage used;
    const char *memory = persons >= LARGE_PERSONS ? LARGE_MEMORY : MEMORY;
    snprintf(command, sizeof command,
             "exec %s link simulate -o %s --persons %llu --lists 2 --seed %d >/dev/null", program,
             folder, (unsigned long long)persons, SEED);
    run(command, &used);
    snprintf(
        command, sizeof command,
        "exec %s link %s/list_1.csv %s/list_2.csv -o %s/linked.csv --ignore person --threads 2 "
        "--spill %s --memory %s >/dev/null",
        program, folder, folder, folder, folder, memory);
    double start = clock_s(CLOCK_MONOTONIC);
    run(command, &used);
    printf("{\"what\": \"the command, from files to files, two threads\", \"persons\": %llu, "
           "\"mib_read\": %.0f, \"memory\": \"%s\", \"whole_s\": %.1f, \"processors_s\": %.1f, "
           "\"most_memory_mib\": %.0f%s}\n",
           (unsigned long long)persons, mib_of(folder, "list_1.csv") + mib_of(folder, "list_2.csv"),
           memory, clock_s(CLOCK_MONOTONIC) - start, spent_s(&used), (double)used.ru_maxrss / 1024,
           persons == MILLION ? ", \"target_s\": 30, \"target_memory_mib\": 1024" : "");
    fflush(stdout);
    snprintf(command, sizeof command, "rm %s/list_1.csv %s/list_2.csv %s/linked.csv", folder,
             folder, folder);
    run(command, &used);
}

static void measure_commands(char *const *persons, int count)
{
    const char *bin = getenv("VOUCHSAFE_BIN"), *tmp = getenv("TMPDIR");
    char program[256], folder[128];
    snprintf(folder, sizeof folder, "%s/bench_link_XXXXXX", tmp ? tmp : "/var/tmp");
    snprintf(program, sizeof program, "%s/vouchsafe", bin ? bin : ".");
    if (!mkdtemp(folder))
        need(E_IO, folder);
    for (int i = 0; i < count; i++)
        measure_command(program, folder, strtoull(persons[i], NULL, 10));
    if (count == 0) {
        measure_command(program, folder, MILLION);
        measure_command(program, folder, 3 * MILLION);
    }
    rmdir(folder);
}

int main(int argc, char **argv)
{
    measure_parts();
    measure_stages(MILLION);
    measure_commands(argv + 1, argc - 1);
    return 0;
}
