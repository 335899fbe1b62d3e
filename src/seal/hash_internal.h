/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* For seal_init. */
#ifndef SEAL_HASH_INTERNAL_H
#define SEAL_HASH_INTERNAL_H

#include "base/error.h"

/* E_NOMEM. */
int hash_init(void) MUST_USE;

#endif
