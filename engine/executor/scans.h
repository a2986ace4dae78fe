// The custom scans of the engine: a plan node of one of these kinds is what the planner makes and
// PostgreSQL's executor calls.
//
//   remote scan   a plan::DistributedPlan: one statement sent to the nodes, its rows decoded and
//                 merged
//   insert scan   a plan::InsertPlan: rows evaluated here (or pulled from the child plan), routed
//                 and sent
//   modify scan   a plan::ModifyPlan: the child's rows say which rows to change, and how
//
// All carry their plan in custom_private and custom_exprs (plan::Encode, plan::CustomExpressions)
// and describe the rows they deliver by custom_scan_tlist. Neither supports backward scans or
// mark/restore: the planner adds Material.
#pragma once

#include "engine/pg/postgres.h"

namespace pgspan::executor {

extern const CustomScanMethods kRemoteScanMethods;
extern const CustomScanMethods kInsertScanMethods;
extern const CustomScanMethods kModifyScanMethods;

// Makes the scans known to PostgreSQL (so that plans can be copied and printed); called once from
// _PG_init.
void RegisterScans();

// pgspan.explain_all_tasks; called once from _PG_init.
void DefineSettings();

}  // namespace pgspan::executor
