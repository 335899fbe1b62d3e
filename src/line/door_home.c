/* SPDX-License-Identifier: AGPL-3.0-or-later */
#include "line/door.h"
#include "pages/line.h"

void door_home(struct flow *flow)
{
    struct values *values = flow_values(flow);

    values_languages(values, flow->language);
    values_text(values, "other_way", flow->door->other_way);
    values_flag(values, "closed", !flow_intake(flow));
    flow_reply(flow, 200, &page_line_home, values);
}

void door_back(struct flow *flow)
{
    flow_reply(flow, 200, &page_line_back, flow_values(flow));
}
