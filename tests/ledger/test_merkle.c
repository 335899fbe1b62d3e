/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Trees and proofs: the public vectors of Certificate Transparency's reference tree by value, all
 * sizes up to 64 against the definition of RFC 9162 written out once more, and every single change
 * of a proof refused. */
#include "ledger/merkle.h"

#include "base/encode.h"
#include "prop.h"
#include "sample.h"

#define SIZE_ALL 64

struct tree {
    uint64_t size;
    struct hash leaves[512];
};

/* MTH of RFC 9162 2.1.1, recursively as it stands there. */
static struct hash definition(const struct hash *leaves, uint64_t size)
{
    if (size == 0)
        return merkle_empty_root();
    if (size == 1)
        return leaves[0];
    uint64_t k = 1;
    while (k * 2 < size)
        k *= 2;
    struct hash left = definition(leaves, k), right = definition(leaves + k, size - k);
    return merkle_node_hash(&left, &right);
}

static int get_node(void *context, unsigned level, uint64_t index, struct hash *ret_node)
{
    const struct tree *tree = context;
    uint64_t width = (uint64_t)1 << level;
    assert_true((index + 1) * width <= tree->size);
    *ret_node = definition(tree->leaves + index * width, width);
    return 0;
}

static struct merkle_source source_of(struct tree *tree)
{
    return (struct merkle_source){get_node, tree};
}

static void assert_hash(const struct hash *hash, const char *hex)
{
    struct buf text;
    buf_init(&text, 100);
    hex_put(&text, span_of(hash->bytes, HASH_BYTES));
    assert_string_equal(buf_cstr(&text), hex);
    buf_release(&text);
}

static const char *const vector_leaves[8] = {"",
                                             "00",
                                             "10",
                                             "2021",
                                             "3031",
                                             "40414243",
                                             "5051525354555657",
                                             "606162636465666768696a6b6c6d6e6f"};
static const char *const vector_roots[9] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

static void load_vectors(struct tree *tree)
{
    tree->size = 8;
    for (size_t i = 0; i < 8; i++) {
        uint8_t bytes[16];
        size_t len = strlen(vector_leaves[i]) / 2;
        assert_ok(hex_read(span_text(vector_leaves[i]), bytes, len));
        tree->leaves[i] = merkle_leaf_hash(span_of(bytes, len));
    }
}

static void test_roots_of_the_public_vectors(void **state)
{
    (void)state;
    struct tree tree;
    struct merkle_edge edge;
    load_vectors(&tree);
    struct merkle_source source = source_of(&tree);
    merkle_edge_init(&edge);
    for (uint64_t size = 0;; size++) {
        struct hash root = merkle_edge_root(&edge), at;
        assert_hash(&root, vector_roots[size]);
        assert_ok(merkle_root_at(&source, size, &at));
        assert_hash(&at, vector_roots[size]);
        if (size == 8)
            break;
        assert_ok(merkle_edge_add(&edge, &tree.leaves[size], NULL, NULL));
    }
}

struct inclusion_vector {
    uint64_t index, size;
    size_t count;
    const char *hashes[3];
};

#define HASH_A "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"
#define HASH_B "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"
#define HASH_C "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"
#define HASH_D "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"
#define HASH_E "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"
#define HASH_F "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"
#define HASH_G "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
#define HASH_H "b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"

