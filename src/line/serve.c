/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/serve.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "line/door.h"
#include "line/hatch.h"
#include "line/keeper.h"
#include "line/sandbox.h"
#include "seal/secret.h"

#define WORKERS_MAX 65 /* doors, and the hatch in the last used place */
/* A worker that ends sooner than this after its start is started again only after a pause. */
#define SOON_MS 1000
/* How often the parent looks up: its ticket key goes forward with the doors', or a seizure of its
 * memory would open what theirs no longer does. */
#define LOOK_UP_S 5
/* So that nothing gathers in a door's memory. Its successor begins before it is told to stop: it
 * still finishes what is open, and somebody may make that last. */
#define DOOR_LIFE_MS (60 * 60 * 1000)
/* Workers that are told to stop may finish what they have begun, for this long. */
#define STOP_MS 10000
#define STOP_LOOK_MS 50

/* What the keeper tells its parent when it has opened the folder: the parent itself never holds the
 * line's key, nor the store, which may not be carried over a fork. */
struct hello {
    int error;
    struct problem problem;
    struct folder_settings settings;
    struct note_key note_key;
};

struct parent {
    struct hello hello;
    int door_fd, hatch_fd, control_fd;
    pid_t keeper;
    size_t worker_count;
    pid_t workers[WORKERS_MAX];
    int64_t started_ms[WORKERS_MAX];
    struct ticket_keys *ticket_keys;
};

static volatile sig_atomic_t stop_asked;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop_asked = 1;
}

static void on_alarm(int signal_number)
{
    (void)signal_number; /* waitpid returns: that is all */
}

static void set_handlers(void)
{
    struct sigaction stop = {.sa_handler = on_stop};
    struct sigaction alarm = {.sa_handler = on_alarm};
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct itimerval often = {.it_interval.tv_sec = LOOK_UP_S, .it_value.tv_sec = LOOK_UP_S};

    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGALRM, &alarm, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
}

/* A child's own beginning: it dies with its parent, and does not hear the terminal's Ctrl-C. */
static void child_begin(pid_t parent)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction standard = {.sa_handler = SIG_DFL};

    sigaction(SIGINT, &ignore, NULL);
    sigaction(SIGTERM, &standard, NULL);
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent)
        _exit(1);
    if (!sandbox_lock_memory())
        log_line("memory cannot be locked here: it may be written to swap (LimitMEMLOCK)");
}

static NORETURN void child_end(const char *what, int error)
{
    if (error < 0)
        log_line("%s: %s", what, error_sentence(error));
    _exit(error < 0 ? 1 : 0);
}

static int keeper_open(const char *path, int control_fd, struct folder **ret_folder)
{
    struct hello hello = {.error = 0};

    problem_clear(&hello.problem);
    hello.error = folder_open(path, ret_folder, &hello.problem);
    if (hello.error == 0) {
        hello.settings = (*ret_folder)->settings;
        hello.note_key = (*ret_folder)->note_key;
    }
    REJECT_IF(send(control_fd, &hello, sizeof hello, MSG_NOSIGNAL) < 0, E_IO);
    return hello.error;
}

static NORETURN void keeper_main(struct parent *parent, const char *path, int control_fd)
{
    struct folder *folder = NULL;
    int error;

    secret_free(parent->ticket_keys);
    close(parent->door_fd);
    close(parent->hatch_fd);
    /* What went wrong here is for the parent to say. */
    if (keeper_open(path, control_fd, &folder) < 0)
        _exit(1);
    error = sandbox_keeper(folder->path);
    if (error == 0)
        error = keeper_run(folder, control_fd);
    folder_close(folder);
    child_end("keeper", error);
}

static int hear_keeper(struct parent *parent, struct problem *problem)
{
    ssize_t got;

    do
        got = recv(parent->control_fd, &parent->hello, sizeof parent->hello, 0);
    while (got < 0 && errno == EINTR && !stop_asked);
    REJECT_IF(got != (ssize_t)sizeof parent->hello, E_IO);
    if (parent->hello.error < 0)
        problem_set(problem, parent->hello.error, "%s",
                    problem_text(&parent->hello.problem, parent->hello.error));
    return parent->hello.error;
}

static int start_keeper(struct parent *parent, const char *path, struct problem *problem)
{
    pid_t me = getpid();
    int pair[2];

    REJECT_IF(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0, E_IO);
    parent->keeper = fork();
    if (parent->keeper == 0) {
        close(pair[0]);
        child_begin(me);
        keeper_main(parent, path, pair[1]);
    }
    close(pair[1]);
    parent->control_fd = pair[0];
    REJECT_IF(parent->keeper < 0, E_IO);
    return hear_keeper(parent, problem);
}

