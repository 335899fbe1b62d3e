/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Policies: the specification's example, what it refuses, and quorums against counting by hand. */
#include "ledger/policy.h"

#include "prop.h"
#include "sample.h"

/* Keys as texts: $L, $M are logs, $0 to $3 cosigners. */
static void put_key(struct buf *out, char which)
{
    if (which == 'L')
        note_key_write(&sample_log.key, out);
    else if (which == 'M')
        note_key_write(&sample_other_log.key, out);
    else
        note_key_write(&sample_cosigners[which - '0'].key, out);
}

static void fill_in(const char *pattern, struct buf *out)
{
    buf_init(out, POLICY_BYTES_MAX + 4096);
    for (const char *at = pattern; *at; at++) {
        if (*at == '$')
            put_key(out, *++at);
        else
            buf_u8(out, (uint8_t)*at);
    }
    assert_ok(buf_error(out));
}

static int read_pattern(const char *pattern, struct policy **ret_policy, struct problem *problem)
{
    struct buf text;
    fill_in(pattern, &text);
    int error = policy_read(buf_bytes(&text), ret_policy, problem);
    buf_release(&text);
    return error;
}

static struct policy *policy_of(const char *pattern)
{
    struct policy *policy = NULL;
    struct problem problem = {""};
    int error = read_pattern(pattern, &policy, &problem);
    assert_string_equal(problem.text, "");
    assert_ok(error);
    return policy;
}

/* The time of the quorum when the cosigners signed at these times; 0 stands for "did not". */
static uint64_t time_of(const struct policy *policy, const uint64_t signed_s[SAMPLE_COSIGNERS])
{
    uint64_t times[POLICY_NODES_MAX];
    for (size_t i = 0; i < policy->node_count; i++) {
        times[i] = POLICY_UNMET;
        for (size_t j = 0; j < SAMPLE_COSIGNERS; j++) {
            const struct policy_node *node = &policy->nodes[i];
            if (!node->is_group && strcmp(node->key.name, sample_cosigners[j].key.name) == 0)
                times[i] = signed_s[j] ? signed_s[j] : POLICY_UNMET;
        }
    }
    return policy_quorum_time(policy, times);
}

