#include "engine/metadata/tables.h"
#include "engine/trigger/firing_state.h"
#include "engine/trigger/matching.h"
#include "engine/trigger/reference_check.h"

extern "C" {
#include "optimizer/optimizer.h"
#include "rewrite/prs2lock.h"
#include "rewrite/rewriteManip.h"
#include "utils/datum.h"
}

namespace pgspan::trigger {

namespace {

// The references of a condition to OLD and NEW as the executor's inner and outer rows.
ExprState* PrepareCondition(const Firing* firing, const char* condition) {
    const MemoryContext outer = MemoryContextSwitchTo(firing->estate->es_query_cxt);
    auto* node = static_cast<Node*>(stringToNode(condition));
    ChangeVarNodes(node, PRS2_OLD_VARNO, INNER_VAR, 0);
    ChangeVarNodes(node, PRS2_NEW_VARNO, OUTER_VAR, 0);
    ExprState* state =
        ExecPrepareQual(make_ands_implicit(reinterpret_cast<Expr*>(node)), firing->estate);
    MemoryContextSwitchTo(outer);
    return state;
}

bool IsEnabled(const Trigger& trigger) {
    const char other = SessionReplicationRole == SESSION_REPLICATION_ROLE_REPLICA
                           ? TRIGGER_FIRES_ON_ORIGIN
                           : TRIGGER_FIRES_ON_REPLICA;
    return trigger.tgenabled != TRIGGER_DISABLED && trigger.tgenabled != other;
}

bool ColumnsMatch(const Firing* firing, const Trigger& trigger, CmdType command) {
    if (trigger.tgnattr == 0 || command != CMD_UPDATE) return true;
    for (int i = 0; i < trigger.tgnattr; i++)
        if (bms_is_member(trigger.tgattr[i] - FirstLowInvalidHeapAttributeNumber, firing->updated))
            return true;
    return false;
}

bool ConditionHolds(Firing* firing, int index, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    const Trigger& trigger = firing->triggers->triggers[index];
    if (!trigger.tgqual) return true;
    ExprState*& condition = firing->conditions[index];
    if (!condition) condition = PrepareCondition(firing, trigger.tgqual);
    ExprContext* context = GetPerTupleExprContext(firing->estate);
    context->ecxt_innertuple = old_row;
    context->ecxt_outertuple = new_row;
    return ExecQual(condition, context);
}

// Whether the row may belong to another shard than before.
bool Moves(const Firing* firing, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    const AttrNumber number =
        metadata::FindTable(RelationGetRelid(firing->relation))->distribution_column;
    const FormData_pg_attribute& column =
        *TupleDescAttr(RelationGetDescr(firing->relation), number - 1);
    bool was_null = false;
    bool is_null = false;
    const Datum was = slot_getattr(old_row, number, &was_null);
    const Datum is = slot_getattr(new_row, number, &is_null);
    if (was_null || is_null) return was_null != is_null;
    return !datumIsEqual(was, is, column.attbyval, column.attlen);
}

// Whether PostgreSQL's executor would queue the trigger for the row.
bool ConcernsKey(Firing* firing, int index, CmdType command, TupleTableSlot* old_row,
                 TupleTableSlot* new_row) {
    Trigger* trigger = &firing->triggers->triggers[index];
    const KeyTrigger& key = firing->keys[index];
    const bool by_moving = command == CMD_UPDATE && key.carries_out_moves && !key.is_kept;
    if (by_moving ? !Moves(firing, old_row, new_row) : !key.is_kept) return false;
    if (command != CMD_UPDATE) return true;
    return ChecksReference(*trigger)
               ? NeedsCheck(firing, index, old_row, new_row)
               : RI_FKey_pk_upd_check_required(trigger, firing->relation, old_row, new_row);
}

}  // namespace

bool IsToFire(Firing* firing, int index, int16 level, int16 timing, CmdType command,
              TupleTableSlot* old_row, TupleTableSlot* new_row) {
    const Trigger& trigger = firing->triggers->triggers[index];
    if (!TRIGGER_TYPE_MATCHES(trigger.tgtype, level, timing, EventType(command)) ||
        !IsEnabled(trigger))
        return false;
    if (trigger.tgisinternal) return ConcernsKey(firing, index, command, old_row, new_row);
    return ColumnsMatch(firing, trigger, command) &&
           ConditionHolds(firing, index, old_row, new_row);
}

bool IsToFireForMove(Firing* firing, int index, TupleTableSlot* old_row, TupleTableSlot* new_row) {
    Trigger& trigger = firing->triggers->triggers[index];
    return IsOnReferencedSide(trigger) && TRIGGER_FOR_UPDATE(trigger.tgtype) &&
           IsEnabled(trigger) &&
           RI_FKey_pk_upd_check_required(&trigger, firing->relation, old_row, new_row);
}

}  // namespace pgspan::trigger
