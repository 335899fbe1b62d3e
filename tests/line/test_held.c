/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Placement, who holds what, and what is forgotten then. */
#include "world.h"

#include <sys/statvfs.h>

#include "base/encode.h"
#include "line/day.h"
#include "line/held.h"

static struct place_result place(const struct world *world, uint32_t today)
{
    struct place_result result;

    assert_ok(day_close(world->folder, today, &result, NULL));
    return result;
}

/* The line's newest checkpoint, cosigned with those keys under that member's name. */
static void cosigned(const struct world *world, const struct member_keys *named,
                     const struct member_keys *keys, struct buf *out)
{
    struct note_key key;
    struct span note;
    struct buf name;
    const uint8_t *end;

    buf_init(&name, 64);
    buf_text(&name, "desk/");
    hex_put(&name, span_of(named->cosign.public_key, 8));
    assert_ok(
        note_key_make(buf_cstr(&name), NOTE_TYPE_COSIGNATURE, named->cosign.public_key, &key));
    buf_release(&name);
    assert_ok(store_last_note(world->folder->store, &note));
    buf_init(out, NOTE_BYTES_MAX);
    buf_span(out, note);
    end = memmem(note.data, note.len, "\n\n", 2);
    assert_non_null(end);
    note_cosign_line(&key, &keys->cosign, span_of(note.data, (size_t)(end - note.data) + 1),
                     WORLD_NOW_S, out);
}

static int held(const struct world *world, const uint8_t member[SIGN_KEY_BYTES], struct span note)
{
    struct buf body;
    int error;

    buf_init(&body, NOTE_BYTES_MAX + SIGN_KEY_BYTES);
    buf_put(&body, member, SIGN_KEY_BYTES);
    buf_span(&body, note);
    error = world_ask(world, WIRE_HATCH, WIRE_HELD, buf_bytes(&body), NULL);
    buf_release(&body);
    return error;
}

static int held_by_ada(const struct world *world)
{
    struct buf note;
    int error;

    cosigned(world, world->ada, world->ada, &note);
    error = held(world, world->ada->sign.public_key, buf_bytes(&note));
    buf_release(&note);
    return error;
}

static bool is_held(const struct world *world, const struct world_entry *entry)
{
    return world_gives(world, entry->header.id);
}

static void put(const struct world *world, enum wire_role role, struct world_entry *entry)
{
    world_entry_make(world, WORLD_TODAY, "text", entry);
    assert_ok(world_ask(world, role, WIRE_PUT, buf_bytes(&entry->body), NULL));
}

/* Topped up to a step; an idle day too. */
static void place_covers(void **state)
{
    struct world *world = *state;
    struct world_entry entry;
    struct place_result result;

    put(world, WIRE_DOOR, &entry);
    result = place(world, WORLD_TODAY);
    assert_int_equal(result.placed, 16);
    assert_int_equal(result.cover, 15);
    result = place(world, WORLD_TODAY + 1);
    assert_int_equal(result.cover, 16);
    assert_int_equal(result.size, 32);
    world_entry_release(&entry);
}

static void day_turns_once(void **state)
{
    struct world *world = *state;

    assert_ok(day_close_if_due(world->folder, WORLD_TODAY)); /* the line's first day */
    assert_int_equal(store_size(world->folder->store), 0);
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 1));
    assert_int_equal(store_size(world->folder->store), 16);
    world_reopen(world);
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 1));
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY)); /* a clock that goes back */
    assert_int_equal(store_size(world->folder->store), 16);
}

/* A clock that was far ahead for a moment: placement goes on from the day that it is. */
static void clock_jumps_ahead_and_back(void **state)
{
    struct world *world = *state;

    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 20));
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY));
    assert_int_equal(world->folder->day, WORLD_TODAY);
    assert_int_equal(store_size(world->folder->store), 32);
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 1));
    assert_int_equal(store_size(world->folder->store), 48);
}

static int check_day(void *context, const struct store_entry *entry)
{
    struct entry_header header;

    assert_ok(entry_header_read(entry->header, &header));
    assert_int_equal(header.day, *(const uint32_t *)context);
    assert_int_equal(entry->source, STORE_FROM_DOOR);
    return 0;
}

/* What a header says of cover it says of reports too. */
static void cover_has_the_day_of_the_reports(void **state)
{
    struct world *world = *state;
    uint32_t day = WORLD_TODAY;
    struct world_entry report;

    put(world, WIRE_DOOR, &report);
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 1));
    assert_int_equal(store_size(world->folder->store), 16);
    assert_ok(store_each_logged(world->folder->store, 0, check_day, &day));
    world_entry_release(&report);
}

/* After the intake key's last day there is no cover, and nothing is sealed to a key that is
 * over. */
static void no_cover_after_the_last_day(void **state)
{
    struct world *world = *state;
    struct place_result result = place(world, WORLD_TODAY + 31);

    assert_true(result.without_cover);
    assert_int_equal(result.placed, 0);
}

