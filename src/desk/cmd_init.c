/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The order is on purpose: nothing is written before the recovery kit was tried. Who gives up there
 * has no desk, and so no organisation whose keys one lost laptop would take away. */
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/desk_internal.h"
#include "desk/found.h"
#include "desk/prompt.h"
#include "seal/secret.h"

#define SHEET_MAX_BYTES 4096
#define TRIES 5

static const char help[] =
    "vouchsafe init [--organisation NAME] [--member NAME] [--kit-folder FOLDER]\n"
    "\n"
    "Makes an organisation: its roster with you as its founder, its first intake key (180 days),\n"
    "your key file under a passphrase, the recovery kit, and pack.txt, the public keys that the\n"
    "operator of the line is given. Asks for what is not said.\n"
    "\n"
    "The recovery kit is two sheets of twelve words. At a terminal each is shown once, to be\n"
    "written down, and then typed back. With --kit-folder the sheets are written there as\n"
    "sheet-1.txt and sheet-2.txt, to be printed and then removed, and are read back.\n"
    "\n"
    "  --passphrase-file FILE   its first line is the passphrase (for scripts and tests)\n"
    "  --dir FOLDER             where the desk is made\n";

struct founding {
    struct cli *cli;
    const char *organisation, *member, *kit_folder, *folder;
    struct buf organisation_typed, member_typed, passphrase;
    struct member_keys *keys;
    struct roster *roster;
    struct found_sheet sheets[2];
};

static int ask_name(const char **name, const char *question, struct buf *typed,
                    struct problem *problem)
{
    if (*name)
        return 0;
    int error = prompt_line(question, typed);
    if (error == E_NOT_FOUND || (error == 0 && typed->len == 0))
        return problem_set(problem, E_ARGUMENT, "No name was given.");
    *name = buf_cstr(typed);
    return error;
}

/* The kit, tried at once */

static int check_sheets(const struct founding *f, const struct found_sheet read_back[2],
                        struct problem *problem)
{
    struct member_keys *keys;
    TRY(found_keys_of_sheets(&read_back[0], &read_back[1], f->roster, &keys, problem));
    bool same = memcmp(keys->sign.public_key, f->keys->sign.public_key, SIGN_KEY_BYTES) == 0;
    member_keys_free(keys);
    return same ? 0 : problem_set(problem, E_CHECKSUM, "The sheets do not make your key.");
}

static int write_sheet(struct founding *f, unsigned i, char *path, struct problem *problem)
{
    struct buf text;
    buf_init(&text, SHEET_MAX_BYTES);
    found_sheet_write(&f->sheets[i], f->roster, f->member, &text);
    int error = buf_error(&text);
    if (error == 0)
        error = file_create(path, buf_bytes(&text), 0600, problem);
    buf_wipe_release(&text);
    return error;
}

static int read_sheet(const char *path, struct found_sheet *ret_sheet, struct problem *problem)
{
    struct buf text;
    buf_init(&text, SHEET_MAX_BYTES);
    int error = file_read(path, SHEET_MAX_BYTES, &text, problem);
    if (error == 0)
        error = found_sheet_read(buf_bytes(&text), ret_sheet, problem);
    buf_wipe_release(&text);
    return error;
}

static int kit_in_folder(struct founding *f, struct problem *problem)
{
    struct found_sheet read_back[2];
    int error = file_make_folder(f->kit_folder, problem);
    for (unsigned i = 0; i < 2 && error == 0; i++) {
        char *path = desk_path(f->kit_folder, i ? "sheet-2.txt" : "sheet-1.txt");
        error = path ? write_sheet(f, i, path, problem) : E_NOMEM;
        if (error == 0)
            error = read_sheet(path, &read_back[i], problem);
        mem_free(path);
    }
    if (error == 0)
        error = check_sheets(f, read_back, problem);
    secret_wipe(read_back, sizeof read_back);
    return error;
}

/* What was shown is rubbed out before it is typed: from memory it would not be tried. */
static int show_sheet(struct founding *f, unsigned i)
{
    struct buf text, line;
    buf_init(&text, SHEET_MAX_BYTES);
    buf_init(&line, PROMPT_LINE_MAX);
    found_sheet_write(&f->sheets[i], f->roster, f->member, &text);
    fprintf(stderr, "\n%s\n", buf_cstr(&text));
    int error = buf_error(&text);
    if (error == 0)
        error = prompt_line("Write it down or print it now. Then press Enter: ", &line);
    if (isatty(STDERR_FILENO))
        fputs("\033[H\033[2J\033[3J", stderr);
    buf_wipe_release(&text);
    buf_release(&line);
    return error;
}

