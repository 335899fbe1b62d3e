/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <stdlib.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd_link.h"
#include "desk/work.h"
#include "link/simulate.h"

static const char help[] =
    "vouchsafe link simulate -o FOLDER [OPTIONS]\n"
    "\n"
    "Invents people of a country that does not exist, and the lists that several organisations "
    "have\n"
    "of them, with the mistakes that people make. FOLDER then has list_1.csv and so on; their "
    "last\n"
    "column, person, is the truth: vouchsafe link FOLDER/*.csv --evaluate person.\n"
    "\n"
    "  --persons N          in the country (1000)\n"
    "  --lists N            1 to 16 (3)\n"
    "  --captured P         the chance that a list knows a person (0.5)\n"
    "  --duplicated P       the chance that it has them twice (0.05)\n"
    "  --mistakes N         on average in a record, 0 to 10 (0.5)\n"
    "  --scripts            each list in an alphabet of its own\n"
    "  --seed N             the same seed gives the same lists (1)\n";

#define FILE_MODE 0600
#define PIECE_BYTES ((size_t)1 << 18)
#define PIECE_MAX_BYTES (4u << 20)
#define PATH_BYTES_MAX 4096

struct simulating {
    struct cli *cli;
    const char *folder, *persons, *lists, *captured, *duplicated, *mistakes, *seed;
    struct link_simulation simulation;
    struct watch *watch;
};

static int read_options(struct simulating *s)
{
    struct link_simulation *sim = &s->simulation;
    uint64_t lists = sim->lists;
    TRY(cli_whole(s->cli, "persons", s->persons, 1, LINK_SIMULATE_PERSONS_MAX, &sim->persons));
    TRY(cli_whole(s->cli, "lists", s->lists, 1, LINK_SIMULATE_LISTS_MAX, &lists));
    TRY(cli_whole(s->cli, "seed", s->seed, 0, UINT64_MAX, &sim->seed));
    TRY(cli_real(s->cli, "captured", s->captured, 0, 1, &sim->captured));
    TRY(cli_real(s->cli, "duplicated", s->duplicated, 0, 1, &sim->duplicated));
    TRY(cli_real(s->cli, "mistakes", s->mistakes, 0, 10, &sim->mistakes));
    sim->lists = (unsigned)lists;
    return 0;
}

static int put_list(struct simulating *s, unsigned list, struct file_stream *stream,
                    struct buf *piece)
{
    uint64_t at = 0;
    while (at != UINT64_MAX) {
        REJECT_IF(watch_stopped(s->watch), E_STOPPED);
        watch_progress(s->watch, "inventing", at, s->simulation.persons);
        buf_reset(piece);
        TRY(link_simulate(&s->simulation, list, &at, PIECE_BYTES, piece));
        TRY(file_stream_put(stream, buf_bytes(piece), &s->cli->problem));
    }
    return file_stream_sync(stream, &s->cli->problem);
}

static int write_list(struct simulating *s, unsigned list, struct buf *piece)
{
    struct file_stream *stream;
    char path[PATH_BYTES_MAX];
    int len = snprintf(path, sizeof path, "%s/list_%u.csv", s->folder, list + 1);
    REJECT_IF((size_t)len >= sizeof path, E_ARGUMENT);
    TRY(file_stream_new(path, FILE_MODE, &stream, &s->cli->problem));
    int error = put_list(s, list, stream, piece);
    if (error == 0)
        return file_stream_finish(stream, &s->cli->problem);
    file_stream_drop(stream);
    return error;
}

static int simulate(struct simulating *s)
{
    struct buf piece;
    TRY(read_options(s));
    TRY(file_make_folder(s->folder, &s->cli->problem));
    buf_init(&piece, PIECE_MAX_BYTES);
    int error = 0;
    for (unsigned i = 0; i < s->simulation.lists && error == 0; i++)
        error = write_list(s, i, &piece);
    buf_release(&piece);
    return error;
}

int cmd_link_simulate(int argc, char **argv)
{
    struct cli cli;
    struct simulating s = {.cli = &cli,
                           .simulation = {.seed = 1,
                                          .persons = 1000,
                                          .lists = 3,
                                          .captured = 0.5,
                                          .duplicated = 0.05,
                                          .mistakes = 0.5}};
    const struct cli_option options[] = {
        {.name = "output", .letter = 'o', .text = &s.folder},
        {.name = "persons", .text = &s.persons},
        {.name = "lists", .text = &s.lists},
        {.name = "captured", .text = &s.captured},
        {.name = "duplicated", .text = &s.duplicated},
        {.name = "mistakes", .text = &s.mistakes},
        {.name = "scripts", .flag = &s.simulation.scripts},
        {.name = "seed", .text = &s.seed},
    };
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (!s.folder || cli.count > 0)
        return cli_usage(&cli, "it needs -o FOLDER and nothing else");
    s.watch = work_begin();
    int error = simulate(&s);
    work_clear();
    return error == E_ARGUMENT ? cli_usage(&cli, "%s", problem_text(&cli.problem, error))
                               : cli_end(&cli, error);
}
