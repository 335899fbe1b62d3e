/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Where a desk pulls from: a line's hatch, or a folder with the same paths (docs/hatch.md). What
 * comes out is a stranger's bytes either way. */
#ifndef DESK_SOURCE_H
#define DESK_SOURCE_H

#include "desk/desk.h"

#define SOURCE_REPLY_MAX_BYTES (64u << 20)
#define SOURCE_BODY_MAX_BYTES (2u << 20)
#define SOURCE_TOR_PROXY "socks5h://127.0.0.1:9050"

struct source;

/* A folder that holds at least a roster. E_NOT_FOUND. */
int source_open_folder(const char *path, struct source **ret_source,
                       struct problem *problem) MUST_USE;
/* The line at that address. Requests are signed with the member's key for the log of that origin;
 * keys NULL and origin "" for the two requests that need no signature. proxy as in pull.h. The keys
 * must outlive the source. */
int source_open_line(const char *address, const char *proxy, const struct sign_pair *keys,
                     const char *origin, struct source **ret_source,
                     struct problem *problem) MUST_USE;
void source_free(struct source *source);
/* Called about once a second while the other side is waited for; what is "waiting". A return other
 * than 0 ends the request with that error. */
typedef int source_wait_fn(void *context, const char *what, uint64_t done, uint64_t of);
void source_on_wait(struct source *source, source_wait_fn *fn, void *context);
/* Whether it takes what a desk sends. */
bool source_is_line(const struct source *source);

/* path begins with '/'. Appends to out. E_NOT_FOUND (404), E_ERASED (410), E_DENIED (403),
 * E_TOO_LARGE (over max_bytes, or 413), E_NETWORK, E_TIMEOUT, E_BUSY (503), E_IO. */
int source_get(struct source *source, const char *path, size_t max_bytes, struct buf *out,
               struct problem *problem) MUST_USE;
/* Header and sealed bytes of up to SOURCE_SEALED_MAX entries: for each id, in their order, appends
 * u32 length and so many bytes; the header alone or length 0 when it is not given. Fewer than asked
 * may come, at least one. As source_get. */
#define SOURCE_SEALED_MAX 256
int source_get_sealed(struct source *source, const uint8_t *const *ids, size_t count,
                      struct buf *out, size_t *ret_count, struct problem *problem) MUST_USE;
/* Lines only. E_FORK for 409; other errors as above. */
int source_post(struct source *source, const char *path, struct span body,
                struct problem *problem) MUST_USE;

#endif
