/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Pulling from copies: what is right is taken, and each thing that can be wrong is named and not
 * taken. Each test of a refusal fails when its check is removed. */
#include "world.h"

#include "base/encode.h"
#include "base/mem.h"
#include "desk/alarm.h"
#include "desk/cosign.h"
#include "ledger/place.h"
#include "ledger/verify.h"
#include "seal/roster_sign.h"
#include "seal/secret.h"

struct setting {
    struct world *w;
    struct desk *desk;
    struct world_caller caller;
    uint8_t first[ENTRY_ID_BYTES], second[ENTRY_ID_BYTES], third[ENTRY_ID_BYTES];
};

/* Two reports placed, one pending. */
static int set_up(void **state)
{
    struct setting *s = calloc(1, sizeof *s);
    s->w = world_new();
    world_caller(&s->caller);
    world_report(s->w, &s->caller, "They took my brother.", s->first);
    world_report(s->w, &s->caller, "He is nineteen.", s->second);
    world_close(s->w);
    world_report(s->w, &s->caller, "It was a grey car.", s->third);
    s->desk = world_desk(s->w, "desk");
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct setting *s = *state;
    desk_free(s->desk);
    world_free(s->w);
    free(s);
    return 0;
}

static bool holds(struct desk *desk, const uint8_t id[ENTRY_ID_BYTES])
{
    struct store_entry entry;
    return store_find(desk_store(desk), id, &entry) == 0 && entry.sealed.len > 0;
}

static const char *sealed_name(const uint8_t id[ENTRY_ID_BYTES])
{
    static char name[64];
    char text[33];
    world_id_text(id, text);
    snprintf(name, sizeof name, "sealed/%s", text);
    return name;
}

static void expect_refused(struct setting *s, const char *from, int error, const char *words)
{
    struct pull_report report;
    struct problem problem;
    assert_int_equal(world_pull(s->desk, from, &report, &problem), error);
    if (!strstr(problem.text, words))
        fail_msg("it said: %s", problem.text);
    assert_true(desk_awake(s->desk));
}

static void takes_all(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    const char *from = world_export(s->w);
    assert_int_equal(world_pull(s->desk, from, &report, &problem), 0);
    assert_int_equal(report.placed, 2);
    assert_int_equal(report.received, 3);
    assert_int_equal(report.log_size, 2);
    assert_int_equal(report.alarms, 0);
    assert_true(report.cosigned);
    assert_true(holds(s->desk, s->first) && holds(s->desk, s->second) && holds(s->desk, s->third));
    assert_int_equal(world_pull(s->desk, from, &report, &problem), 0);
    assert_int_equal(report.placed + report.received, 0);
    assert_false(report.cosigned);
}

/* The day of a proof is the one that the desk's clock said. */
static void cosigns_nothing_before_the_organisation_was(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    world_day(10);
    expect_refused(s, from, E_ARGUMENT, "clock says 1970-01-11");
    assert_true(holds(s->desk, s->first) && holds(s->desk, s->third));
    world_day(WORLD_DAY);
    struct pull_report report;
    struct problem problem;
    assert_int_equal(world_pull(s->desk, from, &report, &problem), 0);
    assert_true(report.cosigned);
}

static void pending_moves_into_the_log(void **state)
{
    struct setting *s = *state;
    struct store_entry entry;
    struct pull_report report;
    struct problem problem;
    world_pull_well(s->desk, world_export(s->w));
    world_close(s->w);
    assert_int_equal(world_pull(s->desk, world_export(s->w), &report, &problem), 0);
    assert_int_equal(report.placed, 1);
    assert_int_equal(report.received, 0);
    assert_int_equal(store_find(desk_store(s->desk), s->third, &entry), 0);
    assert_true(entry.in_log && entry.sealed.len > 0);
}

/* A log longer than one tile, and one that grows within a tile. */
static void takes_many(void **state)
{
    struct setting *s = *state;
    for (int i = 0; i < 300; i++)
        world_report(s->w, &s->caller, "One of many.", NULL);
    world_close(s->w);
    world_pull_well(s->desk, world_export(s->w));
    assert_int_equal(store_size(desk_store(s->desk)), store_size(s->w->line->store));
    assert_true(store_size(desk_store(s->desk)) > 300);
    for (int i = 0; i < 300; i++)
        world_report(s->w, &s->caller, "One of many.", NULL);
    world_close(s->w);
    world_pull_well(s->desk, world_export(s->w));
    assert_int_equal(store_size(desk_store(s->desk)), store_size(s->w->line->store));
}

