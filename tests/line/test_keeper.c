/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The keeper as it runs: a process of its own, reached over the sockets that a line uses. */
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "line/keeper.h"

struct keeping {
    struct world *world;
    pid_t pid;
    int control_fd;
};

static int make(void **state)
{
    struct keeping *keeping = calloc(1, sizeof *keeping);
    void *world;

    if (world_make(&world) < 0)
        return -1;
    keeping->world = world;
    *state = keeping;
    return 0;
}

static int make_free(void **state)
{
    struct keeping *keeping = *state;
    void *world = keeping->world;

    free(keeping);
    return world_remove(&world);
}

/* The folder goes over to the child: the store may not be open twice. before runs in it first. */
static void start(struct keeping *keeping, void (*before)(void))
{
    int pair[2];

    folder_close(keeping->world->folder);
    keeping->world->folder = NULL;
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
    fflush(NULL);
    keeping->pid = fork();
    if (keeping->pid == 0) {
        struct folder *folder;
        int error;

        close(pair[0]);
        error = folder_open(keeping->world->path, &folder, NULL);
        if (before)
            before();
        if (error == 0)
            error = keeper_run(folder, pair[1]);
        _exit(-error);
    }
    close(pair[1]);
    keeping->control_fd = pair[0];
}

/* Tells the keeper to end, or hears that it has: the error that it ended with. */
static int stop(struct keeping *keeping)
{
    int status;

    close(keeping->control_fd);
    assert_int_equal(waitpid(keeping->pid, &status, 0), keeping->pid);
    assert_true(WIFEXITED(status));
    return -WEXITSTATUS(status);
}

static int connect_as(const struct keeping *keeping, uint8_t role)
{
    int pair[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    world_give(keeping->control_fd, pair[1], role);
    return pair[0];
}

static void send_frame(int fd, uint32_t serial, enum wire_op op, struct span body)
{
    struct buf out;

    buf_init(&out, WIRE_BODY_MAX + WIRE_HEAD_BYTES);
    wire_put(&out, serial, (uint8_t)op, body);
    assert_ok(file_write_all(fd, out.data, out.len));
    buf_release(&out);
}

/* One reply: its error, and its serial; false when the keeper closed instead. */
static bool receive(int fd, uint32_t *ret_serial, int *ret_error)
{
    struct wire_frame frame;
    struct buf in;
    size_t used = 0;

    buf_init(&in, WIRE_REPLY_MAX);
    while (used == 0) {
        uint8_t byte;
        ssize_t got = recv(fd, &byte, 1, 0);

        if (got <= 0) {
            buf_release(&in);
            return false;
        }
        buf_u8(&in, byte);
        assert_ok(wire_take(buf_bytes(&in), WIRE_REPLY_MAX, &frame, &used));
    }
    *ret_serial = frame.serial;
    *ret_error = -(int)frame.code;
    buf_release(&in);
    return true;
}

static int ask(int fd, enum wire_op op, struct span body)
{
    uint32_t serial;
    int error;

    send_frame(fd, 41, op, body);
    assert_true(receive(fd, &serial, &error));
    assert_int_equal(serial, 41);
    return error;
}

static void many_doors_at_once(void **state)
{
    enum { DOORS = 20, EACH = 5 };
    struct keeping *keeping = *state;
    int fds[DOORS];

    start(keeping, NULL);
    for (int i = 0; i < DOORS; i++)
        fds[i] = connect_as(keeping, WIRE_DOOR);
    for (uint32_t n = 0; n < EACH; n++)
        for (int i = 0; i < DOORS; i++) {
            struct world_entry entry;

            world_entry_make(keeping->world, WORLD_TODAY, "report", &entry);
            send_frame(fds[i], n, WIRE_PUT, buf_bytes(&entry.body));
            world_entry_release(&entry);
        }
    for (int i = 0; i < DOORS; i++)
        for (uint32_t n = 0; n < EACH; n++) {
            uint32_t serial;
            int error;

            assert_true(receive(fds[i], &serial, &error));
            assert_int_equal(serial, n);
            assert_int_equal(error, 0);
        }
    for (int i = 0; i < DOORS; i++)
        close(fds[i]);
    assert_int_equal(stop(keeping), 0);
    assert_ok(folder_open(keeping->world->path, &keeping->world->folder, NULL));
    assert_int_equal(store_pending_count(keeping->world->folder->store), DOORS * EACH);
}

/* Who breaks the rules is dropped; the others do not notice. */
static void rule_breaker_is_dropped(void **state)
{
    static const struct {
        uint8_t role, op;
    } cases[] = {{WIRE_DOOR, WIRE_PENDING},
                 {WIRE_DOOR, WIRE_SEALED},
                 {WIRE_DOOR, WIRE_HELD},
                 {WIRE_DOOR, WIRE_ROSTER_ADD},
                 {WIRE_HATCH, WIRE_ANSWERS},
                 {WIRE_HATCH, WIRE_ERASE},
                 {WIRE_DOOR, 0},
                 {WIRE_HATCH, 200},
                 {0, WIRE_PUT},
                 {0, WIRE_ROSTER},
                 {4, WIRE_ROSTER}};
    struct keeping *keeping = *state;
    uint8_t body[1024] = {0};
    int honest;

    start(keeping, NULL);
    honest = connect_as(keeping, WIRE_DOOR);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int fd = connect_as(keeping, cases[i].role);
        uint32_t serial;
        int error;

        send_frame(fd, 1, cases[i].op,
                   span_of(body, cases[i].op == WIRE_SEALED ? 16
                                 : cases[i].op == WIRE_PENDING || cases[i].op == WIRE_ROSTER
                                     ? 0
                                     : sizeof body));
        assert_false(receive(fd, &serial, &error));
        close(fd);
        assert_int_equal(ask(honest, WIRE_ROSTER, span_of(NULL, 0)), 0);
    }
    close(honest);
    assert_int_equal(stop(keeping), 0);
}

