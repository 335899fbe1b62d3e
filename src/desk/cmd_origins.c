/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Needs no desk and no key: it reads files, and what it finds is the engine's. All files that come
 * out are begun before the work, so that a folder that cannot be written to is known at once, and
 * get their names together at the end. */
#include <stdlib.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/cmd_origins.h"
#include "desk/outputs.h"
#include "desk/work.h"
#include "origins/report.h"
#include "origins/tsv.h"
#include "seal/spill.h"

static const char help[] =
    "vouchsafe origins FILES or FOLDERS ... [OPTIONS]\n"
    "\n"
    "Finds who said what and who copied whom, in statements, articles and reports: passages that\n"
    "documents share, word for word or reworded, quotations and who is said to have said them. It\n"
    "never says what is true. Reads plain text, HTML and WARC, each also packed with gzip; in\n"
    "folders, files that end in .txt, .text, .html, .htm, .xhtml, .shtml, .warc or .gz. Needs no\n"
    "desk, no key and no network.\n"
    "\n"
    "What is known of documents:\n"
    "  --table FILE         a small table: rows of file,title,outlet,address,date\n"
    "  --names FILE         names that are one: each row the ways of writing it, the first is "
    "shown\n"
    "  --language NAME=FILE a further language, or another file for one that is built in\n"
    "\n"
    "What was read before:\n"
    "  --index FILE         keeps what is read in this file; when it is there already, only new "
    "and\n"
    "                       changed files are read, and the result is of all in it\n"
    "\n"
    "What comes out (text, unless said; a file is written whole or not at all):\n"
    "  --json               for programs\n"
    "  --html FILE          a page that needs nothing else, with drawings of where all comes from\n"
    "  --tsv FOLDER         passages.tsv, pairs.tsv and quotes.tsv, with places in characters\n"
    "  -o, --output FILE    to a file\n"
    "\n"
    "How:\n"
    "  --memory SIZE        such as 4G: what is more goes to disk, sealed under a key that is\n"
    "                       only in memory (1G, unless said)\n"
    "  --spill FOLDER       where (TMPDIR, else /var/tmp)\n"
    "  --threads N          as many as there are processors, unless said\n"
    "\n"
    "Interrupted (Ctrl-C) it stops and writes nothing; a second time it ends at once.\n"
    "docs/origins.md says how it works.\n";

#define MEMORY_MIN_MIB 16

enum { REPORT, PASSAGES, PAIRS, QUOTES, PAGE, OUTPUTS };
#define PAGE_MAX_BYTES ((size_t)256 << 20)

struct work {
    struct cli *cli;
    const char *table_file, *names_file, *tsv, *memory, *spill_folder, *threads;
    struct cli_list languages_said;
    struct output outputs[OUTPUTS];
    struct origins_files files;
    struct languages *languages;
    struct buf table_text;
    struct about_table *table;
    struct known_names *names;
    struct spill *texts; /* the corpus's own */
    struct corpus *corpus;
    struct origins_means means;
    struct origins *origins;
};

/* Options */

/* FNV-1a: whether it is another file, not whether somebody made it look the same. */
static void add_to_sum(uint64_t *sum, struct span bytes)
{
    *sum = span_hash(span_hash(*sum, bytes), span_text("\xff"));
}

static int read_language(struct work *w, const char *said)
{
    const char *equals = strchr(said, '=');
    struct buf text;
    if (!equals || equals[1] == '\0')
        return problem_set(&w->cli->problem, E_ARGUMENT,
                           "--language \"%.60s\": it is written NAME=FILE, such as uk=uk.txt",
                           said);
    char *name = arena_copy_text(&w->cli->arena, span_of(said, (size_t)(equals - said)));
    REJECT_IF(!name, E_NOMEM);
    if (name[strspn(name, "abcdefghijklmnopqrstuvwxyz")] || strlen(name) < 2 || strlen(name) > 8)
        return problem_set(&w->cli->problem, E_ARGUMENT,
                           "--language \"%.60s\": a name is two to eight letters a to z", said);
    buf_init(&text, LANGUAGE_FILE_MAX_BYTES);
    int error = file_read(equals + 1, LANGUAGE_FILE_MAX_BYTES, &text, &w->cli->problem);
    if (error == 0) {
        add_to_sum(&w->files.languages_sum, span_text(name));
        add_to_sum(&w->files.languages_sum, buf_bytes(&text));
        error = languages_add(w->languages, name, buf_bytes(&text), &w->cli->problem);
        if (error < 0)
            problem_at(&w->cli->problem, "%s", equals + 1);
    }
    buf_release(&text);
    return error;
}

