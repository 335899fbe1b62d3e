/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* vouchsafe desk: the terminal's side of the web pages. The terminal starts, unlocks and ends the
 * desk; all else is on the pages. */
#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/encode.h"
#include "base/log.h"
#include "desk/browser.h"
#include "desk/cli.h"
#include "desk/cmd.h"
#include "desk/prompt.h"
#include "desk/swap.h"
#include "desk/web.h"

#define MINUTES_MAX (24 * 60)
#define TRIES_MAX 5

static const char help[] =
    "vouchsafe desk: inbox, reports, answers and search, as pages on this computer\n"
    "\n"
    "  vouchsafe desk [--listen ADDRESS] [--no-browser] [--idle-minutes N] [--every-minutes N]\n"
    "                 [--from FOLDER] [--proxy URL] [--passphrase-file FILE] [--dir FOLDER]\n"
    "                 [--json]\n"
    "\n"
    "It asks for the passphrase, then opens a browser of its own whose profile is only in\n"
    "memory; without one it prints an address that is good once and for two minutes. Press Enter\n"
    "for a new address, Ctrl-C to end. The desk locks itself when the browser's window is closed,\n"
    "when the computer sleeps, and when nothing was asked for a while.\n"
    "\n"
    "  --listen ADDRESS    on this computer only; unless told otherwise 127.0.0.1:0, any port\n"
    "  --no-browser        only print the address\n"
    "  --idle-minutes N    lock after so many minutes; 15\n"
    "  --every-minutes N   fetch from the line so often; 5. 0: only when asked\n"
    "  --from FOLDER       fetch from a folder or stick instead of the line\n"
    "  --proxy URL         reach the line through it; Tor's for .onion unless told otherwise\n"
    "  --json              print the addresses as JSON, one a line\n";

struct terminal {
    struct cli *cli;
    struct web *web;
    int signal_fd;
    bool no_browser;
    struct browser browser;
};

/* What is said */

static void say_address(struct terminal *t, const char *address)
{
    struct buf *out = &t->cli->out;
    struct json_writer w;
    if (t->cli->json) {
        json_writer_init(&w, out);
        json_open_object(&w, NULL);
        json_put_cstr(&w, "open", address);
        json_close_object(&w);
        json_writer_end(&w);
    } else {
        buf_printf(out,
                   "Open this address in %s. It is good once, for two minutes:\n\n    %s\n\n"
                   "Enter: a new address. Ctrl-C: end.\n",
                   t->browser.pid ? "the desk's browser" : "a browser on this computer", address);
    }
    cli_flush(t->cli);
}

static void say_browser(struct terminal *t)
{
    buf_printf(&t->cli->out,
               "The desk is open in a browser of its own, at http://%s/\n"
               "Closing its window locks the desk. Enter: open it again. Ctrl-C: end.\n",
               web_address(t->web));
    cli_flush(t->cli);
}

static void say(struct terminal *t, const char *text)
{
    if (t->cli->json)
        return;
    buf_printf(&t->cli->out, "%s\n", text);
    cli_flush(t->cli);
}

/* A way in: the browser when there may be one, else the address. */
static void invite(struct terminal *t, bool browser)
{
    struct buf address CLEANUP(buf_wipe_release);
    buf_init(&address, 512);
    web_invite(t->web, &address);
    if (t->browser.fd >= 0)
        web_unwatch(t->web, t->browser.fd);
    bool opened = browser && !t->no_browser && !t->cli->json &&
                  browser_open(&t->browser, buf_cstr(&address), NULL) == 0;
    if (t->browser.pid &&
        (t->browser.fd < 0 || web_watch(t->web, t->browser.fd, WEB_BROWSER_ENDED) < 0))
        log_line("the browser's end will not be noticed");
    if (opened)
        say_browser(t);
    else
        say_address(t, buf_cstr(&address));
}

/* What happens */

/* Who types may mistype. */
static int unlock(struct terminal *t)
{
    bool typed = prompt_person() && !t->cli->passphrase_file;
    int tries = typed ? TRIES_MAX : 1;
    for (;;) {
        int error = cli_unlock(t->cli);
        if (error != E_PASSPHRASE || --tries == 0)
            return error;
        say(t, problem_text(&t->cli->problem, error));
        problem_clear(&t->cli->problem);
    }
}

