/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The keeper on a disk that fails: each write, truncation, sync and removal in turn, or the power
 * with it. Whatever was acknowledged is there afterwards; where the disk failed under a report,
 * there was no acknowledgement and the keeper has ended. The keeper runs in a thread, because the
 * disk lives in this process' memory. */
#include "world.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/file.h"
#include "base/random.h"
#include "fault_vfs.h"
#include "ledger/fsck.h"
#include "line/day.h"
#include "line/keeper.h"

#define REPORTS 6
#define SECRET_REPORT 0 /* this one is erased */

struct run {
    struct world *world;
    pthread_t thread;
    int control_fds[2], door_fd;
    int keeper_error;
    struct world_entry entries[REPORTS];
    uint8_t secret[32];
    bool put[REPORTS], erased; /* acknowledged */
};

static void *keep(void *context)
{
    struct run *run = context;

    run->keeper_error = keeper_run(run->world->folder, run->control_fds[1]);
    close(run->control_fds[1]);
    return NULL;
}

static void start(struct run *run)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, run->control_fds), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    run->door_fd = pair[0];
    world_give(run->control_fds[0], pair[1], WIRE_DOOR);
    assert_int_equal(pthread_create(&run->thread, NULL, keep, run), 0);
}

static void stop(struct run *run)
{
    close(run->control_fds[0]);
    assert_int_equal(pthread_join(run->thread, NULL), 0);
    close(run->door_fd);
}

static bool read_all(int fd, uint8_t *out, size_t len)
{
    return recv(fd, out, len, MSG_WAITALL) == (ssize_t)len;
}

/* Sends all the frames at once, so that they are one batch or a few, and hears which were
 * acknowledged. */
static void ask(struct run *run, enum wire_op op, struct span *bodies, size_t count, bool *ret_done)
{
    struct buf out;
    bool sent;

    buf_init(&out, count * (WIRE_BODY_MAX + WIRE_HEAD_BYTES));
    for (size_t i = 0; i < count; i++)
        wire_put(&out, (uint32_t)i, (uint8_t)op, bodies[i]);
    sent = file_write_all(run->door_fd, out.data, out.len) == 0;
    buf_release(&out);
    for (size_t i = 0; sent && i < count; i++) {
        uint8_t reply[WIRE_HEAD_BYTES];

        if (!read_all(run->door_fd, reply, sizeof reply))
            break;
        assert_int_equal(reply[7], i);
        ret_done[i] = reply[8] == 0;
    }
}

/* Three reports alone, one erased, three more at once. */
static void work(struct run *run)
{
    struct span bodies[REPORTS], secret = span_of(run->secret, sizeof run->secret);

    for (size_t i = 0; i < REPORTS; i++)
        bodies[i] = buf_bytes(&run->entries[i].body);
    for (size_t i = 0; i < 3; i++)
        ask(run, WIRE_PUT, &bodies[i], 1, &run->put[i]);
    ask(run, WIRE_ERASE, &secret, 1, &run->erased);
    ask(run, WIRE_PUT, &bodies[3], REPORTS - 3, &run->put[3]);
}

static void make_entries(struct run *run)
{
    struct entry_header header = {.day = WORLD_TODAY};

    random_bytes(run->secret, sizeof run->secret);
    for (size_t i = 0; i < REPORTS; i++)
        world_entry_make(run->world, WORLD_TODAY, "report", &run->entries[i]);
    header = run->entries[SECRET_REPORT].header;
    world_entry_release(&run->entries[SECRET_REPORT]);
    codename_erase_tag(run->secret, header.erase_tag);
    world_entry_make_with(run->world, &header, "report", &run->entries[SECRET_REPORT]);
}

