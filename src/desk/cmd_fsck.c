/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Opening the desk has checked the roster's chain, the pin and the key file's owner already: what
 * is wrong with those is said by name and stops here. */
#include "base/mem.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/cosign.h"
#include "ledger/fsck.h"

static const char help[] =
    "vouchsafe fsck\n"
    "\n"
    "Checks all that this desk has stored, without opening any report: the roster's signatures,\n"
    "the line's pinned key, every leaf, node and root, sealed bytes against leaves, signed\n"
    "checkpoints and cosignatures. Changes nothing.\n"
    "\n"
    "  --json                   for programs\n"
    "\n"
    "Exit status 1 when anything was found.\n";

struct checking {
    struct cli *cli;
    struct json_writer json;
};

static void tell(void *context, enum fsck_kind kind, const char *where, const char *what)
{
    struct checking *c = context;
    if (!c->cli->json) {
        buf_printf(&c->cli->out, "%s: %s: %s\n", fsck_kind_name(kind), where, what);
        return;
    }
    json_open_object(&c->json, NULL);
    json_put_cstr(&c->json, "kind", fsck_kind_name(kind));
    json_put_cstr(&c->json, "where", where);
    json_put_cstr(&c->json, "what", what);
    json_close_object(&c->json);
}

static int members_keys(const struct desk *desk, struct note_key **ret_keys, size_t *ret_count)
{
    const struct roster *roster = desk_roster(desk);
    size_t count = roster_members(roster);
    struct note_key *keys = mem_calloc(count, sizeof *keys);
    REJECT_IF(!keys, E_NOMEM);
    int error = 0;
    for (size_t i = 0; i < count && error == 0; i++)
        error = note_key_of_desk(roster_member_at(roster, i)->cosign_key, &keys[i]);
    if (error < 0) {
        mem_free(keys);
        return error;
    }
    *ret_keys = keys;
    *ret_count = count;
    return 0;
}

static int run_store(struct checking *c, uint64_t *ret_findings)
{
    struct note_key *keys;
    struct fsck fsck = {0};
    const struct desk_line *line = desk_line(c->cli->desk);
    if (line->pinned)
        fsck.log_key = &line->key;
    TRY(members_keys(c->cli->desk, &keys, &fsck.cosigner_count));
    fsck.cosigners = keys;
    int error = fsck_run(desk_store(c->cli->desk), &fsck, tell, c, ret_findings);
    mem_free(keys);
    return error;
}

static int check(struct cli *cli, uint64_t *ret_findings)
{
    struct checking c = {.cli = cli};
    TRY(cli_open(cli));
    if (cli->json) {
        json_writer_init(&c.json, &cli->out);
        json_open_object(&c.json, NULL);
        json_open_array(&c.json, "findings");
    }
    TRY(run_store(&c, ret_findings));
    if (cli->json) {
        json_close_array(&c.json);
        json_put_int(&c.json, "roster_entries", (int64_t)roster_count(desk_roster(cli->desk)));
        json_put_int(&c.json, "log_size", (int64_t)store_size(desk_store(cli->desk)));
        json_close_object(&c.json);
        json_writer_end(&c.json);
        return 0;
    }
    buf_printf(
        &cli->out, "%zu roster entries, %llu entries in the log, %llu pending: %llu findings.\n",
        roster_count(desk_roster(cli->desk)), (unsigned long long)store_size(desk_store(cli->desk)),
        (unsigned long long)store_pending_count(desk_store(cli->desk)),
        (unsigned long long)*ret_findings);
    return 0;
}

int cmd_fsck(int argc, char **argv)
{
    struct cli cli;
    uint64_t findings = 0;
    int status = cli_begin(&cli, help, NULL, 0, argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 0)
        return cli_usage(&cli, "it takes no arguments");
    status = cli_end(&cli, check(&cli, &findings));
    return status == CLI_OK && findings > 0 ? CLI_REFUSED : status;
}
