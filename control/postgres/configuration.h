// The texts that make a PostgreSQL a node of a cluster: postgresql.conf, pg_hba.conf and the
// passfile, rendered from templates/. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"
#include "control/spec/cluster_spec.h"

namespace pgspan::control {

// The memory that one node may take, in MiB.
struct MemoryPlan {
    int shared_buffers_mb = 0;
    int effective_cache_size_mb = 0;
    int maintenance_work_mem_mb = 0;
};

// All nodes share the machine with whatever else runs there, so the plan is modest.
MemoryPlan PlanMemory(uint64_t machine_memory_bytes, int nodes);

// How many processes a node may add to one that scans (max_parallel_workers_per_gather), so that a
// query over all nodes that hold shards takes each processor about once. PostgreSQL's default
// where there are processors enough.
int PlanParallelWorkers(int processors, int nodes_with_shards);

// What of the machine is one node's.
struct MachineShare {
    MemoryPlan memory;
    int parallel_workers = 0;
};
MachineShare PlanShare(uint64_t machine_memory_bytes, int processors, const ClusterSpec& spec,
                       const NodeSpec& node);

// Where one node's files are. All paths are absolute.
struct NodeFiles {
    std::string data_folder;
    std::string hba_file;
    std::string ident_file;
    std::string log_folder;
    std::string socket_folder;
    std::string passfile;
};

// The longest folder for a socket that fits the kernel's limit for a socket's path, with room.
inline constexpr size_t kSocketFolderLengthMax = 80;

Result<std::string> RenderPostgresqlConf(const ClusterSpec& spec, const NodeSpec& node,
                                         const NodeFiles& files, const MachineShare& share);
Result<std::string> RenderHbaConf(const ClusterSpec& spec);

// Lines for every address by which a client or a node reaches a node.
std::string RenderPassfile(const ClusterSpec& spec, const std::string& password);

}  // namespace pgspan::control
