/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* The folder that an exhibit and its proof travel in.
 *
 * docs/verify.md checks it with stock tools. It holds
 *
 *   report.txt               the content, under any name
 *   report.txt.tlog-proof    the proof (proof.h), under the content's name
 *   leaf                     113 bytes
 *   opening                  one line: "k_com " and 64 hexadecimal digits
 *   policy                   a copy of the policy; a reader takes theirs from elsewhere
 *   README.txt               for people */
#ifndef LEDGER_PROOF_FOLDER_H
#define LEDGER_PROOF_FOLDER_H

#include "ledger/verify.h"

#define PROOF_FOLDER_CONTENT_MAX (64u << 20)
#define PROOF_FOLDER_NAME_MAX 200

/* Spans are borrowed. content_name is a plain file name: letters, digits, . - _ */
struct proof_folder {
    const char *content_name;
    struct span content, proof, leaf, policy, readme;
    uint8_t k_com[HASH_BYTES];
};
/* Makes the folder, which must not exist yet, and all its files. E_EXISTS, E_ARGUMENT, E_IO. */
int proof_folder_write(const char *path, const struct proof_folder *folder,
                       struct problem *problem) MUST_USE;
/* Verifies all of a folder under the policy given, or under the folder's own when policy is NULL
 * (a caller says so then). ret_policy_hash (may be NULL) gets the SHA-256 of the policy used. */
int proof_folder_verify(const char *path, const struct span *policy,
                        struct verify_result *ret_result,
                        char ret_content_name[PROOF_FOLDER_NAME_MAX + 1],
                        struct hash *ret_policy_hash, struct problem *problem) MUST_USE;

#endif
