/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A part is good when it opens under its number; one that does not, and behind which there is
 * nothing, was cut off. So nothing has to be repaired when the machine stops in the middle of a
 * write. */
#include "seal/resume.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/random.h"
#include "seal/prim_internal.h"
#include "seal/secret.h"

#define NONCE_BYTES (PRIM_KN_BYTES - SEAL_KEY_BYTES)
#define FRONT_BYTES (4 + NONCE_BYTES) /* of a part: length and nonce */
#define BOUND_BYTES 12                /* number and length: what a part is bound to */
#define FIRST "vouchsafe resume"      /* part 0 */
#define START_BYTES (1 + FRONT_BYTES + sizeof FIRST - 1 + PRIM_TAG_BYTES) /* suite and part 0 */
#define MODE 0600

struct resume {
    struct parts parts;
    int fd;
    uint64_t number; /* of the part at at */
    uint64_t at, end;
    bool failed;
    char *path;
    uint8_t *kn; /* in guarded memory */
};

static int say(const struct resume *r, struct problem *problem)
{
    const char *why = strerrordesc_np(errno);
    return problem_set(problem, E_IO, "%s: %s", r->path, why ? why : error_sentence(E_IO));
}

static void put_number(uint8_t *to, uint64_t value, size_t bytes)
{
    while (bytes-- > 0) {
        to[bytes] = (uint8_t)value;
        value >>= 8;
    }
}

static void bind(uint8_t bound[BOUND_BYTES], uint64_t number, size_t len)
{
    put_number(bound, number, 8);
    put_number(bound + 8, len, 4);
}

/* Reading */

static int read_at(const struct resume *r, uint64_t from, uint8_t *out, size_t len)
{
    errno = 0;
    while (len > 0) {
        ssize_t n = pread(r->fd, out, len, (off_t)from);
        if (n < 0 && errno == EINTR)
            continue;
        REJECT_IF(n <= 0, E_IO);
        out += n;
        from += (uint64_t)n;
        len -= (size_t)n;
    }
    return 0;
}

/* Opens what is sealed behind front, all of which is there. */
static int open_part(const struct resume *r, const uint8_t front[FRONT_BYTES], size_t len,
                     struct buf *out, bool *ret_opened)
{
    size_t sealed_len = len + PRIM_TAG_BYTES;
    uint8_t bound[BOUND_BYTES], *sealed = mem_alloc(sealed_len);
    REJECT_IF(!sealed, E_NOMEM);
    int error = read_at(r, r->at + FRONT_BYTES, sealed, sealed_len);
    if (error == 0) {
        bind(bound, r->number, len);
        memcpy(r->kn + SEAL_KEY_BYTES, front + 4, NONCE_BYTES);
        *ret_opened = prim_aead_open(r->kn, span_of(bound, sizeof bound),
                                     span_of(sealed, sealed_len), sealed);
        if (*ret_opened)
            buf_put(out, sealed, len);
        error = buf_error(out);
    }
    mem_wipe(sealed, sealed_len);
    mem_free(sealed);
    return error;
}

/* Part r->number; ret_whole: whether all that its length says is there. */
static int read_part(struct resume *r, struct buf *out, bool *ret_whole, bool *ret_opened)
{
    static const uint8_t unwritten[FRONT_BYTES]; /* where a file grew and power was lost */
    uint8_t front[FRONT_BYTES];
    struct cursor c;
    *ret_whole = *ret_opened = false;
    if (r->end - r->at < FRONT_BYTES)
        return 0;
    TRY(read_at(r, r->at, front, sizeof front));
    cursor_init(&c, span_of(front, sizeof front));
    uint32_t len = cursor_u32(&c);
    uint64_t all = FRONT_BYTES + (uint64_t)len + PRIM_TAG_BYTES;
    if (len > PARTS_PART_MAX_BYTES || r->end - r->at < all ||
        memcmp(front, unwritten, sizeof front) == 0)
        return 0;
    TRY(open_part(r, front, len, out, ret_opened));
    *ret_whole = r->end - r->at > all || *ret_opened;
    if (*ret_opened) {
        r->at += all;
        r->number++;
    }
    return 0;
}

static int next(struct parts *parts, struct buf *out, bool *ret_got)
{
    struct resume *r = (struct resume *)parts;
    bool whole;
    int error = read_part(r, out, &whole, ret_got);
    if (error == E_IO)
        return say(r, &parts->problem);
    TRY(error);
    /* Each part was on the disk before the next was begun. */
    if (whole && !*ret_got)
        return problem_set(&parts->problem, E_DAMAGED,
                           "%s: it was changed or is damaged, so the work cannot go on from it; "
                           "without it the work begins anew",
                           r->path);
    return 0;
}

/* Writing */

/* sealed has room for FRONT_BYTES, the part and PRIM_TAG_BYTES. */
static void seal_part(struct resume *r, struct span part, uint8_t *sealed)
{
    uint8_t bound[BOUND_BYTES];
    put_number(sealed, part.len, 4);
    random_bytes(sealed + 4, NONCE_BYTES);
    memcpy(r->kn + SEAL_KEY_BYTES, sealed + 4, NONCE_BYTES);
    bind(bound, r->number, part.len);
    prim_aead_seal(r->kn, span_of(bound, sizeof bound), part, sealed + FRONT_BYTES);
}

