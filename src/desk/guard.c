/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* To lock future memory under a low limit makes allocations fail later, in the middle of a report:
 * so everything is locked only where there is no limit. Keys lie in memory that is locked
 * anyway. */
#include "desk/guard.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base/compiler.h"

void guard_process(void)
{
    const struct rlimit none = {0, 0};
    struct rlimit lock;
    ASSERT(setrlimit(RLIMIT_CORE, &none) == 0);
    ASSERT(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);
    umask(077);
    if (getrlimit(RLIMIT_MEMLOCK, &lock) == 0 && lock.rlim_cur == RLIM_INFINITY &&
        mlockall(MCL_CURRENT | MCL_FUTURE) != 0)
        munlockall();
}
