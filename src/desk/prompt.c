/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Input is read byte by byte and not through stdio: what stdio has read ahead would be lost to the
 * next question's reader, and its buffer would keep the passphrase. */
#include "desk/prompt.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include "base/file.h"
#include "desk/desk.h"

bool prompt_person(void)
{
    return isatty(STDIN_FILENO) == 1;
}

static void ask(const char *question)
{
    if (prompt_person())
        fprintf(stderr, "%s", question);
}

static int until_fd = -1;

void prompt_until(int fd)
{
    until_fd = fd;
}

/* Whether there is something to read before the end came. */
static bool wait_input(void)
{
    struct pollfd both[] = {{.fd = STDIN_FILENO, .events = POLLIN},
                            {.fd = until_fd, .events = POLLIN}};
    if (until_fd < 0)
        return true;
    while (poll(both, COUNT_OF(both), -1) < 0 && errno == EINTR)
        ;
    return !both[1].revents;
}

static int read_line(struct buf *out)
{
    size_t before = out->len;
    for (;;) {
        char c;
        REJECT_IF(!wait_input(), E_NOT_FOUND);
        ssize_t got = read(STDIN_FILENO, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        REJECT_IF(got < 0, E_IO);
        if (got == 0)
            return out->len > before ? 0 : E_NOT_FOUND;
        if (c == '\n')
            return buf_error(out);
        buf_u8(out, (uint8_t)c);
        TRY(buf_error(out));
    }
}

int prompt_line(const char *question, struct buf *out)
{
    ask(question);
    TRY(read_line(out));
    if (out->len && out->data[out->len - 1] == '\r')
        out->data[--out->len] = '\0';
    return 0;
}

#define CTRL_C 3
#define CTRL_D 4
#define ESCAPE 27
#define SAME_PRESS_MS 30

static struct termios as_it_was;

/* A terminal that echoes nothing must not be what is left behind. */
static void give_back(int signal)
{
    tcsetattr(STDIN_FILENO, TCSANOW, &as_it_was);
    raise(signal); /* by now it does what it does by itself */
}

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

static void catch_ends(struct sigaction before[COUNT_OF(ends)])
{
    struct sigaction action = {.sa_handler = give_back, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        sigaction(ends[i], NULL, &before[i]);
        if (before[i].sa_handler != SIG_IGN)
            sigaction(ends[i], &action, NULL);
    }
}

/* Arrows, function keys and letters of other alphabets are several bytes, and none of them a key of
 * its own. */
static void pass_over_rest(void)
{
    struct pollfd more = {.fd = STDIN_FILENO, .events = POLLIN};
    char c;
    while (poll(&more, 1, SAME_PRESS_MS) > 0 && read(STDIN_FILENO, &c, 1) == 1)
        ;
}

/* What was typed before the question stood there is no answer to it. */
static int read_key(char *ret_key)
{
    struct sigaction before[COUNT_OF(ends)];
    REJECT_IF(tcgetattr(STDIN_FILENO, &as_it_was) < 0, E_IO);
    struct termios raw = as_it_was;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    catch_ends(before);
    ssize_t got = -1;
    if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw) == 0 && wait_input())
        got = read(STDIN_FILENO, ret_key, 1);
    if (got == 1 && (*ret_key == ESCAPE || (uint8_t)*ret_key >= 0x80))
        pass_over_rest();
    tcsetattr(STDIN_FILENO, TCSADRAIN, &as_it_was);
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        sigaction(ends[i], &before[i], NULL);
    return got == 1 && *ret_key != CTRL_C && *ret_key != CTRL_D ? 0 : E_NOT_FOUND;
}

int prompt_key(const char *question, char *ret_key)
{
    struct buf line;
    ask(question);
    if (prompt_person()) {
        return read_key(ret_key);
    }
    buf_init(&line, PROMPT_LINE_MAX);
    int error = read_line(&line);
    if (error == 0)
        *ret_key = line.len > 0 ? (char)line.data[0] : '\n';
    buf_release(&line);
    return error;
}

void prompt_trim(struct buf *text)
{
    while (text->len && (text->data[text->len - 1] == '\n' || text->data[text->len - 1] == '\r'))
        text->data[--text->len] = '\0';
}

int prompt_text(const char *question, size_t max_bytes, struct buf *out)
{
    struct buf line;
    int error;
    ask(question);
    buf_init(&line, max_bytes + 2);
    while ((error = prompt_line("", &line)) == 0) {
        if (span_equal(buf_bytes(&line), span_text(".")))
            break;
        buf_span(out, buf_bytes(&line));
        buf_u8(out, '\n');
        buf_reset(&line);
    }
    buf_wipe_release(&line);
    prompt_trim(out);
    return error == 0 || error == E_NOT_FOUND ? buf_error(out) : error;
}

bool prompt_confirm(const char *question, const char *word)
{
    struct buf answer;
    buf_init(&answer, PROMPT_LINE_MAX);
    bool yes = prompt_line(question, &answer) == 0 && strcmp(buf_cstr(&answer), word) == 0;
    buf_release(&answer);
    return yes;
}

static int read_without_echo(const char *question, struct buf *out)
{
    struct termios before, quiet;
    bool hidden = tcgetattr(STDIN_FILENO, &before) == 0;
    if (hidden) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
        hidden = tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0;
    }
    int error = prompt_line(question, out);
    if (hidden) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        fputc('\n', stderr);
    }
    return error;
}

/* The first line of the file; the rest, if any, is not looked at. */
static int read_from_file(const char *file, struct buf *out, struct problem *problem)
{
    struct buf bytes;
    struct cursor c;
    buf_init(&bytes, DESK_PASSPHRASE_MAX_BYTES + 2);
    int error = file_read(file, DESK_PASSPHRASE_MAX_BYTES + 2, &bytes, problem);
    if (error == 0) {
        cursor_init(&c, buf_bytes(&bytes));
        struct span line = cursor_line(&c, DESK_PASSPHRASE_MAX_BYTES);
        if (c.failed)
            line = buf_bytes(&bytes);
        if (line.len && line.data[line.len - 1] == '\r')
            line.len--;
        buf_span(out, line);
        error = buf_error(out);
    }
    buf_wipe_release(&bytes);
    return error;
}

int prompt_passphrase(const char *file, const char *question, struct buf *out,
                      struct problem *problem)
{
    if (file)
        return read_from_file(file, out, problem);
    int error = read_without_echo(question, out);
    return error == E_NOT_FOUND ? problem_set(problem, error, "No passphrase was given.") : error;
}

int prompt_new_passphrase(const char *file, struct buf *out, struct problem *problem)
{
    struct buf again;
    TRY(prompt_passphrase(file, "A new passphrase: ", out, problem));
    TRY(desk_passphrase_check(buf_bytes(out), problem));
    if (file || !prompt_person())
        return 0;
    buf_init(&again, DESK_PASSPHRASE_MAX_BYTES);
    int error = read_without_echo("Once more: ", &again);
    if (error == 0 && !span_equal(buf_bytes(out), buf_bytes(&again)))
        error = problem_set(problem, E_ARGUMENT, "The two are not the same.");
    buf_wipe_release(&again);
    return error;
}
