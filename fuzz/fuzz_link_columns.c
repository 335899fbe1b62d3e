/* SPDX-License-Identifier: AGPL-3.0-or-later */
/* What somebody says that columns are, for two small lists. */
#include "base/mem.h"
#include "fuzz.h"
#include "link/columns.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char one[] = "id,name,born,a\n1,Vera Orlova,1980-05-03,x\n2,Boris Chern,,y\n";
    static const char other[] = "name,day,month,year\nVera,3,5,1980\nZakhar,4,6,1971\n";
    const struct link_source sources[] = {{.name = "one", .fd = -1, .text = span_text(one)},
                                          {.name = "other", .fd = -1, .text = span_text(other)}};
    const struct link_columns_options options = {.said = span_of(data, size), .said_name = "said"};
    struct link_lists lists = {0};
    struct link_columns columns = {0};
    struct problem problem = {0};
    int error = link_read(sources, 2, NULL, &lists, &problem);
    ASSERT(error == 0);
    error = link_columns_guess(&lists, &options, &columns, &problem);
    ASSERT(error == 0 || problem.text[0]);
    for (unsigned i = 0; i < columns.count && error == 0; i++) {
        ASSERT(columns.columns[i].kind < LINK_KIND_COUNT);
        ASSERT(columns.columns[i].role != LINK_ROLE_FIELD || columns.columns[i].field[0]);
    }
    link_columns_release(&columns);
    link_lists_release(&lists);
    return 0;
}
