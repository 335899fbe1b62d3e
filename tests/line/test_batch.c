/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What the keeper answers, against a real store. */
#include "world.h"

#include "base/random.h"
#include "line/day.h"

static uint64_t pending(const struct world *world)
{
    return store_pending_count(world->folder->store);
}

static int put(const struct world *world, enum wire_role role, const struct world_entry *entry)
{
    return world_ask(world, role, WIRE_PUT, buf_bytes(&entry->body), NULL);
}

/* Every op that exists and every number that does not, from every role and from nobody: what the
 * table does not allow is a broken rule, not an answer. */
static void denied_by_default(void **state)
{
    struct world *world = *state;
    uint8_t body[2048] = {0};

    for (unsigned role = 0; role < 8; role++)
        for (unsigned code = 0; code < 256; code++) {
            const struct wire_rule *rule = wire_rule_of(code);
            struct wire_frame frame = {.code = (uint8_t)code};
            struct batch batch = {.folder = world->folder};
            struct buf out;

            if (rule && (rule->roles & role))
                continue;
            buf_init(&out, 4096);
            for (size_t len = 0; len <= sizeof body; len += 16) {
                frame.body = span_of(body, len);
                assert_error(batch_answer(&batch, role, &frame, &out), E_FORMAT);
            }
            assert_int_equal(out.len, 0);
            assert_false(batch.open);
            buf_release(&out);
        }
}

static void body_out_of_bounds(void **state)
{
    struct world *world = *state;
    static uint8_t body[WIRE_BODY_MAX + 1];

    for (unsigned op = 1; op < WIRE_OP_COUNT; op++) {
        const struct wire_rule *rule = wire_rule_of(op);
        enum wire_role role = rule->roles & WIRE_DOOR ? WIRE_DOOR : WIRE_HATCH;
        struct batch batch = {.folder = world->folder};
        struct wire_frame frame = {.code = (uint8_t)op};
        struct buf out;

        buf_init(&out, 4096);
        frame.body = span_of(body, rule->body_max + 1);
        assert_error(batch_answer(&batch, role, &frame, &out), E_FORMAT);
        if (rule->body_min > 0) {
            frame.body = span_of(body, rule->body_min - 1);
            assert_error(batch_answer(&batch, role, &frame, &out), E_FORMAT);
        }
        buf_release(&out);
    }
}

static void put_is_durable(void **state)
{
    struct world *world = *state;
    struct world_entry entry;
    struct buf got;

    world_entry_make(world, WORLD_TODAY, "a report", &entry);
    assert_ok(put(world, WIRE_DOOR, &entry));
    world_reopen(world);
    assert_int_equal(pending(world), 1);
    buf_init(&got, WIRE_BODY_MAX);
    assert_ok(world_ask(world, WIRE_HATCH, WIRE_SEALED,
                        span_of(entry.header.id, sizeof entry.header.id), &got));
    assert_int_equal(got.len, 4 + entry.body.len - ENTRY_LEAF_BYTES);
    assert_memory_equal(got.data + 4, entry.body.data, ENTRY_HEADER_BYTES);
    assert_memory_equal(got.data + 4 + ENTRY_HEADER_BYTES,
                        entry.body.data + ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES,
                        got.len - 4 - ENTRY_HEADER_BYTES);
    buf_release(&got);
    world_entry_release(&entry);
}

/* In the order asked for, with nothing for one that is not there. */
static void several_at_once(void **state)
{
    struct world *world = *state;
    struct world_entry entries[2];
    uint8_t ids[3 * ENTRY_ID_BYTES] = {0};
    struct cursor c;
    struct buf got;

    for (size_t i = 0; i < 2; i++) {
        world_entry_make(world, WORLD_TODAY, "a report", &entries[i]);
        assert_ok(put(world, WIRE_DOOR, &entries[i]));
        memcpy(ids + 2 * i * ENTRY_ID_BYTES, entries[i].header.id, ENTRY_ID_BYTES);
    }
    buf_init(&got, WIRE_BODY_MAX);
    assert_ok(world_ask(world, WIRE_HATCH, WIRE_SEALED, span_of(ids, sizeof ids), &got));
    cursor_init(&c, buf_bytes(&got));
    for (size_t i = 0; i < 3; i++) {
        struct span item = cursor_block32(&c, WIRE_BODY_MAX);

        assert_int_equal(item.len > 0, i != 1);
        if (i != 1)
            assert_memory_equal(item.data + 1, ids + i * ENTRY_ID_BYTES, ENTRY_ID_BYTES);
    }
    assert_ok(cursor_end(&c));
    assert_error(world_ask(world, WIRE_HATCH, WIRE_SEALED, span_of(ids, 17), NULL), E_ARGUMENT);
    buf_release(&got);
    for (size_t i = 0; i < 2; i++)
        world_entry_release(&entries[i]);
}