/* Refusals */

static void refuses_no_pin(void **state)
{
    struct setting *s = *state;
    const struct desk_line none = {.address = ""};
    assert_int_equal(desk_begin(s->desk, NULL), 0);
    assert_int_equal(desk_line_put(s->desk, &none, NULL), 0);
    assert_int_equal(desk_commit(s->desk, NULL), 0);
    expect_refused(s, world_export(s->w), E_ARGUMENT, "does not know its line's key");
}

static void refuses_no_copy(void **state)
{
    struct setting *s = *state;
    expect_refused(s, s->w->root, E_NOT_FOUND, "no copy of a line");
}

static void refuses_a_flipped_sealed_bit(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    world_flip(from, sealed_name(s->first), ENTRY_HEADER_BYTES + 2000, 1);
    expect_refused(s, from, E_PROOF, "are not the ones in the log");
    assert_false(holds(s->desk, s->first));
    assert_false(holds(s->desk, s->third));
}

static void refuses_a_flipped_header_bit(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    world_flip(from, sealed_name(s->first), 20, 4);
    expect_refused(s, from, E_PROOF, "are not the ones in the log");
    assert_false(holds(s->desk, s->first));
}

static void refuses_a_flipped_pending_bit(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    world_flip(from, sealed_name(s->third), ENTRY_HEADER_BYTES + 100, 1);
    expect_refused(s, from, E_PROOF, "are not the ones");
    assert_false(holds(s->desk, s->third));
}

/* Header and sealed bytes that fit each other and stand under another entry's name. */
static void refuses_a_relabelled_entry(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf other;
    buf_init(&other, 1u << 20);
    world_read(from, sealed_name(s->second), &other);
    world_write(from, sealed_name(s->first), buf_bytes(&other));
    buf_release(&other);
    expect_refused(s, from, E_PROOF, "are not the ones in the log");
    assert_false(holds(s->desk, s->first));
}

/* A pending entry under another header of the same id. */
static void refuses_a_pending_entry_with_another_header(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    world_flip(from, "pending", 20, 1);
    expect_refused(s, from, E_PROOF, "are not the ones");
    assert_false(holds(s->desk, s->third));
}

static void names_a_pending_entry_that_became_another(void **state)
{
    struct setting *s = *state;
    world_pull_well(s->desk, world_export(s->w));
    const char *from = world_export(s->w);
    world_flip(from, "pending", ENTRY_HEADER_BYTES + 60, 1);
    expect_refused(s, from, E_FORK, "listed as another one");
    assert_true(world_has_alarm(s->desk, ALARM_FORK));
}

static void refuses_a_cut_pending_list(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf list;
    buf_init(&list, 1u << 20);
    world_read(from, "pending", &list);
    world_write(from, "pending", span_slice(buf_bytes(&list), 0, list.len - 1));
    buf_release(&list);
    expect_refused(s, from, E_FORMAT, "cut off");
}

static void refuses_a_flipped_leaf(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    world_flip(from, "tile/entries/000.p/2", 2 + 40, 1);
    expect_refused(s, from, E_PROOF, "do not give the root");
    assert_int_equal(store_size(desk_store(s->desk)), 0);
    assert_false(world_has_alarm(s->desk, ALARM_FORK));
}

static void refuses_a_missing_leaf(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf tile;
    buf_init(&tile, 1u << 16);
    world_read(from, "tile/entries/000.p/2", &tile);
    world_write(from, "tile/entries/000.p/2", span_slice(buf_bytes(&tile), 0, tile.len / 2));
    buf_release(&tile);
    expect_refused(s, from, E_FORMAT, "not a piece of a log");
    char path[300];
    snprintf(path, sizeof path, "%s/tile/entries/000.p/2", from);
    assert_int_equal(remove(path), 0);
    expect_refused(s, from, E_MISSING, "are missing");
    assert_int_equal(store_size(desk_store(s->desk)), 0);
}

static void refuses_swapped_leaves(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf tile, swapped;
    const size_t one = 2 + ENTRY_LEAF_BYTES;
    buf_init(&tile, 1u << 16);
    buf_init(&swapped, 1u << 16);
    world_read(from, "tile/entries/000.p/2", &tile);
    buf_put(&swapped, tile.data + one, one);
    buf_put(&swapped, tile.data, one);
    world_write(from, "tile/entries/000.p/2", buf_bytes(&swapped));
    buf_release(&tile);
    buf_release(&swapped);
    expect_refused(s, from, E_PROOF, "do not give the root");
}