static void reports_go_at_once_answers_stay(void **state)
{
    struct world *world = *state;
    struct world_entry report, answer, later;

    put(world, WIRE_DOOR, &report);
    put(world, WIRE_HATCH, &answer);
    place(world, WORLD_TODAY);
    put(world, WIRE_DOOR, &later);
    assert_true(is_held(world, &report));
    assert_ok(held_by_ada(world));
    assert_false(is_held(world, &report));
    assert_true(is_held(world, &answer));
    assert_true(is_held(world, &later));

    place(world, WORLD_TODAY + HELD_ANSWER_DAYS - 1);
    assert_true(is_held(world, &answer));
    place(world, WORLD_TODAY + HELD_ANSWER_DAYS);
    assert_false(is_held(world, &answer));
    assert_true(is_held(world, &later)); /* placed, but nobody has signed for it */
    world_entry_release(&report);
    world_entry_release(&answer);
    world_entry_release(&later);
}

/* Whoever is not a member, or signs with another key than their own, makes nothing forgotten. */
static void held_by_nobody(void **state)
{
    struct world *world = *state;
    struct world_entry report;
    struct buf note;

    put(world, WIRE_DOOR, &report);
    place(world, WORLD_TODAY);

    cosigned(world, world->boris, world->boris, &note);
    assert_error(held(world, world->boris->sign.public_key, buf_bytes(&note)), E_DENIED);
    assert_error(held(world, world->ada->sign.public_key, buf_bytes(&note)), E_SIGNATURE);
    buf_release(&note);

    cosigned(world, world->ada, world->boris, &note);
    assert_error(held(world, world->ada->sign.public_key, buf_bytes(&note)), E_SIGNATURE);
    buf_release(&note);

    cosigned(world, world->ada, world->ada, &note);
    note.data[30] ^= 1; /* the line's own signature no longer fits */
    assert_int_not_equal(held(world, world->ada->sign.public_key, buf_bytes(&note)), 0);
    buf_release(&note);

    assert_true(is_held(world, &report));
    world_entry_release(&report);
}

static void held_does_not_shrink(void **state)
{
    struct world *world = *state;
    struct buf old;

    place(world, WORLD_TODAY);
    cosigned(world, world->ada, world->ada, &old);
    place(world, WORLD_TODAY + 1);
    assert_ok(held_by_ada(world));
    assert_error(held(world, world->ada->sign.public_key, buf_bytes(&old)), E_ROLLBACK);
    assert_ok(held_by_ada(world)); /* the same again is fine */
    buf_release(&old);
}

/* What the disk has free, instead of what it has. */
static uint64_t free_bytes = UINT64_C(1) << 50;

int statvfs(const char *path, struct statvfs *ret_disk)
{
    (void)path;
    *ret_disk = (struct statvfs){.f_frsize = 1, .f_bavail = free_bytes};
    return 0;
}

static int put_report(const struct world *world)
{
    struct world_entry entry;
    int error;

    world_entry_make(world, WORLD_TODAY, "x", &entry);
    error = world_ask(world, WIRE_DOOR, WIRE_PUT, buf_bytes(&entry.body), NULL);
    world_entry_release(&entry);
    return error;
}

/* Reports are taken only as long as they can be placed, and a day that cannot be waits. */
static void a_flood_leaves_room_to_place_it(void **state)
{
    struct world *world = *state;
    struct place_result result;
    unsigned taken = 0;

    free_bytes = BATCH_FREE_BYTES_MIN + (4u << 20);
    while (put_report(world) == 0) {
        taken++;
        free_bytes -= free_bytes < 20000 ? free_bytes : 20000; /* it takes that, about */
    }
    assert_in_range(taken, 10, 100);
    assert_error(put_report(world), E_BUSY);
    free_bytes -= BATCH_FREE_BYTES_MIN - (1u << 20); /* something else fills the disk */
    assert_ok(day_close(world->folder, WORLD_TODAY, &result, NULL));
    assert_in_range(result.placed, taken, 2 * taken);

    free_bytes = UINT64_C(1) << 50;
    assert_ok(put_report(world));
    free_bytes = 100000;
    assert_error(day_close_if_due(world->folder, WORLD_TODAY + 1), E_BUSY);
    assert_int_equal(store_size(world->folder->store), result.size);
    assert_int_equal(world->folder->day, WORLD_TODAY);
    free_bytes = UINT64_C(1) << 50;
    assert_ok(day_close_if_due(world->folder, WORLD_TODAY + 1));
    assert_int_equal(store_size(world->folder->store), result.size + 16);
}

int main(void)
{
#define WORLD_TEST(name) cmocka_unit_test_setup_teardown(name, world_make, world_remove)
    const struct CMUnitTest tests[] = {
        WORLD_TEST(place_covers),
        WORLD_TEST(day_turns_once),
        WORLD_TEST(clock_jumps_ahead_and_back),
        WORLD_TEST(cover_has_the_day_of_the_reports),
        WORLD_TEST(no_cover_after_the_last_day),
        WORLD_TEST(reports_go_at_once_answers_stay),
        WORLD_TEST(held_by_nobody),
        WORLD_TEST(held_does_not_shrink),
        WORLD_TEST(a_flood_leaves_room_to_place_it),
    };

    return cmocka_run_group_tests_name("held", tests, NULL, NULL);
}
