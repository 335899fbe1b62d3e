/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Landlock of Debian 12's kernel knows files only; that no worker makes a socket is seccomp's part.
 * Landlock may be missing in a container's kernel: seccomp alone then holds a worker, which has no
 * call to open a file with; the keeper goes on with seccomp alone too. */
#include "line/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANDBOX_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANDBOX_SANITIZED 1
#endif
#endif

int sandbox_process(void)
{
    struct rlimit none = {0, 0};

    REJECT_IF(setrlimit(RLIMIT_CORE, &none) < 0, E_IO);
    REJECT_IF(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0, E_IO);
    return 0;
}

bool sandbox_lock_memory(void)
{
    return mlockall(MCL_CURRENT | MCL_FUTURE) == 0;
}

#ifdef SANDBOX_SANITIZED

int sandbox_worker(void)
{
    return 0;
}

int sandbox_keeper(const char *folder)
{
    (void)folder;
    return 0;
}

#else

/* What every process of a line needs: memory, its open descriptors, time, random numbers, the end;
 * and what allow_limited adds. */
static const int calls_common[] = {
    SCMP_SYS(brk),          SCMP_SYS(munmap),          SCMP_SYS(sched_yield),
    SCMP_SYS(mremap),       SCMP_SYS(madvise),         SCMP_SYS(fstat),
    SCMP_SYS(mlock),        SCMP_SYS(munlock),         SCMP_SYS(futex),
    SCMP_SYS(getrandom),    SCMP_SYS(clock_gettime),   SCMP_SYS(gettimeofday),
    SCMP_SYS(read),         SCMP_SYS(write),           SCMP_SYS(writev),
    SCMP_SYS(recvfrom),     SCMP_SYS(recvmsg),         SCMP_SYS(sendto),
    SCMP_SYS(sendmsg),      SCMP_SYS(close),           SCMP_SYS(poll),
    SCMP_SYS(ppoll),        SCMP_SYS(rt_sigreturn),    SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(rt_sigaction), SCMP_SYS(restart_syscall), SCMP_SYS(exit),
    SCMP_SYS(exit_group),   SCMP_SYS(getpid),          SCMP_SYS(gettid),
    SCMP_SYS(newfstatat),
};

static const int calls_worker[] = {
    SCMP_SYS(accept4),       SCMP_SYS(epoll_wait),  SCMP_SYS(epoll_pwait),     SCMP_SYS(epoll_ctl),
    SCMP_SYS(epoll_create1), SCMP_SYS(shutdown),    SCMP_SYS(setsockopt),      SCMP_SYS(getsockopt),
    SCMP_SYS(getsockname),   SCMP_SYS(getpeername), SCMP_SYS(timerfd_settime),
};

static const int calls_keeper[] = {
    SCMP_SYS(open),       SCMP_SYS(openat),
    SCMP_SYS(access),     SCMP_SYS(faccessat),
    SCMP_SYS(faccessat2), SCMP_SYS(stat),
    SCMP_SYS(lstat),      SCMP_SYS(statx),
    SCMP_SYS(statfs),     SCMP_SYS(fstatfs),
    SCMP_SYS(getcwd),     SCMP_SYS(readlink),
    SCMP_SYS(readlinkat), SCMP_SYS(unlink),
    SCMP_SYS(unlinkat),   SCMP_SYS(rename),
    SCMP_SYS(pread64),    SCMP_SYS(pwrite64),
    SCMP_SYS(pwritev),    SCMP_SYS(lseek),
    SCMP_SYS(fsync),      SCMP_SYS(fdatasync),
    SCMP_SYS(ftruncate),  SCMP_SYS(fallocate),
    SCMP_SYS(fchmod),     SCMP_SYS(fchown),
    SCMP_SYS(geteuid),    SCMP_SYS(getuid),
    SCMP_SYS(getppid),    SCMP_SYS(utimensat),
    SCMP_SYS(sysinfo),    SCMP_SYS(uname),
    SCMP_SYS(prlimit64),  SCMP_SYS(clock_nanosleep),
};

static int allow(scmp_filter_ctx filter, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        REJECT_IF(seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) < 0, E_IO);
    return 0;
}

/* A call that is allowed when its argument, the bits of it in mask, is value. */
struct limited {
    int call;
    unsigned argument;
    uint64_t mask, value;
};

/* No memory becomes code; nobody is signalled but oneself (abort does); no descriptor is made to
 * signal somebody else. */
static int allow_limited(scmp_filter_ctx filter)
{
    const struct limited calls[] = {
        {SCMP_SYS(mmap), 2, PROT_EXEC, 0},
        {SCMP_SYS(mprotect), 2, PROT_EXEC, 0},
        {SCMP_SYS(tgkill), 0, UINT64_MAX, (uint64_t)getpid()},
        {SCMP_SYS(fcntl), 1, UINT64_MAX, F_GETFD},
        {SCMP_SYS(fcntl), 1, UINT64_MAX, F_SETFD},
        {SCMP_SYS(fcntl), 1, UINT64_MAX, F_GETFL},
        {SCMP_SYS(fcntl), 1, UINT64_MAX, F_SETFL},
        {SCMP_SYS(fcntl), 1, UINT64_MAX, F_GETLK},
        {SCMP_SYS(fcntl), 1, UINT64_MAX, F_SETLK},
    };

    for (size_t i = 0; i < COUNT_OF(calls); i++) {
        struct scmp_arg_cmp compare = {.arg = calls[i].argument,
                                       .op = SCMP_CMP_MASKED_EQ,
                                       .datum_a = calls[i].mask,
                                       .datum_b = calls[i].value};

        REJECT_IF(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, calls[i].call, 1, &compare) < 0,
                  E_IO);
    }
    return 0;
}

static int load_filter(const int *calls, size_t count)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int error;

    REJECT_IF(!filter, E_NOMEM);
    error = allow(filter, calls_common, COUNT_OF(calls_common));
    if (error == 0)
        error = allow(filter, calls, count);
    if (error == 0)
        error = allow_limited(filter);
    if (error == 0 && seccomp_load(filter) < 0)
        error = E_IO;
    seccomp_release(filter);
    return error;
}

#define LANDLOCK_ALL                                                                               \
    (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |   \
     LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR |                                 \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
     LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define LANDLOCK_KEEPER                                                                            \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |  \
     LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG)

static int allow_below(int ruleset, const char *folder)
{
    struct landlock_path_beneath_attr below = {.allowed_access = LANDLOCK_KEEPER};
    long done;

    below.parent_fd = open(folder, O_PATH | O_CLOEXEC);
    REJECT_IF(below.parent_fd < 0, E_IO);
    done = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
    close(below.parent_fd);
    return done < 0 ? E_IO : 0;
}

/* folder NULL: nothing at all may be opened. */
static int restrict_files(const char *folder)
{
    struct landlock_ruleset_attr attr = {.handled_access_fs = LANDLOCK_ALL};
    int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr, 0);
    int error;

    REJECT_IF(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0, E_IO);
    if (ruleset < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : E_IO;
    error = folder ? allow_below(ruleset, folder) : 0;
    if (error == 0 && syscall(SYS_landlock_restrict_self, ruleset, 0) < 0)
        error = E_IO;
    close(ruleset);
    return error;
}

int sandbox_worker(void)
{
    TRY(restrict_files(NULL));
    return load_filter(calls_worker, COUNT_OF(calls_worker));
}

int sandbox_keeper(const char *folder)
{
    TRY(restrict_files(folder));
    return load_filter(calls_keeper, COUNT_OF(calls_keeper));
}

#endif
