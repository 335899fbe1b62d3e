/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/cosign.h"
#include "ledger/proof_folder.h"
#include "seal/payload_open.h"
#include "seal/secret.h"

static const char help[] =
    "vouchsafe prove ID -o FOLDER\n"
    "\n"
    "Writes a folder that proves to a stranger that the report ID stood in the log by a day and\n"
    "has not been changed: its text, the proof, and a README that says how it is checked, with\n"
    "vouchsafe verify or with stock tools. Nothing else is opened by it: neither the caller's\n"
    "keys nor any other report. Who is given the folder can read the text.\n"
    "\n"
    "  -o, --output FOLDER      is made; must not be there\n";

static const char readme_start[] =
    "This folder proves that the text in report.txt stood in a log by a certain day, and that it\n"
    "is unaltered. It does not prove that the text is true, nor who wrote it.\n\n"
    "With the program:    vouchsafe verify THIS-FOLDER --policy POLICY\n"
    "Without it:          docs/verify.md of Vouchsafe does the same with sha256sum and openssl.\n\n"
    "The file policy says whose word is believed. It came with this folder: take yours from a\n"
    "place that you trust, or compare these words over the telephone.\n\n";

struct proving {
    struct cli *cli;
    struct store_entry entry; /* its spans point into bytes */
    struct buf bytes;
    struct opened opened;
    bool is_open;
    struct buf policy, proof, readme;
};

/* The store's spans do not outlive its next call. */
static int load_entry(struct proving *p, const uint8_t *id)
{
    struct store_entry found;
    struct problem *problem = &p->cli->problem;
    TRY(store_find(desk_store(p->cli->desk), id, &found));
    if (!found.in_log)
        return problem_set(problem, E_MISSING,
                           "It is not in the log yet: the line places entries once a day.");
    if (found.sealed.len == 0)
        return problem_set(problem, E_MISSING, "This desk does not hold it.");
    buf_span(&p->bytes, found.header);
    buf_span(&p->bytes, found.leaf);
    buf_span(&p->bytes, found.sealed);
    TRY(buf_error(&p->bytes));
    struct span all = buf_bytes(&p->bytes);
    p->entry = found;
    p->entry.header = span_slice(all, 0, ENTRY_HEADER_BYTES);
    p->entry.leaf = span_slice(all, ENTRY_HEADER_BYTES, ENTRY_LEAF_BYTES);
    p->entry.sealed = span_slice(all, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES, SIZE_MAX);
    return 0;
}

static int open_entry(struct proving *p)
{
    struct desk *desk = p->cli->desk;
    int error = E_CANNOT_OPEN;
    for (size_t i = desk_epochs(desk); i > 0 && error == E_CANNOT_OPEN; i--)
        error =
            payload_open(&desk_epoch_at(desk, i - 1)->pair, p->entry.header, p->entry.leaf,
                         p->entry.sealed, desk_organisation(desk), &p->opened, &p->cli->problem);
    TRY(error);
    p->is_open = true;
    if (p->opened.envelope.kind != KIND_REPORT)
        return problem_set(&p->cli->problem, E_ARGUMENT, "Only a report can be proved.");
    return 0;
}

/* The line, and every member as a cosigner: two of them, or the only one. */
static int make_policy(struct proving *p)
{
    struct note_key keys[POLICY_NODES_MAX - 1];
    const struct roster *roster = desk_roster(p->cli->desk);
    size_t count = roster_members(roster);
    if (count > COUNT_OF(keys))
        count = COUNT_OF(keys);
    for (size_t i = 0; i < count; i++)
        TRY(note_key_of_desk(roster_member_at(roster, i)->cosign_key, &keys[i]));
    return policy_write(&desk_line(p->cli->desk)->key, keys, count, count > 1 ? 2 : 1, &p->policy);
}

static int make_proof(struct proving *p)
{
    struct policy *policy;
    struct problem *problem = &p->cli->problem;
    if (!desk_line(p->cli->desk)->pinned)
        return problem_set(problem, E_MISSING, "This desk has no line.");
    TRY(make_policy(p));
    TRY(policy_read(buf_bytes(&p->policy), &policy, problem));
    int error = proof_make(desk_store(p->cli->desk), p->entry.index, policy, &p->proof, problem);
    policy_free(policy);
    return error;
}

static int make_readme(struct proving *p)
{
    const struct roster *roster = desk_roster(p->cli->desk);
    struct hash hash = note_key_fingerprint(&desk_line(p->cli->desk)->key);
    buf_text(&p->readme, readme_start);
    buf_text(&p->readme, "the line:     ");
    words_six(hash.bytes, &p->readme);
    for (size_t i = 0; i < roster_members(roster); i++) {
        struct note_key key;
        TRY(note_key_of_desk(roster_member_at(roster, i)->cosign_key, &key));
        hash = note_key_fingerprint(&key);
        buf_text(&p->readme, "\na cosigner:   ");
        words_six(hash.bytes, &p->readme);
    }
    buf_text(&p->readme, "\n");
    return buf_error(&p->readme);
}

static int prove(struct proving *p, const char *output)
{
    struct cli *cli = p->cli;
    uint8_t id[ENTRY_ID_BYTES];
    TRY(cli_open_model(cli));
    TRY(model_keep_cosignatures(cli->model, &cli->problem));
    TRY(model_find_id(cli->model, cli->arguments[0], id, &cli->problem));
    TRY(load_entry(p, id));
    TRY(open_entry(p));
    TRY(make_proof(p));
    TRY(make_readme(p));
    struct proof_folder folder = {.content_name = "report.txt",
                                  .content = p->opened.content,
                                  .proof = buf_bytes(&p->proof),
                                  .leaf = p->entry.leaf,
                                  .policy = buf_bytes(&p->policy),
                                  .readme = buf_bytes(&p->readme)};
    memcpy(folder.k_com, p->opened.k_com, sizeof folder.k_com);
    int error = proof_folder_write(output, &folder, &cli->problem);
    secret_wipe(&folder, sizeof folder);
    TRY(error);
    if (!cli->json)
        buf_printf(&cli->out, "Written to %s. To check it: vouchsafe verify %s\n", output, output);
    return 0;
}

int cmd_prove(int argc, char **argv)
{
    struct cli cli;
    struct proving p = {.cli = &cli};
    const char *output = NULL;
    const struct cli_option options[] = {{.name = "output", .letter = 'o', .text = &output}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1 || !output)
        return cli_usage(&cli, "it needs an id and -o FOLDER");
    buf_init(&p.bytes, STORE_SEALED_MAX + 1024);
    buf_init(&p.policy, POLICY_BYTES_MAX);
    buf_init(&p.proof, PROOF_BYTES_MAX);
    buf_init(&p.readme, POLICY_BYTES_MAX);
    int error = prove(&p, output);
    if (p.is_open)
        opened_release(&p.opened);
    buf_release(&p.bytes);
    buf_release(&p.policy);
    buf_release(&p.proof);
    buf_release(&p.readme);
    return cli_end(&cli, error);
}
