/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Writes a proof folder for the test of docs/verify.md: write_proof FOLDER INDEX SIZE. */
#include <stdio.h>
#include <stdlib.h>

#include "ledger/proof_folder.h"
#include "sample.h"

#define TIME_S 1775736000u

int main(int argc, char **argv)
{
    struct note_key keys[3];
    struct sample_entry entry;
    struct policy *policy;
    struct buf text, proof;
    struct problem problem = {""};
    if (argc != 4)
        return 2;
    unsigned index = (unsigned)strtoul(argv[2], NULL, 10);
    unsigned size = (unsigned)strtoul(argv[3], NULL, 10);
    sample_start(NULL);
    for (unsigned i = 0; i < 3; i++)
        keys[i] = sample_cosigners[i].key;
    sample_folder();
    struct store *store = sample_open();
    sample_append(store, 0, size, SAMPLE_LEAVES);
    sample_cosign(store, 0, size, TIME_S + 60);
    sample_cosign(store, 2, size, TIME_S);
    buf_init(&text, POLICY_BYTES_MAX);
    buf_init(&proof, PROOF_BYTES_MAX);
    assert_ok(policy_write(&sample_log.key, keys, 3, 2, &text));
    assert_ok(policy_read(buf_bytes(&text), &policy, NULL));
    assert_ok(proof_make(store, index, policy, &proof, NULL));
    sample_entry(index, STORE_FROM_DOOR, &entry);
    struct proof_folder folder = {.content_name = "report.txt",
                                  .content = span_text(entry.content),
                                  .proof = buf_bytes(&proof),
                                  .leaf = span_of(entry.leaf, sizeof entry.leaf),
                                  .policy = buf_bytes(&text),
                                  .readme = span_text("Read docs/verify.md.\n")};
    memcpy(folder.k_com, entry.k_com, sizeof folder.k_com);
    int error = proof_folder_write(argv[1], &folder, &problem);
    if (error)
        fprintf(stderr, "%s\n", problem.text);
    policy_free(policy);
    buf_release(&text);
    buf_release(&proof);
    store_close(store);
    sample_folder_remove();
    return error ? 1 : 0;
}
