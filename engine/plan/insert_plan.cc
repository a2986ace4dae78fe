#include "engine/plan/insert_plan.h"

#include "engine/pg/list.h"
#include "engine/plan/fields.h"

namespace pgspan::plan {

List* Encode(const InsertPlan& plan) {
    FieldWriter out;
    out.Object(plan.relation);
    out.Nodes(plan.attributes);
    out.Text(plan.head);
    out.Text(plan.tail);
    out.Int(list_length(plan.tail_parameters));
    out.Nodes(plan.tail_parameter_types);
    out.Int(plan.returns_rows);
    out.Nodes(plan.result_types);
    out.Nodes(plan.result_typmods);
    out.Nodes(plan.result_collations);
    out.Int(list_length(plan.values));
    return out.list;
}

List* CustomExpressions(const InsertPlan& plan) {
    List* expressions = list_copy(plan.tail_parameters);
    for (auto* row : pg::Each<List>(plan.values)) expressions = list_concat(expressions, row);
    return expressions;
}

InsertPlan DecodeInsert(List* custom_private, List* custom_exprs) {
    FieldReader in(custom_private);
    InsertPlan plan = {};
    plan.relation = in.Object();
    plan.attributes = in.Nodes();
    plan.head = in.Text();
    plan.tail = in.Text();
    const int tail_count = in.Int();
    plan.tail_parameter_types = in.Nodes();
    plan.returns_rows = in.Int() != 0;
    plan.result_types = in.Nodes();
    plan.result_typmods = in.Nodes();
    plan.result_collations = in.Nodes();
    const int row_count = in.Int();

    plan.tail_parameters = list_copy_head(custom_exprs, tail_count);
    const int width = list_length(plan.attributes);
    int at = tail_count;
    for (int r = 0; r < row_count; r++) {
        List* row = NIL;
        for (int c = 0; c < width; c++) row = lappend(row, list_nth(custom_exprs, at++));
        plan.values = lappend(plan.values, row);
    }
    return plan;
}

}  // namespace pgspan::plan
