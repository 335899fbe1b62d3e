/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "base/encode.h"
#include "chain.h"
#include "seal/words.h"

static void make(struct chain *chain, struct buf *pack)
{
    chain_found(chain, "Karsk Helpline");
    chain_intake(chain);
    chain_intake(chain);
    buf_init(pack, PACK_TEXT_MAX + 16);
    pack_write(chain->roster, pack);
    assert_ok(buf_error(pack));
}

static void assert_same(const struct roster *a, const struct roster *b)
{
    assert_int_equal(roster_count(a), roster_count(b));
    for (size_t i = 0; i < roster_count(a); i++)
        assert_true(span_equal(roster_entry(a, i), roster_entry(b, i)));
}

static void read_fails(struct span text, int error)
{
    struct roster *roster = NULL;
    struct problem problem = {0};
    assert_error(pack_read(text, &roster, &problem), error);
    assert_null(roster);
    assert_true(problem.text[0] || error == E_TOO_LARGE);
}

static void packs_come_back(void **state)
{
    (void)state;
    struct chain chain;
    struct buf pack;
    struct roster *back;
    make(&chain, &pack);
    assert_ok(pack_read(buf_bytes(&pack), &back, NULL));
    assert_same(back, chain.roster);
    assert_string_equal(roster_name(back), "Karsk Helpline");
    roster_free(back);
    buf_release(&pack);
    chain_release(&chain);
}

static void a_pack_looks_as_the_page_says(void **state)
{
    (void)state;
    struct chain chain;
    struct buf pack, expected;
    struct cursor c;
    make(&chain, &pack);
    buf_init(&expected, 1024);
    buf_text(&expected, "vouchsafe-pack 1\norganisation Karsk Helpline\nfingerprint ");
    words_six(roster_organisation(chain.roster), &expected);
    buf_text(&expected, "\n");
    assert_true(span_equal(span_slice(buf_bytes(&pack), 0, expected.len), buf_bytes(&expected)));
    cursor_init(&c, span_slice(buf_bytes(&pack), expected.len, pack.len));
    while (cursor_left(&c) > 77)
        assert_int_equal(cursor_line(&c, 100).len, 76);
    cursor_line(&c, 100);
    assert_ok(cursor_end(&c));
    buf_release(&expected);
    buf_release(&pack);
    chain_release(&chain);
}

/* What editors and mail do to line ends and the end of a file changes nothing. */
static void ends_of_lines_do_not_matter(void **state)
{
    (void)state;
    struct chain chain;
    struct buf pack, other;
    struct roster *back;
    make(&chain, &pack);
    buf_init(&other, PACK_TEXT_MAX);
    for (size_t i = 0; i < pack.len; i++) {
        if (pack.data[i] == '\n')
            buf_text(&other, "  \r");
        buf_u8(&other, pack.data[i]);
    }
    buf_text(&other, "\r\n\n \n");
    assert_ok(pack_read(buf_bytes(&other), &back, NULL));
    assert_same(back, chain.roster);
    roster_free(back);
    buf_release(&other);
    buf_release(&pack);
    chain_release(&chain);
}

/* No letter of it can be another one, nor can it end early. */
static void every_changed_byte_is_noticed(void **state)
{
    (void)state;
    struct chain chain;
    struct buf pack;
    struct roster *back;
    make(&chain, &pack);
    for (size_t i = 0; i < pack.len; i++) {
        uint8_t kept = pack.data[i];
        if (kept == '\n')
            continue;
        pack.data[i] = kept == 'x' ? 'y' : 'x';
        assert_true(pack_read(buf_bytes(&pack), &back, NULL) < 0);
        pack.data[i] = kept;
    }
    for (size_t len = 0; len < pack.len; len++)
        assert_true(pack_read(span_of(pack.data, len), &back, NULL) < 0);
    assert_ok(pack_read(buf_bytes(&pack), &back, NULL));
    roster_free(back);
    buf_release(&pack);
    chain_release(&chain);
}

/* A pack of that first line, name and words, and of those bytes. */
static void parts(const struct chain *chain, const char *first, const char *name,
                  const struct roster *words_of, struct span bytes, int error)
{
    struct buf text;
    buf_init(&text, PACK_TEXT_MAX + 16);
    buf_printf(&text, "%s\n%s\nfingerprint ", first, name);
    words_six(roster_organisation(words_of), &text);
    buf_text(&text, "\n");
    size_t start = text.len;
    base64_put(&text, bytes);
    buf_text(&text, "\n");
    struct buf folded;
    buf_init(&folded, PACK_TEXT_MAX + 16);
    buf_put(&folded, text.data, start);
    for (size_t at = start; at < text.len; at += 76) {
        buf_span(&folded, span_slice(buf_bytes(&text), at, 76));
        buf_text(&folded, "\n");
    }
    if (error) {
        read_fails(buf_bytes(&folded), error);
    } else {
        struct roster *back;
        assert_ok(pack_read(buf_bytes(&folded), &back, NULL));
        assert_same(back, chain->roster);
        roster_free(back);
    }
    buf_release(&folded);
    buf_release(&text);
}

