/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Needs no desk and no key: it reads files, and what it finds is the engine's. All files that come
 * out are begun before the work, so that a folder that cannot be written to is known at once, and
 * get their names together at the end. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/cmd_link.h"
#include "desk/guard.h"
#include "desk/outputs.h"
#include "desk/work.h"
#include "link/explain.h"
#include "link/output.h"
#include "link/report.h"
#include "seal/resume.h"
#include "seal/spill.h"

static const char help[] =
    "vouchsafe link A.csv [B.csv ...] -o linked.csv [OPTIONS]\n"
    "vouchsafe link A.csv [B.csv ...] --explain RECORD RECORD [OPTIONS]\n"
    "vouchsafe link review QUEUE.csv --decisions FILE --reviewer NAME\n"
    "vouchsafe link simulate -o FOLDER [OPTIONS]\n"
    "\n"
    "Finds which records are the same person, within a list and between lists, and says what it\n"
    "took the columns for. linked.csv has every record with two columns more: cluster (who it is)\n"
    "and confidence. Needs no desk and no key. A list is a file of comma-separated values with a\n"
    "row of headers, in UTF-8. `link review` goes through what is in doubt; `link simulate` "
    "invents\n"
    "lists to try things with.\n"
    "\n"
    "What is linked:\n"
    "  --within, --between  only within lists, or only between them; both unless said\n"
    "  --unique LIST        this list holds each person once; may be given for several\n"
    "  --ignore COLUMN      is left out of everything, and kept in linked.csv; for several\n"
    "  --columns FILE       says what columns are, where it was guessed wrong: rows of "
    "column,kind\n"
    "                       or list,column,kind\n"
    "  --into linked.csv    besides, the records of an earlier result, under its --model\n"
    "  --model FILE         weighs by a model that --model-out wrote, and learns none\n"
    "  --decisions FILE     obeys what people decided (see link review)\n"
    "  --two-reviewers      one person's decision alone decides nothing\n"
    "\n"
    "What comes out (a file is written whole or not at all):\n"
    "  -o, --output FILE    every record, with its cluster; - is standard output, and then\n"
    "                       nothing else is said there\n"
    "  --review FILE        the pairs that a person should look at, hardest first\n"
    "  --draws N            N linkages as they may be, for vouchsafe count --draws,\n"
    "  --draws-file FILE    into this file\n"
    "  --model-out FILE     the model that was learnt\n"
    "  --evaluate COLUMN    compares with this column, which the linking is not shown\n"
    "  --explain A B        instead, why these two records are held for one person, or are not;\n"
    "                       they are called as in the queue: lawyers.csv:T-112\n"
    "  --svg FILE           the same as a picture\n"
    "  --html FILE          all that is said, with charts and the first doubtful pairs, as a page\n"
    "                       that needs nothing else; with --explain the pair\n"
    "  --json               what is said on the way, for programs\n"
    "\n"
    "How:\n"
    "  --memory SIZE        such as 4G: what is more goes to disk, sealed under a key that is\n"
    "                       only in memory (1G besides the records, unless said)\n"
    "  --spill FOLDER       where (TMPDIR, else /var/tmp)\n"
    "  --resume FILE        keeps there what is finished, sealed: after an interruption the same\n"
    "                       command goes on from it; gone when the work is done\n"
    "  --threads N          as many as there are processors, unless said\n"
    "  --seed N             the same seed gives the same result (1)\n"
    "\n"
    "Interrupted (Ctrl-C) it stops and writes nothing but what --resume keeps; a second time it\n"
    "ends at once. docs/link.md says how it works.\n";

#define PAGE_MAX_BYTES ((size_t)256 << 20)
#define MEMORY_MIN_MIB 64

enum { LINKED, REVIEW, DRAWS, MODEL_OUT, HTML, SVG, OUTPUTS };