static int write_part(struct resume *r, const uint8_t *sealed, size_t len)
{
    errno = 0;
    REJECT_IF(ftruncate(r->fd, (off_t)r->at) != 0, E_IO);
    REJECT_IF(lseek(r->fd, (off_t)r->at, SEEK_SET) < 0, E_IO);
    TRY(file_write_all(r->fd, sealed, len));
    return file_sync(r->fd);
}

static int add(struct parts *parts, struct span part)
{
    struct resume *r = (struct resume *)parts;
    size_t len = FRONT_BYTES + part.len + PRIM_TAG_BYTES;
    REJECT_IF(r->failed, E_IO);
    REJECT_IF(part.len > PARTS_PART_MAX_BYTES, E_TOO_LARGE);
    uint8_t *sealed = mem_alloc(len);
    REJECT_IF(!sealed, E_NOMEM);
    seal_part(r, part, sealed);
    int error = write_part(r, sealed, len);
    mem_free(sealed);
    if (error < 0) {
        r->failed = true;
        return say(r, &parts->problem);
    }
    r->number++;
    r->at += len;
    r->end = r->at;
    return 0;
}

/* The file */

/* A file that begins with part 0, whole or not there at all. */
static int make_file(struct resume *r, struct problem *problem)
{
    uint8_t start[START_BYTES] = {SEAL_SUITE};
    seal_part(r, span_text(FIRST), start + 1);
    int error = file_create(r->path, span_of(start, sizeof start), MODE, problem);
    return error == E_EXISTS ? 0 : error; /* another process was faster */
}

static int open_fd(struct resume *r, struct problem *problem)
{
    struct stat st;
    r->fd = open(r->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (r->fd < 0)
        return say(r, problem);
    if (fstat(r->fd, &st) != 0)
        return say(r, problem);
    if (!S_ISREG(st.st_mode))
        return problem_set(problem, E_CANNOT_OPEN, "%s: it is no file", r->path);
    if (flock(r->fd, LOCK_EX | LOCK_NB) != 0)
        return problem_set(problem, E_BUSY, "%s: another process works with it", r->path);
    return 0;
}

/* Part 0 shows whose file it is. */
static int check_first(struct resume *r, struct problem *problem)
{
    struct buf first;
    uint8_t suite = 0;
    bool whole, opened = false;
    off_t end = lseek(r->fd, 0, SEEK_END);
    r->end = end > 0 ? (uint64_t)end : 0;
    if (end < 0 || (end > 0 && read_at(r, 0, &suite, 1) < 0))
        return say(r, problem);
    r->at = end > 0 ? 1 : 0;
    buf_init(&first, PARTS_PART_MAX_BYTES);
    int error = suite == SEAL_SUITE ? read_part(r, &first, &whole, &opened) : 0;
    bool ours = opened && span_equal(buf_bytes(&first), span_text(FIRST));
    buf_release(&first);
    if (error == E_IO)
        return say(r, problem);
    TRY(error);
    if (!ours)
        return problem_set(problem, E_CANNOT_OPEN,
                           "%s: it is not of this work, but of other lists, other options or "
                           "another version of this program",
                           r->path);
    return 0;
}

static int open_file(struct resume *r, const char *path, const struct hash *work,
                     struct problem *problem)
{
    const struct span part = span_of(work->bytes, sizeof work->bytes);
    r->path = mem_strdup(path);
    r->kn = secret_alloc(PRIM_KN_BYTES);
    REJECT_IF(!r->path || !r->kn, E_NOMEM);
    prim_b2b("vouchsafe-resume", NULL, &part, 1, r->kn, SEAL_KEY_BYTES);
    if (!file_exists(path))
        TRY(make_file(r, problem));
    TRY(open_fd(r, problem));
    return check_first(r, problem);
}

int resume_open(const char *path, const struct hash *work, struct parts **ret_parts,
                struct problem *problem)
{
    static const struct parts_calls calls = {next, add};
    struct resume *r = mem_calloc(1, sizeof *r);
    REJECT_IF(!r, E_NOMEM);
    r->parts.calls = &calls;
    r->fd = -1;
    int error = open_file(r, path, work, problem);
    if (error < 0)
        resume_free(&r->parts);
    else
        *ret_parts = &r->parts;
    return error;
}

/* Whether what has the name is still the file that was opened. */
static bool is_ours(const struct resume *r)
{
    struct stat ours, named;
    return r->fd >= 0 && fstat(r->fd, &ours) == 0 && lstat(r->path, &named) == 0 &&
           ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

int resume_remove(struct parts *parts, struct problem *problem)
{
    struct resume *r = (struct resume *)parts;
    if (is_ours(r) && unlink(r->path) != 0)
        return say(r, problem);
    return file_sync_folder_of(r->path, problem);
}

void resume_free(struct parts *parts)
{
    struct resume *r = (struct resume *)parts;
    if (!r)
        return;
    if (r->number == 1 && r->end == START_BYTES && is_ours(r))
        unlink(r->path);
    if (r->fd >= 0)
        close(r->fd);
    secret_free(r->kn);
    mem_free(r->path);
    mem_free(r);
}
