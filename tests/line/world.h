/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A line in a temporary folder, the member that it belongs to, and entries for it. */
#ifndef TESTS_LINE_WORLD_H
#define TESTS_LINE_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "line/batch.h"
#include "line/folder.h"
#include "seal/codename.h"
#include "seal/member.h"
#include "seal/payload.h"
#include "seal/roster_sign.h"

#define assert_ok(call) assert_int_equal((call), 0)
#define assert_error(call, error) assert_string_equal(error_name(call), error_name(error))

/* Noon of a day in a year of no meaning. */
#define WORLD_NOW_S INT64_C(1932984000)
#define WORLD_TODAY ((uint32_t)(WORLD_NOW_S / 86400))

struct world {
    char place[64];                  /* of everything; removed at the end */
    char path[96];                   /* the line's folder */
    struct member_keys *ada, *boris; /* the founder; a member of another organisation */
    struct roster *roster;           /* Ada's own copy */
    struct folder *folder;
};

/* cmocka's setup and teardown; *state is the world. The clock stands at WORLD_NOW_S. The intake is
 * good for thirty days from today. */
int world_make(void **state);
int world_remove(void **state);
/* Closes the folder and opens it again, as a new start would. */
void world_reopen(struct world *world);

/* A pack of a new organisation founded by that member, with one intake from today. */
struct roster *world_roster(const struct member_keys *founder, const char *name);

/* One entry as a body of WIRE_PUT, sealed to the roster's newest intake. */
struct world_entry {
    struct entry_header header;
    struct buf body;
};
/* Random id and tags, of that day; change them with world_entry_make_with. */
void world_entry_make(const struct world *world, uint32_t day, const char *text,
                      struct world_entry *ret_entry);
void world_entry_make_with(const struct world *world, const struct entry_header *header,
                           const char *text, struct world_entry *ret_entry);
void world_entry_release(struct world_entry *entry);

/* One request in a batch of its own, committed: the answer's error, and its body appended to out
 * (may be NULL). A frame that the batch refused to answer fails the test. */
int world_ask(const struct world *world, enum wire_role role, enum wire_op op, struct span body,
              struct buf *out);
/* Whether a desk is given the sealed bytes of that id. */
bool world_gives(const struct world *world, const uint8_t id[ENTRY_ID_BYTES]);

/* Gives a connection's descriptor to a keeper, as a line's parent does, and closes it here. */
void world_give(int control_fd, int fd, uint8_t role);

#endif
