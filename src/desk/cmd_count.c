/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Needs no desk and no key: it reads a file, and what it finds is the engine's. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "base/random.h"
#include "count/decomposable.h"
#include "count/latent.h"
#include "count/read.h"
#include "count/report.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/work.h"
#include "draw/chart_part.h"

static const char help[] =
    "vouchsafe count FILE.csv [OPTIONS]\n"
    "\n"
    "Says how many are documented on several linked lists, and how many there may be in all:\n"
    "every estimate with its interval and what it assumes, or why there is none. FILE is one of:\n"
    "  a row a record       columns such as person (or cluster) and list\n"
    "  a row a person       a column of 0 and 1 (or no and yes) for each list\n"
    "  a row a history      the same, and a column such as n: how many persons have it\n"
    "Histories such as 0110 may also stand whole in one column, named history or ch.\n"
    "It says which it took it for. FILE \"-\" is standard input. Needs no desk and no key.\n"
    "\n"
    "What the file is:\n"
    "  --form FORM          records, persons or histories, if it sees it wrongly\n"
    "  --id COLUMN          the person's id\n"
    "  --list COLUMN        the list's name\n"
    "  --count COLUMN       how many persons have the history\n"
    "  --lists A,B,C        only these lists; or the names of those of which whole\n"
    "                       histories such as 0110 are made, or the column that holds these\n"
    "  --by COLUMN          apart for each of its values (year, place), and the total\n"
    "  --act COLUMN         what is documented, for each act\n"
    "  --doubtful FILE      pairs of ids that may be one person: the minimum if all of them are\n"
    "  --draws FILE         linkages drawn by vouchsafe link --draws, to be pooled\n"
    "\n"
    "What is done:\n"
    "  --only FAMILY        bounds, loglinear, closed, decomposable, sparse or latent; more than\n"
    "                       once for several\n"
    "  --quick              leaves out what takes longer than a second\n"
    "  --no-sensitivity     leaves out what wrong links and other priors would change\n"
    "  --delta D            delta of the averaged models; 1/2^lists unless said\n"
    "  --unseen-max N       their prior ends there, as in the package dga; no end unless said\n"
    "  --classes K          at most so many latent classes, up to 32; 10 unless said\n"
    "  --seed N             the same seed gives the same figures (1)\n"
    "  --threads N          as many as there are processors, unless said\n"
    "\n"
    "What comes out (text, unless said):\n"
    "  --json, --csv        for programs\n"
    "  --html FILE          besides, a page with charts that needs nothing else\n"
    "  -o, --output FILE    to a file, whole or not at all\n"
    "\n"
    "Interrupted (Ctrl-C) it stops and gives what is finished, with exit status 1; a second time\n"
    "it ends at once. docs/count.md says what the figures mean.\n";

#define REPORT_MAX_BYTES (1u << 30)
#define FIRST_MAX_BYTES (64u << 10)
#define FILE_MODE 0600

struct counting {
    struct cli *cli;
    const char *form, *id, *list, *count, *by, *act, *doubtful, *draws;
    const char *html, *output, *seed, *threads, *delta, *unseen_max, *classes;
    struct cli_list lists, only;
    bool csv, quick, no_sensitivity;
    struct watch *watch;
    bool shown_first;
    struct count_data data;
    struct count_result *result;
};

/* Options */

static int usage(struct counting *c, const char *option, const char *value)
{
    return problem_set(&c->cli->problem, E_ARGUMENT, "--%s cannot be \"%.60s\"", option, value);
}

static int read_form(struct counting *c, struct count_reading *reading)
{
    static const char *const forms[] = {[COUNT_FORM_RECORDS] = "records",
                                        [COUNT_FORM_PERSONS] = "persons",
                                        [COUNT_FORM_FREQUENCIES] = "histories"};
    for (size_t i = 0; c->form && i < COUNT_OF(forms); i++) {
        if (strcmp(c->form, forms[i]) == 0) {
            reading->has_form = true;
            reading->form = (enum count_form)i;
        }
    }
    return c->form && !reading->has_form ? usage(c, "form", c->form) : 0;
}

static int read_families(struct counting *c, uint32_t *ret_families)
{
    static const struct {
        const char *name;
        enum count_family bit;
    } families[] = {{"bounds", COUNT_FAMILY_BOUNDS}, {"loglinear", COUNT_FAMILY_LOGLINEAR},
                    {"closed", COUNT_FAMILY_CLOSED}, {"decomposable", COUNT_FAMILY_DECOMPOSABLE},
                    {"sparse", COUNT_FAMILY_SPARSE}, {"latent", COUNT_FAMILY_LATENT}};
    *ret_families = 0;
    for (size_t i = 0; i < c->only.count; i++) {
        uint32_t before = *ret_families;
        bool known = false;
        for (size_t j = 0; j < COUNT_OF(families); j++) {
            if (strcmp(c->only.values[i], families[j].name) == 0) {
                *ret_families = before | families[j].bit;
                known = true;
            }
        }
        if (!known)
            return usage(c, "only", c->only.values[i]);
    }
    return 0;
}

