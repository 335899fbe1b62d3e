/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The other end of wire.h: asks the keeper from a door's or the hatch's event loop. One thread. */
#ifndef LINE_ASK_H
#define LINE_ASK_H

#include "http/server.h"
#include "line/wire.h"

struct ask;

/* Called once for each request: error is the keeper's, or E_BUSY when the keeper is gone. reply
 * lives until it returns. */
typedef void ask_fn(void *context, int error, struct span reply);

int ask_new(int fd, struct ask **ret_ask) MUST_USE;
void ask_free(struct ask *ask);
/* Asks and waits; only before ask_serve. Appends the reply. */
int ask_now(struct ask *ask, enum wire_op op, struct span body, struct buf *reply) MUST_USE;
/* From now on replies are read by the server's loop. When the keeper is gone, the server stops. */
int ask_serve(struct ask *ask, struct http_server *server) MUST_USE;
/* E_BUSY when too many requests wait already: then fn is not called. */
int ask_later(struct ask *ask, enum wire_op op, struct span body, ask_fn *fn,
              void *context) MUST_USE;

#endif