static int open_pages(struct terminal *t)
{
    TRY(unlock(t));
    return web_unlocked(t->web, t->cli->desk, &t->cli->problem);
}

/* Enter was pressed. At the end of the input nobody will press it again. */
static int enter(struct terminal *t)
{
    struct buf line CLEANUP(buf_release);
    buf_init(&line, PROMPT_LINE_MAX);
    if (prompt_line("", &line) == E_NOT_FOUND) {
        web_unwatch(t->web, STDIN_FILENO);
        return 0;
    }
    if (web_locked(t->web))
        TRY(open_pages(t));
    invite(t, true);
    return 0;
}

/* Its window was closed; or it never came up, which some do when they cannot run here. */
static void browser_ended(struct terminal *t)
{
    web_unwatch(t->web, t->browser.fd);
    browser_close(&t->browser);
    if (web_entered(t->web))
        web_lock(t->web);
    else if (!web_locked(t->web))
        invite(t, false);
}

static int serve(struct terminal *t)
{
    enum web_event event;
    for (;;) {
        TRY(web_run(t->web, &event));
        switch (event) {
        case WEB_STOP:
            return 0;
        case WEB_LOCKED:
            say(t, prompt_person() ? "The desk is locked. Enter: unlock it. Ctrl-C: end."
                                   : "The desk is locked.");
            break;
        case WEB_TERMINAL:
            TRY(enter(t));
            break;
        case WEB_BROWSER_ENDED:
            browser_ended(t);
            break;
        }
    }
}

/* Signals come as a descriptor, so that they never come in the middle of something. */
static int open_signals(struct terminal *t)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    t->signal_fd = signalfd(-1, &set, SFD_CLOEXEC);
    REJECT_IF(t->signal_fd < 0, E_IO);
    prompt_until(t->signal_fd);
    return 0;
}

static int run(struct terminal *t, const struct web_options *options)
{
    struct cli *cli = t->cli;
    TRY(open_signals(t));
    TRY(cli_open(cli));
    TRY(web_new(options, &t->web, &cli->problem));
    TRY(web_watch(t->web, t->signal_fd, WEB_STOP));
    if (prompt_person())
        TRY(web_watch(t->web, STDIN_FILENO, WEB_TERMINAL));
    TRY(open_pages(t));
    invite(t, true);
    return serve(t);
}

static int read_minutes(struct cli *cli, const char *option, const char *text, uint64_t least,
                        int64_t *ret_ms)
{
    uint64_t minutes;
    if (!text)
        return 0;
    if (decimal_read(span_text(text), MINUTES_MAX, &minutes) < 0 || minutes < least)
        return problem_set(&cli->problem, E_ARGUMENT, "--%s: a number from %u to %u", option,
                           (unsigned)least, (unsigned)MINUTES_MAX);
    *ret_ms = (int64_t)minutes * 60 * 1000;
    return 0;
}

int cmd_desk(int argc, char **argv)
{
    struct web_options web = {.listen = "127.0.0.1:0",
                              .token_ms = WEB_TOKEN_MS,
                              .idle_ms = WEB_IDLE_MS,
                              .every_ms = WEB_EVERY_MS};
    const char *idle = NULL, *every = NULL;
    struct cli cli;
    struct terminal t = {.cli = &cli, .signal_fd = -1, .browser = BROWSER_NONE};
    const struct cli_option options[] = {
        {.name = "listen", .text = &web.listen}, {.name = "no-browser", .flag = &t.no_browser},
        {.name = "idle-minutes", .text = &idle}, {.name = "every-minutes", .text = &every},
        {.name = "from", .text = &web.from},     {.name = "proxy", .text = &web.proxy},
    };
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count)
        return cli_usage(&cli, "it takes no arguments");
    if (swap_in_clear(""))
        log_line("this computer can write memory to a disk that is not encrypted: turn swap off, "
                 "or encrypt it");
    int error = read_minutes(&cli, "idle-minutes", idle, 1, &web.idle_ms);
    if (error == 0)
        error = read_minutes(&cli, "every-minutes", every, 0, &web.every_ms);
    if (error == 0)
        error = run(&t, &web);
    web_free(t.web);
    browser_close(&t.browser);
    if (t.signal_fd >= 0)
        close(t.signal_fd);
    return cli_end(&cli, error);
}
