/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* Two ways of writing text so that the same is the same.
 *
 * NFC, for what is kept and signed: looks as it was written (Unicode Standard Annex 15).
 *
 * Folding, for searching: what people type without care. NFKC, case folded, default-ignorable
 * characters left out, and then:
 *   Latin, Greek, Hebrew, Arabic   all marks are dropped: á is a, vowel points go; and l o d h t i
 *                                  stand for ł ø đ ħ ŧ ı
 *   Cyrillic                       marks are dropped (ё is е, stress goes) but for the letters that
 *                                  are letters of their own: й ў ї ѓ ќ
 *   Arabic                         ی and ى are ي, ک is ك, tatweel goes; digits are 0 to 9
 *   other scripts                  marks stay, since vowels are marks there
 * What was folded folds to itself. */
#ifndef TEXT_FOLD_H
#define TEXT_FOLD_H

#include "base/buf.h"

/* Both append to out. E_UTF8, E_NOMEM, or out's error; on failure nothing is appended. */
int fold_nfc(struct span text, struct buf *out) MUST_USE;
int fold_search(struct span text, struct buf *out) MUST_USE;

#endif
