/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the commands of `vouchsafe` share: options, the desk and its model, output, exit codes.
 *
 * A command is one function in src/desk/cmd_NAME.c and a line in src/main.c:
 *
 *   int cmd_inbox(int argc, char **argv)
 *   {
 *       struct cli cli;
 *       int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
 *       if (status != CLI_GO_ON)
 *           return status;
 *       int error = cli_open_model(&cli);
 *       if (error == 0)
 *           error = ...;              writes to cli.out, says what is wrong in cli.problem
 *       return cli_end(&cli, error);
 *   }
 *
 * Every command takes --help, --dir FOLDER, --passphrase-file FILE and --json; a command to which
 * one of them means nothing passes it over. */
#ifndef DESK_CLI_H
#define DESK_CLI_H

#include "base/arena.h"
#include "desk/model.h"
#include "table/json.h"

#define CLI_OK 0
#define CLI_REFUSED 1 /* refused, failed, or an alarm */
#define CLI_USAGE 2
#define CLI_GO_ON (-1)
#define CLI_LIST_MAX 64

struct cli_list {
    size_t count;
    const char *values[CLI_LIST_MAX];
};
/* One of text, flag, list is set. letter is 0 or a short name ('o' for -o). With second besides
 * text it takes two values. */
struct cli_option {
    const char *name;
    char letter;
    const char **text, **second;
    bool *flag;
    struct cli_list *list;
};

struct cli {
    const char *command, *help;
    const char *dir, *passphrase_file;
    bool json;
    size_t count;        /* of arguments that are no options */
    char **arguments;    /* they: moved to the front of argv */
    struct desk *desk;   /* after cli_open */
    struct model *model; /* after cli_open_model */
    struct arena arena;
    struct buf folder;
    struct buf out; /* written to standard output by cli_end when there was no error */
    struct problem problem;
};

/* argv[0] is the command's name. CLI_GO_ON, or the exit status: help was asked for, or the options
 * are wrong. */
int cli_begin(struct cli *cli, const char *help, const struct cli_option *options, size_t count,
              int argc, char **argv);
/* Prints, wipes and frees everything; gives the exit status. */
int cli_end(struct cli *cli, int error);
/* As cli_end, for wrong usage. */
int cli_usage(struct cli *cli, const char *format, ...) PRINTF_LIKE(2, 3);
/* An option's number, from min to max; stays as it is where text is NULL, so that the option was
 * not given. E_ARGUMENT, with the problem set. */
int cli_whole(struct cli *cli, const char *option, const char *text, uint64_t min, uint64_t max,
              uint64_t *ret_value) MUST_USE;
/* The same for "4G": K, M, G and T are units of 1024. */
int cli_size(struct cli *cli, const char *option, const char *text, unsigned min_mib,
             size_t *ret_bytes) MUST_USE;
int cli_real(struct cli *cli, const char *option, const char *text, double min, double max,
             double *ret_value) MUST_USE;

/* The folder that was named or the default one. E_NOT_FOUND. */
int cli_folder(struct cli *cli, const char **ret_folder) MUST_USE;
int cli_open(struct cli *cli) MUST_USE;       /* locked */
int cli_unlock(struct cli *cli) MUST_USE;     /* asks for the passphrase */
int cli_open_model(struct cli *cli) MUST_USE; /* open, unlock, fold */

/* What was written so far goes to standard output now. */
void cli_flush(struct cli *cli);
/* Columns of the terminal, at least 40; 100 when it is none. */
size_t cli_width(void);
/* Text of others, a paragraph or one line of it, safe to look at. */
void cli_put_block(struct cli *cli, const char *text, const char *indent);
void cli_put_line(struct cli *cli, const char *text);
void cli_put_six_words(struct cli *cli, const uint8_t hash[32]);
/* "2031-04-09T14:05Z", or null for 0. */
void cli_json_minute(struct json_writer *w, const char *key, uint32_t minute);
void cli_json_day(struct json_writer *w, const char *key, uint32_t day);
void cli_json_hex(struct json_writer *w, const char *key, const uint8_t *bytes, size_t len);

#endif
