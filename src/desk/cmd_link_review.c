/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Every answer is on the disk before the next pair is shown: one row, in one write. The file is
 * locked for each addition, so that two people can review into one file. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "desk/cli.h"
#include "desk/cmd_link.h"
#include "desk/prompt.h"
#include "draw/term.h"
#include "link/decisions.h"
#include "link/queue.h"
#include "text/show.h"
#include "text/utf8.h"

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
    "  r    write a reason first       b    back: answer the one before anew\n"
    "  q    stop; what was answered is kept\n"
    "\n"
    "The two records stand beside each other, or beneath each other where the terminal is narrow:\n"
    "= the same, ≈ the same but for how it is written, ≠ not the same, with [what differs] in\n"
    "brackets, and how the engine sees it.\n"
    "\n"
    "  --all                what was answered before, too\n";

static const char keys[] = "same (s), different (d), unsure (u), next (n), reason (r), back (b), "
                           "stop (q)?";

#define REVIEWER_CHARACTERS_MAX 100
#define REASON_CHARACTERS_MAX 1000
#define NOTHING (-1) /* was answered; else an enum link_answer */

/* A pair of the queue, and what this reviewer said of it. */
struct pair {
    const struct link_queue_item *item;
    int said;
    bool here; /* in this sitting */
};

struct review {
    struct cli *cli;
    const char *decisions_file, *reviewer;
    bool again;
    struct buf queue_text, decisions_text;
    struct link_queue queue;
    struct pair *pairs; /* queue.count */
    size_t *trail;      /* what was shown, for going back */
    size_t trail_count, answered;
    struct buf reason;
};

/* What was said before */

static int by_name(struct span x, struct span y)
{
    size_t shorter = x.len < y.len ? x.len : y.len;
    int order = shorter > 0 ? memcmp(x.data, y.data, shorter) : 0;
    return order != 0 ? order : (x.len > y.len) - (x.len < y.len);
}

static int by_names(struct span a, struct span b, struct span c, struct span d)
{
    bool turned = by_name(a, b) > 0, other_turned = by_name(c, d) > 0;
    int order = by_name(turned ? b : a, other_turned ? d : c);
    return order != 0 ? order : by_name(turned ? a : b, other_turned ? c : d);
}

/* Pairs of the queue, whichever of the two stands first. */
static int by_pair(const void *x, const void *y)
{
    const struct link_queue_item *s = (*(struct pair *const *)x)->item,
                                 *t = (*(struct pair *const *)y)->item;
    return by_names(s->a, s->b, t->a, t->b);
}

static int find_pair(const void *key, const void *element)
{
    const struct link_decision *d = key;
    const struct link_queue_item *item = (*(struct pair *const *)element)->item;
    return by_names(d->a, d->b, item->a, item->b);
}

/* Later rows count. */
static int note_before(struct review *r, const struct link_decision *before, size_t count)
{
    struct pair **sorted = arena_alloc(&r->cli->arena, (r->queue.count + 1) * sizeof *sorted);
    REJECT_IF(!sorted, E_NOMEM);
    for (size_t i = 0; i < r->queue.count; i++)
        sorted[i] = &r->pairs[i];
    qsort(sorted, r->queue.count, sizeof *sorted, by_pair);
    for (size_t i = 0; i < count; i++) {
        if (!span_equal(before[i].reviewer, span_text(r->reviewer)))
            continue;
        struct pair **found =
            bsearch(&before[i], sorted, r->queue.count, sizeof *sorted, find_pair);
        if (found)
            (*found)->said = (int)before[i].answer;
    }
    return 0;
}

static int read_queue(struct review *r, const char *file)
{
    struct problem *problem = &r->cli->problem;
    TRY(file_read(file, LINK_QUEUE_MAX_BYTES, &r->queue_text, problem));
    int error = link_queue_read(buf_bytes(&r->queue_text), &r->cli->arena, &r->queue, problem);
    if (error < 0) {
        problem_at(problem, "%s", file);
        return error;
    }
    r->pairs = arena_alloc(&r->cli->arena, (r->queue.count + 1) * sizeof *r->pairs);
    r->trail = arena_alloc(&r->cli->arena, (r->queue.count + 1) * sizeof *r->trail);
    REJECT_IF(!r->pairs || !r->trail, E_NOMEM);
    for (size_t i = 0; i < r->queue.count; i++)
        r->pairs[i] = (struct pair){.item = &r->queue.items[i], .said = NOTHING};
    return 0;
}