static int read_options(struct counting *c, struct count_options *options)
{
    uint64_t classes = 0, unseen_max = 0;
    TRY(cli_real(c->cli, "delta", c->delta, DECOMPOSABLE_DELTA_MIN, DECOMPOSABLE_DELTA_MAX,
                 &options->delta));
    TRY(cli_whole(c->cli, "unseen-max", c->unseen_max, 1, COUNT_PERSONS_MAX, &unseen_max));
    TRY(cli_whole(c->cli, "classes", c->classes, 2, LATENT_CLASSES_MAX, &classes));
    options->classes = (unsigned)classes;
    options->unseen_max = (double)unseen_max;
    return read_families(c, &options->estimators);
}

/* The names in all --lists, parted at commas. */
static int read_lists(struct counting *c, struct count_reading *reading)
{
    const char **names = arena_alloc(&c->cli->arena, COUNT_NAMES_MAX * sizeof *names);
    REJECT_IF(!names, E_NOMEM);
    reading->lists = names;
    for (size_t i = 0; i < c->lists.count; i++) {
        struct span rest = span_text(c->lists.values[i]);
        while (rest.len > 0) {
            const uint8_t *comma = memchr(rest.data, ',', rest.len);
            size_t len = comma ? (size_t)(comma - rest.data) : rest.len;
            if (reading->list_count == COUNT_NAMES_MAX || len == 0)
                return usage(c, "lists", c->lists.values[i]);
            const char *name = arena_copy_text(&c->cli->arena, span_slice(rest, 0, len));
            REJECT_IF(!name, E_NOMEM);
            for (size_t j = 0; j < reading->list_count; j++) {
                if (strcmp(names[j], name) == 0)
                    return problem_set(&c->cli->problem, E_ARGUMENT, "--lists names \"%.*s\" twice",
                                       COUNT_SHORT(name));
            }
            names[reading->list_count++] = name;
            rest = span_slice(rest, len + 1, SIZE_MAX);
        }
    }
    return 0;
}

static void put_first(void *arg, const struct count_result *result)
{
    struct counting *c = arg;
    const struct count_stratum *whole = &result->whole;
    if (!work_is_shown() || c->shown_first || whole->estimate_count == 0)
        return;
    c->shown_first = true;
    work_clear();
    struct buf b CLEANUP(buf_release);
    buf_init(&b, FIRST_MAX_BYTES);
    buf_text(&b, "At least ");
    chart_put_number(&b, (double)whole->data->documented.persons);
    buf_text(&b, " documented. The first answers; all of it follows (Ctrl-C ends it earlier):\n");
    for (size_t i = 0; i < whole->estimate_count; i++) {
        const struct count_estimate *e = &whole->estimates[i];
        if (!e->given || !e->has_interval)
            continue;
        buf_printf(&b, "  %-40s ", e->name);
        chart_put_number(&b, e->n);
        buf_text(&b, " (");
        chart_put_number(&b, e->low);
        buf_text(&b, " to ");
        chart_put_number(&b, e->high);
        buf_text(&b, ")\n");
    }
    if (buf_error(&b) == 0)
        fwrite(b.data, 1, b.len, stderr);
}

/* In */

static int open_input(struct counting *c, const char *path, struct count_input *ret_input)
{
    *ret_input = (struct count_input){.fd = STDIN_FILENO, .name = path};
    if (strcmp(path, "-") == 0) {
        ret_input->name = "standard input";
        return 0;
    }
    ret_input->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (ret_input->fd < 0) {
        int error = errno == ENOENT ? E_NOT_FOUND : E_IO;
        return problem_set(&c->cli->problem, error, "%s: %s", path, strerrordesc_np(errno));
    }
    struct stat its;
    if (fstat(ret_input->fd, &its) == 0 && S_ISDIR(its.st_mode)) {
        close(ret_input->fd);
        ret_input->fd = -1;
        return problem_set(&c->cli->problem, E_IO, "%s: a folder, not a file", path);
    }
    return 0;
}

static void close_input(const struct count_input *input)
{
    if (input->fd > STDIN_FILENO)
        close(input->fd);
}