static void refuses_another_signature(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf note;
    buf_init(&note, 1u << 16);
    world_read(from, "checkpoint", &note);
    note.data[note.len - 10] ^= 1;
    world_write(from, "checkpoint", buf_bytes(&note));
    buf_release(&note);
    struct pull_report report;
    struct problem problem;
    assert_true(world_pull(s->desk, from, &report, &problem) < 0);
    assert_non_null(strstr(problem.text, "checkpoint"));
    assert_int_equal(store_size(desk_store(s->desk)), 0);
}

/* What the line has forgotten since comes from a copy that was made before. */
static void takes_bytes_from_an_older_copy(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    const char *old = world_export(s->w);
    world_close(s->w);
    const char *new = world_export(s->w);
    char path[300];
    snprintf(path, sizeof path, "%s/%s", new, sealed_name(s->first));
    assert_int_equal(remove(path), 0);
    assert_int_equal(world_pull(s->desk, new, &report, &problem), 0);
    assert_int_equal(report.gaps, 1);
    assert_false(report.older);
    uint64_t size = store_size(desk_store(s->desk));
    assert_int_equal(world_pull(s->desk, old, &report, &problem), 0);
    assert_true(report.older);
    assert_int_equal(report.received, 1);
    assert_int_equal(report.gaps + report.alarms, 0);
    assert_true(holds(s->desk, s->first));
    assert_int_equal(store_size(desk_store(s->desk)), size);
    assert_false(world_has_alarm(s->desk, ALARM_ROLLBACK));
    /* One from before anything was placed. */
    snprintf(path, sizeof path, "%s/checkpoint", old);
    assert_int_equal(remove(path), 0);
    assert_int_equal(world_pull(s->desk, old, &report, &problem), 0);
    assert_true(report.older);
}

/* A line that says that another desk cosigned, or this one: proofs hold all the same. */
static void keeps_no_line_that_was_not_checked(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct pull_report report;
    struct problem problem;
    struct note_key key;
    struct policy *policy;
    struct buf note, text, proof;
    struct verify_result result;
    struct store_entry entry;
    uint8_t signature[76] = {0};
    assert_int_equal(note_key_of_desk(desk_member(s->desk)->cosign_key, &key), 0);
    memcpy(signature, key.id, sizeof key.id);
    buf_init(&note, 1u << 16);
    buf_init(&text, POLICY_BYTES_MAX);
    buf_init(&proof, PROOF_BYTES_MAX);
    world_read(from, "checkpoint", &note);
    buf_printf(&note, "\xE2\x80\x94 %s ", key.name);
    base64_put(&note, span_of(signature, sizeof signature));
    buf_text(&note, "\n");
    world_write(from, "checkpoint", buf_bytes(&note));
    assert_int_equal(world_pull(s->desk, from, &report, &problem), 0);
    assert_true(report.cosigned);
    assert_int_equal(store_find(desk_store(s->desk), s->first, &entry), 0);
    uint8_t leaf[ENTRY_LEAF_BYTES];
    memcpy(leaf, entry.leaf.data, sizeof leaf);
    assert_int_equal(policy_write(&desk_line(s->desk)->key, &key, 1, 1, &text), 0);
    assert_int_equal(policy_read(buf_bytes(&text), &policy, NULL), 0);
    assert_int_equal(proof_make(desk_store(s->desk), entry.index, policy, &proof, NULL), 0);
    assert_int_equal(
        verify_proof(buf_bytes(&proof), policy, span_of(leaf, sizeof leaf), &result, NULL), 0);
    policy_free(policy);
    buf_release(&note);
    buf_release(&text);
    buf_release(&proof);
}

/* Forks: the line's own key signs another history. The line's store is copied before it places. */

/* Goes on with the copy as the line's store. */
static void use_store(struct world *w, const char *name)
{
    struct problem problem;
    problem_clear(&problem);
    store_close(w->line->store);
    assert_int_equal(store_open_sqlite(world_path(w, name), &w->line->store, &problem), 0);
}

static void begin_fork(struct setting *s)
{
    store_close(s->w->line->store);
    world_copy(world_path(s->w, "line/store"), world_path(s->w, "other"));
    struct problem problem;
    problem_clear(&problem);
    char path[300];
    snprintf(path, sizeof path, "%s/store", world_path(s->w, "line"));
    assert_int_equal(store_open_sqlite(path, &s->w->line->store, &problem), 0);
}

