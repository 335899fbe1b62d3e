/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* How fast passages are found, how much memory that takes, and how it grows.
 *
 *     bench_origins [THREADS [DOCUMENTS]]     1 thread and a million documents unless said
 *
 * The text is drawn here: words of an invented language that are as frequent as Zipf has it, each
 * document about a subject with words of its own, set phrases, sentences; every third document
 * borrows a passage from an earlier one, with some of its words changed. Memory is that of a
 * process of its own. Physical limits: what memory is read with (26 GB/s), and what one core sorts
 * (85 million records a second). */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/rng.h"
#include "origins/passage.h"
#include "origins/token.h"

#define VOCABULARY 200000u
#define SUBJECTS 2000u
#define SUBJECT_WORDS 60u
#define PHRASES 20000u
#define DOCUMENTS 33000u
#define DOCUMENT_BYTES 2300u
#define EARLIER 64u /* how far back a document borrows from */
#define TOKEN_BYTES ((size_t)64 << 20)

static void need(int error, const char *what)
{
    if (error == 0)
        return;
    fprintf(stderr, "%s: %s\n", what, error_name(error));
    exit(1);
}

static double now_s(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* The text */

struct word {
    char text[15];
    uint8_t len;
};

struct writer {
    struct word *words;
    double *below; /* the share of all words up to each */
    struct rng rng;
    struct buf recent[EARLIER]; /* the last documents */
};

/* The more frequent, the shorter. */
static struct word make_word(struct rng *rng, uint32_t rank)
{
    static const char *const syllables[] = {"ka", "ve", "shni", "or", "le", "tol", "ma",  "zhe",
                                            "la", "n",  "ri",   "s",  "do", "pe",  "kar", "u",
                                            "ti", "be", "no",   "ga", "mi", "ren", "sk",  "ya"};
    struct word w = {.len = 0};
    unsigned count = rank < 60 ? 1 : rank < 3000 ? 2 : 3;
    count += (unsigned)rng_below(rng, 2);
    for (unsigned i = 0; i < count; i++) {
        const char *s = syllables[rng_below(rng, COUNT_OF(syllables))];
        size_t len = strlen(s);
        memcpy(w.text + w.len, s, len);
        w.len = (uint8_t)(w.len + len);
    }
    return w;
}

static void writer_init(struct writer *w)
{
    double sum = 0;
    w->words = calloc(VOCABULARY, sizeof *w->words);
    w->below = calloc(VOCABULARY, sizeof *w->below);
    need(w->words && w->below ? 0 : E_NOMEM, "vocabulary");
    rng_init(&w->rng, 11, 0);
    for (uint32_t i = 0; i < VOCABULARY; i++) {
        w->words[i] = make_word(&w->rng, i);
        w->below[i] = sum += 1 / (i + 2.7);
    }
    for (uint32_t i = 0; i < EARLIER; i++)
        buf_init(&w->recent[i], 1u << 20);
}

static void writer_release(struct writer *w)
{
    for (uint32_t i = 0; i < EARLIER; i++)
        buf_release(&w->recent[i]);
    free(w->words);
    free(w->below);
}

static uint32_t draw(struct writer *w, double x)
{
    uint32_t low = 0, high = VOCABULARY - 1;
    x *= w->below[VOCABULARY - 1];
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (w->below[middle] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void put_word(struct buf *out, const struct word *w)
{
    buf_put(out, w->text, w->len);
    buf_put(out, " ", 1);
}

/* Two to four words that always stand together. */
static void put_phrase(struct writer *w, struct buf *out, uint64_t number)
{
    struct rng rng;
    rng_init(&rng, 12, number);
    for (uint64_t i = 2 + number % 3; i > 0; i--)
        put_word(out, &w->words[draw(w, rng_unit(&rng))]);
}

static void put_sentence(struct writer *w, struct buf *out, uint64_t subject)
{
    struct rng own;
    for (uint64_t words = 8 + rng_below(&w->rng, 24); words > 0; words--) {
        uint64_t kind = rng_below(&w->rng, 100);
        if (kind < 4) {
            double phrase = rng_unit(&w->rng);
            put_phrase(w, out, (uint64_t)(phrase * phrase * phrase * PHRASES));
        } else if (kind < 12) {
            rng_init(&own, 13, subject * SUBJECT_WORDS + rng_below(&w->rng, SUBJECT_WORDS));
            put_word(out, &w->words[2000 + rng_below(&own, VOCABULARY - 2000)]);
        } else {
            put_word(out, &w->words[draw(w, rng_unit(&w->rng))]);
        }
    }
    out->data[out->len - 1] = '.';
    buf_put(out, " ", 1);
}

/* 40 to 100 words of it, of which so many of a hundred are changed. */
static void put_borrowed(struct writer *w, struct buf *out, struct span from, uint64_t changed)
{
    size_t want = 250 + rng_below(&w->rng, 400);
    size_t at = from.len > want ? rng_below(&w->rng, from.len - want) : 0;
    while (at < from.len && from.data[at] != ' ')
        at++;
    for (size_t end = at + want; at < end && at < from.len;) {
        size_t begun = ++at;
        while (at < from.len && from.data[at] != ' ')
            at++;
        if (rng_below(&w->rng, 100) < changed)
            put_word(out, &w->words[draw(w, rng_unit(&w->rng))]);
        else
            buf_put(out, from.data + begun, at - begun + (at < from.len));
    }
    buf_text(out, ". ");
}

static struct span write_document(struct writer *w, uint32_t number)
{
    struct buf *out = &w->recent[number % EARLIER];
    uint64_t subject = rng_below(&w->rng, SUBJECTS);
    bool borrows = number >= EARLIER && number % 3 == 0;
    buf_reset(out);
    while (out->len < DOCUMENT_BYTES) {
        put_sentence(w, out, subject);
        if (borrows && out->len > DOCUMENT_BYTES / 2) {
            uint64_t other = number + 1 + rng_below(&w->rng, EARLIER - 1);
            put_borrowed(w, out, buf_bytes(&w->recent[other % EARLIER]), rng_below(&w->rng, 50));
            borrows = false;
        }
    }
    need(buf_error(out), "text");
    return buf_bytes(out);
}

/* A plain file without a name, for what does not fit. */
struct file_spill {
    struct spill spill;
    FILE *file;
};

static int put_file(struct spill *s, const void *data, size_t len)
{
    struct file_spill *f = (struct file_spill *)s;
    return fseeko(f->file, 0, SEEK_END) == 0 && fwrite(data, 1, len, f->file) == len ? 0 : E_IO;
}

static int get_file(struct spill *s, uint64_t from, void *out, size_t len)
{
    struct file_spill *f = (struct file_spill *)s;
    bool there = fseeko(f->file, (off_t)from, SEEK_SET) == 0 && fread(out, 1, len, f->file) == len;
    return there ? 0 : E_IO;
}

static const struct spill_calls file_calls = {put_file, get_file};

static void file_spill_init(struct file_spill *f)
{
    *f = (struct file_spill){.spill.calls = &file_calls, .file = tmpfile()};
    need(f->file ? 0 : E_IO, "temporary file");
}

/* Words */

static void measure_words(bool plain)
{
    struct writer w;
    struct buf text;
    struct token_table *table;
    struct tokens tokens;
    double best = INFINITY;
    writer_init(&w);
    buf_init(&text, TOKEN_BYTES * 2);
    for (uint32_t i = 0; text.len < TOKEN_BYTES; i++)
        buf_span(&text, write_document(&w, i));
    need(buf_error(&text), "text");
    tokens_init(&tokens);
    need(token_table_new(plain, &table), "table");
    for (int i = 0; i < 5; i++) {
        double start = now_s(CLOCK_THREAD_CPUTIME_ID);
        tokens.count = 0;
        need(tokens_add(&tokens, table, buf_bytes(&text)), "words");
        double took = now_s(CLOCK_THREAD_CPUTIME_ID) - start;
        best = took < best ? took : best;
    }
    printf("{\"what\": \"words and their hashes\", \"avx2\": %s, \"mb_per_s\": %.0f, "
           "\"target_mb_per_s\": 1000, \"million_words_per_s\": %.0f}\n",
           plain ? "false" : "true", (double)text.len / best / 1e6,
           (double)tokens.count / best / 1e6);
    fflush(stdout);
    tokens_release(&tokens);
    token_table_free(table);
    buf_release(&text);
    writer_release(&w);
}

/* Passages */

struct measured {
    double cpu_s, wall_s, rss_mib;
    uint64_t bytes, passages, pairs;
};

static void fill(struct corpus *c, uint32_t documents)
{
    struct writer w;
    char name[16];
    writer_init(&w);
    for (uint32_t i = 0; i < documents; i++) {
        struct document d = {.day = CORPUS_DAY_NONE, .text = write_document(&w, i)};
        d.name = span_of(name, (size_t)snprintf(name, sizeof name, "d%08u", i));
        need(corpus_add(c, &d, NULL), "document");
    }
    need(corpus_close(c, NULL), "corpus");
    writer_release(&w);
}

static struct measured find(uint32_t documents, unsigned threads, size_t memory_bytes)
{
    struct file_spill texts, rest;
    struct corpus *c;
    struct languages *languages;
    struct passages *p;
    struct rusage used;
    struct measured m;
    file_spill_init(&texts);
    file_spill_init(&rest);
    need(corpus_new(memory_bytes / 4, &texts.spill, &c), "corpus");
    fill(c, documents);
    need(languages_new(&languages), "languages");
    struct origins_means means = {.spill = &rest.spill, .memory_bytes = memory_bytes / 4 * 3};
    means.workers = workers_new(threads);
    double wall = now_s(CLOCK_MONOTONIC), cpu = now_s(CLOCK_PROCESS_CPUTIME_ID);
    need(passages_find(c, languages, &means, &p, NULL), "passages");
    m.wall_s = now_s(CLOCK_MONOTONIC) - wall;
    m.cpu_s = now_s(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    m.bytes = corpus_text_bytes(c);
    m.passages = p->count;
    m.pairs = p->pair_count;
    passages_free(p);
    workers_free(means.workers);
    languages_free(languages);
    corpus_free(c);
    fclose(texts.file);
    fclose(rest.file);
    getrusage(RUSAGE_SELF, &used);
    m.rss_mib = (double)used.ru_maxrss / 1024;
    return m;
}

/* In a process of its own. */
static void measure_passages(uint32_t documents, unsigned threads, size_t memory_bytes)
{
    int pipe_ends[2], status = 1;
    struct measured m;
    need(pipe(pipe_ends) == 0 ? 0 : E_IO, "pipe");
    pid_t child = fork();
    if (child == 0) {
        m = find(documents, threads, memory_bytes);
        _exit(write(pipe_ends[1], &m, sizeof m) == sizeof m ? 0 : 1);
    }
    bool there = child > 0 && waitpid(child, &status, 0) == child && status == 0 &&
                 read(pipe_ends[0], &m, sizeof m) == sizeof m;
    need(there ? 0 : E_IO, "passages");
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    printf("{\"what\": \"passages\", \"documents\": %u, \"mb\": %.0f, \"threads\": %u, "
           "\"memory_limit_mib\": %zu, \"s\": %.2f, \"cpu_s\": %.2f, \"mb_per_cpu_s\": %.1f, "
           "\"target_mb_per_cpu_s\": 30, \"rss_mib\": %.0f, \"passages\": %llu, \"pairs\": %llu}\n",
           documents, (double)m.bytes / 1e6, threads, memory_bytes >> 20, m.wall_s, m.cpu_s,
           (double)m.bytes / 1e6 / m.cpu_s, m.rss_mib, (unsigned long long)m.passages,
           (unsigned long long)m.pairs);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    unsigned threads = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 1;
    uint32_t most = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000;
    measure_words(false);
    measure_words(true);
    measure_passages(DOCUMENTS, threads, (size_t)1 << 30);
    for (uint32_t documents = 62500; documents <= most; documents *= 4)
        measure_passages(documents, threads, (size_t)4 << 30);
    return 0;
}
