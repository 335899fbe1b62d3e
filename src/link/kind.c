/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "link/kind.h"
#include "base/compiler.h"

static const char *const names[] = {
#define X(name, text) text,
    LINK_KIND_TABLE(X)
#undef X
};

const char *link_kind_name(enum link_kind kind)
{
    ASSERT(kind < LINK_KIND_COUNT);
    return names[kind];
}
