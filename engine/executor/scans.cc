#include "engine/executor/scans.h"

namespace pgspan::executor {

void RegisterScans() {
    RegisterCustomScanMethods(&kRemoteScanMethods);
    RegisterCustomScanMethods(&kInsertScanMethods);
    RegisterCustomScanMethods(&kModifyScanMethods);
}

}  // namespace pgspan::executor