static void names_two_roots_for_one_size(void **state)
{
    struct setting *s = *state;
    begin_fork(s);
    world_report(s->w, &s->caller, "In one history.", NULL);
    world_close(s->w);
    world_pull_well(s->desk, world_export(s->w));
    use_store(s->w, "other");
    world_report(s->w, &s->caller, "In the other.", NULL);
    world_close(s->w);
    expect_refused(s, world_export(s->w), E_FORK, "another root");
    assert_true(world_has_alarm(s->desk, ALARM_FORK));
}

static void names_a_longer_fork(void **state)
{
    struct setting *s = *state;
    begin_fork(s);
    world_report(s->w, &s->caller, "In one history.", NULL);
    world_close(s->w);
    world_pull_well(s->desk, world_export(s->w));
    uint64_t size = store_size(desk_store(s->desk));
    use_store(s->w, "other");
    for (int i = 0; i < 5; i++)
        world_report(s->w, &s->caller, "In the other.", NULL);
    world_close(s->w);
    expect_refused(s, world_export(s->w), E_FORK, "does not continue");
    assert_true(world_has_alarm(s->desk, ALARM_FORK));
    assert_int_equal(store_size(desk_store(s->desk)), size);
}

/* A copy that is shorter than what is here, and no beginning of it. */
static void names_a_shorter_fork(void **state)
{
    struct setting *s = *state;
    begin_fork(s);
    for (int i = 0; i < 5; i++)
        world_report(s->w, &s->caller, "In one history.", NULL);
    world_close(s->w);
    world_pull_well(s->desk, world_export(s->w));
    use_store(s->w, "other");
    world_report(s->w, &s->caller, "In the other.", NULL);
    world_close(s->w);
    expect_refused(s, world_export(s->w), E_FORK, "another root");
    assert_true(world_has_alarm(s->desk, ALARM_FORK));
}

/* Rosters */

static void world_roster_copy(struct world *w, struct roster **ret_copy)
{
    struct buf chain;
    struct problem problem;
    problem_clear(&problem);
    buf_init(&chain, 1u << 20);
    roster_chain_write(w->roster, &chain);
    assert_int_equal(roster_chain_read(buf_bytes(&chain), ret_copy, &problem), 0);
    buf_release(&chain);
}

static void put_roster(const char *folder, const struct roster *roster)
{
    struct buf chain;
    buf_init(&chain, 1u << 20);
    roster_chain_write(roster, &chain);
    world_write(folder, "roster", buf_bytes(&chain));
    buf_release(&chain);
}

static void takes_a_longer_roster(void **state)
{
    struct setting *s = *state;
    struct roster *longer;
    const char *from = world_export(s->w);
    world_roster_copy(s->w, &longer);
    assert_int_equal(roster_sign_intake(longer, s->w->keys, WORLD_DAY, WORLD_DAY + 100, NULL), 0);
    put_roster(from, longer);
    world_pull_well(s->desk, from);
    assert_int_equal(roster_intakes(desk_roster(s->desk)), 2);
    assert_int_equal(desk_epoch_now(s->desk)->epoch, 2);
    roster_free(longer);
    desk_sleep(s->desk);
    assert_int_equal(desk_wake(s->desk, NULL), 0);
    assert_int_equal(roster_intakes(desk_roster(s->desk)), 2);
}

static void names_a_forked_roster(void **state)
{
    struct setting *s = *state;
    struct roster *one, *two;
    const char *from = world_export(s->w);
    world_roster_copy(s->w, &one);
    world_roster_copy(s->w, &two);
    assert_int_equal(roster_sign_intake(one, s->w->keys, WORLD_DAY, WORLD_DAY + 100, NULL), 0);
    assert_int_equal(roster_sign_intake(two, s->w->keys, WORLD_DAY, WORLD_DAY + 200, NULL), 0);
    put_roster(from, one);
    world_pull_well(s->desk, from);
    put_roster(from, two);
    expect_refused(s, from, E_FORK, "two histories");
    assert_true(world_has_alarm(s->desk, ALARM_ROSTER_FORK));
    assert_int_equal(roster_intake_at(desk_roster(s->desk), 1)->last_day, WORLD_DAY + 100);
    roster_free(one);
    roster_free(two);
}

static void refuses_another_organisations_copy(void **state)
{
    struct setting *s = *state;
    struct world *other = world_new();
    expect_refused(s, world_export(other), E_OTHER_ORG, "another organisation");
    world_free(other);
}