static int read_languages(struct work *w)
{
    TRY(languages_new(&w->languages));
    for (size_t i = 0; i < w->languages_said.count; i++)
        TRY(read_language(w, w->languages_said.values[i]));
    return 0;
}

static int read_names(struct work *w)
{
    struct buf text;
    TRY(known_names_new(w->languages, &w->names));
    if (!w->names_file)
        return 0;
    buf_init(&text, KNOWN_NAMES_MAX_BYTES);
    int error = file_read(w->names_file, KNOWN_NAMES_MAX_BYTES, &text, &w->cli->problem);
    if (error == 0) {
        error = known_names_add(w->names, buf_bytes(&text), &w->cli->problem);
        if (error < 0)
            problem_at(&w->cli->problem, "%s", w->names_file);
    }
    buf_release(&text);
    return error;
}

static int read_table(struct work *w)
{
    if (!w->table_file)
        return 0;
    TRY(file_read(w->table_file, ABOUT_TABLE_MAX_BYTES, &w->table_text, &w->cli->problem));
    int error =
        about_table_read(buf_bytes(&w->table_text), w->languages, &w->table, &w->cli->problem);
    if (error < 0)
        problem_at(&w->cli->problem, "%s", w->table_file);
    return error;
}

static int make_means(struct work *w)
{
    uint64_t threads = 0;
    TRY(cli_whole(w->cli, "threads", w->threads, 0, WORKERS_MAX, &threads));
    w->means.memory_bytes = ORIGINS_MEMORY_BYTES;
    TRY(cli_size(w->cli, "memory", w->memory, MEMORY_MIN_MIB, &w->means.memory_bytes));
    w->means.workers = workers_new((unsigned)threads);
    REJECT_IF(!w->means.workers, E_NOMEM);
    const char *folder = w->spill_folder ? w->spill_folder : getenv("TMPDIR");
    folder = folder ? folder : "/var/tmp";
    TRY(spill_sealed_new(folder, &w->texts, &w->cli->problem));
    return spill_sealed_new(folder, &w->means.spill, &w->cli->problem);
}

/* Out */

static int name_tables(struct work *w)
{
    static const char *const names[] = {
        [PASSAGES] = "passages.tsv", [PAIRS] = "pairs.tsv", [QUOTES] = "quotes.tsv"};
    if (!w->tsv)
        return 0;
    TRY(file_make_folder(w->tsv, &w->cli->problem));
    for (size_t i = PASSAGES; i <= QUOTES; i++) {
        w->outputs[i].path = arena_printf(&w->cli->arena, "%s/%s", w->tsv, names[i]);
        REJECT_IF(!w->outputs[i].path, E_NOMEM);
    }
    return 0;
}

static int open_outputs(struct work *w)
{
    TRY(name_tables(w));
    TRY(outputs_spare(w->outputs, OUTPUTS, w->files.index, w->cli));
    return outputs_open(w->outputs, OUTPUTS, w->cli);
}

static int write_tables(struct work *w)
{
    static int (*const tables[])(const struct origins *o, const struct tsv_sink *sink) = {
        [PASSAGES] = tsv_passages, [PAIRS] = tsv_pairs, [QUOTES] = tsv_quotes};
    for (size_t i = PASSAGES; w->tsv && i <= QUOTES; i++) {
        const struct tsv_sink sink = {.put = output_put, .arg = &w->outputs[i]};
        TRY(tables[i](w->origins, &sink));
    }
    return 0;
}

