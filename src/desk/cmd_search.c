/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include <unistd.h>

#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/when.h"

#define HITS_MAX 200

static const char help[] =
    "vouchsafe search WORDS...\n"
    "\n"
    "Finds reports and answers that have all the words, or words that begin with them. Capitals,\n"
    "accents and ё do not matter.\n";

/* Bold where it is a terminal; the snippet has no controls of its own. */
static void put_snippet(struct cli *cli, const struct model_hit *hit)
{
    bool bold = isatty(STDOUT_FILENO) == 1;
    size_t at = 0;
    buf_text(&cli->out, "    ");
    for (size_t i = 0; i < hit->mark_count && bold; i++) {
        buf_put(&cli->out, hit->snippet + at, hit->marks[i].from - at);
        buf_text(&cli->out, "\033[1m");
        buf_put(&cli->out, hit->snippet + hit->marks[i].from,
                hit->marks[i].to - hit->marks[i].from);
        buf_text(&cli->out, "\033[0m");
        at = hit->marks[i].to;
    }
    buf_text(&cli->out, hit->snippet + at);
    buf_u8(&cli->out, '\n');
}

static void put_json(struct cli *cli, const struct model_hits *hits)
{
    struct json_writer w;
    json_writer_init(&w, &cli->out);
    json_open_object(&w, NULL);
    json_open_array(&w, "hits");
    for (size_t i = 0; i < hits->count; i++) {
        const struct model_hit *hit = &hits->hits[i];
        json_open_object(&w, NULL);
        json_put_cstr(&w, "kind", hit->kind == ITEM_ANSWER ? "answer" : "report");
        cli_json_hex(&w, "id", hit->id, sizeof hit->id);
        json_put_cstr(&w, "conversation", hit->conversation);
        cli_json_minute(&w, "minute", hit->minute);
        json_put_cstr(&w, "snippet", hit->snippet);
        json_close_object(&w);
    }
    json_close_array(&w);
    json_close_object(&w);
    json_writer_end(&w);
}

static int search(struct cli *cli)
{
    struct model_hits hits;
    struct buf words;
    TRY(cli_open_model(cli));
    buf_init(&words, 8192);
    for (size_t i = 0; i < cli->count; i++)
        buf_printf(&words, "%s ", cli->arguments[i]);
    int error = buf_error(&words);
    if (error == 0)
        error =
            model_search(cli->model, buf_cstr(&words), HITS_MAX, &cli->arena, &hits, &cli->problem);
    buf_wipe_release(&words);
    TRY(error);
    if (cli->json) {
        put_json(cli, &hits);
        return 0;
    }
    for (size_t i = 0; i < hits.count; i++) {
        char when[WHEN_TEXT_BYTES];
        when_text(hits.hits[i].minute, when);
        buf_printf(&cli->out, "%s  %s  %s\n", hits.hits[i].conversation, when,
                   hits.hits[i].kind == ITEM_ANSWER ? "answer" : "report");
        put_snippet(cli, &hits.hits[i]);
    }
    if (hits.count == 0)
        buf_text(&cli->out, "Nothing has these words.\n");
    return 0;
}

int cmd_search(int argc, char **argv)
{
    struct cli cli;
    int status = cli_begin(&cli, help, NULL, 0, argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count == 0)
        return cli_usage(&cli, "it needs words");
    return cli_end(&cli, search(&cli));
}
