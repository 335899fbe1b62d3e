/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* vouchsafe-line: the program of the public machine. */
#include <getopt.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "ledger/fsck.h"
#include "line/day.h"
#include "line/export.h"
#include "line/serve.h"
#include "seal/words.h"

#define USAGE_ERROR 2

static const char usage[] =
    "vouchsafe-line: the public server of a hotline. It keeps what it cannot read.\n"
    "\n"
    "  vouchsafe-line init PACK FOLDER     make a line from an organisation's pack of public keys\n"
    "  vouchsafe-line fingerprint FOLDER   the six words to read to the member\n"
    "  vouchsafe-line serve FOLDER [--door ADDRESS] [--hatch ADDRESS]\n"
    "                                      answer callers and desks; until Ctrl-C or SIGTERM\n"
    "  vouchsafe-line close FOLDER         place the pending entries in the log now\n"
    "  vouchsafe-line export FOLDER TO     write everything a desk pulls into a directory\n"
    "  vouchsafe-line fsck FOLDER          check all that is stored\n"
    "\n"
    "Addresses are HOST:PORT or unix:PATH; a door is at 127.0.0.1:8080 and the hatch at\n"
    "127.0.0.1:8081 unless told otherwise. See vouchsafe-line(1).\n";

static int fail(const struct problem *problem, int error)
{
    log_line("%s", problem_text(problem, error));
    return 1;
}

static void print_fingerprint(const struct note_key *key)
{
    struct hash hash = note_key_fingerprint(key);
    struct buf words;

    buf_init(&words, 256);
    words_six(hash.bytes, &words);
    printf("%s\n", buf_cstr(&words));
    buf_release(&words);
}

static int create(const char *pack_path, const char *path, struct problem *problem)
{
    struct folder *folder;
    struct buf pack;
    int error;

    buf_init(&pack, PACK_TEXT_MAX);
    error = file_read(pack_path, PACK_TEXT_MAX, &pack, problem);
    if (error == 0)
        error = folder_create(path, buf_bytes(&pack), problem);
    buf_release(&pack);
    TRY(error);
    TRY(folder_open(path, &folder, problem));
    printf("A line for %s is ready in %s.\nRead these six words to the member:\n\n    ",
           roster_name(folder->roster), path);
    print_fingerprint(&folder->note_key);
    folder_close(folder);
    return 0;
}

static int run_init(int argc, char **argv)
{
    struct problem problem;
    int error;

    if (argc != 3)
        return USAGE_ERROR;
    problem_clear(&problem);
    error = create(argv[1], argv[2], &problem);
    return error < 0 ? fail(&problem, error) : 0;
}

/* Opens the folder that is the command's argument number one. */
static int open_argument(char **argv, struct folder **ret_folder)
{
    struct problem problem;
    int error;

    problem_clear(&problem);
    error = folder_open(argv[1], ret_folder, &problem);
    return error < 0 ? fail(&problem, error) : 0;
}

static int run_fingerprint(int argc, char **argv)
{
    struct problem problem;
    struct note_key key;
    int error;

    if (argc != 2)
        return USAGE_ERROR;
    problem_clear(&problem);
    error = folder_public_key(argv[1], &key, &problem);
    if (error < 0)
        return fail(&problem, error);
    print_fingerprint(&key);
    return 0;
}

static int run_serve(int argc, char **argv)
{
    static const struct option options[] = {{"door", required_argument, NULL, 'd'},
                                            {"hatch", required_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    struct serve serve = {.door_address = "127.0.0.1:8080", .hatch_address = "127.0.0.1:8081"};
    struct problem problem;
    int option, error;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'd')
            serve.door_address = optarg;
        else if (option == 'h')
            serve.hatch_address = optarg;
        else
            return USAGE_ERROR;
    }
    if (optind + 1 != argc)
        return USAGE_ERROR;
    serve.folder = argv[optind];
    problem_clear(&problem);
    error = serve_run(&serve, &problem);
    return error < 0 ? fail(&problem, error) : 0;
}

static int run_close(int argc, char **argv)
{
    struct place_result result;
    struct problem problem;
    struct folder *folder;
    int error;

    if (argc != 2)
        return USAGE_ERROR;
    if (open_argument(argv, &folder) != 0)
        return 1;
    problem_clear(&problem);
    error = day_close(folder, clock_day(clock_now_s()), &result, &problem);
    folder_close(folder);
    if (error < 0)
        return fail(&problem, error);
    printf("%llu entries placed, %llu of them cover; the log has %llu.\n",
           (unsigned long long)result.placed, (unsigned long long)result.cover,
           (unsigned long long)result.size);
    if (result.without_cover)
        log_line("no intake key is valid today: there is no cover, and no report is taken");
    return 0;
}

static int run_export(int argc, char **argv)
{
    struct problem problem;
    struct folder *folder;
    uint64_t entries;
    int error;

    if (argc != 3)
        return USAGE_ERROR;
    if (open_argument(argv, &folder) != 0)
        return 1;
    problem_clear(&problem);
    error = export_folder(folder, argv[2], &entries, &problem);
    folder_close(folder);
    if (error < 0)
        return fail(&problem, error);
    printf("%llu entries written to %s.\n", (unsigned long long)entries, argv[2]);
    return 0;
}

static void print_finding(void *context, enum fsck_kind kind, const char *where, const char *what)
{
    (void)context;
    printf("%s: %s: %s\n", fsck_kind_name(kind), where, what);
}

static int run_fsck(int argc, char **argv)
{
    struct folder *folder;
    struct fsck fsck = {.every_placement = true};
    uint64_t findings;
    int error;

    if (argc != 2)
        return USAGE_ERROR;
    if (open_argument(argv, &folder) != 0)
        return 1;
    fsck.log_key = &folder->note_key;
    error = fsck_run(folder->store, &fsck, print_finding, NULL, &findings);
    if (error == 0)
        printf("%llu entries in the log, %llu findings.\n",
               (unsigned long long)store_size(folder->store), (unsigned long long)findings);
    folder_close(folder);
    if (error < 0)
        return fail(NULL, error);
    return findings > 0 ? 1 : 0;
}

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"init", run_init},   {"fingerprint", run_fingerprint}, {"serve", run_serve},
    {"close", run_close}, {"export", run_export},           {"fsck", run_fsck},
};

int main(int argc, char **argv)
{
    int status = USAGE_ERROR;

    /* What SQLite makes is for nobody else either. */
    umask(077);
    log_name("vouchsafe-line");
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
        fputs(usage, stdout);
        return 0;
    }
    if (seal_init() < 0)
        return fail(NULL, E_NOMEM);
    for (size_t i = 0; argc >= 2 && i < COUNT_OF(commands); i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            status = commands[i].run(argc - 1, argv + 1);
    if (status == USAGE_ERROR)
        fputs(usage, stderr);
    return status;
}