static void test_two_levels_of_groups(void **state)
{
    (void)state;
    struct policy *policy = policy_of("# who is believed\n"
                                      "log $L\n\n"
                                      "witness X1 $0\n"
                                      "\twitness  X2 $1 https://x2.example/ \n"
                                      "witness Y1 $2\n"
                                      "witness Y2 $3\n"
                                      "group X all X1 X2\n"
                                      "group Y any Y1 Y2\n"
                                      "group both 2 X Y\n"
                                      "quorum both\n");
    static const struct {
        uint64_t signed_s[SAMPLE_COSIGNERS], time_s;
    } cases[] = {
        {{10, 20, 30, 40}, 30},          {{10, 20, 0, 40}, 40},
        {{10, 90, 30, 0}, 90},           {{10, 20, 15, 40}, 20},
        {{0, 20, 30, 40}, POLICY_UNMET}, {{10, 20, 0, 0}, POLICY_UNMET},
        {{0, 0, 0, 0}, POLICY_UNMET},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(time_of(policy, cases[i].signed_s), cases[i].time_s);
    policy_free(policy);
}

static void test_a_quorum_is_the_kth_time(void **state)
{
    (void)state;
    struct prop prop = prop_start("quorums");
    for (unsigned needed = 1; needed <= SAMPLE_COSIGNERS; needed++) {
        struct note_key keys[SAMPLE_COSIGNERS];
        struct policy *policy;
        struct buf text;
        for (size_t i = 0; i < SAMPLE_COSIGNERS; i++)
            keys[i] = sample_cosigners[i].key;
        buf_init(&text, POLICY_BYTES_MAX);
        assert_ok(policy_write(&sample_log.key, keys, SAMPLE_COSIGNERS, needed, &text));
        assert_ok(policy_read(buf_bytes(&text), &policy, NULL));
        for (int round = 0; round < 200; round++) {
            uint64_t signed_s[SAMPLE_COSIGNERS], least = POLICY_UNMET;
            for (size_t i = 0; i < SAMPLE_COSIGNERS; i++)
                signed_s[i] = prop_below(&prop, 6);
            /* The least time by which at least so many had signed. */
            for (uint64_t t = 5; t >= 1; t--) {
                unsigned by_t = 0;
                for (size_t i = 0; i < SAMPLE_COSIGNERS; i++)
                    by_t += signed_s[i] != 0 && signed_s[i] <= t;
                least = by_t >= needed ? t : least;
            }
            assert_int_equal(time_of(policy, signed_s), least);
        }
        policy_free(policy);
        buf_release(&text);
    }
}

static void test_a_written_policy_says_what_was_asked(void **state)
{
    (void)state;
    struct buf text, right;
    struct note_key keys[2] = {sample_cosigners[0].key, sample_cosigners[1].key};
    buf_init(&text, POLICY_BYTES_MAX);
    assert_ok(policy_write(&sample_log.key, keys, 2, 1, &text));
    fill_in("log $L\nwitness w1 $0\nwitness w2 $1\ngroup cosigners 1 w1 w2\nquorum cosigners\n",
            &right);
    assert_string_equal(buf_cstr(&text), buf_cstr(&right));
    buf_release(&right);
    buf_reset(&text);
    assert_ok(policy_write(&sample_log.key, NULL, 0, 0, &text));
    fill_in("log $L\nquorum none\n", &right);
    assert_string_equal(buf_cstr(&text), buf_cstr(&right));
    assert_error(policy_write(&sample_log.key, keys, 2, 3, &text), E_ARGUMENT);
    assert_error(policy_write(&sample_log.key, keys, POLICY_NODES_MAX, 1, &text), E_ARGUMENT);
    buf_release(&right);
    buf_release(&text);
}

static void test_no_quorum_and_single_quorum(void **state)
{
    (void)state;
    uint64_t times[SAMPLE_COSIGNERS] = {0, 7, 0, 0};
    struct policy *policy = policy_of("quorum none\n");
    assert_int_equal(policy->quorum, POLICY_NONE);
    assert_int_equal(policy->log_count, 0);
    assert_int_equal(time_of(policy, times), 0);
    policy_free(policy);
    policy = policy_of("log $L\nlog $M https://example.com\nwitness w $1\nquorum w\n");
    assert_int_equal(policy->log_count, 2);
    assert_int_equal(time_of(policy, times), 7);
    policy_free(policy);
}

static void test_policies_that_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *pattern;
        unsigned line; /* 0: of the whole */
    } bad[] = {
        {"", 0},
        {"log $L\n", 0},
        {"log $L\nquorum none", 2},
        {"log\nquorum none\n", 1},
        {"log $L a b\nquorum none\n", 1},
        {"log $0\nquorum none\n", 1},         /* a cosigner's key */
        {"log $L\nlog $L\nquorum none\n", 2}, /* the same key twice */
        {"witness w $L\nquorum w\n", 1},      /* a log's key */
        {"witness w\nquorum none\n", 1},
        {"witness w $0 a b\nquorum w\n", 1},
        {"witness w $0\nwitness w $1\nquorum w\n", 2}, /* the same name */
        {"witness w $0\nwitness v $0\nquorum w\n", 2}, /* the same key */
        {"witness none $0\nquorum none\n", 1},
        {"witness w $0\ngroup none any w\nquorum none\n", 2},
        {"witness w $0\ngroup w any w\nquorum w\n", 2},
        {"witness w $0\ngroup g any\nquorum g\n", 2},
        {"witness w $0\ngroup g 0 w\nquorum g\n", 2},
        {"witness w $0\ngroup g 2 w\nquorum g\n", 2},
        {"witness w $0\ngroup g 01 w\nquorum g\n", 2},
        {"witness w $0\ngroup g most w\nquorum g\n", 2},
        {"witness w $0\ngroup g any none\nquorum g\n", 2},
        {"witness w $0\ngroup g any v\nwitness v $1\nquorum g\n", 2}, /* a name from below */
        {"witness w $0\ngroup g any g\nquorum g\n", 2},
        {"witness w $0\ngroup g 2 w w\nquorum g\n", 2}, /* counted twice */
        {"witness w $0\nwitness v $1\ngroup g any w\ngroup h 2 g w\nquorum h\n", 4},
        {"quorum w\n", 1},
        {"quorum none\nquorum none\n", 2},
        {"quorum\n", 1},
        {"quorum none none\n", 1},
        {"quorum none\nwho knows\n", 2},
        {"quorum none\r\n", 1},
        {"quorum none\n\x01\n", 2},
        {"quorum none\n# a comment \x7f\n", 2},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct policy *policy = NULL;
        struct problem problem = {""};
        char line[32] = "no quorum line";
        assert_error(read_pattern(bad[i].pattern, &policy, &problem), E_FORMAT);
        if (bad[i].line)
            snprintf(line, sizeof line, "line %u of", bad[i].line);
        assert_non_null(strstr(problem.text, line));
        assert_null(policy);
    }
}

static void test_limits(void **state)
{
    (void)state;
    struct policy *policy = NULL;
    struct buf text;
    buf_init(&text, 1u << 20);
    /* 63 groups over one witness, each in the next. */
    fill_in("witness g0 $0\n", &text);
    for (unsigned i = 1; i < POLICY_NODES_MAX; i++)
        buf_printf(&text, "group g%u any g%u\n", i, i - 1);
    size_t full = text.len;
    buf_text(&text, "quorum g63\n");
    assert_ok(policy_read(buf_bytes(&text), &policy, NULL));
    uint64_t times[SAMPLE_COSIGNERS] = {5};
    assert_int_equal(time_of(policy, times), 5);
    policy_free(policy);
    text.len = full;
    buf_text(&text, "group g64 any g63\nquorum g64\n");
    assert_error(policy_read(buf_bytes(&text), &policy, NULL), E_TOO_LARGE);
    buf_release(&text);
    buf_init(&text, 1u << 20);
    buf_text(&text, "quorum none\n");
    while (text.len <= POLICY_BYTES_MAX)
        buf_text(&text, "# 0123456789012345678901234567890123456789\n");
    assert_error(policy_read(buf_bytes(&text), &policy, NULL), E_TOO_LARGE);
    buf_reset(&text);
    buf_text(&text, "witness ");
    for (unsigned i = 0; i <= POLICY_NAME_MAX; i++)
        buf_text(&text, "n");
    buf_text(&text, " ");
    put_key(&text, '0');
    buf_text(&text, "\nquorum none\n");
    assert_error(policy_read(buf_bytes(&text), &policy, NULL), E_TOO_LARGE);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_levels_of_groups),
        cmocka_unit_test(test_a_quorum_is_the_kth_time),
        cmocka_unit_test(test_a_written_policy_says_what_was_asked),
        cmocka_unit_test(test_no_quorum_and_single_quorum),
        cmocka_unit_test(test_policies_that_are_refused),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