static void assert_kept(struct run *run, uint64_t nth)
{
    struct store *store = run->world->folder->store;

    for (size_t i = 0; i < REPORTS; i++) {
        struct store_entry found;
        int error = store_find(store, run->entries[i].header.id, &found);

        if (run->put[i] && error != 0)
            fail_msg("fault at %llu: report %zu was acknowledged and is gone",
                     (unsigned long long)nth, i);
        if (i == SECRET_REPORT && run->erased)
            assert_int_equal(found.sealed.len, 0);
        else if (run->put[i] && i != SECRET_REPORT)
            assert_true(found.sealed.len > 0);
    }
}

static void say_finding(void *context, enum fsck_kind kind, const char *where, const char *what)
{
    (void)context;
    print_message("%s: %s %s\n", fsck_kind_name(kind), where, what);
}

static void assert_sound(const struct world *world)
{
    struct fsck fsck = {.log_key = &world->folder->note_key, .every_placement = true};
    struct place_result result;
    uint64_t findings;

    assert_ok(fsck_run(world->folder->store, &fsck, say_finding, NULL, &findings));
    assert_int_equal(findings, 0);
    assert_ok(day_close(world->folder, WORLD_TODAY + 1, &result, NULL));
    assert_ok(fsck_run(world->folder->store, &fsck, say_finding, NULL, &findings));
    assert_int_equal(findings, 0);
}

/* One keeper's life with that fault; how many operations of the disk there were. */
static uint64_t live(enum fault fault, enum survival survival, uint64_t nth)
{
    struct run run = {.keeper_error = 0};
    uint64_t operations;
    void *world;
    bool all = true;

    fault_disk_clear();
    world_make(&world);
    run.world = world;
    make_entries(&run);
    fault_disk_arm(fault, nth);
    start(&run);
    work(&run);
    stop(&run);
    operations = fault_disk_operations();
    for (size_t i = 0; i < REPORTS; i++)
        all = all && run.put[i];
    all = all && run.erased;
    if (all != (run.keeper_error == 0) && !(all && fault_disk_struck()))
        fail_msg("fault at %llu: the keeper ended with %s, and %s was acknowledged",
                 (unsigned long long)nth, error_name(run.keeper_error), all ? "all" : "not all");
    assert_true(all || run.keeper_error < 0);
    folder_close(run.world->folder);
    run.world->folder = NULL;
    fault_disk_restart(survival, nth);
    assert_ok(folder_open(run.world->path, &run.world->folder, NULL));
    assert_kept(&run, nth);
    assert_sound(run.world);
    for (size_t i = 0; i < REPORTS; i++)
        world_entry_release(&run.entries[i]);
    world_remove(&world);
    return operations;
}

static void fail_each(enum fault fault, enum survival survival)
{
    uint64_t total = live(FAULT_NONE, SURVIVE_ALL, 0);

    assert_true(total > 20);
    for (uint64_t nth = 1; nth <= total; nth++)
        live(fault, survival, nth);
}

static void each_operation_fails_once(void **state)
{
    (void)state;
    fail_each(FAULT_ONCE, SURVIVE_ALL);
    fail_each(FAULT_ONCE, SURVIVE_SOME);
}

static void the_disk_is_gone_at_each_operation(void **state)
{
    (void)state;
    fail_each(FAULT_FROM, SURVIVE_SYNCED);
}

static void the_power_is_lost_at_each_operation(void **state)
{
    (void)state;
    fail_each(FAULT_POWER_LOSS, SURVIVE_SOME);
    fail_each(FAULT_POWER_LOSS, SURVIVE_SYNCED);
}

static int install(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    fault_disk_install();
    file_use_calls(&(struct file_calls){.fsync = fault_disk_sync_folder});
    return 0;
}

static int uninstall(void **state)
{
    (void)state;
    fault_disk_clear();
    file_use_calls(NULL);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_fails_once),
        cmocka_unit_test(the_disk_is_gone_at_each_operation),
        cmocka_unit_test(the_power_is_lost_at_each_operation),
    };

    return cmocka_run_group_tests_name("faults", tests, install, uninstall);
}
