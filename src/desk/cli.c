/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "desk/cli.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/encode.h"
#include "base/log.h"
#include "desk/prompt.h"
#include "seal/words.h"
#include "text/show.h"

#define ARENA_MAX_BYTES (1u << 30)
#define OUT_MAX_BYTES (1u << 30)
#define WIDTH_MIN 40
#define SIZE_MAX_BYTES ((uint64_t)1 << 46)

/* Options */

static const struct cli_option *find_option(const struct cli_option *options, size_t count,
                                            const char *name, size_t len, char letter)
{
    for (size_t i = 0; i < count; i++) {
        bool by_name =
            name && strlen(options[i].name) == len && memcmp(options[i].name, name, len) == 0;
        if (by_name || (letter && options[i].letter == letter))
            return &options[i];
    }
    return NULL;
}

static int say_usage(const struct cli *cli, const char *format, ...) PRINTF_LIKE(2, 3);
static int say_usage(const struct cli *cli, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "vouchsafe %s: ", cli->command);
    vfprintf(stderr, format, args);
    fprintf(stderr, "\nvouchsafe %s --help says how it is used.\n", cli->command);
    va_end(args);
    return CLI_USAGE;
}

struct parsing {
    struct cli *cli;
    const struct cli_option *own, *common;
    size_t own_count, common_count;
    int argc, at;
    char **argv;
};

static int take_option(struct parsing *p, const char *word)
{
    bool is_long = word[1] == '-';
    const char *name = is_long ? word + 2 : NULL, *equals = is_long ? strchr(word, '=') : NULL;
    size_t len = !name ? 0 : equals ? (size_t)(equals - name) : strlen(name);
    char letter = is_long ? 0 : word[1];
    const struct cli_option *o = find_option(p->own, p->own_count, name, len, letter);
    if (!o)
        o = find_option(p->common, p->common_count, name, len, letter);
    if (!o || (!is_long && word[2]))
        return say_usage(p->cli, "there is no option %s", word);
    if (o->flag) {
        if (equals)
            return say_usage(p->cli, "--%s takes no value", o->name);
        *o->flag = true;
        return CLI_GO_ON;
    }
    const char *value = equals ? equals + 1 : p->at < p->argc ? p->argv[p->at++] : NULL;
    if (!value)
        return say_usage(p->cli, "--%s needs a value", o->name);
    if (o->text) {
        *o->text = value;
        if (o->second && p->at == p->argc)
            return say_usage(p->cli, "--%s needs two values", o->name);
        if (o->second)
            *o->second = p->argv[p->at++];
        return CLI_GO_ON;
    }
    if (o->list->count == CLI_LIST_MAX)
        return say_usage(p->cli, "--%s was given too often", o->name);
    o->list->values[o->list->count++] = value;
    return CLI_GO_ON;
}