/* The same form sent again: the same id, other sealed bytes. The first stays. */
static void put_twice_is_once(void **state)
{
    struct world *world = *state;
    struct world_entry first, second;
    struct buf got;

    world_entry_make(world, WORLD_TODAY, "a report", &first);
    world_entry_make_with(world, &first.header, "a report", &second);
    assert_ok(put(world, WIRE_DOOR, &first));
    assert_ok(put(world, WIRE_DOOR, &second));
    assert_int_equal(pending(world), 1);
    buf_init(&got, WIRE_BODY_MAX);
    assert_ok(world_ask(world, WIRE_HATCH, WIRE_PENDING, span_of(NULL, 0), &got));
    assert_int_equal(got.len, ENTRY_HEADER_BYTES + ENTRY_LEAF_BYTES);
    assert_memory_equal(got.data, first.body.data, got.len);
    buf_release(&got);
    world_entry_release(&first);
    world_entry_release(&second);
}

static void put_of_a_wrong_day(void **state)
{
    static const struct {
        enum wire_role role;
        int days_from_today;
        int error;
    } cases[] = {
        {WIRE_DOOR, -1, E_EXPIRED}, {WIRE_DOOR, 0, 0},  {WIRE_DOOR, 1, E_EXPIRED},
        {WIRE_HATCH, -400, 0},      {WIRE_HATCH, 1, 0}, {WIRE_HATCH, 2, E_ARGUMENT},
    };
    struct world *world = *state;

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct world_entry entry;

        world_entry_make(world, WORLD_TODAY + (uint32_t)cases[i].days_from_today, "x", &entry);
        assert_error(put(world, cases[i].role, &entry), cases[i].error);
        world_entry_release(&entry);
    }
    assert_int_equal(pending(world), 3);
}

/* The day that doors are told is the open one, whatever the clock says: after midnight the old one
 * until it is closed. */
static void put_at_the_turn_of_the_day(void **state)
{
    struct world *world = *state;
    struct world_entry before, after;

    world_entry_make(world, WORLD_TODAY, "x", &before);
    world_entry_make(world, WORLD_TODAY + 1, "x", &after);
    clock_use_fixed_s(WORLD_NOW_S + 86400);
    assert_error(put(world, WIRE_DOOR, &after), E_EXPIRED);
    assert_ok(put(world, WIRE_DOOR, &before));
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 1));
    assert_error(put(world, WIRE_DOOR, &before), E_EXPIRED);
    assert_ok(put(world, WIRE_DOOR, &after));
    world_entry_release(&before);
    world_entry_release(&after);
}

/* Header, leaf and sealed bytes must belong together, whichever bit is changed, and be whole. */
static void put_of_damaged_bytes(void **state)
{
    struct world *world = *state;
    struct world_entry entry;

    world_entry_make(world, WORLD_TODAY, "a report", &entry);
    for (size_t at = 0; at < entry.body.len; at += at < 200 ? 1 : 997) {
        bool commitment = at >= ENTRY_HEADER_BYTES + 81 && at < ENTRY_HEADER_BYTES + 113;

        /* The commitment is for who can open the entry to check. */
        if (commitment)
            continue;
        entry.body.data[at] ^= 0x10;
        assert_int_not_equal(put(world, WIRE_DOOR, &entry), 0);
        entry.body.data[at] ^= 0x10;
    }
    entry.body.len -= 1;
    assert_error(put(world, WIRE_DOOR, &entry), E_PROOF);
    assert_int_equal(pending(world), 0);
    world_entry_release(&entry);
}

/* A file system that is full: reported by the limit, not by filling one. */
static void put_without_room(void **state)
{
    struct world *world = *state;
    struct batch batch = {.folder = world->folder, .looked = true, .room = false};
    struct wire_frame frame = {.serial = 1, .code = WIRE_PUT}, reply;
    struct world_entry entry;
    struct buf out;
    size_t used;

    world_entry_make(world, WORLD_TODAY, "x", &entry);
    frame.body = buf_bytes(&entry.body);
    buf_init(&out, 4096);
    assert_ok(batch_answer(&batch, WIRE_DOOR, &frame, &out));
    assert_false(batch.open);
    assert_ok(wire_take(buf_bytes(&out), 100, &reply, &used));
    assert_error(-(int)reply.code, E_BUSY);
    assert_ok(batch_commit(&batch));
    assert_false(batch.looked); /* the next batch looks again */
    assert_int_equal(pending(world), 0);
    buf_release(&out);
    world_entry_release(&entry);
}