struct linking {
    struct cli *cli;
    bool within, between, two_reviewers;
    struct cli_list unique, ignore;
    const char *into, *model_file, *decisions_file, *columns_file, *truth, *draws, *memory,
        *spill_folder, *resume, *threads, *seed, *explain_a, *explain_b;
    struct output outputs[OUTPUTS];
    struct link_source *sources;
    size_t source_count;
    uint64_t draw_count;
    struct buf decisions, columns;
    struct link_model model;
    struct link_options options;
    struct link_means means;
    struct link_result *result;
};

/* Options */

static int usage(struct linking *l, const char *option, const char *value)
{
    return problem_set(&l->cli->problem, E_ARGUMENT, "--%s cannot be \"%.60s\"", option, value);
}

static int read_options(struct linking *l)
{
    struct link_options *o = &l->options;
    if ((l->draws != NULL) != (l->outputs[DRAWS].path != NULL))
        return problem_set(&l->cli->problem, E_ARGUMENT,
                           "--draws and --draws-file need each other");
    TRY(cli_whole(l->cli, "draws", l->draws, 0, LINK_DRAWS_MAX, &l->draw_count));
    if (l->draws && l->draw_count == 0)
        return usage(l, "draws", l->draws);
    o->seed = 1;
    TRY(cli_whole(l->cli, "seed", l->seed, 0, UINT64_MAX, &o->seed));
    TRY(cli_size(l->cli, "memory", l->memory, MEMORY_MIN_MIB, &o->memory_bytes));
    o->scope = (l->within ? LINK_WITHIN : 0) | (l->between ? LINK_BETWEEN : 0);
    o->columns.ignore = l->ignore.values;
    o->columns.ignore_count = l->ignore.count;
    o->truth = l->truth;
    o->two_reviewers = l->two_reviewers;
    return 0;
}

/* In */

static int open_list(struct linking *l, const char *path)
{
    struct link_source *source = &l->sources[l->source_count];
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe is not waited for */
    if (fd < 0)
        return problem_set(&l->cli->problem, errno == ENOENT ? E_NOT_FOUND : E_IO, "%s: %s", path,
                           strerrordesc_np(errno));
    *source = (struct link_source){.name = file_name(path), .fd = fd};
    l->source_count++;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return problem_set(&l->cli->problem, E_IO,
                           "%s: a list is read twice, so it must be a file on disk", path);
    return 0;
}

static bool is_one_file(int one, int other)
{
    struct stat a, b;
    return fstat(one, &a) == 0 && fstat(other, &b) == 0 && a.st_dev == b.st_dev &&
           a.st_ino == b.st_ino;
}

/* A list is called by its file; where two folders have files of one name, by the whole path. */
static int name_lists(struct linking *l)
{
    struct link_source *sources = l->sources + (l->source_count - l->cli->count);
    for (size_t i = 0; i < l->cli->count; i++) {
        for (size_t j = 0; j < i; j++) {
            const char *one = l->cli->arguments[i], *other = l->cli->arguments[j];
            if (strcmp(one, other) == 0)
                return problem_set(&l->cli->problem, E_ARGUMENT, "%s was given twice", one);
            if (is_one_file(sources[i].fd, sources[j].fd))
                return problem_set(&l->cli->problem, E_ARGUMENT, "%s and %s are the same file",
                                   other, one);
            if (strcmp(file_name(one), file_name(other)) == 0) {
                sources[i].name = one;
                sources[j].name = other;
            }
        }
    }
    return 0;
}

/* By its name or by its path. */
static int read_unique(struct linking *l)
{
    const char **names = arena_alloc(&l->cli->arena, (l->unique.count + 1) * sizeof *names);
    REJECT_IF(!names, E_NOMEM);
    for (size_t k = 0; k < l->unique.count; k++) {
        names[k] = l->unique.values[k];
        for (size_t i = 0; i < l->cli->count; i++) {
            if (strcmp(names[k], l->cli->arguments[i]) == 0)
                names[k] = l->sources[l->source_count - l->cli->count + i].name;
        }
    }
    l->options.unique = names;
    l->options.unique_count = l->unique.count;
    return 0;
}