static void test_inclusion_proofs_of_the_public_vectors(void **state)
{
    (void)state;
    static const struct inclusion_vector vectors[] = {
        {0, 1, 0, {NULL}},
        {0, 8, 3, {HASH_A, HASH_B, HASH_C}},
        {5, 8, 3, {HASH_D, HASH_E, HASH_F}},
        {2, 3, 1, {"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}},
        {1,
         5,
         3,
         {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d", HASH_B, HASH_D}},
    };
    struct tree tree;
    load_vectors(&tree);
    struct merkle_source source = source_of(&tree);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct inclusion_vector *v = &vectors[i];
        struct merkle_proof proof;
        assert_ok(merkle_prove_inclusion(&source, v->index, v->size, &proof));
        assert_int_equal(proof.count, v->count);
        for (size_t j = 0; j < v->count; j++)
            assert_hash(&proof.hashes[j], v->hashes[j]);
    }
}

static void test_consistency_proofs_of_the_public_vectors(void **state)
{
    (void)state;
    static const struct inclusion_vector vectors[] = {
        {1, 1, 0, {NULL}},
        {1, 8, 3, {HASH_A, HASH_B, HASH_C}},
        {6, 8, 3, {HASH_G, HASH_E, HASH_F}},
        {2, 5, 2, {HASH_B, HASH_D}},
        {6, 7, 3, {HASH_G, HASH_H, HASH_F}},
    };
    struct tree tree;
    load_vectors(&tree);
    struct merkle_source source = source_of(&tree);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct inclusion_vector *v = &vectors[i];
        struct merkle_proof proof;
        assert_ok(merkle_prove_consistency(&source, v->index, v->size, &proof));
        assert_int_equal(proof.count, v->count);
        for (size_t j = 0; j < v->count; j++)
            assert_hash(&proof.hashes[j], v->hashes[j]);
    }
}

static void random_tree(struct prop *prop, struct tree *tree, uint64_t size)
{
    tree->size = size;
    for (uint64_t i = 0; i < size; i++)
        prop_bytes(prop, tree->leaves[i].bytes, HASH_BYTES);
}

/* Every change of one hash, of the count, of the leaf and of the root. */
static void assert_inclusion_is_strict(uint64_t index, uint64_t size, const struct hash *leaf,
                                       const struct merkle_proof *proof, const struct hash *root)
{
    struct merkle_proof bad = *proof;
    for (size_t i = 0; i < proof->count; i++) {
        bad.hashes[i].bytes[size % HASH_BYTES] ^= 1;
        assert_error(merkle_check_inclusion(index, size, leaf, &bad, root), E_PROOF);
        bad = *proof;
    }
    if (proof->count > 0) {
        bad.count--;
        assert_error(merkle_check_inclusion(index, size, leaf, &bad, root), E_PROOF);
    }
    bad = *proof;
    bad.hashes[bad.count++] = *root;
    assert_error(merkle_check_inclusion(index, size, leaf, &bad, root), E_PROOF);
    struct hash other = *leaf;
    other.bytes[0] ^= 0x80;
    assert_error(merkle_check_inclusion(index, size, &other, proof, root), E_PROOF);
    other = *root;
    other.bytes[31] ^= 1;
    assert_error(merkle_check_inclusion(index, size, leaf, proof, &other), E_PROOF);
}

static void test_all_inclusion_proofs_up_to_64(void **state)
{
    (void)state;
    struct prop prop = prop_start("inclusion");
    struct tree tree;
    random_tree(&prop, &tree, SIZE_ALL);
    struct merkle_source source = source_of(&tree);
    for (uint64_t size = 1; size <= SIZE_ALL; size++) {
        struct hash root = definition(tree.leaves, size);
        for (uint64_t index = 0; index < size; index++) {
            struct merkle_proof proof;
            const struct hash *leaf = &tree.leaves[index];
            assert_ok(merkle_prove_inclusion(&source, index, size, &proof));
            assert_ok(merkle_check_inclusion(index, size, leaf, &proof, &root));
            assert_inclusion_is_strict(index, size, leaf, &proof, &root);
            for (uint64_t other = 0; other <= size; other++) {
                if (other != index)
                    assert_error(merkle_check_inclusion(other, size, leaf, &proof, &root), E_PROOF);
            }
        }
        assert_error(merkle_prove_inclusion(&source, size, size, &(struct merkle_proof){0}),
                     E_ARGUMENT);
    }
}

static void assert_consistency_is_strict(uint64_t size1, const struct hash *root1, uint64_t size2,
                                         const struct hash *root2, const struct merkle_proof *proof)
{
    struct merkle_proof bad = *proof;
    for (size_t i = 0; i < proof->count; i++) {
        bad.hashes[i].bytes[size1 % HASH_BYTES] ^= 0x10;
        assert_error(merkle_check_consistency(size1, root1, size2, root2, &bad), E_PROOF);
        bad = *proof;
    }
    if (proof->count > 0) {
        bad.count--;
        assert_error(merkle_check_consistency(size1, root1, size2, root2, &bad), E_PROOF);
    }
    bad = *proof;
    bad.hashes[bad.count++] = *root2;
    assert_error(merkle_check_consistency(size1, root1, size2, root2, &bad), E_PROOF);
    struct hash other = *root1;
    other.bytes[7] ^= 4;
    assert_error(merkle_check_consistency(size1, &other, size2, root2, proof), E_PROOF);
    other = *root2;
    other.bytes[8] ^= 4;
    assert_error(merkle_check_consistency(size1, root1, size2, &other, proof), E_PROOF);
}

static void test_all_consistency_proofs_up_to_64(void **state)
{
    (void)state;
    struct prop prop = prop_start("consistency");
    struct tree tree;
    random_tree(&prop, &tree, SIZE_ALL);
    struct merkle_source source = source_of(&tree);
    struct hash roots[SIZE_ALL + 1];
    for (uint64_t size = 0; size <= SIZE_ALL; size++)
        roots[size] = definition(tree.leaves, size);
    for (uint64_t size2 = 1; size2 <= SIZE_ALL; size2++) {
        for (uint64_t size1 = 1; size1 <= size2; size1++) {
            struct merkle_proof proof;
            assert_ok(merkle_prove_consistency(&source, size1, size2, &proof));
            assert_ok(merkle_check_consistency(size1, &roots[size1], size2, &roots[size2], &proof));
            assert_consistency_is_strict(size1, &roots[size1], size2, &roots[size2], &proof);
            for (uint64_t other = 0; other <= size2; other++) {
                if (other == size1)
                    continue;
                assert_error(
                    merkle_check_consistency(other, &roots[size1], size2, &roots[size2], &proof),
                    E_PROOF);
            }
        }
    }
}

static void test_sizes_out_of_bounds_are_refused(void **state)
{
    (void)state;
    struct tree tree = {.size = 0};
    struct merkle_source source = source_of(&tree);
    struct merkle_proof proof = {.count = 0};
    struct hash root = merkle_empty_root();
    assert_error(merkle_prove_consistency(&source, 0, 4, &proof), E_ARGUMENT);
    assert_error(merkle_prove_consistency(&source, 5, 4, &proof), E_ARGUMENT);
    assert_error(merkle_prove_inclusion(&source, 0, (uint64_t)1 << 63, &proof), E_ARGUMENT);
    assert_error(merkle_prove_consistency(&source, 1, (uint64_t)1 << 63, &proof), E_ARGUMENT);
    assert_error(merkle_root_at(&source, (uint64_t)1 << 63, &root), E_ARGUMENT);
    assert_error(merkle_check_consistency(0, &root, 0, &root, &proof), E_PROOF);
    assert_error(merkle_check_consistency(0, &root, 5, &root, &proof), E_PROOF);
    assert_error(merkle_check_consistency(5, &root, 4, &root, &proof), E_PROOF);
    assert_error(merkle_check_inclusion(0, 0, &root, &proof, &root), E_PROOF);
}

/* A count that is more than there is room for must not be believed. */
static void test_proofs_longer_than_63_are_refused(void **state)
{
    (void)state;
    struct merkle_proof proof = {.count = MERKLE_PROOF_MAX + 1};
    struct hash root = merkle_empty_root();
    assert_error(merkle_check_inclusion(0, UINT64_MAX, &root, &proof, &root), E_PROOF);
    assert_error(merkle_check_consistency(1, &root, UINT64_MAX, &root, &proof), E_PROOF);
}

struct full {
    struct tree *tree;
    uint64_t told;
};

static int check_full(void *context, unsigned level, uint64_t index, const struct hash *node)
{
    struct full *full = context;
    uint64_t width = (uint64_t)1 << level;
    struct hash right = definition(full->tree->leaves + index * width, width);
    assert_true(hash_equal(&right, node));
    full->told++;
    return 0;
}

static int refuse_level_2(void *context, unsigned level, uint64_t index, const struct hash *node)
{
    (void)context;
    (void)index;
    (void)node;
    return level == 2 ? E_IO : 0;
}

static void test_full_nodes_are_told_once(void **state)
{
    (void)state;
    struct prop prop = prop_start("full nodes");
    struct tree tree;
    struct merkle_edge edge, loaded;
    uint64_t size = 1 + prop_below(&prop, 500);
    random_tree(&prop, &tree, size);
    struct full full = {.tree = &tree};
    struct merkle_source source = source_of(&tree);
    merkle_edge_init(&edge);
    for (uint64_t i = 0; i < size; i++)
        assert_ok(merkle_edge_add(&edge, &tree.leaves[i], check_full, &full));
    uint64_t expected = 0;
    for (unsigned level = 0; level < 10; level++)
        expected += size >> level;
    assert_int_equal(full.told, expected);
    assert_ok(merkle_edge_load(&source, size, &loaded));
    struct hash a = merkle_edge_root(&edge), b = merkle_edge_root(&loaded);
    assert_true(hash_equal(&a, &b));
}

static void test_an_edge_is_unchanged_when_a_node_is_refused(void **state)
{
    (void)state;
    struct tree tree = {.size = 4};
    struct merkle_edge edge;
    merkle_edge_init(&edge);
    for (unsigned i = 0; i < 3; i++)
        assert_ok(merkle_edge_add(&edge, &tree.leaves[i], NULL, NULL));
    struct hash before = merkle_edge_root(&edge);
    assert_error(merkle_edge_add(&edge, &tree.leaves[3], refuse_level_2, NULL), E_IO);
    struct hash after = merkle_edge_root(&edge);
    assert_int_equal(edge.size, 3);
    assert_true(hash_equal(&before, &after));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_roots_of_the_public_vectors),
        cmocka_unit_test(test_inclusion_proofs_of_the_public_vectors),
        cmocka_unit_test(test_consistency_proofs_of_the_public_vectors),
        cmocka_unit_test(test_all_inclusion_proofs_up_to_64),
        cmocka_unit_test(test_all_consistency_proofs_up_to_64),
        cmocka_unit_test(test_sizes_out_of_bounds_are_refused),
        cmocka_unit_test(test_proofs_longer_than_63_are_refused),
        cmocka_unit_test(test_full_nodes_are_told_once),
        cmocka_unit_test(test_an_edge_is_unchanged_when_a_node_is_refused),
    };
    return cmocka_run_group_tests(tests, sample_start, NULL);
}