static uint64_t probe(const struct world *world, const uint8_t tags[CODENAME_SLOTS * 16])
{
    struct cursor c;
    struct buf got;
    uint64_t used;

    buf_init(&got, 100);
    assert_ok(world_ask(world, WIRE_DOOR, WIRE_PROBE, span_of(tags, 1024), &got));
    cursor_init(&c, buf_bytes(&got));
    used = cursor_u64(&c);
    assert_int_equal(cursor_u32(&c), 1); /* the first order of a new batch */
    assert_int_equal(cursor_u32(&c), WORLD_TODAY);
    assert_ok(cursor_end(&c));
    buf_release(&got);
    return used;
}

static void probe_names_tags_in_use(void **state)
{
    struct world *world = *state;
    uint8_t tags[CODENAME_SLOTS * CODENAME_TAG_BYTES];
    struct world_entry entry;

    random_bytes(tags, sizeof tags);
    assert_int_equal(probe(world, tags), 0);
    world_entry_make(world, WORLD_TODAY, "x", &entry);
    assert_ok(put(world, WIRE_DOOR, &entry));
    memcpy(tags, entry.header.erase_tag, CODENAME_TAG_BYTES);
    memcpy(tags + 63 * CODENAME_TAG_BYTES, entry.header.erase_tag, CODENAME_TAG_BYTES);
    assert_true(probe(world, tags) == (UINT64_C(1) | UINT64_C(1) << 63));
    world_entry_release(&entry);
}

static size_t answers(const struct world *world, const uint8_t tag[CODENAME_TAG_BYTES],
                      unsigned slot, struct buf *got)
{
    uint8_t tags[CODENAME_SLOTS * CODENAME_TAG_BYTES];

    random_bytes(tags, sizeof tags);
    memcpy(tags + slot * CODENAME_TAG_BYTES, tag, CODENAME_TAG_BYTES);
    buf_init(got, WIRE_REPLY_MAX);
    assert_ok(world_ask(world, WIRE_DOOR, WIRE_ANSWERS, span_of(tags, sizeof tags), got));
    return got->len;
}

/* What came by a door is never given out at a door, whatever tag it bears. */
static void answers_only_from_desks(void **state)
{
    struct world *world = *state;
    struct world_entry from_door, from_desk;
    struct buf got;

    world_entry_make(world, WORLD_TODAY, "report", &from_door);
    world_entry_make(world, WORLD_TODAY, "answer", &from_desk);
    assert_ok(put(world, WIRE_DOOR, &from_door));
    assert_ok(put(world, WIRE_HATCH, &from_desk));
    assert_int_equal(answers(world, from_door.header.tag, 5, &got), 0);
    buf_release(&got);
    assert_int_equal(answers(world, from_desk.header.tag, 63, &got), from_desk.body.len + 4);
    assert_memory_equal(got.data + 4, from_desk.body.data, from_desk.body.len);
    buf_release(&got);
    world_entry_release(&from_door);
    world_entry_release(&from_desk);
}

static void entry_of_secret(const struct world *world, const uint8_t secret[32],
                            struct world_entry *ret_entry)
{
    struct entry_header header = {.day = WORLD_TODAY};

    random_bytes(header.id, sizeof header.id);
    random_bytes(header.tag, sizeof header.tag);
    codename_erase_tag(secret, header.erase_tag);
    world_entry_make_with(world, &header, "erase me", ret_entry);
}

static void erase_by_secret(void **state)
{
    struct world *world = *state;
    uint8_t secrets[2][32], tags[CODENAME_SLOTS * CODENAME_TAG_BYTES] = {0};
    struct world_entry entry;
    struct buf got;

    random_bytes(secrets, sizeof secrets);
    entry_of_secret(world, secrets[1], &entry);
    assert_ok(put(world, WIRE_DOOR, &entry));
    assert_ok(world_ask(world, WIRE_DOOR, WIRE_ERASE, span_of(secrets, sizeof secrets), NULL));
    assert_ok(world_ask(world, WIRE_DOOR, WIRE_ERASE, span_of(secrets, sizeof secrets), NULL));
    world_reopen(world);
    assert_false(world_gives(world, entry.header.id));
    /* Sent again from a page that was still open: it stays erased, and its tag stays used. */
    assert_error(put(world, WIRE_DOOR, &entry), E_ERASED);
    memcpy(tags, entry.header.erase_tag, CODENAME_TAG_BYTES);
    assert_int_equal(probe(world, tags), 1);
    buf_init(&got, 1024);
    assert_ok(world_ask(world, WIRE_HATCH, WIRE_ERASED, span_of(NULL, 0), &got));
    assert_int_equal(got.len, 48);
    assert_memory_equal(got.data, entry.header.id, 16);
    assert_memory_equal(got.data + 16, secrets[1], 32);
    buf_release(&got);
    assert_error(world_ask(world, WIRE_DOOR, WIRE_ERASE, span_of(secrets, 33), NULL), E_ARGUMENT);
    world_entry_release(&entry);
}

