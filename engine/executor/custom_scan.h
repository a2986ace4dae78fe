// PostgreSQL's callbacks of a custom scan, made from a type Scan that has
//
//   - using State, whose first member is `CustomScanState scan`
//   - static constexpr const char* kName
//   - static void Begin(State*, EState*, int eflags)
//   - static TupleTableSlot* Next(State*): the next row in ss_ScanTupleSlot, before qual and
//     projection; empty at the end
//   - static void End(State*)
//   - static void ReScan(State*)
//   - static void Explain(CustomScanState*, List* ancestors, ExplainState*)
#pragma once

#include "engine/pg/entry.h"

extern "C" {
#include "commands/explain.h"
#include "executor/executor.h"
#include "nodes/extensible.h"
}

namespace pgspan::executor {

template <typename Scan>
class CustomScanOf {
    using State = typename Scan::State;

    static State* StateOf(void* node) { return static_cast<State*>(node); }

    static void Begin(CustomScanState* node, EState* estate, int eflags) {
        pg::Entry([&] { Scan::Begin(StateOf(node), estate, eflags); });
    }
    static TupleTableSlot* Next(ScanState* node) { return Scan::Next(StateOf(node)); }
    static bool Recheck(ScanState*, TupleTableSlot*) { return true; }
    static TupleTableSlot* Exec(CustomScanState* node) {
        return pg::Entry([&] { return ExecScan(&node->ss, Next, Recheck); });
    }
    static void End(CustomScanState* node) {
        pg::Entry([&] { Scan::End(StateOf(node)); });
    }
    static void ReScan(CustomScanState* node) {
        pg::Entry([&] { Scan::ReScan(StateOf(node)); });
    }
    static void Explain(CustomScanState* node, List* ancestors, ExplainState* es) {
        pg::Entry([&] { Scan::Explain(node, ancestors, es); });
    }
    static Node* Create(CustomScan*) {
        return pg::Entry([&] {
            auto* state = static_cast<State*>(palloc0(sizeof(State)));
            NodeSetTag(state, T_CustomScanState);
            state->scan.methods = &kExecMethods;
            return reinterpret_cast<Node*>(state);
        });
    }

    static constexpr CustomExecMethods kExecMethods = {
        .CustomName = Scan::kName,
        .BeginCustomScan = Begin,
        .ExecCustomScan = Exec,
        .EndCustomScan = End,
        .ReScanCustomScan = ReScan,
        .ExplainCustomScan = Explain,
    };

  public:
    static constexpr CustomScanMethods kMethods = {
        .CustomName = Scan::kName,
        .CreateCustomScanState = Create,
    };
};

}  // namespace pgspan::executor