static void frame_too_long_is_dropped(void **state)
{
    static const uint8_t head[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 1, WIRE_PUT};
    struct keeping *keeping = *state;
    uint32_t serial;
    int fd, error;

    start(keeping, NULL);
    fd = connect_as(keeping, WIRE_DOOR);
    assert_ok(file_write_all(fd, head, sizeof head));
    assert_false(receive(fd, &serial, &error));
    close(fd);
    assert_int_equal(stop(keeping), 0);
}

static void half_a_frame_then_gone(void **state)
{
    struct keeping *keeping = *state;
    struct world_entry entry;
    struct buf out;
    int fd;

    start(keeping, NULL);
    fd = connect_as(keeping, WIRE_DOOR);
    world_entry_make(keeping->world, WORLD_TODAY, "report", &entry);
    buf_init(&out, WIRE_BODY_MAX);
    wire_put(&out, 1, WIRE_PUT, buf_bytes(&entry.body));
    assert_ok(file_write_all(fd, out.data, out.len - 1));
    close(fd);
    fd = connect_as(keeping, WIRE_DOOR);
    assert_int_equal(ask(fd, WIRE_PUT, buf_bytes(&entry.body)), 0);
    close(fd);
    assert_int_equal(stop(keeping), 0);
    buf_release(&out);
    world_entry_release(&entry);
}

static uint64_t failing_from;

static void fail_allocations(void)
{
    mem_fail_from(failing_from);
}

/* However early memory runs out: what was acknowledged is there, and the keeper ends or refuses; it
 * never lies. */
static void nth_allocation_fails(void **state)
{
    struct keeping *keeping = *state;
    unsigned acknowledged = 0;

    for (failing_from = 1; acknowledged < 3; failing_from++) {
        struct world_entry entry;
        struct store_entry found;
        uint32_t serial;
        int fd, error = E_IO;

        start(keeping, fail_allocations);
        fd = connect_as(keeping, WIRE_DOOR);
        world_entry_make(keeping->world, WORLD_TODAY, "report", &entry);
        send_frame(fd, 1, WIRE_PUT, buf_bytes(&entry.body));
        if (!receive(fd, &serial, &error))
            error = E_IO;
        close(fd);
        (void)!stop(keeping);
        assert_ok(folder_open(keeping->world->path, &keeping->world->folder, NULL));
        if (error == 0) {
            acknowledged++;
            assert_ok(store_find(keeping->world->folder->store, entry.header.id, &found));
        }
        world_entry_release(&entry);
        assert_true(failing_from < 3000);
    }
}

int main(void)
{
#define KEEPER_TEST(name) cmocka_unit_test_setup_teardown(name, make, make_free)
    const struct CMUnitTest tests[] = {
        KEEPER_TEST(many_doors_at_once),        KEEPER_TEST(rule_breaker_is_dropped),
        KEEPER_TEST(frame_too_long_is_dropped), KEEPER_TEST(half_a_frame_then_gone),
        KEEPER_TEST(nth_allocation_fails),
    };

    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests_name("keeper", tests, NULL, NULL);
}
