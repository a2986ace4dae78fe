#include "engine/plan/distributed_plan.h"

#include "engine/pg/list.h"
#include "engine/plan/fields.h"

extern "C" {
#include "optimizer/optimizer.h"
}

namespace pgspan::plan {

List* Encode(const DistributedPlan& plan) {
    FieldWriter out;
    out.Int(static_cast<int>(plan.kind));
    out.Int(plan.command);
    out.Int(plan.returns_rows);
    out.Int(plan.modifies);
    out.Int(plan.holds);
    out.Object(plan.anchor);
    out.Text(plan.sql);
    out.Nodes(plan.relations);
    out.Nodes(plan.copies);
    out.Nodes(plan.copy_uses);
    out.Int(list_length(plan.parameters));
    out.Nodes(plan.parameter_types);
    out.Object(plan.shard_key_type);
    out.Int(plan.fixed_shard);
    out.Nodes(plan.sort_columns);
    out.Nodes(plan.sort_operators);
    out.Nodes(plan.sort_collations);
    out.Nodes(plan.sort_nulls_first);
    out.Nodes(plan.scan_attributes);
    out.Nodes(plan.result_types);
    out.Nodes(plan.result_typmods);
    out.Nodes(plan.result_collations);
    List* shipped_types = NIL;
    List* route_columns = NIL;
    List* exchanges = NIL;
    List* rows = NIL;
    for (auto* shipment : pg::Each<Shipment>(plan.shipments)) {
        shipped_types = lappend(shipped_types, shipment->types);
        route_columns = lappend_int(route_columns, shipment->route_column);
        exchanges = lappend_int(exchanges, shipment->is_exchange);
        rows = lappend_int(rows, shipment->rows);
    }
    out.Nodes(shipped_types);
    out.Nodes(route_columns);
    out.Nodes(exchanges);
    out.Nodes(rows);
    return out.list;
}

List* CustomExpressions(const DistributedPlan& plan) {
    List* expressions = list_copy(plan.parameters);
    if (plan.shard_key) expressions = lappend(expressions, plan.shard_key);
    // They come from the query as it was parsed; the executor does not know COLLATE, for example.
    ListCell* cell;
    foreach (cell, expressions)
        if (!IsA(lfirst(cell), Const) && !IsA(lfirst(cell), Param))
            lfirst(cell) = expression_planner(static_cast<Expr*>(lfirst(cell)));
    return expressions;
}

DistributedPlan Decode(List* custom_private, List* custom_exprs) {
    FieldReader in(custom_private);
    DistributedPlan plan = {};
    plan.kind = static_cast<TaskKind>(in.Int());
    plan.command = static_cast<CmdType>(in.Int());
    plan.returns_rows = in.Int() != 0;
    plan.modifies = in.Int() != 0;
    plan.holds = in.Int() != 0;
    plan.anchor = in.Object();
    plan.sql = in.Text();
    plan.relations = in.Nodes();
    plan.copies = in.Nodes();
    plan.copy_uses = in.Nodes();
    const int parameter_count = in.Int();
    plan.parameter_types = in.Nodes();
    plan.shard_key_type = in.Object();
    plan.fixed_shard = in.Int();
    plan.sort_columns = in.Nodes();
    plan.sort_operators = in.Nodes();
    plan.sort_collations = in.Nodes();
    plan.sort_nulls_first = in.Nodes();
    plan.scan_attributes = in.Nodes();
    plan.result_types = in.Nodes();
    plan.result_typmods = in.Nodes();
    plan.result_collations = in.Nodes();
    const List* shipped_types = in.Nodes();
    const List* route_columns = in.Nodes();
    const List* exchanges = in.Nodes();
    const List* rows = in.Nodes();
    for (int i = 0; i < list_length(shipped_types); i++) {
        auto* shipment = static_cast<Shipment*>(palloc(sizeof(Shipment)));
        shipment->types = static_cast<List*>(list_nth(shipped_types, i));
        shipment->route_column = list_nth_int(route_columns, i);
        shipment->is_exchange = list_nth_int(exchanges, i) != 0;
        shipment->rows = list_nth_int(rows, i);
        plan.shipments = lappend(plan.shipments, shipment);
    }

    plan.parameters = custom_exprs;
    if (list_length(custom_exprs) > parameter_count) {
        plan.shard_key = static_cast<Expr*>(list_nth(custom_exprs, parameter_count));
        plan.parameters = list_copy_head(custom_exprs, parameter_count);
    }
    return plan;
}

}  // namespace pgspan::plan