static int open_lists(struct linking *l)
{
    l->sources = arena_alloc(&l->cli->arena, (l->cli->count + 1) * sizeof *l->sources);
    REJECT_IF(!l->sources, E_NOMEM);
    if (l->into) {
        TRY(open_list(l, l->into));
        l->sources[0].linked = true;
    }
    for (size_t i = 0; i < l->cli->count; i++)
        TRY(open_list(l, l->cli->arguments[i]));
    TRY(name_lists(l));
    TRY(read_unique(l));
    l->options.sources = l->sources;
    l->options.source_count = l->source_count;
    return 0;
}

static int rewind_lists(struct linking *l)
{
    for (size_t i = 0; i < l->source_count; i++) {
        if (lseek(l->sources[i].fd, 0, SEEK_SET) != 0)
            return problem_set(&l->cli->problem, E_IO, "%s: %s", l->sources[i].name,
                               strerrordesc_np(errno));
    }
    return 0;
}

static int read_decisions(struct linking *l)
{
    if (!l->decisions_file)
        return 0;
    TRY(file_read(l->decisions_file, LINK_DECISIONS_MAX_BYTES, &l->decisions, &l->cli->problem));
    l->options.decisions = buf_bytes(&l->decisions);
    l->options.decisions_name = l->decisions_file;
    return 0;
}

static int read_columns(struct linking *l)
{
    if (!l->columns_file)
        return 0;
    TRY(file_read(l->columns_file, LINK_COLUMNS_SAID_MAX_BYTES, &l->columns, &l->cli->problem));
    l->options.columns.said = buf_bytes(&l->columns);
    l->options.columns.said_name = l->columns_file;
    return 0;
}

static int read_model(struct linking *l)
{
    struct buf text;
    if (!l->model_file)
        return 0;
    buf_init(&text, LINK_MODEL_TEXT_MAX);
    int error = file_read(l->model_file, LINK_MODEL_TEXT_MAX, &text, &l->cli->problem);
    if (error == 0) {
        error = link_model_read(buf_bytes(&text), &l->model, &l->cli->problem);
        if (error < 0)
            problem_at(&l->cli->problem, "%s", l->model_file);
    }
    buf_release(&text);
    l->options.model = &l->model;
    return error;
}

/* Out */

/* A list must not be written over by what is made of it; an earlier result may. */
static int spare_lists(struct linking *l, const char *path)
{
    struct stat out, in;
    if (!path || stat(path, &out) != 0)
        return 0;
    for (size_t i = 0; i < l->source_count; i++) {
        if (!l->sources[i].linked && fstat(l->sources[i].fd, &in) == 0 && in.st_dev == out.st_dev &&
            in.st_ino == out.st_ino)
            return problem_set(&l->cli->problem, E_ARGUMENT,
                               "%s is one of the lists: name another file to write to", path);
    }
    return 0;
}

static int open_outputs(struct linking *l)
{
    for (size_t i = 0; i < OUTPUTS; i++)
        TRY(spare_lists(l, l->outputs[i].path));
    TRY(outputs_spare(l->outputs, OUTPUTS, l->resume, l->cli));
    return outputs_open(l->outputs, OUTPUTS, l->cli);
}

static int write_model(struct linking *l)
{
    struct buf text;
    buf_init(&text, LINK_MODEL_TEXT_MAX);
    link_model_write(&l->result->model, &text);
    int error = buf_error(&text);
    if (error == 0)
        error = output_put(&l->outputs[MODEL_OUT], buf_bytes(&text));
    buf_release(&text);
    return error;
}

static int write_page(struct linking *l, const struct link_output *o)
{
    struct buf text;
    buf_init(&text, PAGE_MAX_BYTES);
    int error = rewind_lists(l);
    if (error == 0)
        error = link_report_html(o, &text, &l->cli->problem);
    if (error == 0)
        error = output_put(&l->outputs[HTML], buf_bytes(&text));
    buf_wipe_release(&text);
    return error;
}

static struct link_output output_of(const struct linking *l)
{
    return (struct link_output){.result = l->result,
                                .sources = l->sources,
                                .source_count = l->source_count,
                                .workers = l->means.workers,
                                .watch = l->means.watch};
}

