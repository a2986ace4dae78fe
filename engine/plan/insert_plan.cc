#include "engine/plan/insert_plan.h"

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
    out.Nodes(plan.gathered_types);
    out.Int(plan.single_batch);
    out.Int(plan.rows_first);
    out.Int(plan.skips_conflicts);
    return out.list;
}

List* CustomExpressions(const InsertPlan& plan) {
    return list_concat_copy(plan.tail_parameters, plan.values);
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
    plan.gathered_types = in.Nodes();
    plan.single_batch = in.Int() != 0;
    plan.rows_first = in.Int() != 0;
    plan.skips_conflicts = in.Int() != 0;

    plan.tail_parameters = list_copy_head(custom_exprs, tail_count);
    plan.values = list_copy_tail(custom_exprs, tail_count);
    return plan;
}

}  // namespace pgspan::plan
