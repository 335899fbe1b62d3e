/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <sys/stat.h>

#include "base/file.h"
#include "base/mem.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/desk_internal.h"
#include "desk/prompt.h"
#include "desk/pull.h"

static const char help[] =
    "vouchsafe line [ADDRESS | FOLDER] [--fingerprint \"SIX WORDS\"]\n"
    "\n"
    "Says which line this desk works with: fetches its key, shows the six words of it, and keeps\n"
    "it when you say that they are the ones that the operator read to you. A FOLDER is a copy of\n"
    "the line on a stick. Without an address: shows what is known.\n"
    "\n"
    "  ADDRESS                  of the hatch: http://....onion, or http://127.0.0.1:8081\n"
    "  --fingerprint \"...\"      the six words, instead of being asked\n"
    "  --proxy ADDRESS          socks5h://HOST:PORT (for an onion address Tor's is used)\n";

static void six_words(const struct note_key *key, struct buf *out)
{
    struct hash hash = note_key_fingerprint(key);
    words_six(hash.bytes, out);
}

static int show(struct cli *cli)
{
    const struct desk_line *line = desk_line(cli->desk);
    struct buf six;
    buf_init(&six, 256);
    if (line->pinned)
        six_words(&line->key, &six);
    if (cli->json) {
        struct json_writer w;
        json_writer_init(&w, &cli->out);
        json_open_object(&w, NULL);
        json_put_cstr(&w, "address", line->address);
        json_put_bool(&w, "pinned", line->pinned);
        json_put_cstr(&w, "six_words", buf_cstr(&six));
        json_put_cstr(&w, "origin", line->pinned ? line->key.name : "");
        json_close_object(&w);
        json_writer_end(&w);
    } else if (line->pinned) {
        buf_printf(&cli->out, "Address: %s\nIts six words: %s\nIts log: %s\n",
                   line->address[0] ? line->address : "none", buf_cstr(&six), line->key.name);
    } else {
        buf_text(&cli->out, "No line yet. When there is one: vouchsafe line ADDRESS\n");
    }
    int error = buf_error(&six);
    buf_release(&six);
    return error;
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int key_of_folder(const char *folder, struct note_key *ret_key, struct problem *problem)
{
    struct buf text;
    char *path = desk_path(folder, "line-key");
    REJECT_IF(!path, E_NOMEM);
    buf_init(&text, 4096);
    int error = file_read(path, 4096, &text, problem);
    struct span line = buf_bytes(&text);
    if (line.len && line.data[line.len - 1] == '\n')
        line.len--;
    if (error == 0 && note_key_read(line, ret_key) < 0)
        error = problem_set(problem, E_FORMAT, "%s is not a line's key.", path);
    mem_free(path);
    buf_release(&text);
    return error;
}

/* Words compared as a person would: any spaces between them. */
static bool same_words(const char *typed, const char *words)
{
    for (;;) {
        size_t a = strspn(typed, " \t"), b = strspn(words, " ");
        if ((a > 0) != (b > 0) && typed[a] && words[b])
            return false;
        typed += a;
        words += b;
        if (!*typed || !*words)
            return *typed == *words;
        if (*typed++ != *words++)
            return false;
    }
}

static int confirm(struct cli *cli, const struct note_key *key, const char *fingerprint)
{
    struct buf six;
    int error = 0;
    buf_init(&six, 256);
    six_words(key, &six);
    if (fingerprint) {
        if (!same_words(fingerprint, buf_cstr(&six)))
            error = problem_set(&cli->problem, E_SIGNATURE,
                                "The line's six words are others: %s. It is not the line that the "
                                "operator made, or the words were misread. Nothing was changed.",
                                buf_cstr(&six));
    } else {
        fprintf(stderr, "The line's six words:\n\n    %s\n\n", buf_cstr(&six));
        if (!prompt_person() ||
            !prompt_confirm("Are these what the operator read to you? Type yes: ", "yes"))
            error = problem_set(&cli->problem, E_DENIED,
                                "Nothing was changed: the words were not confirmed.");
    }
    buf_release(&six);
    return error;
}

static int keep(struct cli *cli, const char *address, const struct note_key *key)
{
    struct desk_line line = {.pinned = true, .key = *key};
    if (key->type != NOTE_TYPE_ED25519)
        return problem_set(&cli->problem, E_FORMAT, "It is not a line's key.");
    snprintf(line.address, sizeof line.address, "%s", address);
    TRY(desk_begin(cli->desk, &cli->problem));
    int error = desk_line_put(cli->desk, &line, &cli->problem);
    if (error < 0)
        desk_rollback(cli->desk);
    else
        error = desk_commit(cli->desk, &cli->problem);
    return error;
}

static int pin(struct cli *cli, const char *where, const char *proxy, const char *fingerprint)
{
    struct note_key key;
    bool folder = is_folder(where);
    desk_sleep(cli->desk);
    if (folder)
        TRY(key_of_folder(where, &key, &cli->problem));
    else
        TRY(pull_line_key(where, proxy, &key, &cli->problem));
    TRY(confirm(cli, &key, fingerprint));
    TRY(desk_wake(cli->desk, &cli->problem));
    TRY(keep(cli, folder ? desk_line(cli->desk)->address : where, &key));
    return show(cli);
}

int cmd_line(int argc, char **argv)
{
    struct cli cli;
    const char *proxy = NULL, *fingerprint = NULL;
    const struct cli_option options[] = {{.name = "proxy", .text = &proxy},
                                         {.name = "fingerprint", .text = &fingerprint}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count > 1)
        return cli_usage(&cli, "one address");
    int error = cli_open(&cli);
    if (error == 0)
        error = cli.count ? pin(&cli, cli.arguments[0], proxy, fingerprint) : show(&cli);
    return cli_end(&cli, error);
}
