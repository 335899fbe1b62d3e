/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pulling over the network, from the real line program (VOUCHSAFE_LINE names it): requests are
 * signed, the outbox is sent, what is held is forgotten there, and a line that forgets what it
 * should keep is found out. */
#include "world.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "desk/source.h"
#include "seal/roster_sign.h"

struct setting {
    struct world *w;
    struct desk *desk;
    struct world_caller caller;
    pid_t line;
    char address[64];
};

/* The line's program has the folder while it runs. Started again, it has the same address. */
static void start_line(struct setting *s)
{
    const char *program = getenv("VOUCHSAFE_LINE");
    int out[2];
    char line[256], hatch[64];
    unsigned port = 0;
    assert_non_null(program);
    snprintf(hatch, sizeof hatch, "%s", s->address[0] ? s->address + 7 : "127.0.0.1:0");
    folder_close(s->w->line);
    s->w->line = NULL;
    assert_int_equal(pipe(out), 0);
    const char *folder = world_path(s->w, "line");
    s->line = fork();
    if (s->line == 0) {
        dup2(out[1], STDOUT_FILENO);
        close(out[0]);
        execl(program, program, "serve", folder, "--door", "127.0.0.1:0", "--hatch", hatch,
              (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    FILE *lines = fdopen(out[0], "r");
    assert_non_null(lines);
    while (port == 0 && fgets(line, sizeof line, lines)) {
        if (strncmp(line, "hatch ", 6) == 0)
            port = (unsigned)strtoul(strrchr(line, ' '), NULL, 10);
    }
    fclose(lines);
    assert_true(port > 0);
    snprintf(s->address, sizeof s->address, "http://127.0.0.1:%u", port);
}

static void stop_line(struct setting *s)
{
    struct problem problem;
    if (s->line <= 0)
        return;
    kill(s->line, SIGTERM);
    waitpid(s->line, NULL, 0);
    s->line = 0;
    problem_clear(&problem);
    int error = folder_open(world_path(s->w, "line"), &s->w->line, &problem);
    if (error < 0)
        fail_msg("%s", problem_text(&problem, error));
    s->w->line->settings.step = 1;
}

static int set_up(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    s->w = world_new_on(0);
    world_caller(&s->caller);
    s->desk = world_desk(s->w, "desk");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *s = *state;
    stop_line(s);
    desk_free(s->desk);
    world_free(s->w);
    free(s);
    return 0;
}

static int pull_with(struct setting *s, struct pull_options options, struct pull_report *report,
                     struct problem *problem)
{
    struct desk_line line = {.pinned = true, .key = desk_line(s->desk)->key};
    snprintf(line.address, sizeof line.address, "%s", s->address);
    assert_int_equal(desk_begin(s->desk, NULL), 0);
    assert_int_equal(desk_line_put(s->desk, &line, NULL), 0);
    assert_int_equal(desk_commit(s->desk, NULL), 0);
    problem_clear(problem);
    return pull_run(s->desk, &options, report, problem);
}

static int pull(struct setting *s, struct pull_report *report, struct problem *problem)
{
    return pull_with(s, (struct pull_options){.order = 1}, report, problem);
}

static void pull_well(struct setting *s, struct pull_report *report)
{
    struct problem problem;
    int error = pull(s, report, &problem);
    if (error < 0)
        fail_msg("%s", problem_text(&problem, error));
}

static bool line_holds(struct setting *s, const uint8_t *id)
{
    struct store_entry entry;
    assert_int_equal(store_find(s->w->line->store, id, &entry), 0);
    return entry.sealed.len > 0;
}

static void the_whole_way(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct store_entry entry;
    uint8_t placed[16], pending[16], taken[16];
    world_report(s->w, &s->caller, "One.", placed);
    world_close(s->w);
    world_report(s->w, &s->caller, "Two.", pending);
    struct model *model = world_model(s->desk);
    const struct act_report call = {
        .text = span_text("A call."), .channel = "telephone", .wording = "summary"};
    assert_int_equal(act_take(s->desk, model, &call, taken, NULL), 0);
    start_line(s);
    pull_well(s, &report);
    assert_int_equal(report.placed, 1);
    assert_int_equal(report.received, 2);
    assert_true(report.cosigned);
    assert_int_equal(report.sent, 2); /* the report, and the record of the cosignature */
    assert_int_equal(report.waiting, 0);
    assert_int_equal(report.alarms, 0);
    pull_well(s, &report);
    assert_int_equal(report.received + report.sent + report.placed + report.alarms, 0);
    model_free(model);

    stop_line(s);
    /* The only member holds what is below the checkpoint: the line need not. */
    assert_false(line_holds(s, placed));
    assert_true(line_holds(s, pending));
    assert_int_equal(store_find(s->w->line->store, taken, &entry), 0);
    assert_int_equal(entry.source, STORE_FROM_HATCH);
    assert_int_equal(store_find(desk_store(s->desk), placed, &entry), 0);
    assert_true(entry.sealed.len > 0);
}

static void a_new_desk_is_told_of_gaps(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    uint8_t id[16];
    world_report(s->w, &s->caller, "One.", id);
    world_close(s->w);
    start_line(s);
    pull_well(s, &report);
    desk_free(s->desk);
    world_remove(world_path(s->w, "desk"));
    stop_line(s);
    s->desk = world_desk(s->w, "desk");
    start_line(s);
    pull_well(s, &report);
    assert_int_equal(report.placed, 1);
    assert_int_equal(report.gaps, 1);
    assert_true(world_has_alarm(s->desk, ALARM_GAP));
}

/* A line that was set back to before it listed an entry. */
static void a_vanished_entry_is_missed(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct store_entry entry;
    uint8_t kept[16], lost[16];
    world_report(s->w, &s->caller, "Kept.", kept);
    world_report(s->w, &s->caller, "Lost.", lost);
    start_line(s);
    pull_well(s, &report);
    assert_int_equal(report.received, 2);
    stop_line(s);
    assert_int_equal(store_begin(s->w->line->store), 0);
    assert_int_equal(store_drop_pending(s->w->line->store, lost), 0);
    assert_int_equal(store_commit(s->w->line->store), 0);
    start_line(s);
    pull_well(s, &report);
    assert_int_equal(report.alarms, 1);
    assert_true(world_has_alarm(s->desk, ALARM_MISSING));
    assert_int_equal(store_find(desk_store(s->desk), lost, &entry), 0);
    assert_true(entry.sealed.len > 0);
}

/* The whole store put back as it was: an operator's backup, or worse. */
static void a_line_that_was_set_back_is_named(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    struct store *store = s->w->line->store;
    world_report(s->w, &s->caller, "One.", NULL);
    world_close(s->w);
    store_close(store);
    world_copy(world_path(s->w, "line/store"), world_path(s->w, "old"));
    problem_clear(&problem);
    int error = store_open_sqlite(world_path(s->w, "line/store"), &s->w->line->store, &problem);
    assert_int_equal(error, 0);
    world_report(s->w, &s->caller, "Two.", NULL);
    world_close(s->w);
    start_line(s);
    pull_well(s, &report);
    stop_line(s);
    folder_close(s->w->line);
    s->w->line = NULL;
    world_remove(world_path(s->w, "line/store"));
    world_copy(world_path(s->w, "old"), world_path(s->w, "line/store"));
    assert_int_equal(folder_open(world_path(s->w, "line"), &s->w->line, &problem), 0);
    start_line(s);
    assert_int_equal(pull(s, &report, &problem), E_ROLLBACK);
    assert_non_null(strstr(problem.text, "older log"));
    assert_true(world_has_alarm(s->desk, ALARM_ROLLBACK));
}

static void placed_entries_are_not_missed(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    uint8_t id[16];
    world_report(s->w, &s->caller, "One.", id);
    start_line(s);
    pull_well(s, &report);
    stop_line(s);
    world_close(s->w);
    start_line(s);
    pull_well(s, &report);
    assert_int_equal(report.alarms, 0);
    assert_int_equal(report.placed, 1);
}

/* The day is closed while a desk pulls: after the checkpoint, before the list of pending ones. */
static int close_meanwhile(void *context, const char *what, uint64_t done, uint64_t of)
{
    struct setting *s = context;
    if (strcmp(what, "entries") != 0 || done < of)
        return 0;
    desk_sleep(s->desk);
    stop_line(s);
    world_close(s->w);
    start_line(s);
    return desk_wake(s->desk, NULL);
}

static void placing_meanwhile_is_no_alarm(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    uint8_t taken[16];
    const struct act_report call = {
        .text = span_text("A call."), .channel = "telephone", .wording = "summary"};
    world_report(s->w, &s->caller, "Placed before it was ever listed.", NULL);
    world_close(s->w);
    struct model *model = world_model(s->desk);
    assert_int_equal(act_take(s->desk, model, &call, taken, NULL), 0);
    model_free(model);
    start_line(s);
    const struct pull_options push = {.order = 1, .push_only = true};
    assert_int_equal(pull_with(s, push, &report, &problem), 0);
    assert_int_equal(report.sent, 1);
    const struct pull_options closing = {.order = 1, .progress = close_meanwhile, .context = s};
    int error = pull_with(s, closing, &report, &problem);
    if (error < 0)
        fail_msg("%s", problem_text(&problem, error));
    assert_int_equal(report.alarms, 0);
    pull_well(s, &report);
    assert_int_equal(report.alarms, 0);
    struct store_entry entry;
    assert_int_equal(store_find(desk_store(s->desk), taken, &entry), 0);
    assert_true(entry.in_log);
}

/* The line learns a new intake epoch from the desk. */
static void the_roster_is_sent(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct roster *longer;
    struct buf chain;
    uint32_t today = clock_day(clock_now_s());
    buf_init(&chain, 1u << 20);
    roster_chain_write(desk_roster(s->desk), &chain);
    assert_int_equal(roster_chain_read(buf_bytes(&chain), &longer, NULL), 0);
    buf_release(&chain);
    assert_int_equal(roster_sign_intake(longer, s->w->keys, today, today + 50, NULL), 0);
    assert_int_equal(desk_begin(s->desk, NULL), 0);
    assert_int_equal(desk_roster_put(s->desk, longer, NULL), 0);
    assert_int_equal(desk_commit(s->desk, NULL), 0);
    start_line(s);
    pull_well(s, &report);
    stop_line(s);
    assert_int_equal(roster_intakes(s->w->line->roster), 2);
}

static void a_stranger_is_refused(void **state)
{
    struct setting *s = *state;
    struct source *source;
    struct problem problem;
    struct buf reply;
    struct member_keys *stranger = member_keys_random();
    start_line(s);
    buf_init(&reply, 1u << 20);
    problem_clear(&problem);
    assert_int_equal(source_open_line(s->address, NULL, &stranger->sign,
                                      desk_line(s->desk)->key.name, &source, &problem),
                     0);
    assert_int_equal(source_get(source, "/pending", 1u << 20, &reply, &problem), E_DENIED);
    source_free(source);
    /* A member, for another log. */
    assert_int_equal(source_open_line(s->address, NULL, &s->w->keys->sign,
                                      "vouchsafe/0000000000000000", &source, &problem),
                     0);
    assert_int_equal(source_get(source, "/pending", 1u << 20, &reply, &problem), E_DENIED);
    source_free(source);
    buf_release(&reply);
    member_keys_free(stranger);
}

static void the_line_key_is_shown(void **state)
{
    struct setting *s = *state;
    struct note_key key;
    struct problem problem;
    problem_clear(&problem);
    start_line(s);
    assert_int_equal(pull_line_key(s->address, NULL, &key, &problem), 0);
    assert_string_equal(key.name, desk_line(s->desk)->key.name);
}

static void nobody_there(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    snprintf(s->address, sizeof s->address, "http://127.0.0.1:9");
    assert_int_equal(pull(s, &report, &problem), E_NETWORK);
    assert_non_null(strstr(problem.text, "could not be reached"));
    assert_true(desk_awake(s->desk));
}

static void limits_hold(void **state)
{
    struct setting *s = *state;
    struct source *source;
    struct problem problem;
    struct buf reply;
    start_line(s);
    buf_init(&reply, 1u << 20);
    problem_clear(&problem);
    assert_int_equal(source_open_line(s->address, NULL, &s->w->keys->sign,
                                      desk_line(s->desk)->key.name, &source, &problem),
                     0);
    assert_int_equal(source_get(source, "/roster", 100, &reply, &problem), E_TOO_LARGE);
    assert_int_equal(reply.len, 0);
    problem_clear(&problem);
    assert_int_equal(source_get(source, "/roster", 1u << 20, &reply, &problem), 0);
    assert_true(reply.len > 100);
    source_free(source);
    buf_release(&reply);
    int error = source_open_line(s->address, "http://127.0.0.1:1", NULL, "", &source, &problem);
    assert_int_equal(error, E_ARGUMENT);
}

#define LINE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TEST(the_whole_way),
        LINE_TEST(a_new_desk_is_told_of_gaps),
        LINE_TEST(a_vanished_entry_is_missed),
        LINE_TEST(a_line_that_was_set_back_is_named),
        LINE_TEST(placed_entries_are_not_missed),
        LINE_TEST(placing_meanwhile_is_no_alarm),
        LINE_TEST(the_roster_is_sent),
        LINE_TEST(a_stranger_is_refused),
        LINE_TEST(the_line_key_is_shown),
        LINE_TEST(nobody_there),
        LINE_TEST(limits_hold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