static void refuses_a_damaged_roster(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf chain;
    buf_init(&chain, 1u << 20);
    world_read(from, "roster", &chain);
    chain.data[chain.len - 3] ^= 1;
    world_write(from, "roster", buf_bytes(&chain));
    buf_release(&chain);
    expect_refused(s, from, E_SIGNATURE, "");
    assert_int_equal(roster_count(desk_roster(s->desk)), 2);
}

/* An intake that a member signed, but whose grant is not what it should be. */
static void sign_again(struct roster *roster, const struct member_keys *keys, size_t flip,
                       struct buf *chain)
{
    size_t last = roster_count(roster) - 1;
    struct span whole = roster_entry(roster, last);
    struct buf entry, message;
    uint8_t signature[SIGN_BYTES];
    buf_init(&entry, ROSTER_ENTRY_MAX);
    buf_init(&message, 2 * ROSTER_ENTRY_MAX);
    buf_span(&entry, span_slice(whole, 0, whole.len - 1 - SIGN_KEY_BYTES - SIGN_BYTES));
    entry.data[entry.len - flip] ^= 1;
    buf_text(&message, "vouchsafe/roster/1\n");
    buf_span(&message, buf_bytes(&entry));
    sign_make(&keys->sign, buf_bytes(&message), signature);
    buf_u8(&entry, 1);
    buf_put(&entry, keys->sign.public_key, SIGN_KEY_BYTES);
    buf_put(&entry, signature, SIGN_BYTES);
    for (size_t i = 0; i < last; i++) {
        buf_u32(chain, (uint32_t)roster_entry(roster, i).len);
        buf_span(chain, roster_entry(roster, i));
    }
    buf_u32(chain, (uint32_t)entry.len);
    buf_span(chain, buf_bytes(&entry));
    buf_release(&message);
    buf_release(&entry);
}

static void refuses_a_bad_grant(void **state)
{
    struct setting *s = *state;
    struct roster *longer;
    struct buf chain;
    const char *from = world_export(s->w);
    buf_init(&chain, 1u << 20);
    world_roster_copy(s->w, &longer);
    assert_int_equal(roster_sign_intake(longer, s->w->keys, WORLD_DAY, WORLD_DAY + 100, NULL), 0);
    sign_again(longer, s->w->keys, 5, &chain);
    world_write(from, "roster", buf_bytes(&chain));
    world_pull_well(s->desk, from);
    assert_int_equal(roster_intakes(desk_roster(s->desk)), 2);
    assert_int_equal(desk_epochs(s->desk), 1);
    assert_null(desk_epoch_now(s->desk));
    assert_true(world_has_alarm(s->desk, ALARM_INTAKE));
    roster_free(longer);
    buf_release(&chain);
}

/* Entries that are not given */

static void tells_gaps(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    const char *whole = world_export(s->w);
    struct pull_report report;
    struct problem problem;
    char path[300];
    snprintf(path, sizeof path, "%s/%s", from, sealed_name(s->first));
    assert_int_equal(remove(path), 0);
    assert_int_equal(world_pull(s->desk, from, &report, &problem), 0);
    assert_int_equal(report.gaps, 1);
    assert_true(world_has_alarm(s->desk, ALARM_GAP));
    assert_false(holds(s->desk, s->first));
    assert_true(holds(s->desk, s->second));
    assert_int_equal(world_pull(s->desk, whole, &report, &problem), 0);
    assert_int_equal(report.gaps, 0);
    assert_true(holds(s->desk, s->first));
}

/* Erasures */

static void takes_erasures(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    world_pull_well(s->desk, world_export(s->w));
    world_erase(s->w, &s->caller, 0);
    assert_int_equal(world_pull(s->desk, world_export(s->w), &report, &problem), 0);
    assert_int_equal(report.erased, 1);
    assert_true(holds(s->desk, s->first));
    assert_int_equal(world_pull(s->desk, world_export(s->w), &report, &problem), 0);
    assert_int_equal(report.erased, 0);
}

/* Erased before this desk had asked: the header shows that the secret is the caller's. */
static void what_its_caller_erased_is_no_gap(void **state)
{
    struct setting *s = *state;
    struct pull_report report;
    struct problem problem;
    world_erase(s->w, &s->caller, 0);
    world_erase(s->w, &s->caller, 2); /* pending */
    assert_int_equal(world_pull(s->desk, world_export(s->w), &report, &problem), 0);
    assert_int_equal(report.gaps + report.alarms, 0);
    assert_int_equal(report.erased, 1);
    assert_int_equal(report.received, 1);
    world_close(s->w);
    assert_int_equal(world_pull(s->desk, world_export(s->w), &report, &problem), 0);
    assert_int_equal(report.gaps + report.alarms, 0);
    assert_int_equal(report.erased, 1);
    assert_false(holds(s->desk, s->first) || holds(s->desk, s->third));
}