static int write_page(struct work *w, const struct origins_report *report)
{
    struct buf page CLEANUP(buf_release);
    buf_init(&page, PAGE_MAX_BYTES);
    if (!w->outputs[PAGE].path)
        return 0;
    TRY(origins_report_html(report, &page));
    return output_put(&w->outputs[PAGE], buf_bytes(&page));
}

/* A part of a report that is larger than is kept in memory. */
static int put_large(void *arg, struct span piece)
{
    struct work *w = arg;
    if (w->outputs[REPORT].path)
        return output_put(&w->outputs[REPORT], piece);
    REJECT_IF(fwrite(piece.data, 1, piece.len, stdout) != piece.len, E_IO);
    return 0;
}

static int write_report(struct work *w)
{
    const struct origins_report report = {
        .origins = w->origins, .gather = w->files.gather, .put = put_large, .arg = w};
    TRY(w->cli->json ? origins_report_json(&report, &w->cli->out)
                     : origins_report_text(&report, cli_width(), &w->cli->out));
    TRY(write_page(w, &report));
    if (!w->outputs[REPORT].path)
        return 0;
    TRY(output_put(&w->outputs[REPORT], buf_bytes(&w->cli->out)));
    buf_reset(&w->cli->out);
    return 0;
}

/* The work */

static int prepare(struct work *w)
{
    TRY(make_means(w));
    TRY(read_languages(w));
    TRY(read_names(w));
    TRY(read_table(w));
    TRY(corpus_new(w->means.memory_bytes / 2, w->texts, &w->corpus));
    return open_outputs(w);
}

static int gather(struct work *w)
{
    w->files.named = w->cli->arguments;
    w->files.count = w->cli->count;
    w->files.problem = &w->cli->problem;
    w->files.setup = (struct gather_setup){.corpus = w->corpus,
                                           .languages = w->languages,
                                           .table = w->table,
                                           .watch = w->means.watch,
                                           .today = (int32_t)clock_day(clock_now_s())};
    return origins_files_gather(&w->files);
}

static int run(struct work *w)
{
    TRY(gather(w));
    TRY(origins_run(w->corpus, w->languages, w->names, &w->means, &w->origins, &w->cli->problem));
    TRY(write_tables(w));
    TRY(write_report(w));
    return outputs_finish(w->outputs, OUTPUTS);
}

static void release(struct work *w)
{
    outputs_drop(w->outputs, OUTPUTS);
    origins_free(w->origins);
    origins_files_release(&w->files);
    corpus_free(w->corpus);
    about_table_free(w->table);
    known_names_free(w->names);
    languages_free(w->languages);
    workers_free(w->means.workers);
    spill_sealed_free(w->means.spill);
    spill_sealed_free(w->texts);
    buf_release(&w->table_text);
}

int cmd_origins(int argc, char **argv)
{
    struct cli cli;
    struct work w = {.cli = &cli};
    const struct cli_option options[] = {
        {.name = "table", .text = &w.table_file},
        {.name = "names", .text = &w.names_file},
        {.name = "language", .list = &w.languages_said},
        {.name = "index", .text = &w.files.index},
        {.name = "tsv", .text = &w.tsv},
        {.name = "html", .text = &w.outputs[PAGE].path},
        {.name = "output", .letter = 'o', .text = &w.outputs[REPORT].path},
        {.name = "memory", .text = &w.memory},
        {.name = "spill", .text = &w.spill_folder},
        {.name = "threads", .text = &w.threads},
    };
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count == 0 && !w.files.index)
        return cli_usage(&cli, "it needs a file or a folder");
    buf_init(&w.table_text, ABOUT_TABLE_MAX_BYTES);
    w.means.watch = work_begin();
    int error = prepare(&w);
    bool wrong_usage = error == E_ARGUMENT;
    if (error == 0)
        error = run(&w);
    work_clear();
    release(&w);
    return wrong_usage ? cli_usage(&cli, "%s", problem_text(&cli.problem, error))
                       : cli_end(&cli, error);
}
