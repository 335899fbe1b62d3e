/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every answer is on the disk before the next pair is shown. The file is locked for each addition,
 * so that two people can review into one file. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd_link.h"
#include "desk/prompt.h"
#include "link/decisions.h"
#include "link/queue.h"
#include "text/show.h"

static const char help[] =
    "vouchsafe link review QUEUE.csv --decisions FILE --reviewer NAME\n"
    "\n"
    "Goes through the doubtful pairs that vouchsafe link --review wrote, hardest first, and adds\n"
    "each answer to FILE, which is made if there is none and of which nothing is ever taken away.\n"
    "What this reviewer has answered before is passed over. Then run vouchsafe link again with\n"
    "--decisions FILE.\n"
    "\n"
    "  s    the same person            d    different persons\n"
    "  u    cannot be told             n    next, without an answer\n"
    "  r    write a reason first       b    back: answer the last one anew\n"
    "  q    stop; what was answered is kept\n"
    "\n"
    "  --all                what was answered before, too\n";

static const char keys[] = "same (s), different (d), unsure (u), next (n), reason (r), back (b), "
                           "stop (q)? ";

struct review {
    struct cli *cli;
    const char *decisions_file, *reviewer;
    bool again;
    struct buf queue_text, decisions_text;
    struct link_queue queue;
    struct link_decision *before;
    size_t before_count, answered;
    struct buf reason;
};

static bool is_pair(const struct link_decision *d, const struct link_queue_item *item)
{
    return (span_equal(d->a, item->a) && span_equal(d->b, item->b)) ||
           (span_equal(d->a, item->b) && span_equal(d->b, item->a));
}

static bool answered_before(const struct review *r, const struct link_queue_item *item)
{
    for (size_t i = 0; !r->again && i < r->before_count; i++) {
        if (is_pair(&r->before[i], item) &&
            span_equal(r->before[i].reviewer, span_text(r->reviewer)))
            return true;
    }
    return false;
}

static int read_files(struct review *r, const char *queue_file)
{
    struct problem *problem = &r->cli->problem;
    TRY(file_read(queue_file, LINK_QUEUE_MAX_BYTES, &r->queue_text, problem));
    int error = link_queue_read(buf_bytes(&r->queue_text), &r->cli->arena, &r->queue, problem);
    if (error < 0) {
        problem_at(problem, "%s", queue_file);
        return error;
    }
    if (!file_exists(r->decisions_file))
        return 0;
    TRY(file_read(r->decisions_file, LINK_DECISIONS_MAX_BYTES, &r->decisions_text, problem));
    error = link_decisions_read(buf_bytes(&r->decisions_text), &r->cli->arena, &r->before,
                                &r->before_count, problem);
    if (error < 0)
        problem_at(problem, "%s", r->decisions_file);
    return error;
}

static int write_locked(struct review *r, int fd, const struct link_decision *decision)
{
    struct stat is;
    struct buf text;
    buf_init(&text, 1 << 20);
    int error = flock(fd, LOCK_EX) == 0 && fstat(fd, &is) == 0 ? 0 : E_IO;
    if (error == 0) {
        if (is.st_size == 0)
            link_decisions_begin(&text);
        link_decision_put(&text, decision);
        error = buf_error(&text);
    }
    if (error == 0)
        error = file_write_all(fd, text.data, text.len);
    if (error == 0 && fsync(fd) < 0)
        error = E_IO;
    if (error == E_IO) {
        /* Half a row would make the file unreadable; what was there before is left. */
        int kept = errno;
        if (ftruncate(fd, is.st_size) < 0)
            kept = errno;
        problem_set(&r->cli->problem, E_IO, "%s: the answer was not kept: %s", r->decisions_file,
                    strerror(kept));
    }
    buf_release(&text);
    return error;
}