/* A line that would rather not give an entry, and has not the secret. */
static void an_entry_is_not_hidden_by_saying_that_it_was_erased(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct buf bytes, list;
    buf_init(&bytes, 1u << 20);
    buf_init(&list, 1024);
    world_read(from, sealed_name(s->first), &bytes);
    world_write(from, sealed_name(s->first), span_slice(buf_bytes(&bytes), 0, ENTRY_HEADER_BYTES));
    buf_put(&list, s->first, sizeof s->first);
    memset(buf_room(&list, 32), 7, 32);
    world_write(from, "erased", buf_bytes(&list));
    expect_refused(s, from, E_PROOF, "does not show the secret");
    assert_true(world_has_alarm(s->desk, ALARM_GAP));
    buf_release(&bytes);
    buf_release(&list);
}

static void refuses_an_erasure_with_another_secret(void **state)
{
    struct setting *s = *state;
    struct buf list;
    world_pull_well(s->desk, world_export(s->w));
    const char *from = world_export(s->w);
    buf_init(&list, 1024);
    buf_put(&list, s->first, sizeof s->first);
    memset(buf_room(&list, 32), 7, 32);
    world_write(from, "erased", buf_bytes(&list));
    expect_refused(s, from, E_PROOF, "does not show the secret");
    list.len -= 1;
    world_write(from, "erased", buf_bytes(&list));
    expect_refused(s, from, E_FORMAT, "cut off");
    buf_release(&list);
}

/* Out of memory at any point: the desk stays whole and the next pull goes well. */
static void survives_want_of_memory(void **state)
{
    struct setting *s = *state;
    const char *from = world_export(s->w);
    struct pull_report report;
    struct problem problem;
    bool done = false;
    for (uint64_t nth = 1; !done; nth += 1 + nth / 6) {
        mem_fail_from(nth);
        int error = world_pull(s->desk, from, &report, &problem);
        mem_fail_from(0);
        done = error == 0;
        if (!desk_awake(s->desk))
            assert_int_equal(desk_wake(s->desk, &problem), 0);
    }
    world_pull_well(s->desk, from);
    assert_true(holds(s->desk, s->first) && holds(s->desk, s->second) && holds(s->desk, s->third));
}

#define PULL_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PULL_TEST(takes_all),
        PULL_TEST(cosigns_nothing_before_the_organisation_was),
        PULL_TEST(pending_moves_into_the_log),
        PULL_TEST(takes_many),
        PULL_TEST(refuses_no_pin),
        PULL_TEST(refuses_no_copy),
        PULL_TEST(refuses_a_flipped_sealed_bit),
        PULL_TEST(refuses_a_flipped_header_bit),
        PULL_TEST(refuses_a_flipped_pending_bit),
        PULL_TEST(refuses_a_relabelled_entry),
        PULL_TEST(refuses_a_pending_entry_with_another_header),
        PULL_TEST(names_a_pending_entry_that_became_another),
        PULL_TEST(refuses_a_cut_pending_list),
        PULL_TEST(refuses_a_flipped_leaf),
        PULL_TEST(refuses_a_missing_leaf),
        PULL_TEST(refuses_swapped_leaves),
        PULL_TEST(refuses_another_signature),
        PULL_TEST(takes_bytes_from_an_older_copy),
        PULL_TEST(keeps_no_line_that_was_not_checked),
        PULL_TEST(names_two_roots_for_one_size),
        PULL_TEST(names_a_longer_fork),
        PULL_TEST(names_a_shorter_fork),
        PULL_TEST(takes_a_longer_roster),
        PULL_TEST(names_a_forked_roster),
        PULL_TEST(refuses_another_organisations_copy),
        PULL_TEST(refuses_a_damaged_roster),
        PULL_TEST(refuses_a_bad_grant),
        PULL_TEST(tells_gaps),
        PULL_TEST(takes_erasures),
        PULL_TEST(what_its_caller_erased_is_no_gap),
        PULL_TEST(an_entry_is_not_hidden_by_saying_that_it_was_erased),
        PULL_TEST(refuses_an_erasure_with_another_secret),
        PULL_TEST(survives_want_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