static int parse(struct parsing *p)
{
    bool only_arguments = false;
    while (p->at < p->argc) {
        char *word = p->argv[p->at++];
        if (!only_arguments && strcmp(word, "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && word[0] == '-' && word[1]) {
            int status = take_option(p, word);
            if (status != CLI_GO_ON)
                return status;
        } else {
            p->cli->arguments[p->cli->count++] = word;
        }
    }
    return CLI_GO_ON;
}

int cli_begin(struct cli *cli, const char *help, const struct cli_option *options, size_t count,
              int argc, char **argv)
{
    bool wants_help = false;
    *cli = (struct cli){.command = argv[0], .help = help, .arguments = argv + 1};
    const struct cli_option common[] = {
        {.name = "dir", .text = &cli->dir},
        {.name = "passphrase-file", .text = &cli->passphrase_file},
        {.name = "json", .flag = &cli->json},
        {.name = "help", .letter = 'h', .flag = &wants_help},
    };
    struct parsing p = {.cli = cli,
                        .own = options,
                        .own_count = count,
                        .common = common,
                        .common_count = COUNT_OF(common),
                        .argc = argc,
                        .at = 1,
                        .argv = argv};
    int status = parse(&p);
    if (status == CLI_GO_ON && wants_help) {
        fputs(help, stdout);
        return CLI_OK;
    }
    if (status != CLI_GO_ON)
        return status;
    arena_init(&cli->arena, ARENA_MAX_BYTES);
    buf_init(&cli->out, OUT_MAX_BYTES);
    buf_init(&cli->folder, 8192);
    return CLI_GO_ON;
}

static void release(struct cli *cli)
{
    model_free(cli->model);
    desk_free(cli->desk);
    arena_release(&cli->arena);
    buf_wipe_release(&cli->out);
    buf_release(&cli->folder);
}

void cli_flush(struct cli *cli)
{
    fwrite(buf_cstr(&cli->out), 1, cli->out.len, stdout);
    fflush(stdout);
    buf_reset(&cli->out);
}

/* What a problem names may be a stranger's: a key in a policy, a log. */
static void say_problem(const struct cli *cli, int error)
{
    struct buf line;
    buf_init(&line, 16 * PROBLEM_TEXT_MAX);
    show_line(&line, span_text(problem_text(&cli->problem, error)), PROBLEM_TEXT_MAX);
    log_line("%s", buf_error(&line) < 0 ? error_sentence(error) : buf_cstr(&line));
    buf_release(&line);
}

/* Whatever was printed until now has arrived: a full disk is no success. */
static int print_all(struct cli *cli)
{
    TRY(buf_error(&cli->out));
    errno = 0;
    cli_flush(cli);
    if (!ferror(stdout))
        return 0;
    const char *why = errno ? strerrordesc_np(errno) : NULL;
    return problem_set(&cli->problem, E_IO, "what was to be printed could not be written: %s",
                       why ? why : error_sentence(E_IO));
}

int cli_end(struct cli *cli, int error)
{
    if (error == 0)
        error = print_all(cli);
    if (error < 0)
        say_problem(cli, error);
    release(cli);
    return error == 0 ? CLI_OK : CLI_REFUSED;
}

int cli_usage(struct cli *cli, const char *format, ...)
{
    char text[PROBLEM_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    release(cli);
    return say_usage(cli, "%s", text);
}

/* The desk */

int cli_folder(struct cli *cli, const char **ret_folder)
{
    buf_reset(&cli->folder);
    if (cli->dir)
        buf_text(&cli->folder, cli->dir);
    else if (desk_default_folder(&cli->folder) < 0)
        return problem_set(&cli->problem, E_NOT_FOUND,
                           "There is no home folder: name a folder with --dir.");
    *ret_folder = buf_cstr(&cli->folder);
    return buf_error(&cli->folder);
}

int cli_open(struct cli *cli)
{
    const char *folder;
    TRY(cli_folder(cli, &folder));
    return desk_open(folder, &cli->desk, &cli->problem);
}

int cli_unlock(struct cli *cli)
{
    struct buf passphrase;
    desk_sleep(cli->desk);
    buf_init(&passphrase, DESK_PASSPHRASE_MAX_BYTES);
    int error = prompt_passphrase(cli->passphrase_file, "Passphrase: ", &passphrase, &cli->problem);
    if (error == 0)
        error = desk_wake(cli->desk, &cli->problem);
    if (error == 0)
        error = desk_unlock(cli->desk, buf_bytes(&passphrase), &cli->problem);
    buf_wipe_release(&passphrase);
    return error;
}

int cli_open_model(struct cli *cli)
{
    TRY(cli_open(cli));
    TRY(cli_unlock(cli));
    TRY(model_new(cli->desk, &cli->model, &cli->problem));
    return model_refresh(cli->model, &cli->problem);
}

/* Output */

static int refuse_option(struct cli *cli, const char *option, const char *text)
{
    return problem_set(&cli->problem, E_ARGUMENT, "--%s cannot be \"%.60s\"", option, text);
}

int cli_whole(struct cli *cli, const char *option, const char *text, uint64_t min, uint64_t max,
              uint64_t *ret_value)
{
    uint64_t value;
    if (!text)
        return 0;
    if (decimal_read(span_text(text), max, &value) < 0 || value < min)
        return refuse_option(cli, option, text);
    *ret_value = value;
    return 0;
}

int cli_size(struct cli *cli, const char *option, const char *text, unsigned min_mib,
             size_t *ret_bytes)
{
    static const char units[] = "KMGT";
    if (!text)
        return 0;
    struct span digits = span_text(text);
    const char *unit = digits.len ? strchr(units, text[digits.len - 1]) : NULL;
    uint64_t value;
    unsigned shift = 0;
    if (unit && *unit) {
        digits.len--;
        shift = 10 * (unsigned)(unit - units + 1);
    }
    if (decimal_read(digits, SIZE_MAX_BYTES >> shift, &value) < 0 ||
        value << shift < (uint64_t)min_mib << 20)
        return problem_set(&cli->problem, E_ARGUMENT,
                           "--%s \"%.40s\": a size from %uM on, such as 4G", option, text, min_mib);
    *ret_bytes = (size_t)(value << shift);
    return 0;
}

int cli_real(struct cli *cli, const char *option, const char *text, double min, double max,
             double *ret_value)
{
    if (!text)
        return 0;
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !(value >= min && value <= max))
        return refuse_option(cli, option, text);
    *ret_value = value;
    return 0;
}

size_t cli_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col > WIDTH_MIN ? size.ws_col : WIDTH_MIN;
    return 100;
}

void cli_put_block(struct cli *cli, const char *text, const char *indent)
{
    struct buf shown;
    struct cursor c;
    buf_init(&shown, OUT_MAX_BYTES);
    show_block(&shown, span_text(text));
    buf_u8(&shown, '\n');
    cursor_init(&c, buf_bytes(&shown));
    while (cursor_left(&c)) {
        struct span line = cursor_line(&c, SIZE_MAX - 1);
        buf_text(&cli->out, line.len ? indent : "");
        buf_span(&cli->out, line);
        buf_u8(&cli->out, '\n');
    }
    if (buf_error(&shown) < 0)
        buf_fail(&cli->out, buf_error(&shown));
    buf_wipe_release(&shown);
}

void cli_put_line(struct cli *cli, const char *text)
{
    show_line(&cli->out, span_text(text), 1000);
}

void cli_put_six_words(struct cli *cli, const uint8_t hash[32])
{
    words_six(hash, &cli->out);
}

void cli_json_minute(struct json_writer *w, const char *key, uint32_t minute)
{
    char text[CLOCK_MINUTE_TEXT_BYTES + 1];
    if (minute == 0) {
        json_put_null(w, key);
        return;
    }
    clock_minute_text(minute, text);
    text[10] = 'T';
    text[16] = 'Z';
    text[17] = '\0';
    json_put_cstr(w, key, text);
}

void cli_json_day(struct json_writer *w, const char *key, uint32_t day)
{
    char text[CLOCK_DAY_TEXT_BYTES];
    clock_day_text(day, text);
    json_put_cstr(w, key, text);
}

void cli_json_hex(struct json_writer *w, const char *key, const uint8_t *bytes, size_t len)
{
    struct buf text;
    buf_init(&text, 2 * len);
    hex_put(&text, span_of(bytes, len));
    json_put_cstr(w, key, buf_cstr(&text));
    buf_release(&text);
}