static int add(struct review *r, const struct link_queue_item *item, enum link_answer answer)
{
    char minute[CLOCK_MINUTE_TEXT_BYTES];
    clock_minute_text(clock_minute(clock_now_s()), minute);
    struct link_decision decision = {.time = span_text(minute),
                                     .reviewer = span_text(r->reviewer),
                                     .a = item->a,
                                     .b = item->b,
                                     .reason = buf_bytes(&r->reason),
                                     .answer = answer};
    int fd = open(r->decisions_file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return problem_set(&r->cli->problem, E_IO, "%s: %s", r->decisions_file, strerror(errno));
    int error = write_locked(r, fd, &decision);
    close(fd);
    if (error == 0)
        r->answered++;
    return error;
}

static void show(struct review *r, size_t index)
{
    const struct link_queue_item *item = &r->queue.items[index];
    struct buf *out = &r->cli->out;
    buf_printf(out, "\n%zu of %zu. Chance of one person: ", index + 1, r->queue.count);
    show_line(out, item->chance, 20);
    buf_printf(out, ". At present they are %s.\n\n", item->together ? "together" : "apart");
    link_queue_show(&r->queue, item, cli_width(), out);
    buf_u8(out, '\n');
    cli_flush(r->cli);
}

static int ask_reason(struct review *r)
{
    buf_reset(&r->reason);
    return prompt_line("reason: ", &r->reason);
}

/* What a key does; *at is the pair to show next, the same one when the key asks for more. */
static int act(struct review *r, char key, size_t *at, size_t *last, bool *stop)
{
    static const char answers[] = "sdu";
    const char *answer = key ? strchr(answers, key) : NULL;
    if (answer) {
        TRY(add(r, &r->queue.items[*at], (enum link_answer)(answer - answers)));
        buf_reset(&r->reason);
        *last = *at;
        (*at)++;
    } else if (key == 'n') {
        *last = *at;
        (*at)++;
    } else if (key == 'b') {
        *at = *last;
    } else if (key == 'r') {
        TRY(ask_reason(r));
    } else if (key == 'q') {
        *stop = true;
    }
    return 0;
}

static int go_through(struct review *r)
{
    size_t last = 0;
    bool stop = false, back = false;
    for (size_t at = 0; at < r->queue.count && !stop;) {
        if (!back && answered_before(r, &r->queue.items[at])) {
            at++;
            continue;
        }
        char key;
        size_t shown = at;
        show(r, at);
        int error = prompt_key(keys, &key);
        if (error == E_NOT_FOUND)
            return 0;
        TRY(error);
        TRY(act(r, key, &at, &last, &stop));
        back = at <= shown; /* shown again on purpose */
    }
    return 0;
}

static int review(struct review *r)
{
    TRY(read_files(r, r->cli->arguments[0]));
    int error = go_through(r);
    buf_printf(&r->cli->out, "%zu answered.\n", r->answered);
    return error;
}

int cmd_link_review(int argc, char **argv)
{
    struct cli cli;
    struct review r = {.cli = &cli};
    const struct cli_option options[] = {{.name = "decisions", .text = &r.decisions_file},
                                         {.name = "reviewer", .text = &r.reviewer},
                                         {.name = "all", .flag = &r.again}};
    int status = cli_begin(&cli, help, options, COUNT_OF(options), argc, argv);
    if (status != CLI_GO_ON)
        return status;
    if (cli.count != 1 || !r.decisions_file || !r.reviewer || !*r.reviewer)
        return cli_usage(&cli, "name the queue, --decisions FILE and --reviewer NAME");
    buf_init(&r.queue_text, LINK_QUEUE_MAX_BYTES);
    buf_init(&r.decisions_text, LINK_DECISIONS_MAX_BYTES);
    buf_init(&r.reason, LINK_DECISION_FIELD_MAX);
    int error = review(&r);
    buf_release(&r.queue_text);
    buf_release(&r.decisions_text);
    buf_release(&r.reason);
    return cli_end(&cli, error);
}
