/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Each forbidden act is tried for real, in a process of its own that has closed the sandbox around
 * itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "line/sandbox.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED true
#endif
#endif
#ifndef SANITIZED
#define SANITIZED false
#endif

typedef int close_fn(void);
/* What a process does; 0 when it went well, else errno. */
typedef int act_fn(void);

#define ENDED_BY_SANDBOX (-1)

static char folder[64];

static int error_of(long result)
{
    return result < 0 ? errno : 0;
}

/* Closes the sandbox and acts: ENDED_BY_SANDBOX, or what act returned. */
static int run(close_fn *close_sandbox, act_fn *act)
{
    int status;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        struct rlimit none = {0, 0};

        setrlimit(RLIMIT_CORE, &none);
        _exit(close_sandbox() == 0 ? act() : 255);
    }
    assert_true(child > 0);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status)) {
        assert_int_equal(WTERMSIG(status), SIGSYS);
        return ENDED_BY_SANDBOX;
    }
    assert_int_not_equal(WEXITSTATUS(status), 255);
    return WEXITSTATUS(status);
}

static int close_keeper(void)
{
    return sandbox_keeper(folder);
}

static int act_open(void)
{
    return error_of(syscall(SYS_openat, AT_FDCWD, "/etc/hostname", O_RDONLY, 0));
}
static int act_open_old(void)
{
    return error_of(syscall(SYS_open, "/etc/hostname", O_RDONLY, 0));
}
static int act_open_by_ring(void)
{
    return error_of(syscall(SYS_io_uring_setup, 1, NULL));
}
static int act_socket(void)
{
    return error_of(socket(AF_INET, SOCK_STREAM, 0));
}
static int act_connect(void)
{
    return error_of(syscall(SYS_connect, 0, NULL, 0));
}
static int act_bind(void)
{
    return error_of(syscall(SYS_bind, 0, NULL, 0));
}
static int act_fork(void)
{
    return error_of(syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
}
static int act_execve(void)
{
    char *const arguments[] = {(char[]){"true"}, NULL};

    return error_of(execve("/bin/true", arguments, arguments + 1));
}
static int act_ptrace(void)
{
    return error_of(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}
static int act_kill(void)
{
    return error_of(kill(getppid(), 0));
}
static int act_signal_another(void)
{
    return error_of(syscall(SYS_tgkill, getppid(), getppid(), 0));
}
/* A descriptor that would have the kernel send a signal to another process. */
static int act_own_by_another(void)
{
    return error_of(fcntl(STDERR_FILENO, F_SETOWN, getppid()));
}
/* What types into the terminal that the program was started from. */
static int act_type(void)
{
    return error_of(ioctl(STDERR_FILENO, TIOCSTI, "x"));
}
static int act_make_code(void)
{
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return code == MAP_FAILED ? errno : 0;
}
static int act_make_code_of_data(void)
{
    static char data[8192];
    char *page = data + 4096 - (uintptr_t)data % 4096;

    return error_of(mprotect(page, 4096, PROT_READ | PROT_EXEC));
}
static int act_unlink(void)
{
    return error_of(unlink("/nonexistent"));
}
static int act_prctl(void)
{
    return error_of(syscall(SYS_prctl, 4, 1, 0, 0, 0)); /* dumpable again */
}

/* What a worker goes on doing. */
static int act_work(void)
{
    char *memory = malloc(1 << 20);

    if (!memory)
        return ENOMEM;
    memset(memory, 1, 1 << 20);
    free(memory);
    return write(STDOUT_FILENO, "", 0) == 0 ? 0 : EIO;
}

static int act_keep(void)
{
    char path[96];
    int fd;

    snprintf(path, sizeof path, "%s/file", folder);
    fd = open(path, O_RDWR | O_CREAT, 0600);
    if (fd < 0)
        return errno;
    if (pwrite(fd, "x", 1, 0) != 1 || fdatasync(fd) < 0 || close(fd) < 0)
        return errno;
    return error_of(unlink(path));
}

static void worker_works(void **state)
{
    (void)state;
    assert_int_equal(run(sandbox_worker, act_work), 0);
}

static void worker_is_ended(void **state)
{
    static act_fn *const acts[] = {act_open,           act_open_old,         act_open_by_ring,
                                   act_socket,         act_connect,          act_bind,
                                   act_fork,           act_execve,           act_ptrace,
                                   act_kill,           act_unlink,           act_prctl,
                                   act_signal_another, act_own_by_another,   act_type,
                                   act_make_code,      act_make_code_of_data};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(acts); i++)
        assert_int_equal(run(sandbox_worker, acts[i]), ENDED_BY_SANDBOX);
}

static void keeper_keeps(void **state)
{
    (void)state;
    assert_int_equal(run(close_keeper, act_keep), 0);
}

static void keeper_is_ended(void **state)
{
    static act_fn *const acts[] = {
        act_open_by_ring, act_socket,           act_connect,        act_bind,
        act_fork,         act_execve,           act_ptrace,         act_kill,
        act_prctl,        act_signal_another,   act_own_by_another, act_type,
        act_make_code,    act_make_code_of_data};

    (void)state;
    for (size_t i = 0; i < COUNT_OF(acts); i++)
        assert_int_equal(run(close_keeper, acts[i]), ENDED_BY_SANDBOX);
}

/* Files of others: Landlock's part, which a container's kernel may lack. */
static void keeper_opens_nothing_else(void **state)
{
    (void)state;
    if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 0) {
        print_message("this kernel has no Landlock\n");
        return;
    }
    assert_int_equal(run(close_keeper, act_open), EACCES);
}

static int act_is_dumpable(void)
{
    struct rlimit limit;
    bool none = getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0;

    return none && prctl(PR_GET_DUMPABLE) == 0 ? 0 : 1;
}

/* No core file, and nobody of this user traces it or reads its memory. */
static void process_dumps_nothing(void **state)
{
    (void)state;
    assert_int_equal(run(sandbox_process, act_is_dumpable), 0);
}

static int make_folder(void **state)
{
    (void)state;
    memcpy(folder, "/tmp/vouchsafe-sandbox-XXXXXX", 30);
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worker_works),
        cmocka_unit_test(keeper_keeps),
        cmocka_unit_test(process_dumps_nothing),
        /* Those from here on are not run under a sanitizer: there is no sandbox then. */
        cmocka_unit_test(worker_is_ended),
        cmocka_unit_test(keeper_is_ended),
        cmocka_unit_test(keeper_opens_nothing_else),
    };

    return _cmocka_run_group_tests("sandbox", tests, SANITIZED ? 3 : COUNT_OF(tests), make_folder,
                                   remove_folder);
}
