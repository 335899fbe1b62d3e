/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/clock.h"
#include "base/encode.h"
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "ledger/proof_folder.h"
#include "text/show.h"

static const char help[] =
    "vouchsafe verify FOLDER [--policy FILE]\n"
    "\n"
    "Checks a folder that vouchsafe prove made. Needs no desk, no key and no network. Says what\n"
    "is proved, by which day, on the word of which keys (six words each), and what is not.\n"
    "\n"
    "  --policy FILE            whose word you believe: a log's key and cosigners' keys\n"
    "                           (c2sp.org/tlog-policy). Without it the folder's own is used,\n"
    "                           which whoever made the folder chose: then nothing is proved until\n"
    "                           you have compared the six words.\n"
    "  --json                   for programs\n"
    "\n"
    "Exit status 0 when all of it holds, 1 when anything does not.\n";

static const char not_proved[] =
    "\nNot proved: that what it says is true; who wrote it; that it was not written earlier than\n"
    "that day; that the log holds nothing else; anything about other files in the folder, the\n"
    "README.txt too.\n";

static const char whose_keys[] =
    "These keys came with the folder: whoever made it chose them. Compare their six words with\n"
    "the organisation, or use --policy with keys from a place that you trust.\n\n";

struct verifying {
    struct cli *cli;
    const char *folder, *policy_file;
    struct buf policy;
    struct verify_result result;
    char content[PROOF_FOLDER_NAME_MAX + 1];
};

static void put_key(struct buf *out, const struct note_key *key)
{
    struct hash hash = note_key_fingerprint(key);
    words_six(hash.bytes, out);
}

static void put_text(struct verifying *v)
{
    struct buf *out = &v->cli->out;
    const struct verify_result *r = &v->result;
    char day[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(r->by_day, day);
    buf_text(out,
             v->policy_file ? "Proved: " : "Proved ONLY IF the keys below are the right ones: ");
    buf_printf(out, "the content of %s stood in the log by %s (UTC), and is unaltered.\n\n",
               v->content, day);
    if (!v->policy_file)
        buf_text(out, whose_keys);
    buf_text(out, "Log       ");
    show_line(out, span_text(r->origin), CHECKPOINT_ORIGIN_MAX);
    buf_printf(out, ", entry %llu of %llu\nEntry     ", (unsigned long long)r->index,
               (unsigned long long)r->size);
    hex_put(out, span_of(r->id, sizeof r->id));
    buf_text(out, "\n\nOn the word of:\n  the log's key         ");
    put_key(out, &r->log);
    for (size_t i = 0; i < r->cosigner_count; i++) {
        const struct verify_cosigner *c = &r->cosigners[i];
        clock_day_text(clock_day((int64_t)c->time_s), day);
        buf_printf(out, "\n  cosigner, %s  ", day);
        put_key(out, &c->key);
    }
    buf_u8(out, '\n');
    buf_text(out, not_proved);
}

static void put_key_json(struct json_writer *w, const struct note_key *key)
{
    struct buf six;
    buf_init(&six, 256);
    put_key(&six, key);
    json_put_cstr(w, "six_words", buf_cstr(&six));
    buf_release(&six);
}

static void put_json(struct verifying *v)
{
    const struct verify_result *r = &v->result;
    struct json_writer w;
    json_writer_init(&w, &v->cli->out);
    json_open_object(&w, NULL);
    json_put_bool(&w, "proved", true);
    json_put_cstr(&w, "content", v->content);
    cli_json_day(&w, "by_day", r->by_day);
    json_put_bool(&w, "policy_of_folder", !v->policy_file);
    json_open_object(&w, "log");
    json_put_cstr(&w, "origin", r->origin);
    put_key_json(&w, &r->log);
    json_close_object(&w);
    json_put_int(&w, "index", (int64_t)r->index);
    json_put_int(&w, "size", (int64_t)r->size);
    cli_json_hex(&w, "root", r->root.bytes, sizeof r->root.bytes);
    cli_json_hex(&w, "entry", r->id, sizeof r->id);
    json_open_array(&w, "cosigners");
    for (size_t i = 0; i < r->cosigner_count; i++) {
        json_open_object(&w, NULL);
        json_put_cstr(&w, "name", r->cosigners[i].key.name);
        cli_json_day(&w, "day", clock_day((int64_t)r->cosigners[i].time_s));
        put_key_json(&w, &r->cosigners[i].key);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

static void put_failure(struct verifying *v, int error)
{
    struct json_writer w;
    json_writer_init(&w, &v->cli->out);
    json_open_object(&w, NULL);
    json_put_bool(&w, "proved", false);
    json_put_cstr(&w, "result", error_name(error));
    json_put_cstr(&w, "problem", problem_text(&v->cli->problem, error));
    json_close_object(&w);
    json_writer_end(&w);
    cli_flush(v->cli);
}

static int verify(struct verifying *v)
{
    struct problem *problem = &v->cli->problem;
    if (v->policy_file)
        TRY(file_read(v->policy_file, POLICY_BYTES_MAX, &v->policy, problem));
    const struct span policy = buf_bytes(&v->policy);
    TRY(proof_folder_verify(v->folder, v->policy_file ? &policy : NULL, &v->result, v->content,
                            NULL, problem));
    if (v->cli->json)
        put_json(v);
    else
        put_text(v);
    return 0;
}

int cmd_verify(int argc, char **argv)
{
    struct cli cli;
    struct verifying v = {.cli = &cli};
    const struct cli_option options[] = {{.name = "policy", .text = &v.policy_file}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1)
        return cli_usage(&cli, "it needs one folder");
    v.folder = cli.arguments[0];
    buf_init(&v.policy, POLICY_BYTES_MAX);
    int error = verify(&v);
    if (error < 0 && cli.json)
        put_failure(&v, error);
    else if (error < 0)
        problem_at(&cli.problem, "NOT proved");
    buf_release(&v.policy);
    return cli_end(&cli, error);
}