static int read_opened(struct counting *c, struct count_reading *reading)
{
    struct count_input doubtful = {.fd = -1}, draws = {.fd = -1};
    int error = 0;
    if (c->doubtful) {
        error = open_input(c, c->doubtful, &doubtful);
        reading->doubtful = &doubtful;
    }
    if (error == 0 && c->draws) {
        error = open_input(c, c->draws, &draws);
        reading->draws = &draws;
    }
    if (error == 0) {
        error = count_read(reading, &c->data, &c->cli->problem);
        if (error < 0)
            problem_at(&c->cli->problem, "%s", reading->input.name);
    }
    close_input(&doubtful);
    close_input(&draws);
    return error;
}

static int read_file(struct counting *c)
{
    struct count_reading reading = {.id = c->id,
                                    .list = c->list,
                                    .count = c->count,
                                    .by = c->by,
                                    .act = c->act,
                                    .watch = c->watch};
    random_bytes(&reading.hash_seed, sizeof reading.hash_seed);
    TRY(read_form(c, &reading));
    TRY(read_lists(c, &reading));
    TRY(open_input(c, c->cli->arguments[0], &reading.input));
    int error = read_opened(c, &reading);
    close_input(&reading.input);
    return error;
}

/* Out */

static int write_report(struct counting *c, const char *path,
                        int (*report)(const struct count_result *result, struct buf *out))
{
    struct buf out;
    buf_init(&out, REPORT_MAX_BYTES);
    int error = report(c->result, &out);
    if (error == 0)
        error = file_write(path, buf_bytes(&out), FILE_MODE, &c->cli->problem);
    buf_wipe_release(&out);
    return error;
}

static int report_text(const struct count_result *result, struct buf *out)
{
    return count_report_text(result, cli_width(), out);
}

static int put_result(struct counting *c)
{
    int (*report)(const struct count_result *result, struct buf *out) = c->cli->json
                                                                            ? count_report_json
                                                                        : c->csv ? count_report_csv
                                                                                 : report_text;
    if (c->html)
        TRY(write_report(c, c->html, count_report_html));
    if (c->output)
        return write_report(c, c->output, report);
    return report(c->result, &c->cli->out);
}

static int count_file(struct counting *c)
{
    struct count_options options = {.quick = c->quick, .no_sensitivity = c->no_sensitivity};
    struct count_means means = {.watch = c->watch, .seed = 1};
    uint64_t threads = 0;
    TRY(cli_whole(c->cli, "seed", c->seed, 0, UINT64_MAX, &means.seed));
    TRY(cli_whole(c->cli, "threads", c->threads, 0, WORKERS_MAX, &threads));
    TRY(read_options(c, &options));
    TRY(read_file(c));
    means.workers = workers_new((unsigned)threads);
    REJECT_IF(!means.workers, E_NOMEM);
    int error = count_run(&c->data, &options, &means, put_first, c, &c->result);
    workers_free(means.workers);
    work_clear();
    return error < 0 ? error : put_result(c);
}

int cmd_count(int argc, char **argv)
{
    struct cli cli;
    struct counting c = {.cli = &cli};
    const struct cli_option options[] = {
        {.name = "form", .text = &c.form},
        {.name = "id", .text = &c.id},
        {.name = "list", .text = &c.list},
        {.name = "count", .text = &c.count},
        {.name = "lists", .list = &c.lists},
        {.name = "by", .text = &c.by},
        {.name = "act", .text = &c.act},
        {.name = "doubtful", .text = &c.doubtful},
        {.name = "draws", .text = &c.draws},
        {.name = "only", .list = &c.only},
        {.name = "quick", .flag = &c.quick},
        {.name = "no-sensitivity", .flag = &c.no_sensitivity},
        {.name = "seed", .text = &c.seed},
        {.name = "threads", .text = &c.threads},
        {.name = "delta", .text = &c.delta},
        {.name = "unseen-max", .text = &c.unseen_max},
        {.name = "classes", .text = &c.classes},
        {.name = "csv", .flag = &c.csv},
        {.name = "html", .text = &c.html},
        {.name = "output", .letter = 'o', .text = &c.output},
    };
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1)
        return cli_usage(&cli, "it needs one file");
    if (cli.json && c.csv)
        return cli_usage(&cli, "--json and --csv exclude each other");
    c.watch = work_begin();
    int error = count_file(&c);
    work_clear();
    bool finished = error == 0 && c.result->finished;
    count_result_free(c.result);
    count_data_release(&c.data);
    status = error == E_ARGUMENT ? cli_usage(&cli, "%s", problem_text(&cli.problem, error))
                                 : cli_end(&cli, error);
    return status == CLI_OK && !finished ? CLI_REFUSED : status;
}