/* Hands a connection's descriptor to the keeper. */
static int give_keeper(const struct parent *parent, int fd, uint8_t role)
{
    struct iovec io = {.iov_base = &role, .iov_len = 1};
    union {
        struct cmsghdr align;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = {.bytes = {0}};
    struct msghdr message = {.msg_iov = &io,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    ssize_t sent;

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    do
        sent = sendmsg(parent->control_fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == 1 ? 0 : E_IO;
}

static NORETURN void door_main(struct parent *parent, int keeper_fd)
{
    struct door_config config = {.listen_fd = parent->door_fd,
                                 .keeper_fd = keeper_fd,
                                 .ticket_keys = parent->ticket_keys,
                                 .other_way = parent->hello.settings.other_way};

    close(parent->hatch_fd);
    close(parent->control_fd);
    child_end("door", door_run(&config));
}

static NORETURN void hatch_main(struct parent *parent, int keeper_fd)
{
    struct hatch_config config = {
        .listen_fd = parent->hatch_fd, .keeper_fd = keeper_fd, .note_key = parent->hello.note_key};

    close(parent->door_fd);
    close(parent->control_fd);
    secret_free(parent->ticket_keys);
    child_end("hatch", hatch_run(&config));
}

static int start_worker(struct parent *parent, size_t place)
{
    bool hatch = place + 1 == parent->worker_count;
    pid_t me = getpid();
    int pair[2];

    REJECT_IF(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0, E_IO);
    ticket_keys_advance(parent->ticket_keys, door_minute());
    parent->workers[place] = fork();
    if (parent->workers[place] == 0) {
        close(pair[1]);
        child_begin(me);
        if (hatch)
            hatch_main(parent, pair[0]);
        else
            door_main(parent, pair[0]);
    }
    close(pair[0]);
    parent->started_ms[place] = clock_monotonic_ms();
    if (parent->workers[place] < 0 ||
        give_keeper(parent, pair[1], hatch ? WIRE_HATCH : WIRE_DOOR) < 0) {
        close(pair[1]);
        return E_IO;
    }
    close(pair[1]);
    return 0;
}

static int start_workers(struct parent *parent)
{
    for (size_t i = 0; i < parent->worker_count; i++)
        TRY(start_worker(parent, i));
    return 0;
}

static void pause_ms(long ms)
{
    struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&pause, NULL);
}

static int restart(struct parent *parent, pid_t ended)
{
    for (size_t i = 0; i < parent->worker_count; i++) {
        if (parent->workers[i] != ended)
            continue;
        if (clock_monotonic_ms() - parent->started_ms[i] < SOON_MS)
            pause_ms(SOON_MS);
        return start_worker(parent, i);
    }
    return 0;
}

/* A door that has been told to stop is nobody's any more: nothing is started when it ends. */
static void renew_doors(struct parent *parent)
{
    for (size_t i = 0; i + 1 < parent->worker_count; i++) {
        pid_t old = parent->workers[i];

        if (clock_monotonic_ms() - parent->started_ms[i] < DOOR_LIFE_MS)
            continue;
        if (start_worker(parent, i) == 0)
            kill(old, SIGTERM);
        else
            parent->workers[i] = old; /* it goes on; the next try comes after another life */
    }
}

static int watch(struct parent *parent, struct problem *problem)
{
    while (!stop_asked) {
        int status;
        pid_t ended = waitpid(-1, &status, 0);

        ticket_keys_advance(parent->ticket_keys, door_minute());
        renew_doors(parent);
        if (ended < 0 && errno == EINTR)
            continue;
        REJECT_IF(ended < 0, E_IO);
        if (ended == parent->keeper)
            return problem_set(problem, E_IO, "The keeper has ended, and so has the line.");
        TRY(restart(parent, ended));
    }
    return 0;
}

static void signal_workers(const struct parent *parent, int signal_number)
{
    for (size_t i = 0; i < parent->worker_count; i++)
        if (parent->workers[i] > 0)
            kill(parent->workers[i], signal_number);
}

static bool workers_ended(struct parent *parent)
{
    bool all = true;

    for (size_t i = 0; i < parent->worker_count; i++) {
        if (parent->workers[i] > 0 && waitpid(parent->workers[i], NULL, WNOHANG) != 0)
            parent->workers[i] = 0;
        all = all && parent->workers[i] <= 0;
    }
    return all;
}

/* Workers first, so that what they have begun is finished, unless somebody makes it last; then the
 * keeper, which ends when the control socket is closed. */
static void stop_all(struct parent *parent)
{
    int64_t until_ms = clock_monotonic_ms() + STOP_MS;

    signal_workers(parent, SIGTERM);
    while (!workers_ended(parent)) {
        if (clock_monotonic_ms() >= until_ms)
            signal_workers(parent, SIGKILL);
        pause_ms(STOP_LOOK_MS);
    }
    close(parent->control_fd);
    while (parent->keeper > 0 && waitpid(parent->keeper, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static int start_all(struct parent *parent, const struct serve *serve, struct problem *problem)
{
    unsigned door_port, hatch_port;

    TRY(http_listen(serve->door_address, &parent->door_fd, &door_port, problem));
    TRY(http_listen(serve->hatch_address, &parent->hatch_fd, &hatch_port, problem));
    TRY(start_keeper(parent, serve->folder, problem));
    parent->worker_count = parent->hello.settings.doors + 1;
    TRY(start_workers(parent));
    printf("door %s %u\nhatch %s %u\n", serve->door_address, door_port, serve->hatch_address,
           hatch_port);
    fflush(stdout);
    return 0;
}

int serve_run(const struct serve *serve, struct problem *problem)
{
    struct parent parent = {.door_fd = -1, .hatch_fd = -1, .control_fd = -1};
    int error;

    TRY(sandbox_process());
    set_handlers();
    parent.ticket_keys = secret_alloc(sizeof *parent.ticket_keys);
    REJECT_IF(!parent.ticket_keys, E_NOMEM);
    ticket_keys_random(door_minute(), parent.ticket_keys);
    error = start_all(&parent, serve, problem);
    if (error == 0)
        error = watch(&parent, problem);
    stop_all(&parent);
    secret_free(parent.ticket_keys);
    return error;
}
