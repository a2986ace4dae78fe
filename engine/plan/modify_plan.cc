#include "engine/plan/modify_plan.h"

#include "engine/plan/fields.h"

namespace pgspan::plan {

List* Encode(const ModifyPlan& plan) {
    FieldWriter out;
    out.Object(plan.relation);
    out.Int(plan.command);
    out.Int(plan.counts);
    out.Int(plan.returns_rows);
    out.Int(plan.action_column);
    out.Int(plan.row_column);
    out.Nodes(plan.key_columns);
    out.Nodes(plan.key_attributes);
    out.Nodes(plan.set_attributes);
    out.Nodes(plan.set_columns);
    out.Int(plan.moves);
    out.Nodes(plan.insert_columns);
    out.Nodes(plan.tail_columns);
    out.Nodes(plan.returned_attributes);
    out.Nodes(plan.returned_columns);
    out.Int(static_cast<int>(plan.conflict));
    out.Nodes(plan.stored_columns);
    out.Int(plan.returns_source);
    out.Int(plan.inserts);
    out.Nodes(plan.inserts ? Encode(plan.insert) : NIL);
    out.Int(plan.triggers.commands);
    out.Int(plan.triggers.changes_rows);
    out.Int(plan.triggers.needs_outcome);
    out.Nodes(plan.triggers.old_columns);
    out.Nodes(plan.triggers.new_columns);
    out.Nodes(plan.triggers.updated_columns);
    out.Nodes(plan.triggers.fixed_attributes);
    out.Text(plan.triggers.anchoring_key);
    out.Object(plan.triggers.named);
    out.Int(plan.triggers.named_command);
    out.Int(plan.triggers.may_leave);
    out.Int(plan.triggers.returns_staying);
    return out.list;
}

List* CustomExpressions(const ModifyPlan& plan) {
    return plan.inserts ? CustomExpressions(plan.insert) : NIL;
}

ModifyPlan DecodeModify(List* custom_private, List* custom_exprs) {
    FieldReader in(custom_private);
    ModifyPlan plan = {};
    plan.relation = in.Object();
    plan.command = static_cast<CmdType>(in.Int());
    plan.counts = in.Int() != 0;
    plan.returns_rows = in.Int() != 0;
    plan.action_column = in.Int();
    plan.row_column = in.Int();
    plan.key_columns = in.Nodes();
    plan.key_attributes = in.Nodes();
    plan.set_attributes = in.Nodes();
    plan.set_columns = in.Nodes();
    plan.moves = in.Int() != 0;
    plan.insert_columns = in.Nodes();
    plan.tail_columns = in.Nodes();
    plan.returned_attributes = in.Nodes();
    plan.returned_columns = in.Nodes();
    plan.conflict = static_cast<ConflictPart>(in.Int());
    plan.stored_columns = in.Nodes();
    plan.returns_source = in.Int() != 0;
    plan.inserts = in.Int() != 0;
    List* insert = in.Nodes();
    if (plan.inserts) plan.insert = DecodeInsert(insert, custom_exprs);
    plan.triggers.commands = in.Int();
    plan.triggers.changes_rows = in.Int() != 0;
    plan.triggers.needs_outcome = in.Int() != 0;
    plan.triggers.old_columns = in.Nodes();
    plan.triggers.new_columns = in.Nodes();
    plan.triggers.updated_columns = in.Nodes();
    plan.triggers.fixed_attributes = in.Nodes();
    plan.triggers.anchoring_key = in.Text();
    plan.triggers.named = in.Object();
    plan.triggers.named_command = static_cast<CmdType>(in.Int());
    plan.triggers.may_leave = in.Int() != 0;
    plan.triggers.returns_staying = in.Int() != 0;
    return plan;
}

}  // namespace pgspan::plan