static int write_outputs(struct linking *l)
{
    const struct link_output o = output_of(l);
    struct link_sink sinks[OUTPUTS];
    for (size_t i = 0; i < OUTPUTS; i++)
        sinks[i] = (struct link_sink){.put = output_put, .arg = &l->outputs[i]};
    if (l->outputs[LINKED].path) {
        TRY(rewind_lists(l));
        TRY(link_output_records(&o, &sinks[LINKED], &l->cli->problem));
    }
    if (l->outputs[REVIEW].path) {
        TRY(rewind_lists(l));
        TRY(link_output_queue(&o, &sinks[REVIEW], &l->cli->problem));
    }
    if (l->outputs[DRAWS].path)
        TRY(link_output_draws(&o, (unsigned)l->draw_count, l->options.seed, &sinks[DRAWS]));
    if (l->outputs[HTML].path && !l->explain_a)
        TRY(write_page(l, &o));
    return l->outputs[MODEL_OUT].path ? write_model(l) : 0;
}

/* One pair */

static int find_record(struct linking *l, const char *name, uint32_t *ret_record)
{
    *ret_record = link_idents_find(&l->result->idents, span_text(name));
    if (*ret_record == LINK_IDENT_NONE)
        return problem_set(&l->cli->problem, E_NOT_FOUND,
                           "no record is called \"%.200s\": a record is its list, a colon, and its "
                           "id or its row, such as lawyers.csv:112",
                           name);
    return 0;
}

static int write_view(struct linking *l, const struct link_view *view, size_t output,
                      int (*explain)(const struct link_view *view, struct buf *out))
{
    struct buf text;
    if (!l->outputs[output].path)
        return 0;
    buf_init(&text, PAGE_MAX_BYTES);
    int error = explain(view, &text);
    if (error == 0)
        error = output_put(&l->outputs[output], buf_bytes(&text));
    buf_wipe_release(&text);
    return error;
}

static int explain(struct linking *l)
{
    const struct link_output o = output_of(l);
    struct link_pair pair;
    struct link_view view;
    TRY(find_record(l, l->explain_a, &pair.a));
    TRY(find_record(l, l->explain_b, &pair.b));
    if (pair.a == pair.b)
        return problem_set(&l->cli->problem, E_ARGUMENT, "that is one record twice");
    TRY(rewind_lists(l));
    TRY(link_views(&o, &pair, 1, &l->cli->arena, &view, &l->cli->problem));
    TRY(write_view(l, &view, SVG, link_explain_svg));
    TRY(write_view(l, &view, HTML, link_explain_html));
    if (outputs_say(l->outputs, OUTPUTS))
        return 0;
    return l->cli->json ? link_explain_json(&view, &l->cli->out)
                        : link_explain_text(&view, cli_width(), &l->cli->out);
}

static int say(struct linking *l)
{
    if (l->explain_a)
        return explain(l);
    if (outputs_say(l->outputs, OUTPUTS))
        return 0;
    return l->cli->json ? link_report_json(l->result, &l->cli->out)
                        : link_report_text(l->result, cli_width(), &l->cli->out);
}

/* The work */

static int make_means(struct linking *l)
{
    uint64_t threads = 0;
    TRY(cli_whole(l->cli, "threads", l->threads, 0, WORKERS_MAX, &threads));
    l->means.workers = workers_new((unsigned)threads);
    REJECT_IF(!l->means.workers, E_NOMEM);
    const char *folder = l->spill_folder ? l->spill_folder : getenv("TMPDIR");
    return spill_sealed_new(folder ? folder : "/var/tmp", &l->means.spill, &l->cli->problem);
}

static int prepare(struct linking *l)
{
    TRY(read_options(l));
    TRY(open_lists(l));
    TRY(make_means(l));
    return open_outputs(l);
}

static int open_resume(struct linking *l)
{
    struct hash work;
    if (!l->resume)
        return 0;
    TRY(cmd_link_work(&l->options, l->means.watch, &work, &l->cli->problem));
    return resume_open(l->resume, &work, &l->means.parts, &l->cli->problem);
}

