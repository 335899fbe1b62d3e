/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/found.h"
#include "desk/prompt.h"
#include "desk/pull.h"
#include "desk/source.h"
#include "seal/secret.h"

#define SHEET_MAX_BYTES 4096

static const char help[] =
    "vouchsafe recover (--pack FILE | --line ADDRESS) [--sheet-1 FILE] [--sheet-2 FILE]\n"
    "\n"
    "Makes your desk again on a new computer: your key from the two sheets of the recovery kit,\n"
    "the organisation from its pack or from its line. Sheets that are not named are typed. You\n"
    "choose a new passphrase. Afterwards: vouchsafe line ADDRESS, then vouchsafe pull.\n"
    "\n"
    "The line forgets what a desk has said that it holds. So keep copies of the desk's folder: it\n"
    "has no report in clear. A copy put where the desk is to be, without the file \"key\", is\n"
    "used.\n"
    "\n"
    "  --proxy ADDRESS          socks5h://HOST:PORT (for an onion address Tor's is used)\n"
    "  --passphrase-file FILE   its first line is the new passphrase (for scripts and tests)\n"
    "  --dir FOLDER             where the desk is made\n";

struct recovering {
    struct cli *cli;
    const char *pack, *line, *proxy, *sheet_files[2];
    struct found_sheet sheets[2];
    struct member_keys *keys;
    struct roster *roster;
};

static int get_sheet(struct recovering *r, unsigned i)
{
    struct problem *problem = &r->cli->problem;
    struct buf text;
    int error;
    buf_init(&text, SHEET_MAX_BYTES);
    if (r->sheet_files[i]) {
        error = file_read(r->sheet_files[i], SHEET_MAX_BYTES, &text, problem);
    } else {
        char question[64];
        snprintf(question, sizeof question, "The twelve words of sheet %u: ", i + 1);
        error = prompt_line(question, &text);
    }
    if (error == 0)
        error = found_sheet_read(buf_bytes(&text), &r->sheets[i], problem);
    buf_wipe_release(&text);
    if (error < 0)
        problem_at(problem, "sheet %u", i + 1);
    return error;
}

static int roster_of_pack(struct recovering *r)
{
    struct buf text;
    buf_init(&text, PACK_TEXT_MAX);
    int error = file_read(r->pack, PACK_TEXT_MAX, &text, &r->cli->problem);
    if (error == 0)
        error = pack_read(buf_bytes(&text), &r->roster, &r->cli->problem);
    buf_release(&text);
    return error;
}

static int roster_of_line(struct recovering *r)
{
    struct problem *problem = &r->cli->problem;
    struct note_key key;
    struct source *source;
    struct buf chain;
    TRY(pull_line_key(r->line, r->proxy, &key, problem));
    TRY(source_open_line(r->line, r->proxy, &r->keys->sign, key.name, &source, problem));
    buf_init(&chain, SOURCE_REPLY_MAX_BYTES);
    int error = source_get(source, "/roster", SOURCE_REPLY_MAX_BYTES, &chain, problem);
    if (error == E_DENIED) {
        problem_clear(problem);
        problem_set(problem, E_ROSTER,
                    "The line does not know this member: the two sheets are of different kits, or "
                    "of another organisation.");
    }
    if (error == 0)
        error = roster_chain_read(buf_bytes(&chain), &r->roster, problem);
    source_free(source);
    buf_release(&chain);
    return error;
}

/* Sheets from files carry the organisation's words; typed ones are compared by the person. */
static int confirm(struct recovering *r)
{
    bool said = r->sheets[0].organisation[0] || r->sheets[1].organisation[0];
    if (said || r->pack || !prompt_person())
        return 0;
    fprintf(stderr, "\nThe line is of: %s\nIts six words: ", roster_name(r->roster));
    struct buf six;
    buf_init(&six, 256);
    words_six(roster_organisation(r->roster), &six);
    fprintf(stderr, "%s\n", buf_cstr(&six));
    buf_release(&six);
    if (prompt_confirm("Do your sheets say the same six words? Type yes: ", "yes"))
        return 0;
    return problem_set(&r->cli->problem, E_OTHER_ORG, "It is another organisation's line.");
}

static int recover(struct recovering *r)
{
    struct problem *problem = &r->cli->problem;
    const char *folder;
    TRY(cli_folder(r->cli, &folder));
    TRY(found_folder(folder, problem));
    TRY(get_sheet(r, 0));
    TRY(get_sheet(r, 1));
    if (r->pack)
        TRY(roster_of_pack(r));
    TRY(found_keys_of_sheets(&r->sheets[0], &r->sheets[1], r->roster, &r->keys, problem));
    if (!r->roster) {
        struct member_keys *again;
        TRY(roster_of_line(r));
        TRY(found_keys_of_sheets(&r->sheets[0], &r->sheets[1], r->roster, &again, problem));
        member_keys_free(again);
    }
    TRY(confirm(r));
    struct buf passphrase;
    buf_init(&passphrase, DESK_PASSPHRASE_MAX_BYTES);
    int error = prompt_new_passphrase(r->cli->passphrase_file, &passphrase, problem);
    if (error == 0)
        error = found_write(folder, r->roster, r->keys, buf_bytes(&passphrase),
                            KEYFILE_COST_MODERATE, problem);
    buf_wipe_release(&passphrase);
    TRY(error);
    buf_printf(&r->cli->out, "The desk is ready again in %s.\nNext: vouchsafe line ADDRESS\n",
               folder);
    return 0;
}

int cmd_recover(int argc, char **argv)
{
    struct cli cli;
    struct recovering r = {.cli = &cli};
    const struct cli_option options[] = {{.name = "pack", .text = &r.pack},
                                         {.name = "line", .text = &r.line},
                                         {.name = "proxy", .text = &r.proxy},
                                         {.name = "sheet-1", .text = &r.sheet_files[0]},
                                         {.name = "sheet-2", .text = &r.sheet_files[1]}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0 || !r.pack == !r.line)
        return cli_usage(&cli, "name either a pack or a line");
    int error = recover(&r);
    roster_free(r.roster);
    member_keys_free(r.keys);
    secret_wipe(r.sheets, sizeof r.sheets);
    return cli_end(&cli, error);
}