/* Not while somebody else is adding a row. */
static int read_text_locked(struct review *r)
{
    int fd = open(r->decisions_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return problem_set(&r->cli->problem, E_IO, "%s: %s", r->decisions_file, strerror(errno));
    int error = 0;
    if (flock(fd, LOCK_SH) < 0)
        error = problem_set(&r->cli->problem, E_IO, "%s: %s", r->decisions_file, strerror(errno));
    else
        error = file_read(r->decisions_file, LINK_DECISIONS_MAX_BYTES, &r->decisions_text,
                          &r->cli->problem);
    close(fd);
    return error;
}

static int read_decisions(struct review *r)
{
    struct link_decision *before;
    size_t count;
    if (!file_exists(r->decisions_file))
        return 0;
    TRY(read_text_locked(r));
    int error = link_decisions_read(buf_bytes(&r->decisions_text), &r->cli->arena, &before, &count,
                                    &r->cli->problem);
    if (error < 0) {
        problem_at(&r->cli->problem, "%s", r->decisions_file);
        return error;
    }
    return note_before(r, before, count);
}

/* Writing */

/* The row, and what must stand before it: the header in a new file, the end of a last line that
 * somebody's editor left open. */
static int put_row(int fd, off_t size, const struct link_decision *decision, struct buf *text)
{
    char last = '\n';
    if (size == 0)
        link_decisions_begin(text);
    else if (pread(fd, &last, 1, size - 1) != 1)
        return E_IO;
    if (last != '\n')
        buf_u8(text, '\n');
    link_decision_put(text, decision);
    return buf_error(text);
}

static int write_locked(struct review *r, int fd, const struct link_decision *decision)
{
    struct stat is;
    struct buf text;
    buf_init(&text, 1 << 20);
    bool locked = flock(fd, LOCK_EX) == 0 && fstat(fd, &is) == 0;
    int error = locked ? put_row(fd, is.st_size, decision, &text) : E_IO;
    if (error == 0)
        error = file_write_all(fd, text.data, text.len);
    if (error == 0 && fsync(fd) < 0)
        error = E_IO;
    if (error == E_IO) {
        /* Half a row would make the file unreadable; what was there before is left. */
        int kept = errno;
        if (locked && ftruncate(fd, is.st_size) < 0)
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
    if (item->a.len > LINK_DECISION_FIELD_MAX || item->b.len > LINK_DECISION_FIELD_MAX)
        return problem_set(
            &r->cli->problem, E_TOO_LARGE,
            "the name of a record is longer than %d bytes, which a file of decisions "
            "cannot hold: leave its id column out (--ignore)",
            LINK_DECISION_FIELD_MAX);
    int fd = open(r->decisions_file, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return problem_set(&r->cli->problem, E_IO, "%s: %s", r->decisions_file, strerror(errno));
    int error = write_locked(r, fd, &decision);
    close(fd);
    return error;
}

/* Going through */

static void say(struct review *r, const char *text)
{
    term_paragraph(&r->cli->out, text, 0, cli_width());
    cli_flush(r->cli);
}

static const char *const answers[] = {"the same person", "different persons", "cannot be told"};

static void show(struct review *r, size_t at)
{
    const struct pair *pair = &r->pairs[at];
    struct buf line CLEANUP(buf_release);
    buf_init(&line, 16 * LINK_DECISION_FIELD_MAX);
    buf_printf(&line, "%zu of %zu. Chance of one person: ", at + 1, r->queue.count);
    show_line(&line, pair->item->chance, 20);
    buf_printf(&line, ". At present they are %s.", pair->item->together ? "together" : "apart");
    if (pair->said != NOTHING)
        buf_printf(&line, " You said: %s.", answers[pair->said]);
    buf_u8(&r->cli->out, '\n');
    term_paragraph(&r->cli->out, buf_cstr(&line), 0, cli_width());
    buf_u8(&r->cli->out, '\n');
    link_queue_show(&r->queue, pair->item, cli_width(), &r->cli->out);
    buf_u8(&r->cli->out, '\n');
    cli_flush(r->cli);
}

/* What somebody types may be anything: the arrow keys, another encoding. */
static int ask_reason(struct review *r)
{
    struct buf typed;
    buf_init(&typed, PROMPT_LINE_MAX);
    int error = prompt_line("reason: ", &typed);
    if (error == E_TOO_LARGE)
        error = 0; /* the beginning of it */
    buf_reset(&r->reason);
    if (error == 0) {
        show_line(&r->reason, buf_bytes(&typed), REASON_CHARACTERS_MAX);
        error = buf_error(&r->reason);
    }
    buf_release(&typed);
    return error;
}

/* The first from there on that waits for an answer. */
static size_t next_of(const struct review *r, size_t at)
{
    while (at < r->queue.count &&
           (r->pairs[at].here || (r->pairs[at].said != NOTHING && !r->again)))
        at++;
    return at;
}

static void go_on(struct review *r, size_t *at)
{
    r->trail[r->trail_count++] = *at;
    *at = next_of(r, *at + 1);
}

static int answer(struct review *r, size_t *at, enum link_answer with)
{
    struct pair *pair = &r->pairs[*at];
    TRY(add(r, pair->item, with));
    r->answered += pair->here ? 0 : 1;
    pair->said = (int)with;
    pair->here = true;
    buf_reset(&r->reason);
    say(r, answers[with]);
    go_on(r, at);
    return 0;
}

/* What a key does; *at is the pair to show next, the same one when the key asks for more. */
static int act(struct review *r, char key, size_t *at)
{
    static const char of[] = "sdu";
    const char *which = key ? strchr(of, key) : NULL;
    if (which)
        return answer(r, at, (enum link_answer)(which - of));
    if (key == 'n') {
        buf_reset(&r->reason);
        say(r, "left open");
        go_on(r, at);
    } else if (key == 'b' && r->trail_count > 0) {
        buf_reset(&r->reason);
        *at = r->trail[--r->trail_count];
    } else if (key == 'b') {
        say(r, "This is the first one.");
    } else if (key == 'r') {
        return ask_reason(r);
    } else {
        say(r, "No such key.");
    }
    return 0;
}

static int go_through(struct review *r)
{
    size_t shown = SIZE_MAX;
    for (size_t at = next_of(r, 0); at < r->queue.count;) {
        char key;
        if (at != shown)
            show(r, at);
        shown = at;
        if (prompt_person())
            say(r, keys);
        int error = prompt_key("", &key);
        if (error == E_NOT_FOUND || (error == 0 && key == 'q'))
            return 0;
        TRY(error);
        error = act(r, key, &at);
        if (error == E_NOT_FOUND)
            return 0; /* the input ended within a reason */
        TRY(error);
    }
    return 0;
}

static void sum_up(struct review *r)
{
    size_t open = 0;
    for (size_t i = 0; i < r->queue.count; i++)
        open += r->pairs[i].said == NOTHING;
    buf_printf(&r->cli->out, "%zu answered, %zu left.\n", r->answered, open);
}

static int review(struct review *r)
{
    TRY(read_queue(r, r->cli->arguments[0]));
    TRY(read_decisions(r));
    int error = go_through(r);
    sum_up(r);
    cli_flush(r->cli); /* what was answered is said before what went wrong */
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
    if (utf8_check(span_text(r.reviewer), REVIEWER_CHARACTERS_MAX) < 0)
        return cli_usage(&cli, "--reviewer: a name in UTF-8, of 100 characters at most");
    buf_init(&r.queue_text, LINK_QUEUE_MAX_BYTES);
    buf_init(&r.decisions_text, LINK_DECISIONS_MAX_BYTES);
    buf_init(&r.reason, LINK_DECISION_FIELD_MAX);
    int error = review(&r);
    buf_wipe_release(&r.queue_text);
    buf_release(&r.decisions_text);
    buf_release(&r.reason);
    return cli_end(&cli, error);
}