static void lines_for_people_must_agree(void **state)
{
    (void)state;
    struct chain chain, other;
    struct buf pack, bytes;
    const char *name = "organisation Karsk Helpline", *first = "vouchsafe-pack 1";
    make(&chain, &pack);
    chain_found(&other, "Karsk Helpline");
    buf_init(&bytes, 100000);
    roster_chain_write(chain.roster, &bytes);
    struct span all = buf_bytes(&bytes);
    parts(&chain, first, name, chain.roster, all, 0);
    parts(&chain, "vouchsafe-pack 2", name, chain.roster, all, E_VERSION);
    parts(&chain, "vouchsafe-roll 1", name, chain.roster, all, E_FORMAT);
    parts(&chain, first, "organisation Tolma Helpline", chain.roster, all, E_FORMAT);
    parts(&chain, first, "organization Karsk Helpline", chain.roster, all, E_FORMAT);
    parts(&chain, first, name, other.roster, all, E_FORMAT);
    parts(&chain, first, name, chain.roster, span_of(NULL, 0), E_FORMAT);
    buf_release(&bytes);
    buf_release(&pack);
    chain_release(&chain);
    chain_release(&other);
}

static void chains_are_lists_of_whole_entries(void **state)
{
    (void)state;
    struct chain chain;
    struct buf pack, bytes;
    struct roster *back = NULL;
    struct problem problem = {0};
    make(&chain, &pack);
    buf_init(&bytes, 100000);
    roster_chain_write(chain.roster, &bytes);
    struct span all = buf_bytes(&bytes);
    assert_ok(roster_chain_read(all, &back, NULL));
    assert_same(back, chain.roster);
    roster_free(back);
    size_t first = roster_entry(chain.roster, 0).len + 4;
    back = NULL;
    for (size_t len = 0; len < all.len; len++) {
        int error = roster_chain_read(span_slice(all, 0, len), &back, NULL);
        bool whole = len == first || len == first + roster_entry(chain.roster, 1).len + 4;
        assert_error(error, whole ? 0 : E_FORMAT);
        roster_free(back);
        back = NULL;
    }
    /* One entry twice. */
    buf_u32(&bytes, (uint32_t)roster_entry(chain.roster, 2).len);
    buf_span(&bytes, roster_entry(chain.roster, 2));
    assert_error(roster_chain_read(buf_bytes(&bytes), &back, &problem), E_EXISTS);
    assert_non_null(strstr(problem.text, "roster entry 3"));
    assert_null(back);
    buf_release(&bytes);
    buf_release(&pack);
    chain_release(&chain);
}

static void sizes_have_limits(void **state)
{
    (void)state;
    struct chain chain;
    struct buf pack, large;
    make(&chain, &pack);
    buf_init(&large, PACK_TEXT_MAX + 16);
    buf_span(&large, buf_bytes(&pack));
    while (large.len <= PACK_TEXT_MAX)
        buf_text(&large, "\n");
    read_fails(buf_bytes(&large), E_TOO_LARGE);
    large.len = PACK_TEXT_MAX;
    struct roster *back;
    assert_ok(pack_read(buf_bytes(&large), &back, NULL));
    roster_free(back);
    buf_release(&large);
    struct buf small;
    buf_init(&small, 100);
    pack_write(chain.roster, &small);
    assert_error(buf_error(&small), E_TOO_LARGE);
    buf_release(&small);
    buf_release(&pack);
    chain_release(&chain);
}

/* A roster that no pack can hold is told, not cut off. */
static void a_roster_too_large_for_a_pack_is_told(void **state)
{
    (void)state;
    static uint8_t filler[32000];
    struct chain chain;
    struct buf pack;
    chain_found(&chain, "Karsk Helpline");
    for (uint32_t epoch = 1; epoch <= PACK_TEXT_MAX / sizeof filler; epoch++) {
        struct dh_pair pair;
        struct link link;
        dh_pair_random(&pair);
        link_follow(&link, &chain, ROSTER_INTAKE);
        fields_put_u32(&link.fields, 10, epoch);
        fields_put(&link.fields, 11, span_of(pair.public_key, sizeof pair.public_key));
        fields_put_u32(&link.fields, 12, 1000);
        fields_put_u32(&link.fields, 13, 1000);
        fields_put(&link.fields, 99, span_of(filler, sizeof filler));
        link_add(&link, &chain, 0, NULL);
    }
    buf_init(&pack, 3 * PACK_TEXT_MAX);
    pack_write(chain.roster, &pack);
    assert_error(buf_error(&pack), E_TOO_LARGE);
    buf_release(&pack);
    chain_release(&chain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packs_come_back),
        cmocka_unit_test(a_pack_looks_as_the_page_says),
        cmocka_unit_test(ends_of_lines_do_not_matter),
        cmocka_unit_test(every_changed_byte_is_noticed),
        cmocka_unit_test(lines_for_people_must_agree),
        cmocka_unit_test(chains_are_lists_of_whole_entries),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(a_roster_too_large_for_a_pack_is_told),
    };
    if (seal_init() < 0)
        return 1;
    return cmocka_run_group_tests_name("seal_pack", tests, NULL, NULL);
}
