/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What both tests of the store's interface have: a store in a new folder, and what is held of an
 * entry. */
#ifndef TESTS_LEDGER_STORE_CASE_H
#define TESTS_LEDGER_STORE_CASE_H

#include "ledger/store.h"
#include "sample.h"

#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, gone)

static struct store *store;

static inline int fresh(void **state)
{
    (void)state;
    sample_folder();
    store = sample_open();
    return 0;
}

static inline int gone(void **state)
{
    (void)state;
    store_close(store);
    sample_folder_remove();
    return 0;
}

static inline void reopen(void)
{
    store_close(store);
    store = sample_open();
}

static inline int put(unsigned n, enum store_source source)
{
    struct sample_entry entry;
    sample_entry(n, source, &entry);
    struct store_entry stored = sample_stored(&entry);
    return store_put_pending(store, &stored);
}

static inline void assert_held(unsigned n, enum store_source source, bool in_log, bool sealed)
{
    struct sample_entry entry;
    struct store_entry found;
    sample_entry(n, source, &entry);
    assert_ok(store_find(store, entry.id, &found));
    assert_true(span_equal(found.leaf, span_of(entry.leaf, sizeof entry.leaf)));
    assert_true(span_equal(found.header, span_of(entry.header, sizeof entry.header)));
    assert_int_equal(found.sealed.len, sealed ? sizeof entry.sealed : 0);
    if (sealed)
        assert_memory_equal(found.sealed.data, entry.sealed, sizeof entry.sealed);
    assert_int_equal(found.source, source);
    assert_int_equal(found.in_log, in_log);
}

#endif
