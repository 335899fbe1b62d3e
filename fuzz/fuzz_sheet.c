/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* A sheet of a recovery kit, as somebody typed or printed it. */
#include "desk/found.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct found_sheet sheet;
    struct problem problem;
    problem_clear(&problem);
    if (seal_init() < 0 || found_sheet_read(span_of(data, size), &sheet, &problem) < 0)
        return 0;
    ASSERT(sheet.number <= 2 && strlen(sheet.organisation) < sizeof sheet.organisation);
    return 0;
}
