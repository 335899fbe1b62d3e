/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "prop.h"
#include "seal/ticket.h"
#include "sealing.h"

#define NOON 33776640u /* a multiple of TICKET_LIFE_MINUTES */

static struct ticket a_ticket(uint32_t minute)
{
    struct ticket ticket = {.minute = minute, .language = 1};
    memcpy(ticket.codename, "a codename's 16.", 16);
    memcpy(ticket.form_nonce, "a form's nonce..", 16);
    return ticket;
}

static struct buf sealed_at(const struct ticket_keys *keys, uint32_t minute)
{
    struct ticket ticket = a_ticket(minute);
    struct buf text;
    buf_init(&text, TICKET_TEXT_MAX);
    ticket_seal(keys, &ticket, &text);
    assert_ok(buf_error(&text));
    return text;
}

static void tickets_come_back(void **state)
{
    (void)state;
    struct prop prop = prop_start("ticket_roundtrip");
    struct ticket_keys keys;
    ticket_keys_random(NOON, &keys);
    for (int i = 0; i < 500; i++) {
        struct ticket ticket = {.minute = NOON + (uint32_t)prop_below(&prop, 20)}, back = {0};
        struct buf text;
        prop_bytes(&prop, ticket.codename, sizeof ticket.codename);
        prop_bytes(&prop, ticket.form_nonce, sizeof ticket.form_nonce);
        ticket.language = (uint8_t)prop_u64(&prop);
        buf_init(&text, TICKET_TEXT_MAX);
        ticket_seal(&keys, &ticket, &text);
        assert_ok(ticket_open(&keys, ticket.minute, buf_bytes(&text), &back));
        assert_int_equal(back.minute, ticket.minute);
        assert_int_equal(back.language, ticket.language);
        assert_memory_equal(back.codename, ticket.codename, 16);
        assert_memory_equal(back.form_nonce, ticket.form_nonce, 16);
        buf_release(&text);
    }
}

static void two_tickets_of_the_same_look_different(void **state)
{
    (void)state;
    struct ticket_keys keys;
    ticket_keys_random(NOON, &keys);
    struct buf one = sealed_at(&keys, NOON), two = sealed_at(&keys, NOON);
    assert_int_equal(one.len, two.len);
    assert_memory_not_equal(one.data, two.data, 24);
    assert_memory_not_equal(one.data + 34, two.data + 34, 24);
    buf_release(&one);
    buf_release(&two);
}

/* Whatever the minute of its making, twenty minutes and no more, though the keys go on. */
static void a_ticket_is_good_for_twenty_minutes(void **state)
{
    (void)state;
    for (uint32_t made = NOON; made < NOON + TICKET_LIFE_MINUTES; made++) {
        struct ticket_keys keys;
        struct ticket back;
        ticket_keys_random(made, &keys);
        struct buf text = sealed_at(&keys, made);
        for (uint32_t now = made; now < made + 70; now++) {
            ticket_keys_advance(&keys, now);
            assert_error(ticket_open(&keys, now, buf_bytes(&text), &back),
                         now <= made + TICKET_LIFE_MINUTES ? 0 : E_EXPIRED);
        }
        buf_release(&text);
    }
}

/* The minute counts even while the key is there: here the keys do not go on. */
static void the_minute_counts_by_itself(void **state)
{
    (void)state;
    struct ticket_keys keys;
    struct ticket back;
    ticket_keys_random(NOON, &keys);
    struct buf text = sealed_at(&keys, NOON);
    assert_ok(ticket_open(&keys, NOON + 20, buf_bytes(&text), &back));
    assert_error(ticket_open(&keys, NOON + 21, buf_bytes(&text), &back), E_EXPIRED);
    assert_ok(ticket_open(&keys, NOON - 20, buf_bytes(&text), &back));
    assert_error(ticket_open(&keys, NOON - 21, buf_bytes(&text), &back), E_EXPIRED);
    buf_release(&text);
}

/* The key counts even while the minute is right: the key of two periods ago is gone. */
static void the_key_counts_by_itself(void **state)
{
    (void)state;
    struct ticket_keys keys, other;
    struct ticket back;
    ticket_keys_random(NOON, &keys);
    struct buf text = sealed_at(&keys, NOON);
    ticket_keys_advance(&keys, NOON + 20);
    assert_ok(ticket_open(&keys, NOON, buf_bytes(&text), &back));
    ticket_keys_advance(&keys, NOON + 40);
    assert_error(ticket_open(&keys, NOON, buf_bytes(&text), &back), E_EXPIRED);
    ticket_keys_random(NOON, &other);
    assert_error(ticket_open(&other, NOON, buf_bytes(&text), &back), E_EXPIRED);
    buf_release(&text);
}

static void keys_go_forward_only(void **state)
{
    (void)state;
    struct ticket_keys keys, step, jump;
    ticket_keys_random(NOON, &keys);
    step = jump = keys;
    ticket_keys_advance(&keys, NOON + 19);
    assert_memory_equal(&keys, &step, sizeof keys);
    ticket_keys_advance(&keys, NOON - 40);
    assert_memory_equal(&keys, &step, sizeof keys);
    for (uint32_t minute = NOON; minute <= NOON + 200; minute++)
        ticket_keys_advance(&step, minute);
    ticket_keys_advance(&jump, NOON + 200);
    assert_memory_equal(&step, &jump, sizeof step);
    assert_memory_not_equal(step.current, keys.current, SEAL_KEY_BYTES);
    assert_memory_not_equal(step.before, keys.current, SEAL_KEY_BYTES);
}

static void changed_tickets_are_refused(void **state)
{
    (void)state;
    struct ticket_keys keys;
    struct ticket back;
    ticket_keys_random(NOON, &keys);
    struct buf text = sealed_at(&keys, NOON);
    for (size_t i = 0; i < text.len; i++) {
        uint8_t kept = text.data[i];
        text.data[i] = kept == 'A' ? 'B' : 'A';
        int error = ticket_open(&keys, NOON, buf_bytes(&text), &back);
        assert_true(error == E_EXPIRED || (i == text.len - 1 && error == E_FORMAT));
        text.data[i] = '+';
        assert_error(ticket_open(&keys, NOON, buf_bytes(&text), &back), E_FORMAT);
        text.data[i] = kept;
    }
    for (size_t len = 0; len < text.len; len++)
        assert_error(ticket_open(&keys, NOON, span_of(text.data, len), &back), E_FORMAT);
    buf_release(&text);
    char longest[400];
    memset(longest, 'A', sizeof longest);
    for (size_t len = 100; len <= sizeof longest; len++) {
        int error = ticket_open(&keys, NOON, span_of(longest, len), &back);
        assert_error(error, len == 103 ? E_EXPIRED : E_FORMAT);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tickets_come_back),
        cmocka_unit_test(two_tickets_of_the_same_look_different),
        cmocka_unit_test(a_ticket_is_good_for_twenty_minutes),
        cmocka_unit_test(the_minute_counts_by_itself),
        cmocka_unit_test(the_key_counts_by_itself),
        cmocka_unit_test(keys_go_forward_only),
        cmocka_unit_test(changed_tickets_are_refused),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_ticket", tests, NULL, NULL);
}