static int add_last(const struct world *world, const struct roster *roster)
{
    return world_ask(world, WIRE_HATCH, WIRE_ROSTER_ADD,
                     roster_entry(roster, roster_count(roster) - 1), NULL);
}

static void roster_grows(void **state)
{
    struct world *world = *state;
    struct buf got, want;

    assert_ok(
        roster_sign_intake(world->roster, world->ada, WORLD_TODAY + 1, WORLD_TODAY + 90, NULL));
    assert_ok(add_last(world, world->roster));
    assert_ok(add_last(world, world->roster)); /* brought twice */
    world_reopen(world);
    buf_init(&got, 1u << 20);
    buf_init(&want, 1u << 20);
    assert_ok(world_ask(world, WIRE_DOOR, WIRE_ROSTER, span_of(NULL, 0), &got));
    roster_chain_write(world->roster, &want);
    assert_true(span_equal(buf_bytes(&got), buf_bytes(&want)));
    buf_release(&got);
    buf_release(&want);
}

/* An intake key that no member signed, in every way that one can be brought. */
static void intake_not_of_the_roster(void **state)
{
    struct world *world = *state;
    struct roster *other = world_roster(world->boris, "Another house");
    struct buf forged;

    assert_error(add_last(world, other), E_ROSTER);
    assert_error(world_ask(world, WIRE_HATCH, WIRE_ROSTER_ADD, roster_entry(other, 0), NULL),
                 E_OTHER_ORG);
    roster_free(other);

    assert_ok(roster_sign_intake(world->roster, world->ada, WORLD_TODAY, WORLD_TODAY + 90, NULL));
    buf_init(&forged, ROSTER_ENTRY_MAX);
    buf_span(&forged, roster_entry(world->roster, 2));
    for (size_t at = forged.len - 64; at < forged.len; at += 7) {
        forged.data[at] ^= 1;
        assert_error(world_ask(world, WIRE_HATCH, WIRE_ROSTER_ADD, buf_bytes(&forged), NULL),
                     E_SIGNATURE);
        forged.data[at] ^= 1;
    }
    buf_release(&forged);
    assert_int_equal(roster_intakes(world->folder->roster), 1);
}

/* One that is signed, but for a place that another has taken. */
static void intake_that_forks(void **state)
{
    struct world *world = *state;
    struct roster *twin;
    struct buf chain;

    buf_init(&chain, 1u << 20);
    roster_chain_write(world->roster, &chain);
    assert_ok(roster_chain_read(buf_bytes(&chain), &twin, NULL));
    buf_release(&chain);
    assert_ok(roster_sign_intake(world->roster, world->ada, WORLD_TODAY, WORLD_TODAY + 9, NULL));
    assert_ok(roster_sign_intake(twin, world->ada, WORLD_TODAY, WORLD_TODAY + 8, NULL));
    assert_ok(add_last(world, world->roster));
    assert_error(add_last(world, twin), E_FORK);
    roster_free(twin);
    assert_int_equal(roster_intakes(world->folder->roster), 2);
}

static void nothing_to_give(void **state)
{
    struct world *world = *state;
    uint8_t id[16] = {0};

    assert_false(world_gives(world, id));
    assert_error(world_ask(world, WIRE_HATCH, WIRE_CHECKPOINT, span_of(NULL, 0), NULL),
                 E_NOT_FOUND);
    assert_error(world_ask(world, WIRE_HATCH, WIRE_TILE, span_text("tile/0/000"), NULL),
                 E_NOT_FOUND);
    assert_error(world_ask(world, WIRE_HATCH, WIRE_TILE, span_text("tile/../line.key"), NULL),
                 E_FORMAT);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(denied_by_default),
        WORLD_TEST(body_out_of_bounds),
        WORLD_TEST(put_is_durable),
        WORLD_TEST(several_at_once),
        WORLD_TEST(put_twice_is_once),
        WORLD_TEST(put_of_a_wrong_day),
        WORLD_TEST(put_at_the_turn_of_the_day),
        WORLD_TEST(put_of_damaged_bytes),
        WORLD_TEST(put_without_room),
        WORLD_TEST(probe_names_tags_in_use),
        WORLD_TEST(answers_only_from_desks),
        WORLD_TEST(erase_by_secret),
        WORLD_TEST(roster_grows),
        WORLD_TEST(intake_not_of_the_roster),
        WORLD_TEST(intake_that_forks),
        WORLD_TEST(nothing_to_give),
    };

    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