static int run(struct linking *l)
{
    TRY(read_model(l));
    TRY(read_decisions(l));
    TRY(read_columns(l));
    TRY(open_resume(l));
    TRY(link_run(&l->options, &l->means, &l->result, &l->cli->problem));
    TRY(write_outputs(l));
    TRY(say(l));
    TRY(outputs_finish(l->outputs, OUTPUTS));
    return l->means.parts ? resume_remove(l->means.parts, &l->cli->problem) : 0;
}

/* After resume_free, which leaves no file in which there is nothing. */
static void say_how_to_go_on(struct linking *l, int error)
{
    if (error == E_STOPPED && l->resume && file_exists(l->resume))
        problem_set(&l->cli->problem, error,
                    "it was stopped; what is finished is in %s, and the same command goes on from "
                    "there",
                    l->resume);
}

static void release(struct linking *l)
{
    outputs_drop(l->outputs, OUTPUTS);
    for (size_t i = 0; i < l->source_count; i++)
        close(l->sources[i].fd);
    link_result_free(l->result);
    workers_free(l->means.workers);
    spill_sealed_free(l->means.spill);
    resume_free(l->means.parts);
    buf_wipe_release(&l->decisions);
    buf_release(&l->columns);
}

static int link_lists(int argc, char **argv)
{
    struct cli cli;
    struct linking l = {.cli = &cli};
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .text = &l.outputs[LINKED].path},
        {.name = "review", .text = &l.outputs[REVIEW].path},
        {.name = "explain", .text = &l.explain_a, .second = &l.explain_b},
        {.name = "html", .text = &l.outputs[HTML].path},
        {.name = "svg", .text = &l.outputs[SVG].path},
        {.name = "within", .flag = &l.within},
        {.name = "between", .flag = &l.between},
        {.name = "unique", .list = &l.unique},
        {.name = "ignore", .list = &l.ignore},
        {.name = "columns", .text = &l.columns_file},
        {.name = "decisions", .text = &l.decisions_file},
        {.name = "two-reviewers", .flag = &l.two_reviewers},
        {.name = "draws", .text = &l.draws},
        {.name = "draws-file", .text = &l.outputs[DRAWS].path},
        {.name = "evaluate", .text = &l.truth},
        {.name = "into", .text = &l.into},
        {.name = "model", .text = &l.model_file},
        {.name = "model-out", .text = &l.outputs[MODEL_OUT].path},
        {.name = "memory", .text = &l.memory},
        {.name = "spill", .text = &l.spill_folder},
        {.name = "resume", .text = &l.resume},
        {.name = "threads", .text = &l.threads},
        {.name = "seed", .text = &l.seed},
    };
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count == 0)
        return cli_usage(&cli, "it needs a list");
    if (l.outputs[SVG].path && !l.explain_a)
        return cli_usage(&cli, "--svg goes with --explain");
    if (l.into && !l.model_file)
        return cli_usage(&cli, "--into needs --model: the one that the earlier result was made by");
    buf_init(&l.decisions, LINK_DECISIONS_MAX_BYTES);
    buf_init(&l.columns, LINK_COLUMNS_SAID_MAX_BYTES);
    sigaction(SIGPIPE, &(const struct sigaction){.sa_handler = SIG_IGN}, NULL); /* it is said */
    l.means.watch = work_begin();
    int error = prepare(&l);
    bool wrong_usage = error == E_ARGUMENT;
    if (error == 0)
        error = run(&l);
    work_clear();
    release(&l);
    say_how_to_go_on(&l, error);
    return wrong_usage ? cli_usage(&cli, "%s", problem_text(&cli.problem, error))
                       : cli_end(&cli, error);
}

int cmd_link(int argc, char **argv)
{
    static char review[] = "link review", simulate[] = "link simulate";
    if (argc > 1 && strcmp(argv[1], "review") == 0) {
        argv[1] = review;
        return cmd_link_review(argc - 1, argv + 1);
    }
    if (argc > 1 && strcmp(argv[1], "simulate") == 0) {
        argv[1] = simulate;
        return cmd_link_simulate(argc - 1, argv + 1);
    }
    return link_lists(argc, argv);
}
