/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "world.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/random.h"

struct roster *world_roster(const struct member_keys *founder, const char *name)
{
    struct roster *roster = roster_new();

    assert_non_null(roster);
    assert_ok(roster_sign_found(roster, name, "Ada", founder, WORLD_TODAY - 1, NULL));
    assert_ok(roster_sign_intake(roster, founder, WORLD_TODAY, WORLD_TODAY + 30, NULL));
    return roster;
}

int world_make(void **state)
{
    struct world *world = calloc(1, sizeof *world);
    struct buf pack;

    assert_ok(seal_init());
    clock_use_fixed_s(WORLD_NOW_S);
    memcpy(world->place, "/tmp/vouchsafe-line-XXXXXX", 27);
    assert_non_null(mkdtemp(world->place));
    snprintf(world->path, sizeof world->path, "%s/line", world->place);
    world->ada = member_keys_random();
    world->boris = member_keys_random();
    world->roster = world_roster(world->ada, "Open Door Karsk");
    buf_init(&pack, PACK_TEXT_MAX);
    pack_write(world->roster, &pack);
    assert_ok(folder_create(world->path, buf_bytes(&pack), NULL));
    buf_release(&pack);
    assert_ok(folder_open(world->path, &world->folder, NULL));
    *state = world;
    return 0;
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
    (void)stat;
    (void)flag;
    (void)ftw;
    return remove(path);
}

int world_remove(void **state)
{
    struct world *world = *state;

    mem_fail_from(0);
    folder_close(world->folder);
    roster_free(world->roster);
    member_keys_free(world->ada);
    member_keys_free(world->boris);
    nftw(world->place, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    clock_use_fixed_s(0);
    free(world);
    return 0;
}

void world_reopen(struct world *world)
{
    folder_close(world->folder);
    world->folder = NULL;
    assert_ok(folder_open(world->path, &world->folder, NULL));
}

void world_entry_make_with(const struct world *world, const struct entry_header *header,
                           const char *text, struct world_entry *ret_entry)
{
    const struct roster_intake *intake =
        roster_intake_at(world->roster, roster_intakes(world->roster) - 1);
    struct envelope envelope = {.kind = KIND_REPORT, .kind_version = 1, .minute = 1};
    struct entry_leaf leaf;

    ret_entry->header = *header;
    buf_init(&ret_entry->body, WIRE_BODY_MAX);
    assert_non_null(buf_room(&ret_entry->body, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES));
    assert_ok(payload_seal(intake->public_key, header, &envelope, span_text(text), NULL, NULL,
                           &ret_entry->body, &leaf));
    entry_header_write(header, ret_entry->body.data);
    entry_leaf_write(&leaf, ret_entry->body.data + ENTRY_HEADER_BYTES);
}

void world_entry_make(const struct world *world, uint32_t day, const char *text,
                      struct world_entry *ret_entry)
{
    struct entry_header header = {.day = day};

    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    random_bytes(header.erase_tag, sizeof header.erase_tag);
    header.bucket = (uint8_t)entry_bucket_for(strlen(text));
    world_entry_make_with(world, &header, text, ret_entry);
}

void world_entry_release(struct world_entry *entry)
{
    buf_release(&entry->body);
}

int world_ask(const struct world *world, enum wire_role role, enum wire_op op, struct span body,
              struct buf *out)
{
    struct batch batch = {.folder = world->folder};
    struct wire_frame frame = {.serial = 7, .code = (uint8_t)op, .body = body}, reply;
    struct buf answer;
    size_t used;
    int error;

    buf_init(&answer, WIRE_REPLY_MAX + WIRE_HEAD_BYTES);
    assert_ok(batch_answer(&batch, role, &frame, &answer));
    assert_ok(batch_commit(&batch));
    assert_ok(wire_take(buf_bytes(&answer), WIRE_REPLY_MAX, &reply, &used));
    assert_int_equal(used, answer.len);
    assert_int_equal(reply.serial, 7);
    error = -(int)reply.code;
    if (out)
        buf_span(out, reply.body);
    buf_release(&answer);
    return error;
}

bool world_gives(const struct world *world, const uint8_t id[ENTRY_ID_BYTES])
{
    struct buf out;
    bool gives;

    buf_init(&out, WIRE_REPLY_MAX);
    assert_ok(world_ask(world, WIRE_HATCH, WIRE_SEALED, span_of(id, ENTRY_ID_BYTES), &out));
    assert_true(out.len >= 4);
    gives = out.len > 4 + ENTRY_HEADER_BYTES;
    buf_release(&out);
    return gives;
}

void world_give(int control_fd, int fd, uint8_t role)
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

    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(header), &fd, sizeof fd);
    assert_int_equal(sendmsg(control_fd, &message, MSG_NOSIGNAL), 1);
    close(fd);
}