static int type_sheet(struct founding *f, unsigned i)
{
    struct found_sheet typed;
    struct buf line;
    int error = E_CHECKSUM;
    for (unsigned tries = 0; tries < TRIES && error < 0; tries++) {
        struct problem why;
        problem_clear(&why);
        buf_init(&line, PROMPT_LINE_MAX);
        fprintf(stderr, "Type the twelve words of sheet %u, as they stand on your paper:\n", i + 1);
        error = prompt_line("> ", &line);
        if (error == 0)
            error = found_sheet_read(buf_bytes(&line), &typed, &why);
        if (error == 0 && !secret_equal(typed.secret, f->sheets[i].secret, sizeof typed.secret))
            error = problem_set(&why, E_CHECKSUM, "These are the words of another sheet.");
        buf_wipe_release(&line);
        if (error == E_NOT_FOUND)
            break;
        if (error < 0)
            fprintf(stderr, "%s\n", problem_text(&why, error));
    }
    secret_wipe(&typed, sizeof typed);
    return error;
}

static int kit_at_terminal(struct founding *f, struct problem *problem)
{
    if (!prompt_person())
        return problem_set(problem, E_ARGUMENT,
                           "The recovery kit is shown at a terminal. Elsewhere, say where its "
                           "sheets are to be written: --kit-folder FOLDER");
    for (unsigned i = 0; i < 2; i++) {
        int error = show_sheet(f, i);
        if (error == 0)
            error = type_sheet(f, i);
        if (error < 0)
            return problem_set(problem, error,
                               "The recovery kit was not tried, so no desk was made.");
    }
    return check_sheets(f, f->sheets, problem);
}

static int make_kit(struct founding *f, struct problem *problem)
{
    f->sheets[0].number = 1;
    f->sheets[1].number = 2;
    kit_split(f->keys->seed, f->sheets[0].secret, f->sheets[1].secret);
    return f->kit_folder ? kit_in_folder(f, problem) : kit_at_terminal(f, problem);
}

static void say_done(struct founding *f)
{
    struct buf *out = &f->cli->out;
    buf_printf(out, "The desk is ready in %s.\n\nOrganisation: ", f->folder);
    cli_put_line(f->cli, roster_name(f->roster));
    buf_text(out, "\nIts six words: ");
    cli_put_six_words(f->cli, roster_organisation(f->roster));
    if (f->kit_folder)
        buf_printf(out,
                   "\nThe recovery kit: %s/sheet-1.txt and sheet-2.txt. Print them, keep them\n"
                   "apart, and remove the files.",
                   f->kit_folder);
    buf_printf(out,
               "\n\nNext: give %s/pack.txt to the operator of the line. When the line is there:\n"
               "vouchsafe line ADDRESS\n",
               f->folder);
}

static int found(struct founding *f)
{
    struct problem *problem = &f->cli->problem;
    TRY(cli_folder(f->cli, &f->folder));
    TRY(found_folder(f->folder, problem));
    TRY(ask_name(&f->organisation, "Name of the organisation: ", &f->organisation_typed, problem));
    TRY(ask_name(&f->member, "Your name, as other members will see it: ", &f->member_typed,
                 problem));
    TRY(prompt_new_passphrase(f->cli->passphrase_file, &f->passphrase, problem));
    f->keys = member_keys_random();
    REJECT_IF(!f->keys, E_NOMEM);
    TRY(found_roster(f->organisation, f->member, f->keys, &f->roster, problem));
    TRY(make_kit(f, problem));
    TRY(found_write(f->folder, f->roster, f->keys, buf_bytes(&f->passphrase), KEYFILE_COST_MODERATE,
                    problem));
    say_done(f);
    return 0;
}

int cmd_init(int argc, char **argv)
{
    struct cli cli;
    struct founding f = {.cli = &cli};
    const struct cli_option options[] = {{.name = "organisation", .text = &f.organisation},
                                         {.name = "member", .text = &f.member},
                                         {.name = "kit-folder", .text = &f.kit_folder}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    buf_init(&f.organisation_typed, PROMPT_LINE_MAX);
    buf_init(&f.member_typed, PROMPT_LINE_MAX);
    buf_init(&f.passphrase, DESK_PASSPHRASE_MAX_BYTES);
    int error = found(&f);
    roster_free(f.roster);
    member_keys_free(f.keys);
    secret_wipe(f.sheets, sizeof f.sheets);
    buf_wipe_release(&f.passphrase);
    buf_release(&f.organisation_typed);
    buf_release(&f.member_typed);
    return cli_end(&cli, error);
}
